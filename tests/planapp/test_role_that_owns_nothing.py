"""Web and worker can work as a role of the database that owns nothing: as docs/operations.md sets it up."""

import re

import pytest
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.urls import reverse

from outbox.services import put, send_due_messages
from reports.services import build_published_files, freeze_due_quarters
from tests.build import report
from tests.conftest import NOW

TEXT = (settings.BASE_DIR / "docs" / "operations.md").read_text()


@pytest.fixture
def as_the_service(cast, plan, initiative):
    """From here on, statements are those of the role; all of it is undone with the test's transaction."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    (sql,) = re.findall(r"```sql\n(CREATE ROLE planapp_service .*?)```", TEXT, re.DOTALL)
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("LOGIN PASSWORD '…'", "").replace("DATABASE planapp ", f'DATABASE "{_name()}" '))
        cursor.execute("SET LOCAL ROLE planapp_service")
    return connection


def _name() -> str:
    return str(connection.settings_dict["NAME"])


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
