"""Migrations say what the models say, one leaf a room; none of them stops the service."""

import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements, get_sql_analyser_class

from planapp.management.commands.migrate import PATIENCE
from tests.rooms import HEIGHT

# The newest migration of each room that no installation ever runs under load: what came before, or with, the first
# release. A release moves this on; a migration that is newer has to leave the version before it working.
BASE = {
    "goals": "0007_plan_access",
    "imports": "0001_initial",
    "initiatives": "0016_comment_search",
    "jobs": "0001_initial",
    "outbox": "0004_hold_of_restored_data",
    "people": "0007_plan_access",
    "records": "0004_bulk_channel",
    "reminders": "0001_initial",
    "reports": "0004_bulk_channel",
    "web": "0001_initial",
}


@pytest.fixture
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows neither locks of a table nor a change that waits for them")


@pytest.mark.django_db
def test_nothing_is_left_to_make():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_one_leaf_a_room():
    assert MigrationLoader(None, ignore_no_migrations=True).detect_conflicts() == {}


@pytest.mark.django_db(transaction=True)  # an index that is built concurrently is not even shown within one
def test_newer_migrations_keep_the_version_before_working(postgresql, capsys):
    linter = MigrationLinter(all_warnings_as_errors=True)
    every = linter.migration_loader.disk_migrations
    assert [room for room, name in BASE.items() if (room, name) not in every] == []
    for (room, name), migration in sorted(every.items()):
        if room in HEIGHT and name > BASE.get(room, ""):
            linter.lint_migration(migration)
    assert not linter.has_errors, capsys.readouterr().out


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ('ALTER TABLE "t" ADD COLUMN "c" integer NOT NULL;', "NOT_NULL"),
        ('ALTER TABLE "t" DROP COLUMN "c" CASCADE;', "DROP_COLUMN"),
        ('ALTER TABLE "t" RENAME COLUMN "c" TO "d";', "RENAME_COLUMN"),
        ('CREATE INDEX "i" ON "t" ("c");', "CREATE_INDEX"),
    ],
)
def test_a_migration_that_would_stop_the_service_is_found(sql, code):
    analyser = get_sql_analyser_class("django.db.backends.postgresql")
    errors, _, warnings = analyse_sql_statements(analyser, [sql], [])
    assert code in {issue.code for issue in (*errors, *warnings)}


COUNT = "SELECT count(*) FROM sample_of_a_test"

# Migrating while others work ------------------------------------------------------------------------------------------


@pytest.fixture
def sample(settings, postgresql):
    """The first of two sample migrations is done; all of it is gone afterwards."""
    settings.MIGRATION_MODULES = {"demo": "tests.house.migrations"}
    call_command("migrate", "demo", "0001", verbosity=0)
    yield
    call_command("migrate", "demo", "zero", verbosity=0)


@pytest.fixture
def reader(sample):
    """Somebody reads the table and does not finish: reader() lets go."""
    held, over, gone = threading.Event(), threading.Event(), threading.Event()

    def read():
        own = connections.create_connection("default")
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute(COUNT)
            held.set()
            over.wait(30)
        own.rollback()
        own.close()
        gone.set()

    threading.Thread(target=read, daemon=True).start()
    assert held.wait(10)

    def let_go():
        over.set()
        assert gone.wait(10)

    yield let_go
    over.set()
    gone.wait(10)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_a_change_gives_up_rather_than_have_all_wait_behind_it(reader):
    waited = []

    def ask_meanwhile():
        time.sleep(0.1)  # the change is in the queue by then, or it is not: either way nobody may wait for long
        began = time.monotonic()
        own = connections.create_connection("default")
        with own.cursor() as cursor:
            cursor.execute(COUNT)
        own.close()
        waited.append(time.monotonic() - began)

    other = threading.Thread(target=ask_meanwhile)
    other.start()
    with pytest.raises(CommandError, match=r"waited for 0\.4 seconds for somebody else's lock and gave up") as refused:
        call_command("migrate", "demo", lock_timeout=0.4, verbosity=0)
    other.join(10)
    assert waited[0] < 5
    assert "Open for longer: process" in str(refused.value)
    assert "sample_of_a_test" not in str(refused.value)

    reader()
    said = StringIO()
    call_command("migrate", "demo", stdout=said)
    assert "Applying demo.0002_column... OK" in said.getvalue()


@pytest.mark.django_db
def test_the_connection_waits_again_as_before(postgresql):
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_who_migrates_is_patient_for_seconds():
    assert 0 < PATIENCE <= 5
