"""Files that a worker builds: asked for once or twice, built once, kept a while, fetched by who may."""

import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db.models.functions import Now
from django.urls import reverse

from initiatives.services import propose_commitment
from jobs import doorbell, progress
from jobs.queue import take_back
from people.models import RoleGrant
from people.services import revoke_role
from records.models import AuditEvent
from reports import services
from reports.exporters import FORMATS, CannotTypeset, to_xlsx
from reports.exporters.to_pdf import _why
from reports.files import build as building
from reports.files.verification import verify_file
from reports.models import ExportContent, ExportedFile, ExportJob, ExportRequest
from reports.services import build_next_export, freeze_quarter, remove_old_exports
from reports.tasks import build_exports
from tests.build import act, at, make_initiative, make_milestone, report
from tests.reports.conftest import Q1

NOW = "2026-10-05T15:00"
URL = "/reports/test-plan/FY2027-Q1/export.xlsx"
State = ExportJob.State


@pytest.fixture(autouse=True)
def bell(monkeypatch):
    """Counts the rings, and lets no worker come: tests call it themselves."""
    rings = []
    monkeypatch.setattr(doorbell, "_send", rings.append)
    return rings


@pytest.fixture
def frozen(plan, initiative, cast):
    """One quarter with a public and an internal initiative, two milestones and a commitment."""
    hidden = make_initiative(plan, number="1.2", title="Kept inside", owner=cast.owner, visibility="internal")
    for row in (initiative, hidden):
        make_milestone(row, date(2026, 12, 1))
        report(row, "on_track", "2026-09-20T12:00", cast.owner, happened="Step one is done.")
    propose_commitment(initiative=initiative, department=cast.streets, what="Poles", due_date=None, act=act())
    return freeze_quarter(plan=plan, quarter=Q1, act=act("2026-10-05T14:00"))


@pytest.fixture
def large(monkeypatch):
    """Every report is too large to be written while its reader waits."""
    for key, kind in FORMATS.items():
        monkeypatch.setitem(FORMATS, key, replace(kind, at_once=0))


@pytest.fixture
def reader(frozen, large, cast, sign_in, time_machine):
    time_machine.move_to(at(NOW), tick=False)
    return sign_in(cast.viewer)


def build(when=NOW):
    return build_next_export(at=at(when))


def ask(client, url=URL):
    """Ask for a file; returns its job."""
    answer = client.post(url)
    assert answer.status_code == 302
    found = re.fullmatch(r"/reports/files/(\d+)/", answer["Location"])
    return ExportJob.objects.get(pk=found[1])


def page(client, job, part=""):
    return client.get(f"/reports/files/{job.pk}/{part}")


def test_a_format_that_there_is_not_is_refused(frozen, cast):
    with pytest.raises(ValidationError, match="There is no format “docx”"):
        services.request_export(
            plan=frozen.plan, quarter=Q1, snapshot=None, format_key="docx", is_public=False, key="k",
            act=act(NOW, cast.viewer),
        )  # fmt: skip


def test_a_worker_whose_file_another_one_took_over_keeps_nothing(reader, monkeypatch, caplog):
    job, begin = ask(reader), progress.Progress.begin

    def then(counting, step):
        begin(counting, step)
        if step == ExportJob.Step.KEEP:
            take_back(ExportJob.objects.all())

    monkeypatch.setattr(progress.Progress, "begin", then)
    build()
    job.refresh_from_db()
    assert (job.state, ExportContent.objects.count(), ExportedFile.objects.count()) == (State.QUEUED, 0, 0)
    assert "taken over by another worker" in caplog.text


# Asking -----------------------------------------------------------------------------------------


def test_a_small_report_is_written_at_once(frozen, cast, sign_in, time_machine):
    time_machine.move_to(at(NOW))
    client = sign_in(cast.viewer)
    assert client.get(URL)["Content-Disposition"] == 'attachment; filename="test-plan-fy2027-q1-r1.xlsx"'
    assert not ExportJob.objects.exists()


