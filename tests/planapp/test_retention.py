"""What is kept for some time only goes then, in batches, with one event; a legal hold stops all of it."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from imports.models import Import, ImportContent
from initiatives.models import StatusDraft
from jobs import retention, tasks
from jobs.models import RetentionRun
from jobs.retention import apply_retention, remove_rows, series
from outbox.models import Message
from outbox.retention import REMOVED
from outbox.services import new_message
from people.models import Session
from planapp.env import days
from records.models import AuditEvent
from records.verbs import entry_of
from reports.models import ExportJob
from tests.conftest import NOW
from web.models import IdempotencyKey

DAY = timedelta(days=1)
KEPT = {"sessions": 1, "form_keys": 30, "drafts": 40, "mails": 50, "exports": 30, "imports": 30}


@pytest.fixture(autouse=True)
def kept(settings):
    settings.KEEP_DAYS = KEPT | {"left_files": 30}  # tests/jobs/test_leftovers.py looks at those
    return settings.KEEP_DAYS


def sent(person, key, ended_at, **more):
    row = new_message(kind="test", person=person.pk, key=key, at=ended_at, day=ended_at.date())
    said = {
        "state": "sent", "sent_at": ended_at, "ended_at": ended_at, "rendered_on": ended_at.date(), "subject": "News",
        "text": "Words", "html": "<p>Words</p>", "to_address": person.email, "address": person.email,
    }  # fmt: skip
    for name, value in (said | more).items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


@pytest.fixture
def old_and_young(cast, initiative, plan):
    """Of each series one row that was kept for exactly as long as it may be, and one that was a second longer."""
    for second in (0, 1):
        then = {name: NOW - timedelta(days=number, seconds=second) for name, number in KEPT.items()}
        Session.objects.create(session_key=f"s{second}", session_data="", expire_date=then["sessions"])
        IdempotencyKey.objects.create(
            key=f"k{second}", content="c", user=cast.owner, result="", recorded_at=then["form_keys"]
        )
        StatusDraft.objects.create(
            initiative=initiative, author=cast.owner, form=f"f{second}", content={"a": "b"}, saved_at=then["drafts"]
        )
        sent(cast.owner, f"m{second}", then["mails"])
        job = Import.objects.create(
            plan=plan, file_name=f"{second}.csv", size=1, asked_at=then["imports"], next_try_at=NOW, state="applied",
            ended_at=then["imports"] + timedelta(seconds=1),
        )  # fmt: skip
        ImportContent.objects.create(job=job, data=b"x")
        ExportJob.objects.create(
            key=f"k{second}", plan=plan, fiscal_year=2027, quarter=1, start_month=7, format="pdf", is_public=False,
            asked_at=NOW, state="ready", next_try_at=NOW, ended_at=NOW, name="n", sha256="x", size=1,
            keep_until=NOW + timedelta(seconds=1 - second),
        )  # fmt: skip


def left() -> dict[str, int]:
    return {
        "sessions": Session.objects.count(), "form_keys": IdempotencyKey.objects.count(),
        "drafts": StatusDraft.objects.count(), "mails": Message.objects.exclude(text="").count(),
        "imports": ImportContent.objects.count(), "exports": ExportJob.objects.count(),
    }  # fmt: skip


def test_what_was_kept_long_enough_goes_and_one_event_says_how_many(old_and_young):
    before = AuditEvent.objects.count()
    run = apply_retention(at=NOW)
    assert left() == dict.fromkeys(KEPT, 1)
    assert set(run.removed.values()) == {1}
    assert set(run.removed) == {one.label for one in series() if one.name in KEPT}
    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_id, event.channel) == ("retention.applied", None, "system")
    assert {change.new for change in entry_of(event).changes} == {"1"}


def test_a_mail_keeps_its_row_and_loses_its_words_and_address(cast):
    over = NOW - timedelta(days=51)
    gone = sent(cast.owner, "1", over)
    never = sent(
        cast.owner, "2", over, state="cancelled", sent_at=None, note="No need.", to_address="", rendered_on=None
    )
    kept = [
        sent(cast.owner, "3", over, state="failed", sent_at=None, note="550"),
        sent(cast.owner, "4", over, state="unconfirmed", sent_at=None, note="Nobody knows."),
    ]
    run = apply_retention(at=NOW)
    assert list(run.removed.values()) == [2]
    gone.refresh_from_db()
    assert (gone.text, gone.html, gone.address, gone.to_address, gone.subject) == ("", "", "", REMOVED, "News")
    never.refresh_from_db()
    assert (never.text, never.to_address) == ("", "")
    for row in kept:
        row.refresh_from_db()
        assert (row.text, row.to_address) == ("Words", cast.owner.email)
    assert apply_retention(at=NOW + DAY).removed == {}


def test_a_legal_hold_stops_all_of_it_and_is_said(old_and_young, settings, sign_in, cast):
    settings.LEGAL_HOLD = True
    sign_in(cast.admin)
    sessions = Session.objects.count()
    before = left()
    tasks.apply_retention()
    out = io.StringIO()
    call_command("apply_retention", at=NOW.isoformat(), stdout=out)
    call_command("build_exports", at=NOW.isoformat(), stdout=io.StringIO())
    for one in series():
        if one.name in {"exports", "imports"}:
            assert one.remove(NOW, DAY) == 0
    assert (left(), Session.objects.count()) == (before, sessions)
    assert not RetentionRun.objects.exists()
    assert "nothing is removed" in out.getvalue()
    assert "A legal hold lasts" in sign_in(cast.admin).get("/operations/").content.decode()


def test_a_series_without_days_is_kept_for_good(old_and_young, kept, sign_in, cast):
    kept["drafts"] = None
    apply_retention(at=NOW + 10_000 * DAY)
    assert left() == dict.fromkeys(KEPT, 0) | {"drafts": 2}
    shown = sign_in(cast.admin).get("/operations/").content.decode()
    assert "For good" in shown
    assert "50 days" in shown


def test_it_is_done_once_a_day_and_a_day_without_anything_leaves_no_event(db, time_machine):
    time_machine.move_to(NOW, tick=False)
    tasks.apply_retention()
    assert apply_retention(at=NOW + timedelta(hours=22)) is None
    out = io.StringIO()
    call_command("apply_retention", at=(NOW + timedelta(hours=24)).isoformat(), stdout=out)
    assert out.getvalue() == "Done.\n"
    assert RetentionRun.objects.count() == 2
    assert not AuditEvent.objects.exists()


def test_rows_go_some_at_a_time(db):
    for number in range(7):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=NOW)
    assert remove_rows(Session.objects.all(), batch=3) == 7
    assert not Session.objects.exists()


def test_nothing_recorded_is_in_a_series():
    """What reports, history and the audit log stand on is deleted by no room's retention."""
    text = "".join(path.read_text() for path in Path(retention.__file__).parents[1].glob("*/retention.py"))
    for model in ("Version", "AuditEvent", "Snapshot", "PublishedFile", "ExportedFile", "StatusUpdate", "User."):
        assert model not in text


@pytest.mark.parametrize(("text", "found"), [("", None), (" ", None), ("7", 7), (" 30 ", 30)])
def test_a_number_of_days_or_nothing(text, found):
    assert days("KEEP", text, least=7) == found


@pytest.mark.parametrize(
    ("text", "may_be_empty"), [("6", True), ("-1", True), ("x", True), ("", False), ("99999", True), ("7.5", True)]
)
def test_what_is_no_number_of_days_stops_the_start_and_names_the_variable(text, may_be_empty):
    with pytest.raises(ImproperlyConfigured, match="KEEP must be a number of days from 7"):
        days("KEEP", text, least=7, may_be_empty=may_be_empty)
