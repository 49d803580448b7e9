"""A backup holds everything and can be checked; brought back it sends nothing twice, and a bad one changes nothing."""

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings as site
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from benchmarks.grown import forget_reports, multiply
from outbox.models import Message
from outbox.services import new_message, send_due_messages
from people.models import Role, RoleGrant, User
from planapp.backup import archive
from planapp.backup.archive import NotABackup
from planapp.backup.databases import CannotDo, Postgres, SQLite, database_of
from planapp.backup.restoring import _checked, _log_checked, refuse_unfit, restore
from planapp.env import database
from reports.services import freeze_due_quarters
from reports.snapshots.integrity import NOT_AS_SEALED, findings
from tests.build import report
from tests.conftest import NOW

PEOPLE = 500
BROKEN = "The frozen reports could not be checked. KeyError: 'x'"
RELEASE = (
    "import django; django.setup()\n"
    "from django.utils import timezone\n"
    "from outbox.services import release_sending\n"
    "from records.audit import Act\n"
    "print(release_sending(act=Act(by=None, at=timezone.now(), channel='system'), decision={decision!r}))"
)


@pytest.fixture
def elsewhere(tmp_path):
    """The settings of a database that does not exist yet, and is gone after the test with what stood in its place."""
    if connection.vendor == "sqlite":
        yield connection.settings_dict | {"NAME": str(tmp_path / "elsewhere.sqlite3")}
        return
    name = f"planapp_elsewhere_{os.getpid()}"
    settings = connection.settings_dict | {"NAME": name}
    yield settings
    with Postgres(settings, "")._server() as server:
        names = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{name}%"]).fetchall()
        for (one,) in names:
            server.execute(f'DROP DATABASE "{one}"')


@pytest.fixture
def saved(transactional_db, initiative, cast, tmp_path):
    """A backup of a small plan."""
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    call_command("backup", str(tmp_path / "one.backup"), stdout=io.StringIO())
    return tmp_path / "one.backup"


def bring_back(path, settings, second=1, **more):
    said: list[str] = []
    done = restore(
        path,
        database_of(settings, NOW.replace(second=second)),
        **{"may_replace": False, "from_other_site": False, "say": said.append} | more,
    )
    return done.kept, said


