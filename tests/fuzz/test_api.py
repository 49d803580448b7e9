"""What the API says of itself holds whatever it is asked: never a 5xx, no answer that its description does not have.

Questions come from the description that the API serves, so a new endpoint is asked by itself: values as described,
values as not described, bytes no description would think of, and walks from one answer on to the next; asked by
strangers, by people without a role and by members. FUZZ says how many, SEED which.
"""

import os
import random
from collections import Counter
from functools import partial
from urllib.parse import quote_from_bytes

import pytest
import schemathesis
from django.conf import settings as django
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

CASES = int(os.environ.get("FUZZ", "400"))
SEED = int(os.environ.get("SEED", "1"))
WAYS = 4  # the tests below; each asks its share
STEPS = 6  # of one walk
WHO = ["viewer", "owner", "admin", "viewer", "owner", "admin", "stranger", ""]
PLAN = {
    "database": None, "deadline": None, "phases": [Phase.generate], "suppress_health_check": list(HealthCheck),
}  # fmt: skip
PLAIN = {"Accept-Encoding": "identity"}

pytestmark = pytest.mark.fuzz


@pytest.fixture
def api(world):
    client = Client()
    client.force_login(world.cast.viewer)
    found = schemathesis.openapi.from_file(client.get("/api/schema/").content.decode())
    found.app = get_wsgi_application()
    found.config.generation.with_security_parameters = False  # who asks is chosen below
    found.config.checks.ignored_auth.enabled = False
    # A description cannot say which plans there are, nor how many pages: what has its form may be refused (rule B-64).
    found.config.checks.positive_data_acceptance.enabled = False
    # The server closes connections between requests; here all is asked within the transaction of the test.
    signals = [request_started, request_finished]
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield found
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def cookies(world):
    """The session of each who asks; who is not signed in has none."""
    found = {"": {}}
    for who in set(WHO) - {""}:
        client = Client()
        client.force_login(getattr(world.cast, who))
        found[who] = {django.SESSION_COOKIE_NAME: client.session.session_key}
    return found


class Answers:
    """Each kind of answer that should not have come, once; and how many came."""

    def __init__(self):
        self.wrong, self.seen = {}, Counter()

    def check(self, case, answer, validate):
        self.seen[answer.status_code] += 1
        try:
            validate(answer)
        except FailureGroup as group:
            kinds = ", ".join(sorted({type(one).__name__ for one in group.exceptions}))
            self.wrong[f"{case.operation.label} {answer.status_code} {kinds}"] = str(group)[:2_000]

    def judge(self, at_least):
        print(f"{sum(self.seen.values())} questions, answered {dict(sorted(self.seen.items()))}")  # noqa: T201
        assert not self.wrong, "\n\n".join(f"{name}\n{told}" for name, told in self.wrong.items())
        assert sum(self.seen.values()) >= at_least


@pytest.fixture
def known(world):
    """Values that there are, for half of the questions: at random hardly any is met."""
    return {"plan": world.plan.slug, "goal": world.initiative.goal_id, "as_of": "2026-10-01", "after": 1, "id": "1"}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["as described", "as not described"])
def test_every_answer_is_one_that_is_described(api, cookies, known, mode):
    answers = Answers()

    @seed(SEED)
    @settings(max_examples=CASES // WAYS, **PLAN)
    @given(case=api.as_strategy(mode), who=st.sampled_from(WHO), is_known=st.booleans())
    def ask(case, who, is_known):
        if is_known and mode is GenerationMode.POSITIVE:
            for values in (case.query, case.path_parameters):
                values.update({name: known[name] for name in values if name in known})
        answer = case.call(cookies=cookies[who], headers=PLAIN)
        answers.check(case, answer, case.validate_response)
        if answer.status_code == 200 and not who:
            answers.wrong[f"{case.operation.label} answers strangers"] = ""

    ask()
    answers.judge(CASES // WAYS)


def test_what_one_answer_names_the_next_one_knows(api, cookies):
    answers, chance = Answers(), random.Random(SEED)

    class Walk(api.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"cookies": cookies[chance.choice(WHO[:3])], "headers": PLAIN}

        def validate_response(self, response, case, **more):
            answers.check(case, response, partial(super().validate_response, case=case))

    run_state_machine_as_test(
        seed(SEED)(Walk), settings=settings(max_examples=CASES // WAYS // STEPS, stateful_step_count=STEPS, **PLAN)
    )
    answers.judge(CASES // WAYS // 2)


HOSTILE = [
    b"\x00", b"\xed\xa0\x80", b"\xff\xfe", b"9" * 5_000, b"-" + b"9" * 5_000, b"x" * 60_000, b"\xe2\x80\x8b",
    b"\xe2\x80\xae", b"\r\n", b" test-plan ", b"%", b"%00", b"0x1", b"1e9", b"1_0", b"\xd9\xa1", b"\xc2\xb2", b"NaN",
    b"inf", b"2026-W01-1", b"20260930", b"0000-00-00", b"9999-12-31", b"1;2", b"'", b"\\",
]  # fmt: skip


def test_bytes_that_no_description_would_think_of_are_refused_in_words(api, cookies):
    answers, found = Answers(), [one.ok() for one in api.get_all_operations()]
    names = sorted({item.name for one in found for item in one.query} | {"format", "nowhere", ""})
    value = st.sampled_from(HOSTILE) | st.binary(max_size=30)
    query = st.lists(st.tuples(st.sampled_from(names), value), max_size=3)

    @seed(SEED)
    @settings(max_examples=CASES // WAYS, **PLAN)
    @given(st.sampled_from(found), value, query, st.sampled_from(WHO))
    def ask(operation, key, query, who):
        path = operation.path.replace("{id}", quote_from_bytes(key, safe=""))
        client = Client(raise_request_exception=False)
        client.cookies.load(cookies[who])
        text = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in query)
        answer = client.get(path, QUERY_STRING=text)
        answers.seen[answer.status_code] += 1
        described = {*map(int, operation.definition.raw["responses"]), 404}
        if answer.status_code not in described or answer["Content-Type"] != "application/json":
            answers.wrong[f"{operation.label} {answer.status_code}"] = (
                f"{path[:200]}?{text[:300]}\n{answer.content[:200]}"
            )

    ask()
    answers.judge(CASES // WAYS)
