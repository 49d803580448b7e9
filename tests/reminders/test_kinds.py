"""Kinds among themselves: silence is decided in one place, and each says all that a mail needs of it."""

import random
from itertools import product

import pytest
from django.template.loader import get_template

from initiatives.models import SILENT, Status
from initiatives.selectors.status import initiative_statuses, read
from initiatives.services import override_status, propose_commitment
from records.asof import AsOf
from reminders.kinds import KINDS, find_events
from reminders.selectors.days import checking_day
from tests.build import act, make_initiative, make_milestone, report
from tests.reminders.cast import TODAY, morning

WORDS = ("", *Status.values)


@pytest.fixture
def every_status(plan, cast):
    """An initiative for each pair of reported status and override, each with something to tell; dates by a seed."""
    dice = random.Random(4)
    for number, (said, override) in enumerate(product(WORDS, WORDS), start=1):
        row = make_initiative(plan, number=f"7.{number}", owner=cast.owner, lead_department=cast.streets)
        if said:
            report(row, said, dice.choice(["2026-06-01T12:00", "2026-10-01T12:00"]), cast.owner)
        make_milestone(row, TODAY.replace(day=dice.choice([1, 4, 5, 9])))
        propose_commitment(
            initiative=row, department=cast.streets, what="Dig", due_date=None, act=act("2026-10-01T12:00")
        )
        if override:
            why = act("2026-10-02T12:00", cast.manager, reason="Said so")
            override_status(initiative=row, status=override, act=why)


def test_silent_is_exactly_what_the_page_shows_as_closed_or_on_hold(every_status):
    rows = read(initiative_statuses(AsOf.now(morning(TODAY))))
    awake = {row.id for row in rows if row.effective_status not in SILENT}
    found = find_events(checking_day(morning(TODAY)))
    for family in ("milestone", "commitment"):
        assert {one.initiative_id for one in found if one.subject_type == family} == awake, family
    stale = {row.id for row in rows if (row.id in awake and row.last_updated_at is None) or row.is_stale} & awake
    assert {one.initiative_id for one in found if one.kind == "update_due"} == stale
    assert 20 < len(awake) < len(rows)


def test_all_kinds_are_found_in_as_many_queries_as_there_are_families(every_status, django_assert_num_queries):
    day = checking_day(morning(TODAY))
    with django_assert_num_queries(6):
        found = find_events(day)
    one = next(one for one in found if one.subject_type == "milestone")
    with django_assert_num_queries(1):
        assert find_events(day, {"milestone": [one.subject_id]}) == [one]


def test_narrowed_to_some_rows_says_the_same_of_them(every_status):
    day = checking_day(morning(TODAY))
    everything = find_events(day)
    some = {
        name: {one.subject_id for one in everything if one.subject_type == name} for name in ("milestone", "initiative")
    }
    some = {name: set(sorted(keys)[::3]) for name, keys in some.items()}
    wanted = [one for one in everything if one.subject_id in some.get(one.subject_type, ())]
    assert sorted(wanted, key=str) == sorted(find_events(day, some), key=str)


def test_each_kind_has_its_words():
    for kind in KINDS.values():
        assert get_template(f"reminders/email/kinds/{kind.name}.txt")
        assert kind.label
        assert kind.action
    assert len({kind.order for kind in KINDS.values()}) == len(KINDS)