def told(settings, *words, code="", **more):
    """What a program says that uses the database brought back."""
    database = database_of(settings, NOW)
    url = database.url_beside.rpartition("_restored_")[0]
    if isinstance(database, SQLite):
        url = f"sqlite:///{settings['NAME']}"
    program = [sys.executable, "-c", code] if code else [sys.executable, str(site.BASE_DIR / "manage.py"), *words]
    there = os.environ | {"DATABASE_URL": url} | more
    done = subprocess.run(  # noqa: S603 - own words
        program, env=there, capture_output=True, text=True, check=False, cwd=site.BASE_DIR
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def rows_of(settings, sql):
    if connection.vendor == "sqlite":
        return sqlite3.connect(settings["NAME"]).execute(sql).fetchall()
    with Postgres(settings, "")._connected(settings["NAME"]) as there:
        return there.execute(sql).fetchall()


def test_everything_comes_back(saved, elsewhere):
    manifest = archive.check(saved)
    assert manifest.rows["initiatives_statusupdate"] == 1
    kept, said = bring_back(saved, elsewhere)
    assert kept == ""
    assert rows_of(elsewhere, "SELECT happened FROM initiatives_statusupdate") != []
    assert (
        rows_of(elsewhere, "SELECT count(*) FROM records_auditevent")[0][0] == manifest.rows["records_auditevent"] + 1
    )
    assert rows_of(elsewhere, "SELECT reason FROM outbox_hold") == [
        (f"Restored from the backup of {manifest.saved_at}",)
    ]
    assert len([line for line in said if line.endswith("all as they were sealed.")]) == 2
    assert [
        line for line in said if re.fullmatch(r"Audit log: \d+ events in \d+ blocks, all as they were sealed\.", line)
    ]


def test_what_stood_there_is_kept_and_only_replaced_when_asked(saved, elsewhere):
    bring_back(saved, elsewhere)
    with pytest.raises(CannotDo, match="holds data already"):
        bring_back(saved, elsewhere, 2)
    kept, _ = bring_back(saved, elsewhere, 2, may_replace=True)
    assert "before" in kept
    assert rows_of(elsewhere | {"NAME": kept}, "SELECT count(*) FROM people_user") != [(0,)]


@pytest.mark.parametrize(("has_record", "decision", "again"), [(True, "", 0), (False, "send", 500)])
def test_of_500_mails_sent_since_the_backup_none_goes_out_again(
    transactional_db, cast, elsewhere, tmp_path, has_record, decision, again
):
    """Restored to before: by the relay's record none, and without one what a person says of them."""
    at = timezone.now() - timedelta(hours=1)
    people = User.objects.bulk_create(User(email=f"{n}@test.example", name=f"Person {n}") for n in range(PEOPLE))
    RoleGrant.objects.bulk_create(RoleGrant(user=one, role=Role.VIEWER, recorded_from=at) for one in people)
    Message.objects.bulk_create(new_message(kind="test", person=p.pk, key="one", at=at, day=at.date()) for p in people)
    call_command("backup", str(tmp_path / "one.backup"), stdout=io.StringIO())
    send_due_messages(at=at)
    assert len(mail.outbox) == PEOPLE
    trace = tmp_path / "accepted"
    trace.write_text("\n".join(one.extra_headers["Message-ID"] for one in mail.outbox))
    bring_back(tmp_path / "one.backup", elsewhere)

    folder = tmp_path / "mails"
    folder.mkdir()
    server = {"EMAIL_URL": f"folder:{folder}", "DJANGO_SETTINGS_MODULE": "planapp.settings", "SECRET_KEY": "k" * 60}
    assert told(elsewhere, "send_due_messages", **server) == "nothing to send."
    relay = {"RELAY_TRACE": f"ids:{trace}"} if has_record else {}
    ended = told(elsewhere, code=RELEASE.format(decision=decision), **relay)
    assert int(ended) == PEOPLE - again
    told(elsewhere, "send_due_messages", **server)
    assert len(list(folder.iterdir())) == again


def test_a_backup_replaces_nothing_and_leaves_nothing_half_done(saved, tmp_path, monkeypatch):
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(saved))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", str(tmp_path / "nowhere" / "two.backup"))

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.zipfile.ZipFile, "write", full)
    with pytest.raises(CommandError, match=r"Nothing was saved.*No space left"):
        call_command("backup", str(tmp_path / "two.backup"))
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == ["one.backup"]