def test_a_get_starts_nothing_and_offers_to_build(reader, bell):
    answer = reader.get(URL)
    html = answer.content.decode()
    assert (answer.status_code, "Content-Disposition" in answer) == (200, False)
    assert "Build it" in html
    assert "Internal edition: every initiative." in html
    assert (ExportJob.objects.count(), ExportRequest.objects.count(), bell) == (0, 0, [])


def test_asked_built_and_fetched(reader, cast, content_of, bell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(reader)
    assert (job.state, job.snapshot.revision, job.is_public, len(bell)) == (State.QUEUED, 1, False, 1)
    assert "Waiting for its turn." in page(reader, job).content.decode()
    assert reader.get(URL)["Location"] == f"/reports/files/{job.pk}/"
    assert page(reader, job, "download/")["Location"] == f"/reports/files/{job.pk}/"
    assert build() == job
    job.refresh_from_db()
    assert (job.state, job.name, job.attempts) == (State.READY, "test-plan-fy2027-q1-r1.xlsx", 1)
    data = page(reader, job, "download/").content
    assert data == FORMATS["xlsx"].write(content_of(Q1)) == reader.get(URL).content
    assert (job.size, job.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert job.keep_until == at(NOW) + timedelta(days=30)
    assert "Kept until" in page(reader, job).content.decode()
    ((verdict,), _) = verify_file(data)
    assert (verdict.is_known_file, verdict.file.by) == (True, cast.viewer)
    told = AuditEvent.objects.filter(target_type="exportjob").order_by("pk")
    assert [(row.verb, row.actor_label) for row in told] == [
        ("export.asked", "Viewer"), ("export.ready", "planapp (system)"), ("export.fetched", "Viewer"),
    ]  # fmt: skip


def test_equal_requests_share_one_build(reader, cast, client, sign_in):
    first = ask(reader)
    assert ask(reader) == first
    assert ask(sign_in(cast.leader)) == first
    assert ExportRequest.objects.filter(job=first).count() == 2
    assert (build(), build()) == (first, None)
    assert ExportContent.objects.count() == 1
    later = ask(client)
    assert (later, later.state) == (first, State.READY)


def test_what_is_already_built_is_handed_to_the_next_at_once(reader, cast, sign_in):
    ask(reader)
    build()
    other = sign_in(cast.manager)
    assert other.get(URL)["Content-Disposition"] == 'attachment; filename="test-plan-fy2027-q1-r1.xlsx"'


@pytest.mark.parametrize(
    "change",
    [
        lambda plan, cast: "?edition=public",
        lambda plan, cast: services.complete_report(
            plan=plan, quarter=plan.quarter_of(at("2026-09-30T12:00").date()), act=act(NOW, cast.leader)
        ),
    ],
    ids=["edition", "workflow"],
)
def test_another_edition_or_another_state_of_its_life_is_another_file(reader, plan, cast, change):
    first = ask(reader)
    query = change(plan, cast)
    second = ask(reader, URL + query if isinstance(query, str) else URL)
    assert first != second
    build(), build()
    assert {job.sha256 for job in ExportJob.objects.all()} == {
        ExportJob.objects.get(pk=first.pk).sha256, ExportJob.objects.get(pk=second.pk).sha256,
    }  # fmt: skip


def test_a_file_written_by_older_code_is_not_taken_for_equal(reader, monkeypatch):
    first = ask(reader)
    monkeypatch.setattr("reports.exporters.keys.writers", lambda: "the next version")
    assert ask(reader) != first


@pytest.mark.parametrize("quarter", ["FY2027-Q3", "FY2020-Q1"])
def test_no_file_is_asked_for_of_a_quarter_that_is_to_come_or_was_before_the_plan(reader, plan, initiative, quarter):
    assert reader.post(f"/reports/test-plan/{quarter}/export.xlsx").status_code == 404
    assert not ExportJob.objects.exists()


def test_a_draft_is_shared_until_the_plan_moves(reader, plan, cast):
    url = "/reports/test-plan/FY2027-Q2/export.xlsx"
    first = ask(reader, url)
    assert first.snapshot is None
    build()
    assert "draft" in reader.get(url)["Content-Disposition"]
    assert ask(reader, url) == first
    assert not ExportedFile.objects.exists()
    report(make_initiative(plan, number="1.77", when=NOW), "at_risk", NOW, cast.owner)
    assert reader.get(url).status_code == 200
    assert "Build it" in reader.get(url).content.decode()
    assert ask(reader, url) != first


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "path",
    [
        "test-plan/FY2027-Q1/export.exe", "test-plan/FY2027-Q5/export.xlsx", "test-plan/FY2028-Q1/export.xlsx",
        "test-plan/FY2025-Q4/export.xlsx", "test-plan/FY2027-Q1/export.xlsx?revision=7", "none/FY2027-Q1/export.xlsx",
    ],
)  # fmt: skip
def test_what_does_not_exist_cannot_be_asked_for(reader, method, path):
    assert getattr(reader, method)(f"/reports/{path}").status_code == 404
    assert not ExportJob.objects.exists()


def test_a_file_nobody_asks_for_is_not_built(frozen, plan):
    with pytest.raises(ValidationError, match="built for somebody"):
        services.request_export(
            plan=plan, quarter=plan.quarter_of(at(NOW).date()), snapshot=None, format_key="xlsx", is_public=False,
            key="k", act=act(NOW),
        )  # fmt: skip


# Who may ----------------------------------------------------------------------------------------


def test_b61_a_file_is_for_who_asked_for_it(reader, cast, client, sign_in):
    job = ask(reader)
    build()
    other = sign_in(cast.admin)
    for part in ("", "progress/", "download/"):
        assert page(other, job, part).status_code == 404, part
    client.logout()
    assert page(client, job, "download/").status_code == 302


def test_b61_who_lost_the_right_gets_no_file(reader, cast):
    job = ask(reader)
    build()
    assert page(reader, job, "download/").status_code == 200
    revoke_role(grant=RoleGrant.objects.get(user=cast.viewer), act=act(NOW, cast.admin))
    for path in (URL, f"/reports/files/{job.pk}/", f"/reports/files/{job.pk}/progress/", "/reports/files/"):
        assert reader.get(path).status_code == 403, path
    assert page(reader, job, "download/").status_code == 403
    assert reader.post(URL).status_code == 403


def test_the_public_edition_is_built_without_internal_items(reader):
    job = ask(reader, URL.replace("xlsx", "html") + "?edition=public")
    build()
    data = page(reader, job, "download/").content
    assert b"Kept inside" not in data
    assert b"Step one is done." in data
    job.refresh_from_db()
    assert job.name == "test-plan-fy2027-q1-r1-public.html"


# Progress ---------------------------------------------------------------------------------------


def test_progress_is_what_is_written(reader, monkeypatch):
    job = ask(reader)
    monkeypatch.setattr(progress, "EVERY", 0)
    seen = []
    write = progress.Progress._write

    def spy(self, done, total):
        write(self, done, total)
        row = ExportJob.objects.get(pk=job.pk)
        seen.append((row.step, row.done, row.total, row.progress))
        if row.step == "write" and row.done == 3:
            assert "Step 2 of 3: writing the file, 3 of 5 rows." in page(reader, job).content.decode()

    monkeypatch.setattr(progress.Progress, "_write", spy)
    build()
    rows = 2 + 2 + 0 + 1  # initiatives, milestones, changes, commitments: the rows of the sheets
    assert seen[0] == ("write", 0, 0, 1.0)
    assert [step[:3] for step in seen[1:-1]] == [("write", n, rows) for n in range(1, rows + 1)]
    assert seen[-1] == ("keep", 0, 0, 2.0)
    bars = [step[3] for step in seen]
    assert bars == sorted(bars)


def test_the_page_asks_again_while_there_is_more_to_come_and_then_stops(reader):
    job = ask(reader)
    html = " ".join(page(reader, job, "progress/?times=1").content.decode().split())
    assert f'hx-get="/reports/files/{job.pk}/progress/?times=2" hx-trigger="load delay:1s"' in html
    assert "<html" not in html
    assert 'hx-trigger="load delay:10s"' in page(reader, job, "progress/?times=149").content.decode()
    for times in ("150", "9999"):
        html = page(reader, job, f"progress/?times={times}").content.decode()
        assert "hx-trigger" not in html
        assert "Look again" in html
    build()
    html = page(reader, job, "progress/?times=3").content.decode()
    assert "hx-trigger" not in html
    assert 'data-announce="The file is ready."' in html


def test_asking_again_and_again_does_not_keep_the_session_alive(reader, time_machine):
    job = ask(reader)
    ends = reader.session.get_expiry_date()
    time_machine.move_to(at(NOW) + timedelta(hours=1), tick=False)
    answer = page(reader, job, "progress/?times=5")
    assert "sessionid" not in answer.cookies
    time_machine.move_to(at(NOW) + timedelta(hours=13), tick=False)
    answer = reader.get(f"/reports/files/{job.pk}/progress/?times=6", headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Redirect"][:10]) == (204, "/sign-in/?")
    assert ends <= at(NOW) + timedelta(hours=12)


def test_files_are_listed_where_somebody_comes_back(reader, cast, sign_in):
    job = ask(reader)
    for path in ("/reports/files/", "/reports/test-plan/FY2027-Q1/"):
        assert f'href="/reports/files/{job.pk}/"' in reader.get(path).content.decode()
    build()
    assert "ready until" in reader.get("/reports/test-plan/FY2027-Q1/").content.decode()
    assert f'href="/reports/files/{job.pk}/download/"' in reader.get("/reports/files/").content.decode()
    assert f"/reports/files/{job.pk}/" not in sign_in(cast.leader).get("/reports/files/").content.decode()


def test_the_reports_page_offers_what_must_be_built_as_buttons(reader):
    html = reader.get("/reports/test-plan/FY2027-Q1/?edition=public").content.decode()
    offered = re.findall(r'formaction="[^"]*export\.(\w+)\?edition=public"', html)
    assert offered == list(FORMATS)
    ask(reader, URL + "?edition=public")
    build()
    html = " ".join(reader.get("/reports/test-plan/FY2027-Q1/?edition=public").content.decode().split())
    assert f'href="{URL}?edition=public" download' in html


# When it goes wrong -----------------------------------------------------------------------------


@pytest.fixture
def poison(monkeypatch):
    def broken(report, tell):
        raise ValueError("a text that no writer can write")

    monkeypatch.setattr(to_xlsx, "to_xlsx", broken)


def test_a_document_that_the_typesetter_refuses_is_told_in_a_sentence(reader, monkeypatch):
    def refused(report, tell):
        told = "error: a text without a font\n  at line 3\n  hint: none"
        raise CannotTypeset(_why(told, 3), told)

    monkeypatch.setattr(to_xlsx, "to_xlsx", refused)
    job = ask(reader)
    for minute in (0, 1, 2):
        assert build(f"2026-10-05T15:0{minute}") == job
    job.refresh_from_db()
    assert job.note == "The PDF could not be set: a text without a font. It was tried 3 times."


def test_a_file_that_cannot_be_built_fails_with_words_and_can_be_tried_again(reader, poison, monkeypatch):
    job = ask(reader)
    for minute in (0, 1, 2):
        assert build(f"2026-10-05T15:0{minute}") == job
    assert build("2026-10-05T15:09") is None
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.FAILED, 3)
    assert job.note == (
        "The file could not be written: ValueError: a text that no writer can write. It was tried 3 times."
    )
    html = page(reader, job).content.decode()
    assert "a text that no writer can write" in html
    assert "Try again" in html
    assert AuditEvent.objects.filter(verb="export.failed", target_id=job.pk).count() == 1
    monkeypatch.undo()
    assert ask(reader) == job
    build("2027-01-05T15:10")
    job.refresh_from_db()
    assert (job.state, job.note) == (State.READY, "")


def test_a_build_that_failed_waits_a_little_and_says_so(reader, poison):
    job = ask(reader)
    assert (build(), build()) == (job, None)
    html = page(reader, job).content.decode()
    assert "Waiting for its turn." in html
    assert "a text that no writer can write" in html


def test_other_files_are_built_past_a_poisoned_one(reader, poison):
    ask(reader)
    fine = ask(reader, URL.replace("xlsx", "csv"))
    while build():
        pass
    fine.refresh_from_db()
    assert fine.state == State.READY


def lapse(job):
    """As if the worker had given no sign of life for an hour."""
    ExportJob.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(hours=1))


