"""What the services of this room refuse by themselves, beside those that tests/house/test_refusals.py names."""

import pytest
from django.core.exceptions import ValidationError

from goals.models import Goal, Plan, Priority
from goals.services import (
    add_parts,
    create_evidence,
    create_priority,
    create_strategy,
    move_evidence,
    restore_evidence,
    retire_evidence,
    update_evidence,
    update_goal,
    update_plan,
)
from records.audit import StaleVersion
from tests.build import act

STALE = 99  # a version that no row has


def test_a_strategy_whose_number_is_taken(goal):
    with pytest.raises(ValidationError, match="is already used"):
        create_strategy(goal=goal, fields={"number": "1.1", "title": "Another"}, act=act())


def test_a_focus_area_is_not_renumbered_in_a_locked_plan(plan, goal):
    update_plan(plan=plan, fields={"is_locked": True}, act=act())
    with pytest.raises(ValidationError, match="The plan is locked"):
        update_goal(goal=Goal.objects.get(pk=goal.pk), fields={"number": "7"}, act=act())


def test_a_plan_that_somebody_else_changed_keeps_its_holidays(plan):
    with pytest.raises(StaleVersion):
        update_plan(plan=plan, fields={}, holidays={plan.start_date: "First day"}, seen_version=STALE, act=act())
    assert not Plan.objects.get().holidays.exists()


@pytest.fixture
def finding(plan):
    return create_evidence(plan=plan, fields={"text": "Streets are dark."}, act=act())


@pytest.mark.parametrize(
    "change",
    [
        lambda row: update_evidence(evidence=row, fields={"text": "Lit."}, seen_version=STALE, act=act()),
        lambda row: retire_evidence(evidence=row, seen_version=STALE, act=act()),
    ],
    ids=["edited", "retired"],
)
def test_a_finding_that_somebody_else_changed(finding, change):
    with pytest.raises(StaleVersion):
        change(finding)


def test_a_finding_without_words(finding):
    with pytest.raises(ValidationError) as refused:
        update_evidence(evidence=finding, fields={"text": ""}, act=act())
    assert list(refused.value.message_dict) == ["text"]


def test_a_finding_is_restored_once(finding):
    with pytest.raises(ValidationError, match="is not retired any more"):
        restore_evidence(evidence=finding, act=act())


def test_a_finding_is_moved_beside_another_that_is_there(plan, finding):
    other = create_evidence(plan=plan, fields={"text": "Steps are loose."}, act=act())
    with pytest.raises(ValidationError, match="not in the list any more"):
        move_evidence(evidence=finding, beside=finding.pk, is_after=True, act=act())
    retire_evidence(evidence=finding, act=act())
    with pytest.raises(ValidationError, match="not in the list any more"):
        move_evidence(evidence=finding, beside=other.pk, is_after=True, act=act())


def test_many_parts_none_of_which_may_stand_twice(plan, goal):
    create_priority(plan=plan, name="Safer streets", act=act())
    with pytest.raises(ValidationError, match="is already used"):
        add_parts(plan=plan, rows=[Goal(plan=plan, number="1", title="Again")], act=act())
    with pytest.raises(ValidationError, match="already"):
        add_parts(plan=plan, rows=[Priority(plan=plan, name="SAFER streets")], act=act())


def test_many_parts_of_a_locked_plan(plan):
    plan = update_plan(plan=plan, fields={"is_locked": True}, act=act())
    with pytest.raises(ValidationError, match="The plan is locked"):
        add_parts(plan=plan, rows=[Goal(plan=plan, number="7", title="New")], act=act())