def cut(data):
    return data[: len(data) // 2]


def turned(data):
    """One byte of the dump is another."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        manifest, dump = file.read(archive.MANIFEST), bytearray(file.read(archive.DUMP))
    dump[len(dump) // 2] ^= 1
    return made(manifest, bytes(dump))


def made(manifest, dump=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr(archive.MANIFEST, manifest)
        target.writestr(archive.DUMP, dump)
    return file.getvalue()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (cut, "cut short"),
        (lambda data: b"", "cut short"),
        (lambda data: b"PK not a zip at all" * 50, "cut short"),
        (turned, "does not fit its hash"),
        (lambda data: made(b"{}"), "in another form"),
        (lambda data: made(b"[1"), "is no backup of planapp"),
        (lambda data: made(json.dumps({"format": archive.FORMAT}).encode()), "is no backup of planapp"),
    ],
)
def test_a_file_that_is_no_whole_backup_is_refused_in_words_and_changes_nothing(
    saved, elsewhere, tmp_path, spoil, says
):
    ill = tmp_path / "ill.backup"
    ill.write_bytes(spoil(saved.read_bytes()))
    with pytest.raises(NotABackup, match=says):
        bring_back(ill, elsewhere)
    with pytest.raises(CommandError, match=says):
        call_command("restore", str(ill), "--check")
    assert not database_of(elsewhere, NOW.replace(second=1)).holds_people()


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"vendor": "oracle"}, "is of a oracle database"),
        ({"migrations": ["people.9999_of_the_future"]}, "newer version"),
        ({"site": "https://elsewhere.example"}, "--from-other-site"),
    ],
)
def test_a_backup_of_something_else_is_refused(change, says):
    fits = {"saved_at": "2026-10-05T12:00:00+00:00", "site": site.SITE_URL, "vendor": connection.vendor, "server": "1"}
    manifest = archive.Manifest(**fits | {"migrations": ["people.0001_initial"], "rows": {}} | change)
    with pytest.raises(NotABackup, match=says):
        refuse_unfit(manifest, from_other_site=False)
    if "site" in change:
        refuse_unfit(manifest, from_other_site=True)


def test_a_step_that_fails_leaves_nothing_beside(saved, elsewhere, monkeypatch):
    monkeypatch.setattr("planapp.backup.restoring._hold", lambda manifest, doubt: ["no_such_command"])
    with pytest.raises(CannotDo, match="no_such_command"):
        bring_back(saved, elsewhere)
    database = database_of(elsewhere, NOW.replace(second=1))
    assert not database.holds_people()
    with pytest.raises((CannotDo, psycopg.Error, OSError)):
        database.swap()


def test_a_database_in_use_is_not_replaced(saved, elsewhere):
    bring_back(saved, elsewhere)
    database = database_of(elsewhere, NOW)
    if isinstance(database, SQLite):
        with sqlite3.connect(elsewhere["NAME"]) as reader:
            reader.execute("PRAGMA journal_mode=WAL")
            reader.execute("BEGIN IMMEDIATE")
            with pytest.raises(CannotDo, match="is in use"):
                bring_back(saved, elsewhere, 2, may_replace=True)
            reader.rollback()
    else:
        with database._connected(elsewhere["NAME"]), pytest.raises(CannotDo, match="stop web, worker and beat"):
            bring_back(saved, elsewhere, 2, may_replace=True)
    assert rows_of(elsewhere, "SELECT count(*) FROM people_user") != [(0,)]


# A report that is not as it was sealed --------------------------------------------------------------------------------


def changed(settings, sql):
    """Somebody with every right on the database changes what is frozen."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(settings["NAME"])) as there:
            for (trigger,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                there.execute(f'DROP TRIGGER "{trigger}"')
            there.execute(sql)
            there.commit()
        return
    with Postgres(settings, "")._connected(settings["NAME"]) as there:
        there.execute("SET session_replication_role = replica")
        there.execute(sql)


def test_a_report_that_was_changed_keeps_nothing_from_coming_back_and_is_named(
    transactional_db, plan, initiative, cast, elsewhere, tmp_path, monkeypatch
):
    """A word was changed behind the hashes of one of several frozen reports, before the backup was made."""
    report(initiative, "on_track", "2026-05-05T12:00", cast.owner)
    assert len(freeze_due_quarters(at=NOW)) > 1
    call_command("backup", str(tmp_path / "before.backup"), stdout=io.StringIO())
    bring_back(tmp_path / "before.backup", elsewhere)
    newest = "(SELECT max(snapshot_id) FROM reports_snapshotinitiative)"
    changed(elsewhere, f"UPDATE reports_snapshotinitiative SET title = 'Bent' WHERE snapshot_id = {newest}")  # noqa: S608
    told(elsewhere, "backup", str(tmp_path / "doubtful.backup"))

    later = database_of(elsewhere, NOW.replace(second=2))
    monkeypatch.setattr("planapp.management.commands.restore.database_of", lambda settings, at: later)
    said, named = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match=r"^RESTORED, BUT NOT AS SEALED: one finding") as ended:
        call_command("restore", str(tmp_path / "doubtful.backup"), "--replace", stdout=said, stderr=named)
    assert ended.value.returncode == NOT_AS_SEALED
    (line,) = named.getvalue().strip().splitlines()
    assert re.search(r"initiative .* was changed: title .*Bent", line)
    assert "What stood here before is kept" in said.getvalue()
    assert "Sending is held" in said.getvalue()
    ((why,),) = rows_of(elsewhere, "SELECT reason FROM outbox_hold WHERE is_open")
    assert "one is not as sealed" in why
    assert rows_of(elsewhere, "SELECT count(*) FROM reports_snapshotinitiative WHERE title = 'Bent'") == [(1,)]


@pytest.mark.parametrize(
    ("code", "error", "found", "says"),
    [
        (0, "", [], "2 reports, all as they were sealed."),
        (NOT_AS_SEALED, "one\ntwo\nCommandError: Of 3.", ["one", "two"], "Of 3."),
        (1, "Traceback\nKeyError: 'x'", [BROKEN], BROKEN),
        (-9, "", ["The frozen reports could not be checked. It did not say why"], None),
    ],
)
def test_a_check_that_breaks_is_a_finding_and_no_refusal(monkeypatch, code, error, found, says):
    done = subprocess.CompletedProcess([], code, "planapp\n2 reports, all as they were sealed.\n", error)
    monkeypatch.setattr("planapp.backup.restoring._run", lambda url, words: done)
    assert _checked("") == (found, says or found[0])


def test_an_audit_log_that_was_changed_is_a_finding_too(monkeypatch):
    said = "CommandError: Block 3 is not as it was sealed. Blocks before it are right: 2. Nothing was changed."
    done = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr("planapp.backup.restoring._run", lambda url, words: done)
    found, told = _log_checked("")
    assert found == [told]
    assert told.startswith("Audit log: Block 3 is not as it was sealed.")


def test_what_a_url_says_of_the_connection_is_kept_for_the_database_beside():
    """Left out, a server that takes no connection in clear text could have no backup brought back."""
    given = database("postgres://a:b@db.example.gov/planapp?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    beside = database(Postgres(given, "1").url_beside)
    for name in ("sslmode", "sslrootcert", "connect_timeout", "tcp_user_timeout"):
        assert str(beside["OPTIONS"][name]) == str(given["OPTIONS"][name]), name
    assert beside["NAME"] == "planapp_restored_1"
    words = Postgres(given, "1")._at("planapp")
    assert "sslmode=verify-full" in words[1]
    assert "pool" not in words[1]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Plans are grown on PostgreSQL alone")
def test_a_plan_that_was_grown_for_a_bench_passes_the_check(db, plan, initiative, cast):
    """Its reports are made anew after it was grown, and the audit log remembers none that nobody finds."""
    report(initiative, "on_track", "2026-05-05T12:00", cast.owner)
    freeze_due_quarters(at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        multiply(cursor, 3)
        forget_reports(cursor)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert list(findings(plan)) == []
    assert len(freeze_due_quarters(at=NOW)) > 1
    assert [found for _, found in findings(plan) if found] == []


# A disk that is full, and a version of before -------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own, with room for 16 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    mounted = subprocess.run(words, capture_output=True, check=False)  # noqa: S603 - own words
    if mounted.returncode:
        pytest.skip("A small disk is made with `mount`, which this user may not")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607 - own words, of the system


def test_a_backup_onto_a_full_disk_is_refused_in_words_and_leaves_nothing(
    transactional_db, initiative, cast, small_disk
):
    with pytest.raises(CommandError, match="Nothing was saved") as refused:
        call_command("backup", str(small_disk / "one.backup"))
    assert re.search(r"disk is full|No space left|full", str(refused.value))
    assert list(small_disk.iterdir()) == []


def test_a_restore_onto_a_full_disk_changes_nothing(saved, elsewhere, small_disk, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    monkeypatch.setattr(
        "planapp.management.commands.restore.database_of", lambda settings, at: database_of(elsewhere, NOW)
    )
    with pytest.raises(CommandError, match=r"cannot be unpacked into .*: No space left on device") as refused:
        call_command("restore", str(saved), stdout=io.StringIO())
    assert "Traceback" not in str(refused.value)
    assert list(small_disk.iterdir()) == []
    assert not database_of(elsewhere, NOW).holds_people()


def test_a_backup_of_a_version_before_comes_back_brought_up_to_date(saved, elsewhere, tmp_path):
    bring_back(saved, elsewhere)
    told(elsewhere, "migrate", "jobs", "0001", "--verbosity", "0")
    told(elsewhere, "backup", str(tmp_path / "older.backup"))
    older = archive.check(tmp_path / "older.backup")
    assert "jobs.0002_retention_runs" not in older.migrations
    bring_back(tmp_path / "older.backup", elsewhere, 2, may_replace=True)
    applied = rows_of(elsewhere, "SELECT name FROM django_migrations WHERE app = 'jobs' ORDER BY name")
    assert applied[:2] == [("0001_initial",), ("0002_retention_runs",)]
    assert rows_of(elsewhere, "SELECT happened FROM initiatives_statusupdate") != []
