"""The database itself keeps what was recorded: no UPDATE, DELETE or TRUNCATE by any door (rule B-44)."""

from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from goals.quarters import Quarter
from initiatives.models import StatusUpdate
from initiatives.services import acknowledge_update, add_comment, propose_commitment
from records.history import Span, Version
from records.triggers import trigger_names
from reports.models import QuarterSnapshot, SnapshotInitiative
from reports.services import complete_report, export_report, freeze_quarter
from reports.workflow.report import Quarters
from tests.build import act, make_milestone, report
from tests.conftest import PROTECTED

TABLES = [(rule, table) for rule, tables in PROTECTED.items() for table in tables]


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def filled(plan, initiative, cast):
    """At least one row in every protected table that has rows in this test's plan."""
    make_milestone(initiative, date(2026, 9, 1))
    propose_commitment(initiative=initiative, department=cast.streets, what="Poles", due_date=None, act=act())
    said = report(initiative, "on_track", "2026-09-20T12:00", cast.owner)
    acknowledge_update(update=said, act=act("2026-09-21T12:00", cast.leader))
    add_comment(update=said, text="Which two?", act=act("2026-09-22T12:00", cast.leader))
    quarter = Quarter(2027, 1)
    snapshot = freeze_quarter(plan=plan, quarter=quarter, act=act("2026-10-05T14:00"))
    complete_report(plan=plan, quarter=quarter, act=act("2026-10-05T15:00", cast.leader))
    quarters = Quarters(plan)
    told = quarters.frozen(quarters.report(quarter))
    export_report(report=told, format_key="csv", snapshot=snapshot, act=act("2026-10-05T16:00", cast.leader))
    return snapshot


FILLED = [
    "records_auditevent", "initiatives_statusupdate", "initiatives_acknowledgement", "people_departmentversion",
    "people_userversion", "people_rolegrant", "goals_planversion", "goals_goalversion", "goals_strategyversion",
    "initiatives_initiativeversion", "initiatives_milestoneversion", "initiatives_commitmentversion",
    "initiatives_commentversion",
    "reports_quartersnapshot", "reports_snapshotheading", "reports_snapshotinitiative", "reports_snapshotmilestone",
    "reports_snapshotcommitment", "reports_reportact", "reports_exportedfile",
]  # fmt: skip


@pytest.mark.parametrize("table", FILLED)
def test_b44_a_delete_without_where_is_refused(filled, table):
    with pytest.raises(DatabaseError, match="kept as it was written"):
        run(f"DELETE FROM {table}")  # noqa: S608 - a table of ours


@pytest.mark.parametrize("table", FILLED)
def test_b44_an_update_of_any_column_is_refused(filled, table):
    with connection.cursor() as cursor:
        columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
    for name in columns:
        # A column that the database makes itself can be set by nobody.
        with pytest.raises(DatabaseError, match=r"kept as it was written|can only be updated to DEFAULT"):
            run(f'UPDATE {table} SET "{name}" = "{name}"')  # noqa: S608 - a table of ours


@pytest.mark.parametrize(("rule", "table"), TABLES)
def test_truncate_is_refused(db, rule, table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="kept as it was written"):
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(("rule", "table"), TABLES)
def test_every_protected_table_has_its_triggers(db, rule, table):
    """Fails when a later migration rebuilt a table on SQLite and did not protect it again."""
    query = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        # Those that keep the index of words in step protect nothing; tests/records/test_search.py has them.
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        " AND name NOT LIKE '%%_words_%%'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        assert sorted(row[0] for row in cursor.fetchall()) == sorted(trigger_names(rule, table, connection.vendor))


def test_every_history_table_is_protected():
    kept = {model._meta.db_table for model in apps.get_models() if issubclass(model, Version | Span)}
    assert kept == set(PROTECTED["interval"])


@pytest.mark.parametrize("change", ["recorded_until = NULL", "recorded_until = '2030-01-01'"])
def test_a_closed_interval_stays_as_it_was_closed(filled, initiative, change):
    with pytest.raises(DatabaseError, match="kept as it was written"):
        run(f"UPDATE initiatives_initiativeversion SET {change} WHERE recorded_until IS NOT NULL")  # noqa: S608


def test_an_open_interval_is_closed_without_changing_anything_else(filled):
    with pytest.raises(DatabaseError, match="kept as it was written"):
        run(
            "UPDATE initiatives_initiativeversion SET recorded_until = '2030-01-01', title = 'x' "
            "WHERE recorded_until IS NULL"
        )
    run("UPDATE initiatives_initiativeversion SET recorded_until = '2030-01-01' WHERE recorded_until IS NULL")


def test_b44_no_row_joins_a_sealed_snapshot(filled):
    row = SnapshotInitiative.objects.get()
    row.pk, row.source_id = None, 99
    with pytest.raises(DatabaseError, match="kept as it was written"), transaction.atomic():
        row.save(force_insert=True)


def test_b44_the_orm_is_a_door_like_any_other(filled):
    for change in (
        lambda: QuarterSnapshot.objects.update(plan_title="Renamed"),
        lambda: QuarterSnapshot.objects.get().save(),
        lambda: SnapshotInitiative.objects.all().delete(),
        lambda: StatusUpdate.objects.update(happened="It was never so"),
    ):
        with pytest.raises(DatabaseError, match="kept as it was written"), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_a_test_in_real_transactions_can_still_be_cleared_up(filled):
    """The flush after this test is let through, and the next test finds its triggers (see tests/conftest.py)."""
    assert QuarterSnapshot.objects.count() == 1
