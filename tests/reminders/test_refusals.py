"""What the services of this room refuse by themselves, beside those that tests/house/test_refusals.py names."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from records.audit import StaleVersion
from reminders.services import set_escalation, set_preferences, write_one_off
from tests.build import act
from tests.conftest import NOW

STALE = 99  # a version that no row has


def test_a_message_without_words(plan, cast):
    with pytest.raises(ValidationError) as refused:
        write_one_off(
            plan=plan, subject=" ", text="Read.", audiences=["owners"], send_on=date(2026, 12, 1),
            act=act(NOW, cast.manager),
        )  # fmt: skip
    assert list(refused.value.message_dict) == ["subject"]


def test_days_of_escalation_that_somebody_else_set_meanwhile(plan, cast):
    with pytest.raises(StaleVersion):
        set_escalation(plan=plan, liaison_after=3, managers_after=None, seen_version=STALE, act=act(NOW, cast.manager))


def test_what_somebody_set_for_themselves_in_another_tab(cast):
    with pytest.raises(StaleVersion):
        set_preferences(person=cast.owner, muted_kinds=[], seen_version=STALE, act=act(NOW, cast.owner))
