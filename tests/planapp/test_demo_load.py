"""Loading the demo: the same every time, and never on top of somebody's data."""

import hashlib
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from demo.load import load_demo
from demo.source import PartialDate, real_initiatives, real_plan
from goals.models import Plan
from initiatives.models import StatusUpdate
from records.models import AuditEvent
from tests.build import build_plan
from tests.conftest import NOW

# A rolled-back load uses up row numbers on PostgreSQL, so what names them differs between two loads in one database.
HOLDS_ROW_NUMBERS = {"latest_update", "content_hash", "chain_hash"}


def test_demo_is_the_same_for_a_seed_and_a_now(db):
    assert fingerprint(seed=7) == fingerprint(seed=7)


def test_demo_refuses_a_database_with_another_plan(cast):
    build_plan()
    with pytest.raises(CommandError, match="already holds “Test plan”"):
        call_command("load_demo")
    assert Plan.objects.count() == 1


@pytest.mark.parametrize("options", [["--now", "yesterday"], ["--scale", "0"]])
def test_demo_bad_options_get_a_sentence(db, options):
    with pytest.raises(CommandError, match=options[0]):
        call_command("load_demo", *options)


def test_partial_dates_mean_the_last_day_of_the_period():
    assert PartialDate.read("2024-02").day.isoformat() == "2024-02-29"
    assert PartialDate.read(2024).day.isoformat() == "2024-12-31"
    assert PartialDate.read(None) is None


def test_data_file_is_whole():
    assert len(real_initiatives()) == 69
    assert len(real_plan()["departments"]["list"]) == 56


def fingerprint(*, seed: int) -> str:
    """A hash of everything that was recorded, by what it says and not by row numbers."""
    with transaction.atomic():
        load_demo(seed=seed, scale=1, now=NOW)
        events = [
            [
                at.isoformat(),
                actor,
                channel,
                verb,
                label,
                reason,
                {k: v for k, v in changes.items() if k not in HOLDS_ROW_NUMBERS},
            ]
            for at, actor, channel, verb, label, reason, changes in AuditEvent.objects.order_by("pk").values_list(
                "happened_at", "actor_label", "channel", "verb", "target_label", "reason", "changes"
            )
        ]
        words = list(
            StatusUpdate.objects.order_by("pk").values_list(
                "initiative__number", "status", "percent", "happened", "next_steps", "help_needed"
            )
        )
        transaction.set_rollback(True)
    return hashlib.sha256(json.dumps([events, words]).encode()).hexdigest()