def test_a_worker_that_lost_its_lease_settles_nothing(reader, monkeypatch):
    job = ask(reader)
    slow = building.claim_export(at=at(NOW))
    assert building.claim_export(at=at(NOW)) is None  # held
    lapse(job)
    assert build() == job
    job.refresh_from_db()
    kept = (job.state, job.sha256, job.fence)
    building._build(slow, at(NOW))  # wakes up late
    job.refresh_from_db()
    assert (job.state, job.sha256, job.fence) == kept
    assert AuditEvent.objects.filter(verb="export.ready").count() == 1
    building._put_off(slow, ValueError("late"), at(NOW))
    job.refresh_from_db()
    assert (job.state, job.note) == (State.READY, "")


def test_a_file_whose_workers_die_is_set_aside_with_words(reader):
    job = ask(reader)
    for _ in range(3):
        assert building.claim_export(at=at(NOW)) == job
        lapse(job)
    assert building.claim_export(at=at(NOW)) is None
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "cut off 3 times" in page(reader, job).content.decode()


def test_one_file_at_a_time(reader):
    one, two = ask(reader), ask(reader, URL.replace("xlsx", "csv"))
    assert "Waiting for 1 other file." in page(reader, two).content.decode()
    assert building.claim_export(at=at(NOW)) == one
    assert building.claim_export(at=at(NOW)) is None


