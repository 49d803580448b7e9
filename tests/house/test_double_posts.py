"""Every form, sent twice at the same moment: no failure, and the effect of one.

What one post would do is tried and taken back first; then two browsers of the same person send the same at once. Every
table has to have as many rows more as after the one. DOUBLES says how many are sent: some in every run, 1,000 and more
by `make doubles`.
"""

import copy
import itertools
import os
import re
from dataclasses import replace

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction

from tests.conftest import NOW
from tests.house.doors import open_forms
from tests.house.forms import STATES, TEXTS, Form, Found, client_of, forms_of, look, prepare
from tests.house.test_races import at_once
from tests.house.world import build_world

DOUBLES = int(os.environ.get("DOUBLES", "0"))  # in all four states together; 0: every form once
# They take away what others stand on: sent last.
ENDS = re.compile(
    r"retire|merge|cancel|drop|revoke|withdraw|decline|complete|deliver|accept|lift|discard|sending|apply|sign-out"
)
LAST = "people:sign-out"
# Nothing is changed, and the log tells of each time that somebody took the file.
EACH_TIME = {"reports:plan-archive"}

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    *([pytest.mark.doubles] if DOUBLES else []),
]


@pytest.fixture
def stopped():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    with time_machine.travel(NOW, tick=False):
        yield build_world()


def rows() -> dict[str, int]:
    """How many each table has, in one question."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        each = (f"select '{name}', count(*) from {name}" for name in tables)  # noqa: S608 - names of our own tables
        cursor.execute(" union all ".join(each))
        return dict(cursor.fetchall())


def more(before: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in rows().items() if count != before[name]}


def filled(form: Form, n: int) -> dict[str, list[str]]:
    """As a person fills it in: words that nobody used before."""
    sent = form.changed()
    for name, kind in form.typed.items():
        if kind in TEXTS and name in sent and form.changed()[name] != form.values.get(name):
            sent[name] = [f"Words {n}"]
        elif kind == "email":
            sent[name] = [f"somebody{n}@test.example"]
        elif kind == "day" and name in form.required and not sent.get(name, [""])[0]:
            sent[name] = ["12 Mar 2027"]
        elif name == "slug" and not sent[name][0]:
            sent[name] = [f"plan-{n}"]
    return sent


def fresh(one: Found, client) -> Found | None:
    """The same form as its page shows it now; None where it is gone."""
    if one.who is None:
        return one
    forms = [form for form in forms_of(one.opened, client.get(one.opened)) if form.action == one.form.action]
    same = [form for form in forms if form.typed.keys() == one.form.typed.keys()]
    return replace(one, form=same[0]) if same else None


def double(one: Found, client, n: int) -> tuple[str, bool]:
    """What is wrong with two at once, empty where nothing is; and whether one had an effect."""
    sent, action = filled(one.form, n), one.form.action
    before = rows()
    cache.clear()
    first, *both = [copy.copy(client) for _ in range(3)]
    for browser in (first, *both):
        browser.cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        alone = first.post(action, sent)
        wanted = more(before)
        transaction.set_rollback(True)
    cache.clear()
    answers = at_once(*[lambda browser=browser: browser.post(action, sent) for browser in both])
    failed = [answer for answer in answers if isinstance(answer, Exception) or answer.status_code >= 500]
    if failed:
        return f"{failed[0]!r}"[:300], False
    found = more(before)
    if one.name in EACH_TIME:
        wanted = {table: 2 * count for table, count in wanted.items()}
    if found != wanted:
        return f"{alone.status_code}: one makes {wanted}, two at once {found}", True
    return "", bool(wanted)


def send_all(found: list[Found], least: int) -> None:
    """Each form once, and again from the first until so many were sent; those that take things away at the end."""
    wrong, done, effects = {}, 0, 0
    clients = {one.who: client_of(one.who) for one in found if one.who is not None}
    ending = sorted((one for one in found if ENDS.search(one.name)), key=lambda one: one.name == LAST)
    lasting = [one for one in found if one not in ending]

    def send(some: list[Found]) -> bool:
        """Whether any was still there to be sent."""
        nonlocal done, effects
        before = done
        for one in some:
            client = clients.get(one.who) or one.client()
            now = fresh(one, client)
            if now is not None:
                done += 1
                told, had_effect = double(now, client, done)
                effects += had_effect
                if told:
                    wrong[one.name, done] = told
        return done > before

    while send(lasting) and done < least - len(ending):
        pass
    send(ending)
    print(f"{done} forms were sent twice at once, {effects} of them with an effect")  # noqa: T201 - the figure
    assert wrong == {}, "\n".join(f"{key}: {value}" for key, value in wrong.items())
    assert done >= max(least * 0.9, 10)  # some are gone after the first time
    assert effects > done / 3


@pytest.mark.parametrize("state", STATES)
def test_a_form_sent_twice_at_the_same_moment_has_one_effect(stopped, state):
    prepare(stopped)
    for step, _ in itertools.islice(STATES.values(), list(STATES).index(state) + 1):
        if step:
            step(stopped)
    found, _ = look(stopped, getattr(stopped.cast, STATES[state][1]))
    alike = {(one.name, *sorted(one.form.typed)): one for one in reversed(found)}
    send_all(list(alike.values()), DOUBLES // len(STATES))


def test_so_has_one_behind_an_open_door(stopped):
    send_all(list(open_forms(stopped)), 0)
