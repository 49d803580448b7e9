"""Roll-ups and what moved: rules B-01, B-07, B-08 and the comparison of two moments."""

from datetime import date

import pytest

from goals.models import Goal, Strategy
from goals.selectors import plans_as_of
from initiatives.selectors.changes import changes_of
from initiatives.selectors.counted import tally
from initiatives.selectors.overview import next_dates, plan_overview
from initiatives.selectors.rollup import EMPTY
from initiatives.selectors.survey import survey
from initiatives.services import (
    delete_initiative,
    override_status,
    propose_commitment,
    update_initiative,
    update_milestone,
)
from records.asof import AsOf
from tests.build import act, make_initiative, make_milestone, report

TODAY = date(2026, 10, 5)
LATELY = "2026-10-01T12:00"


@pytest.fixture
def today():
    return AsOf(day=TODAY)


@pytest.fixture
def strategy(plan):
    return Strategy.objects.get(goal__plan=plan)


def stand(plan, strategy, statuses):
    for number, status in enumerate(statuses, start=1):
        row = make_initiative(plan, number=f"1.1.{number}", strategy=strategy)
        report(row, status, LATELY)


def test_b01_nothing_said_counts_as_not_started(plan, today):
    make_initiative(plan, start_date=TODAY)
    assert tally(plans_as_of(today), today).whole.counts == {"not_started": 1}


def test_b07_counts_add_up_and_cancelled_is_left_out_of_percentages(plan, strategy, today):
    stand(plan, strategy, ["on_track", "on_track", "off_track", "completed", "cancelled"])
    counted = tally(plans_as_of(today), today).by("strategy_id")[strategy.pk]
    assert counted.counts == {"off_track": 1, "on_track": 2, "completed": 1, "cancelled": 1}
    assert (counted.total, counted.counted, counted.completed, counted.completed_percent) == (5, 4, 1, 25)


def test_b08_empty_and_only_cancelled_have_no_data(plan, strategy, today):
    assert (EMPTY.total, EMPTY.has_data, EMPTY.completed_percent) == (0, False, None)
    stand(plan, strategy, ["cancelled"])
    counted = tally(plans_as_of(today), today).by("strategy_id")[strategy.pk]
    assert (counted.total, counted.has_data, counted.completed_percent) == (1, False, None)


def test_the_parts_sum_to_the_whole(plan, strategy, cast, today):
    stand(plan, strategy, ["on_track", "at_risk", "completed"])
    make_initiative(plan, number="2.1", goal=Goal.objects.get(plan=plan, number="2"), lead_department=cast.streets)
    make_initiative(plan, number="2.2", goal=Goal.objects.get(plan=plan, number="2"), owner=cast.owner)
    counted = tally(plans_as_of(today), today)
    assert counted.whole.total == 5
    for dimension in ("plan_id", "goal_id", "strategy_id", "department_id"):
        parts = counted.by(dimension).values()
        assert sum(part.total for part in parts) == 5
        assert sum(part.needing_attention for part in parts) == counted.whole.needing_attention
    assert counted.by("department_id")[cast.streets.pk].total == 1
    assert counted.of("department_id", [cast.streets.pk, None]).total == 5
    assert counted.whole.without_owner == 3  # the completed one needs none


def test_counting_costs_two_queries_for_one_and_for_three(plan, today, django_assert_num_queries):
    make_initiative(plan, number="1.1")
    with django_assert_num_queries(2):
        tally(plans_as_of(today), today)
    make_initiative(plan, number="1.2")
    make_initiative(plan, number="1.3")
    with django_assert_num_queries(2):
        assert tally(plans_as_of(today), today).whole.total == 3


