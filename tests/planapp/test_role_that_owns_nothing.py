"""Web and worker can work as a role of the database that owns nothing: as `manage.py serving_role` makes it."""

import io

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.urls import reverse

from outbox.services import put, send_due_messages
from reports.services import build_published_files, freeze_due_quarters
from tests.build import report
from tests.conftest import NOW
from tests.governments.conftest import two

__all__ = ["two"]

ROLE, PASSWORD = "planapp_test_service", "correct-horse-battery"


def made(role=ROLE):
    out = io.StringIO()
    call_command("serving_role", role, stdout=out)
    return out.getvalue()


@pytest.fixture
def as_the_service(cast, plan, initiative, monkeypatch):
    """From here on, statements are those of the role; all of it is undone with the test's transaction."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    monkeypatch.setenv("SERVING_PASSWORD", PASSWORD)
    assert made() == made() == f"{ROLE} reads and writes rows, and owns nothing.\n"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    return connection


def test_everything_works(as_the_service, client, sign_in, cast, plan, initiative):
    report(initiative, "on_track", "2026-10-01T12:00", cast.owner)
    put(kind="test", person=cast.owner.pk, key="one", at=NOW)
    assert send_due_messages(at=NOW).counts["sent"] == 1
    freeze_due_quarters(at=NOW)
    build_published_files(at=NOW)
    for path in (
        reverse("my-work"),
        "/initiatives/",
        "/search/?q=a",
        reverse("operations"),
        reverse("people:audit-log"),
    ):
        assert sign_in(cast.admin).get(path).status_code == 200, path


def test_a_role_that_could_more_is_refused_and_a_password_is_asked_for(db, monkeypatch):
    monkeypatch.delenv("SERVING_PASSWORD", raising=False)
    if connection.vendor != "postgresql":
        with pytest.raises(CommandError, match="SQLite has no roles"):
            made()
        return
    with pytest.raises(CommandError, match="Say the password of the role in SERVING_PASSWORD"):
        made()
    monkeypatch.setenv("SERVING_PASSWORD", PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE planapp_test_more BYPASSRLS; CREATE ROLE planapp_test_less")
        with pytest.raises(CommandError, match="bypasses row security: take a plain one"):
            made("planapp_test_more")
        cursor.execute("SET LOCAL ROLE planapp_test_less")
        with pytest.raises(CommandError, match="Ask as who owns the tables and may make roles"):
            made()


def test_where_governments_are_apart_each_has_its_own(two, monkeypatch):
    monkeypatch.setenv("SERVING_PASSWORD", PASSWORD)
    assert made().startswith("Many governments are on")
    assert two.run("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]) == []


@pytest.mark.django_db(transaction=True)
def test_it_connects_with_its_password(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    monkeypatch.setenv("SERVING_PASSWORD", PASSWORD)
    made()
    told = connection.settings_dict
    try:
        with psycopg.connect(
            host=told["HOST"] or "127.0.0.1", port=told["PORT"] or 5432, dbname=told["NAME"], user=ROLE,
            password=PASSWORD,
        ) as own:  # fmt: skip
            assert own.execute("SELECT count(*) FROM people_user").fetchone() == (0,)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")
            cursor.execute(f'GRANT TEMPORARY ON DATABASE "{told["NAME"]}" TO PUBLIC')


PROTECTIONS = [
    "ALTER TABLE records_auditevent DISABLE TRIGGER ALL",
    "DROP TABLE records_auditevent",
    "TRUNCATE records_auditevent",
    "CREATE OR REPLACE FUNCTION planapp_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TABLE mine (one int)",
    "CREATE TEMPORARY TABLE reports_quartersnapshot (id int)",
    "SET session_replication_role = replica",
]


@pytest.mark.parametrize("sql", PROTECTIONS)
def test_and_no_protection_can_be_taken_away(as_the_service, sql):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        as_the_service.cursor().execute(sql)


@pytest.mark.parametrize("table", ["records_auditevent", "initiatives_statusupdate"])
def test_triggers_hold_against_it(as_the_service, cast, initiative, table):
    report(initiative, "on_track", "2026-10-01T12:00", cast.owner)
    with pytest.raises(DatabaseError, match="kept as it was written"), transaction.atomic():
        as_the_service.cursor().execute(f"DELETE FROM {table}")  # noqa: S608 - a name from above


def test_no_temporary_table_stands_in_for_what_a_trigger_looks_at(db):
    """Whoever may make one could show a trigger another snapshot, or another fingerprint, than the real one."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no functions of triggers, and a connection that is not ours is another's file")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, proconfig FROM pg_proc WHERE prorettype = 'trigger'::regtype AND proname LIKE 'planapp%'"
        )
        found = dict(cursor.fetchall())
    assert len(found) >= 4
    assert {name for name, words in found.items() if words != ["search_path=public, pg_temp"]} == set()