# Keeping ----------------------------------------------------------------------------------------


def test_a_file_is_kept_for_thirty_days_and_then_removed(reader, cast, sign_in, time_machine):
    job = ask(reader)
    build()
    assert remove_old_exports(at=at("2026-11-04T14:59")) == 0
    time_machine.move_to(at("2026-11-04T15:00"), tick=False)
    sign_in(cast.viewer)
    assert page(reader, job, "download/")["Location"] == f"/reports/files/{job.pk}/"
    html = page(reader, job).content.decode()
    assert "No longer kept" in html
    assert "Build it again" in html
    call_command("build_exports", at="2026-11-04T15:00")
    assert (ExportJob.objects.count(), ExportContent.objects.count(), ExportRequest.objects.count()) == (0, 0, 0)
    assert ExportedFile.objects.count() == 1  # the fingerprint stays: the file can still be verified


def test_asking_again_keeps_a_file_longer(reader, cast, sign_in, time_machine):
    job = ask(reader)
    build()
    time_machine.move_to(at("2026-10-20T15:00"), tick=False)
    ask(sign_in(cast.viewer))
    job.refresh_from_db()
    assert job.keep_until == at("2026-10-20T15:00") + timedelta(days=30)


def test_the_command_builds_everything_that_is_due(reader, capsys):
    ask(reader), ask(reader, URL.replace("xlsx", "csv"))
    call_command("build_exports", at="2026-10-05T16:00")
    assert capsys.readouterr().out == "2 taken up, 0 old ones removed.\n"
    assert set(ExportJob.objects.values_list("state", flat=True)) == {State.READY}


def test_the_task_rings_for_the_next_until_none_is_left(reader, bell, django_capture_on_commit_callbacks):
    ask(reader), ask(reader, URL.replace("xlsx", "csv"))
    bell.clear()
    for rung in (1, 2, 2):
        with django_capture_on_commit_callbacks(execute=True):
            build_exports()
        assert len(bell) == rung


@pytest.mark.parametrize("path", ["/reports/files/", URL, "/reports/test-plan/FY2027-Q1/"])
def test_pages_cost_at_most_twelve_queries(reader, path, django_assert_max_num_queries):
    ask(reader, URL.replace("xlsx", "csv"))
    with django_assert_max_num_queries(12):
        assert reader.get(path).status_code == 200


def test_the_names_of_addresses_stay(reader):
    assert reverse("reports:report-export", args=["test-plan", "FY2027-Q1", "xlsx"]) == URL