def test_attention_names_every_reason(plan, cast, today):
    late = make_initiative(plan, number="1.1", owner=cast.owner)
    report(late, "on_track", LATELY, cast.owner, help_needed="Two testers.")
    make_milestone(late, date(2026, 9, 1))
    make_initiative(plan, number="1.2", start_date=date(2026, 6, 1))
    held = make_initiative(plan, number="1.3", owner=cast.owner)
    report(held, "on_hold", "2026-01-10T12:00", cast.owner, help_needed="Money.")
    passed = make_initiative(plan, number="1.4", owner=cast.owner, due_date=date(2026, 10, 4))
    report(passed, "on_track", LATELY, cast.owner)
    forced = make_initiative(plan, number="1.5", owner=cast.owner)
    report(forced, "on_track", LATELY, cast.owner)
    override_status(initiative=forced, status="at_risk", act=act(LATELY, cast.admin, reason="Vendor strike."))
    fine = make_initiative(plan, number="1.6", owner=cast.owner)
    report(fine, "on_track", LATELY, cast.owner)
    done = make_initiative(plan, number="1.7")
    report(done, "completed", "2026-01-01T12:00", help_needed="None any more.")

    found = plan_overview(plan.versions.get(), today).concerns
    told = [(concern.initiative.number, list(concern.reasons)) for concern in found]
    assert told == [
        ("1.1", ["1 milestone is late.", "Asks for help: Two testers."]),
        ("1.2", ["No update since it began 126 days ago.", "Nobody owns it."]),
        ("1.5", ["Set to at risk by hand: Vendor strike."]),
        ("1.4", ["Its due date passed 1 day ago."]),
    ]
    assert tally(plans_as_of(today), today).whole.needing_attention == len(found)


def test_b43_live_part_what_moved_since_the_quarter_before(plan, cast, today):
    worse, better, slipped, gone = (
        make_initiative(plan, number=f"1.{number}", owner=cast.owner, due_date=date(2026, 12, 1)) for number in "1234"
    )
    for row in (worse, slipped, gone):
        report(row, "on_track", "2026-09-15T12:00", cast.owner)
    report(better, "at_risk", "2026-09-15T12:00", cast.owner)
    step = make_milestone(slipped, date(2026, 11, 1), title="Pilot")
    # The quarter ends. Then:
    report(worse, "off_track", LATELY, cast.owner)
    report(better, "on_track", LATELY, cast.owner)
    update_initiative(
        initiative=slipped, fields={"due_date": date(2027, 1, 11)}, act=act(LATELY, cast.manager, reason="Vendor")
    )
    update_milestone(milestone=step, fields={"due_date": date(2026, 11, 11)}, act=act(LATELY, reason="Vendor"))
    make_initiative(plan, number="1.5", when="2026-10-03T12:00")
    delete_initiative(initiative=gone, act=act("2026-10-04T12:00", cast.manager))

    then = AsOf.end_of(date(2026, 9, 30))
    moved = changes_of(survey(plans_as_of(today), today, plans_as_of(then), then, shown=12))
    told = {group.key: [(move.number, move.before, move.after) for move in group.moves] for group in moved.groups}
    assert told == {
        "worse": [("1.1", "on_track", "off_track")],
        "better": [("1.2", "at_risk", "on_track")],
        "new": [("1.5", "", "no_current_update")],
        "gone": [("1.4", "on_track", "")],
    }
    assert [(slip.label, slip.days) for slip in moved.slipped] == [("1.3 Initiative 1.3", 41), ("Pilot (1.3)", 10)]
    assert [group.words for group in moved.groups] == [
        "1 stands worse", "1 stands better", "1 is new", "1 was taken out of the plan",
    ]  # fmt: skip
    assert moved.slip_words == "2 dates slipped by a median of 26 days"


def test_next_dates_are_of_what_is_open(plan, cast, today):
    row = make_initiative(plan, number="1.1", due_date=date(2026, 11, 4))
    make_milestone(row, date(2026, 11, 1), title="Pilot")
    make_milestone(row, date(2026, 10, 4), title="Past")
    make_milestone(row, date(2026, 11, 5), title="On the 31st day from now")
    propose_commitment(
        initiative=row, department=cast.streets, what="Two staff", due_date=date(2026, 10, 5), act=act(LATELY)
    )
    closed = make_initiative(plan, number="1.2", due_date=date(2026, 11, 2))
    make_milestone(closed, date(2026, 11, 3))
    report(closed, "completed", LATELY)
    found = next_dates(plan.pk, today)
    assert [(one.day, one.kind, one.what, one.number) for one in found] == [
        (date(2026, 10, 5), "Commitment", "Two staff", "1.1"),
        (date(2026, 11, 1), "Milestone", "Pilot", "1.1"),
        (date(2026, 11, 4), "Initiative ends", "Initiative 1.1", "1.1"),
    ]


def test_a_plan_without_a_past_has_nothing_to_compare(plan, today):
    version = plan.versions.get()
    assert plan_overview(version, AsOf.end_of(date(2025, 7, 2))).changes is None
    assert plan_overview(version, today).whole == EMPTY
