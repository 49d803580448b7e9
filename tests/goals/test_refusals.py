"""What the services of this room refuse by themselves, beside those that tests/house/test_refusals.py names."""

import pytest
from django.core.exceptions import ValidationError

from goals.models import Goal, Plan
from goals.services import create_strategy, update_goal, update_plan
from records.audit import StaleVersion
from tests.build import act


def test_a_strategy_whose_number_is_taken(goal):
    with pytest.raises(ValidationError, match="is already used"):
        create_strategy(goal=goal, fields={"number": "1.1", "title": "Another"}, act=act())


def test_a_focus_area_is_not_renumbered_in_a_locked_plan(plan, goal):
    update_plan(plan=plan, fields={"is_locked": True}, act=act())
    with pytest.raises(ValidationError, match="The plan is locked"):
        update_goal(goal=Goal.objects.get(pk=goal.pk), fields={"number": "7"}, act=act())


def test_a_plan_that_somebody_else_changed_keeps_its_holidays(plan):
    with pytest.raises(StaleVersion):
        update_plan(plan=plan, fields={}, holidays={plan.start_date: "First day"}, seen_version=99, act=act())
    assert not Plan.objects.get().holidays.exists()
