"""What may never be rewritten is kept by the database itself, whichever way a change comes.

Used by one migration in each room. The rules: `APPEND_ONLY` rows stay as they were written; so does a `FILE`, but that
its bytes may go into object storage and come back, the same by their hash (jobs/moving.py); of an `INTERVAL` row only
`recorded_until` may be set, once; a snapshot's `COVER` may be written until it is sealed, its `FROZEN` rows added until
then.

SQLite drops the triggers of a table that a later migration rebuilds: such a migration begins and ends with
`protect_again(…)`, and a test names what was forgotten (tests/reports/test_protection.py).
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython

Rule = Literal["append_only", "file", "interval", "cover", "frozen"]
APPEND_ONLY: Rule = "append_only"
FILE: Rule = "file"
INTERVAL: Rule = "interval"
COVER: Rule = "cover"
FROZEN: Rule = "frozen"

_REFUSAL = "{table} is kept as it was written: {verb} is refused"

# One function a rule, shared by all tables. TG_TABLE_NAME and TG_OP name what was tried.
_POSTGRESQL_FUNCTIONS = {
    "planapp_refuse": """
        BEGIN
            RAISE EXCEPTION '% is kept as it was written: % is refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END""",
    "planapp_close_interval_only": """
        DECLARE closed timestamptz := NEW.recorded_until;
        BEGIN
            NEW.recorded_until := NULL;
            IF closed IS NULL OR NEW IS DISTINCT FROM OLD THEN
                RAISE EXCEPTION '% is kept as it was written: only recorded_until may be set, once', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            NEW.recorded_until := closed;
            RETURN NEW;
        END""",
    "planapp_move_bytes_only": """
        DECLARE moved bytea := NEW.content;
        DECLARE named text := NEW.stored;
        DECLARE hash text;
        BEGIN
            NEW.content := OLD.content;
            NEW.stored := OLD.stored;
            SELECT sha256 INTO hash FROM reports_exportedfile WHERE id = OLD.fingerprint_id;
            IF NEW IS DISTINCT FROM OLD OR NOT coalesce(
                (OLD.stored = '' AND named = hash AND moved = '')
                OR (OLD.stored = hash AND named = '' AND encode(sha256(moved), 'hex') = hash), false) THEN
                RAISE EXCEPTION '% is kept as it was written: only its bytes may move', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            NEW.content := moved;
            NEW.stored := named;
            RETURN NEW;
        END""",
    "planapp_refuse_sealed": """
        BEGIN
            IF OLD.content_hash <> '' THEN
                RAISE EXCEPTION '% is kept as it was written: it is sealed', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END""",
    "planapp_refuse_late_rows": """
        BEGIN
            IF EXISTS (SELECT snapshot_id FROM added
                       EXCEPT SELECT s.id FROM reports_quartersnapshot s WHERE s.content_hash = '') THEN
                RAISE EXCEPTION '% is kept as it was written: only an unsealed snapshot takes rows', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END""",
}


def protect(rule: Rule, *tables: str) -> RunPython:
    """A migration operation that puts `tables` under a rule, and takes them out again in reverse."""
    return RunPython(_run(create_sql, rule, tables), _run(drop_sql, rule, tables), elidable=False)


def protect_again(rule: Rule, *tables: str) -> RunPython:
    """The same around what rebuilds tables or changes a rule: put it first and last, for both directions."""
    return RunPython(_run(create_sql, rule, tables), _run(create_sql, rule, tables), elidable=False)


def unprotect(rule: Rule, *tables: str) -> RunPython:
    """Before a migration that has to fill a new column of kept rows; `protect_again` stands at its end."""
    return RunPython(_run(drop_sql, rule, tables), _run(create_sql, rule, tables), elidable=False)


def create_sql(connection: BaseDatabaseWrapper, rule: Rule, table: str) -> list[str]:
    """The statements that put one table under a rule; safe to repeat."""
    create = _create_postgresql if connection.vendor == "postgresql" else _create_sqlite
    return [*drop_sql(connection, rule, table), *create(connection, rule, table)]


