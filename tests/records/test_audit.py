"""Writing history: unchanged saves, moments that collide, memberships, deletion."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from initiatives.models import Contribution
from initiatives.services import update_initiative
from people.models import DepartmentVersion
from people.services import create_department, update_department
from records.audit import SYSTEM, TICK, StaleVersion, record_change, record_deletion, unique_rules
from records.models import AuditEvent
from records.verbs import entry_of, value_in_words
from tests.build import act, at

WHEN = at("2026-09-01T12:00")


def versions(row):
    return list(row.versions.order_by("recorded_from").values_list("name", "recorded_from", "recorded_until"))


@pytest.fixture
def row(db):
    return create_department(name="Before", abbreviation="A", act=act(WHEN))


def test_what_a_unique_constraint_refuses_is_said_in_words(row):
    """As where two people are as quick as each other; only PostgreSQL's driver says which constraint it was."""

    class Refused(Exception):
        diag = SimpleNamespace(constraint_name="department_abbreviation_unique")

    with pytest.raises(ValidationError, match="is already used"), unique_rules(row):
        raise IntegrityError from Refused()
    with pytest.raises(IntegrityError), unique_rules(row):
        raise IntegrityError


def test_an_unchanged_save_writes_nothing(row):
    again = update_department(department=row, fields={"name": "Before"}, act=act("2026-09-02T12:00"))
    assert (again.version, AuditEvent.objects.count(), DepartmentVersion.objects.count()) == (1, 1, 1)


def test_a_change_says_who_when_what_and_why(row, cast):
    update_department(department=row, fields={"name": "After"}, act=act("2026-09-02T12:00", cast.admin, reason="Moved"))
    event = AuditEvent.objects.get(verb="department.changed")
    assert (event.actor_label, event.happened_at, event.changes, event.reason, event.channel) == (
        "Admin", at("2026-09-02T12:00"), {"name": ["Before", "After"]}, "Moved", "web",
    )  # fmt: skip


def test_b56_what_nobody_did_names_the_system(row):
    assert AuditEvent.objects.get().actor_label == SYSTEM
    assert AuditEvent.objects.get().actor_id is None


def test_two_changes_at_one_instant_keep_their_order(row):
    update_department(department=row, fields={"name": "Second"}, act=act(WHEN))
    update_department(department=row, fields={"name": "Third"}, act=act(WHEN))
    assert versions(row) == [
        ("Before", WHEN, WHEN + TICK), ("Second", WHEN + TICK, WHEN + 2 * TICK), ("Third", WHEN + 2 * TICK, None),
    ]  # fmt: skip


def test_a_clock_that_runs_back_never_makes_history_run_back(row):
    update_department(department=row, fields={"name": "Early"}, act=act(WHEN - timedelta(hours=1)))
    assert versions(row) == [("Before", WHEN, WHEN + TICK), ("Early", WHEN + TICK, None)]


def test_a_deleted_row_keeps_its_past_and_is_gone_from_now_on(row):
    record_deletion(row, verb="department.deleted", act=act("2026-09-03T12:00"))
    assert versions(row) == [("Before", WHEN, at("2026-09-03T12:00"))]


def test_the_second_of_two_people_is_told(row):
    update_department(department=row, fields={"name": "Theirs"}, seen_version=1, act=act("2026-09-02T12:00"))
    with pytest.raises(StaleVersion) as told:
        update_department(department=row, fields={"name": "Mine"}, seen_version=1, act=act("2026-09-02T12:01"))
    assert told.value.row.name == "Theirs"


def test_a_membership_alone_makes_an_event_and_no_version(initiative, cast):
    before = initiative.versions.count()
    update_initiative(initiative=initiative, fields={}, contributors=[cast.contributor], act=act("2026-09-02T12:00"))
    update_initiative(initiative=initiative, fields={}, contributors=[cast.contributor], act=act("2026-09-03T12:00"))
    events = AuditEvent.objects.filter(verb="initiative.changed")
    assert [event.changes for event in events] == [{"contributors": ["", "Contributor"]}]
    assert (initiative.versions.count(), Contribution.objects.count()) == (before, 1)


def test_keys_that_nobody_typed_are_kept_but_not_told(initiative):
    update_initiative(initiative=initiative, fields={"number": "1.7"}, act=act("2026-09-02T12:00"))
    assert AuditEvent.objects.get(verb="initiative.changed").changes == {"number": ["1.1", "1.7"]}


def test_record_change_of_nothing_is_nothing(row):
    assert record_change(row, {"name": "Before"}, verb="x.y", act=act("2026-09-02T12:00")) is None


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("2026-11-04", "4 Nov 2026"),
        ("2026-10-01 03:30:00+00:00", "30 Sep 2026"),  # that day in Philadelphia
        ("True", "yes"),
        ("False", "no"),
        (None, ""),
        ("2026-11-04 is a Wednesday", "2026-11-04 is a Wednesday"),
        (40, "40"),
    ],
)
def test_the_log_is_read_in_words(kept, words):
    assert value_in_words(kept) == words


@pytest.mark.parametrize(("kept", "words"), [(70, "70%"), (0, "0%"), ("", ""), (None, "")])
def test_a_number_is_read_with_its_unit(kept, words):
    assert value_in_words(kept, "percent") == words


def test_a_reason_that_a_field_keeps_too_is_said_once():
    """What took its place is told; only where it was empty the field would say the reason again."""
    event = AuditEvent(verb="x.y", reason="A strike", happened_at=timezone.now(), channel="web")
    event.changes = {"override_status": ["", "At risk"], "override_reason": ["", "A strike"]}
    assert [(change.old, change.new) for change in entry_of(event).changes] == [("", "At risk")]
    event.changes = {"override_reason": ["A flood", "A strike"]}
    assert [(change.old, change.new) for change in entry_of(event).changes] == [("A flood", "A strike")]
