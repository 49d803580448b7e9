"""The demo's plan, as many times over as asked: one plan of any size, with its history, slips and closed quarters.

The demo is loaded through the services; its initiatives, with all that was said, promised and recorded of them, are
then copied by one INSERT … SELECT a table. A copy's keys lie a whole number of strides behind those of its original, so
every link between copied rows is found by adding. People, departments and focus areas stay those of one city.
"""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from demo.load import load_demo
from goals.models import Plan
from initiatives.models import (
    Acknowledgement,
    Alignment,
    Commitment,
    CommitmentVersion,
    Contribution,
    Initiative,
    InitiativeVersion,
    Milestone,
    MilestoneVersion,
    StatusUpdate,
)
from people.models import User
from records.audit import Act
from records.models import AuditEvent
from reports.services import complete_report, freeze_due_quarters, publish_report

# Each copied table, and the SQL that says to which initiative a row belongs (`t` is the row).
COPIED: dict[type[models.Model], str] = {
    AuditEvent: "CASE 'initiative' WHEN t.target_type THEN t.target_id WHEN t.parent_type THEN t.parent_id END",
    Initiative: "t.id",
    StatusUpdate: "t.initiative_id",
    Acknowledgement: "(SELECT initiative_id FROM initiatives_statusupdate u WHERE u.id = t.update_id)",
    InitiativeVersion: "t.subject_id",
    Milestone: "t.initiative_id",
    MilestoneVersion: "t.initiative_id",
    Commitment: "t.initiative_id",
    CommitmentVersion: "t.initiative_id",
    Contribution: "t.initiative_id",
    Alignment: "t.initiative_id",
}
# What differs in a copy besides its keys.
OWN = {
    "number": "t.number || '.' || copied.turn + 1",
    "sort_key": "t.sort_key || '.' || lpad((copied.turn + 1)::text, 6, '0')",
}
TITLED = {Initiative, InitiativeVersion}
OF_TARGET = {"initiative": Initiative, "milestone": Milestone, "commitment": Commitment}


def grow(initiatives: int, *, now: datetime) -> Plan:
    """Fill a migrated, empty database with one plan of that many initiatives, up to `now`, and return it."""
    plan = load_demo(seed=1, scale=1, now=now).the_plan
    if initiatives > Initiative.objects.count():
        with transaction.atomic(), connection.cursor() as cursor:
            multiply(cursor, initiatives)
            forget_reports(cursor)
        _analyze()
        _close_quarters(plan, now)
    _analyze()
    return plan


def forget_reports(cursor: Any) -> None:
    """Take away every report and what the audit log says of one: a report that it names and nobody finds was removed.

    Triggers and foreign keys have to rest, as `multiply` has them do. Nothing may be sealed in the audit log yet.
    """
    kinds = [model._meta.model_name for model in apps.get_app_config("reports").get_models()]
    cursor.execute("TRUNCATE " + ", ".join(name for name in _tables(cursor) if name.startswith("reports_")))
    cursor.execute("DELETE FROM records_auditevent WHERE target_type = ANY(%s)", [kinds])


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _tables(cursor: Any) -> list[str]:
    return connection.introspection.table_names(cursor)


def multiply(cursor: Any, initiatives: int) -> None:
    """Copy what is there until there are so many initiatives; triggers and foreign keys rest until the commit."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    strides = {model: model.objects.aggregate(last=models.Max("pk"))["last"] or 0 for model in COPIED}  # type: ignore[attr-defined]
    cursor.execute("DROP TABLE IF EXISTS copied")
    cursor.execute(
        "CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT id, turn FROM ("
        "SELECT id, row_number() OVER (ORDER BY sort_key) place, count(*) OVER () size FROM initiatives_initiative"
        ") i, generate_series(1, %s / size) turn WHERE turn * size + place <= %s",
        [initiatives, initiatives],
    )
    for model, initiative in COPIED.items():
        _copy_table(cursor, model, initiative, strides)


def _copy_table(cursor: Any, model: type[models.Model], initiative: str, strides: dict[Any, int]) -> None:
    table = model._meta.db_table
    columns = {field.column: _value(model, field, strides) for field in model._meta.concrete_fields}
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} "
        f"FROM {table} t JOIN copied ON copied.id = {initiative}"
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) FROM {table}")


def _value(model: type[models.Model], field: Any, strides: dict[Any, int]) -> str:
    """What a copy holds in one column, in SQL."""
    own = f't."{field.column}"'
    target = model if field.primary_key else field.related_model
    if target in strides:
        return f"{own} + copied.turn * {strides[target]}"
    if model is AuditEvent and field.name in {"target_id", "parent_id"}:
        kind = field.name.replace("_id", "_type")
        cases = " ".join(f"WHEN '{name}' THEN {strides[of]}" for name, of in OF_TARGET.items())
        return f"{own} + copied.turn * CASE t.{kind} {cases} ELSE 0 END"
    if model in TITLED:
        return OWN.get(field.name, own)
    return own


def _close_quarters(plan: Plan, now: datetime) -> None:
    """Freeze each quarter as it was; complete and publish all but the newest, as in the demo."""
    leader = User.objects.get(email="leader@demo.example")
    for snapshot in freeze_due_quarters(at=now)[:-1]:
        for act in (complete_report, publish_report):
            act(plan=plan, quarter=snapshot.period, act=Act(by=leader, at=now))