def drop_sql(connection: BaseDatabaseWrapper, rule: Rule, table: str) -> list[str]:
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on}" for name in trigger_names(rule, table, connection.vendor)]


def trigger_names(rule: Rule, table: str, vendor: str) -> list[str]:
    """The triggers that a protected table must have."""
    verbs = ["update", "delete"]
    if vendor == "postgresql":
        verbs.append("truncate")
    if rule == FROZEN:
        verbs.append("insert")
    return [f"{table}_keep_{verb}" for verb in verbs]


def _run(make: Callable[..., list[str]], rule: Rule, tables: Iterable[str]) -> Callable[[Any, Any], None]:
    def run(apps: Any, schema_editor: Any) -> None:
        for table in tables:
            for statement in make(schema_editor.connection, rule, table):
                schema_editor.execute(statement, params=None)

    return run


def _create_postgresql(connection: BaseDatabaseWrapper, rule: Rule, table: str) -> list[str]:
    on_update = {
        FILE: "planapp_move_bytes_only", INTERVAL: "planapp_close_interval_only", COVER: "planapp_refuse_sealed",
    }.get(rule, "planapp_refuse")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        ((schema,),) = cursor.fetchall()
    # Temporary tables come last: whoever may make one, which everybody may, could put one in the place of a real one.
    path = f"SET search_path = {schema}, pg_temp"
    statements = [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {path} AS $body${body}$body$"
        for name, body in _POSTGRESQL_FUNCTIONS.items()
    ]
    statements += [
        f"CREATE TRIGGER {table}_keep_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {on_update}()",
        f"CREATE TRIGGER {table}_keep_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION planapp_refuse()",
        f"CREATE TRIGGER {table}_keep_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION planapp_refuse()",
    ]
    if rule == FROZEN:  # once a statement, not once a row: a million rows are added in one
        statements.append(
            f"CREATE TRIGGER {table}_keep_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION planapp_refuse_late_rows()"
        )
    return statements


def _create_sqlite(connection: BaseDatabaseWrapper, rule: Rule, table: str) -> list[str]:
    when_update = ""
    if rule == FILE:
        # SQLite has no SHA-256: whoever moves bytes has looked at it, and here their number is.
        hash_is = "(SELECT sha256 FROM reports_exportedfile WHERE id = OLD.fingerprint_id)"
        goes = f"OLD.stored = '' AND NEW.stored = {hash_is} AND length(NEW.content) = 0"
        comes = f"OLD.stored = {hash_is} AND NEW.stored = '' AND length(NEW.content) = OLD.size"
        when_update = f"WHEN NOT ({_same(connection, table, 'content', 'stored')} AND (({goes}) OR ({comes})))"
    elif rule == INTERVAL:
        same = _same(connection, table, "recorded_until")
        when_update = f"WHEN NOT (OLD.recorded_until IS NULL AND NEW.recorded_until IS NOT NULL AND {same})"
    elif rule == COVER:
        when_update = "WHEN OLD.content_hash <> ''"
    statements = [
        _sqlite_trigger(table, "update", when_update),
        _sqlite_trigger(table, "delete", ""),
    ]
    if rule == FROZEN:
        unsealed = "SELECT 1 FROM reports_quartersnapshot WHERE id = NEW.snapshot_id AND content_hash = ''"
        statements.append(_sqlite_trigger(table, "insert", f"WHEN NOT EXISTS ({unsealed})"))
    return statements


def _same(connection: BaseDatabaseWrapper, table: str, *free: str) -> str:
    """That all columns but the free ones stay as they are."""
    with connection.cursor() as cursor:
        columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
    return " AND ".join(f'OLD."{name}" IS NEW."{name}"' for name in columns if name not in free)


def _sqlite_trigger(table: str, verb: str, when: str) -> str:
    refusal = _REFUSAL.format(table=table, verb=verb.upper())
    return (
        f"CREATE TRIGGER {table}_keep_{verb} BEFORE {verb.upper()} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )
