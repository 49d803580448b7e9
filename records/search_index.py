"""What full-text search stands on: an index over the `search_text` of live rows, kept by the database itself.

A table is put under it by a migration of its room. On PostgreSQL the words are stored generated columns with a GIN
index each, so nothing has to follow a change. On SQLite an FTS5 table of its own has the same words under the row's id,
and triggers follow the row.

Both read a word the same way: letters and digits, nothing else, in its English stem. An apostrophe is dropped, every
other sign parts words. No word is left out as too common, so that “L&I” is found as L and I side by side.

SQLite drops the triggers of a table that a later migration rebuilds: such a migration ends with `index_words(…)` again,
and a test names what was forgotten (tests/search/test_index.py).
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython

CONFIGURATION = "planapp_words"
# Functions of PostgreSQL that look words up for one government of many (planapp/own_words.py makes them).
ROWS_WITH = "planapp_rows_with"  # (table, whether in names alone, query): the numbers of its rows
TABLES_WITH = "planapp_tables_with"  # (query): the tables that have one
WORDS_THERE = "planapp_words_there"  # (words, a query for each): the words that stand somewhere
INDEXED = 100_000  # characters of a row's text; PostgreSQL refuses rows whose index would be larger than a megabyte
SIGNS = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum() and chr(code) != "'")


def prepare_words() -> RunPython:
    """A migration operation: how PostgreSQL reads words. No extension is needed."""
    return RunPython(_prepare, RunPython.noop)


def index_words(*tables: str) -> RunPython:
    """A migration operation: index the `search_text` of these tables; safe to repeat."""
    return RunPython(_run(create_sql, tables), _run(drop_sql, tables), elidable=False)


def index_column(column: str, *tables: str) -> RunPython:
    """A migration operation: find rows of these tables by how a short text begins, such as a number; safe to repeat."""

    def create(connection: BaseDatabaseWrapper, table: str) -> list[str]:
        order = "text_pattern_ops" if connection.vendor == "postgresql" else ""
        return [f"CREATE INDEX IF NOT EXISTS {table}_{column} ON {table} (lower({column}) {order})"]

    def drop(connection: BaseDatabaseWrapper, table: str) -> list[str]:
        return [f"DROP INDEX IF EXISTS {table}_{column}"]

    return RunPython(_run(create, tables), _run(drop, tables), elidable=False)


def create_sql(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    """The statements that index one table, whatever of it is there already."""
    if connection.vendor != "postgresql":
        return [*drop_sql(connection, table), *_sqlite(table)]
    names, told = _vectors()
    column = f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS"
    return [
        f"{column} search_names tsvector GENERATED ALWAYS AS ({names}) STORED",
        f"{column} search_words tsvector GENERATED ALWAYS AS ({names} || {told}) STORED",
        f"CREATE INDEX IF NOT EXISTS {table}_names ON {table} USING gin (search_names)",
        f"CREATE INDEX IF NOT EXISTS {table}_words ON {table} USING gin (search_words)",
    ]


def drop_sql(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            f"ALTER TABLE {table} DROP COLUMN IF EXISTS search_words",
            f"ALTER TABLE {table} DROP COLUMN IF EXISTS search_names",
        ]
    triggers = [f"DROP TRIGGER IF EXISTS {name}" for name in trigger_names(table)]
    return [*triggers, f"DROP TABLE IF EXISTS {table}_terms", f"DROP TABLE IF EXISTS {table}_words"]


def trigger_names(table: str) -> list[str]:
    """The triggers that an indexed table has on SQLite."""
    return [f"{table}_words_{verb}" for verb in ("insert", "update", "delete")]


def _vectors() -> tuple[str, str]:
    """The words that name a row, and all others; of both together the first weigh more."""

    def words(line: int) -> str:
        plain = f"replace(split_part(left(search_text, {INDEXED}), E'\\n', {line}), '''', '')"
        return f"to_tsvector('{CONFIGURATION}', translate({plain}, '{SIGNS}', '{' ' * len(SIGNS)}'))"

    return f"setweight({words(1)}, 'A')", f"setweight({words(2)}, 'B')"


def _sqlite(table: str) -> list[str]:
    def lines(row: str) -> str:
        text = f"replace({row}search_text, '''', '') || char(10)"
        first = f"substr({text}, 1, instr({text}, char(10)) - 1)"
        return f"{first}, substr({text}, instr({text}, char(10)) + 1, {INDEXED})"

    words = f"{table}_words"
    add = f"INSERT INTO {words} (rowid, names, told) VALUES (NEW.id, {lines('NEW.')})"  # noqa: S608 - our own names
    remove = f"DELETE FROM {words} WHERE rowid = OLD.id"  # noqa: S608
    changed = "OLD.search_text IS NOT NEW.search_text OR OLD.id IS NOT NEW.id"
    insert, update, delete = trigger_names(table)
    return [
        f"CREATE VIRTUAL TABLE {words} USING fts5(names, told, prefix='2 3', "
        "tokenize='porter unicode61 remove_diacritics 0')",
        f"INSERT INTO {words} (rowid, names, told) SELECT id, {lines('')} FROM {table}",  # noqa: S608 - our own names
        f"CREATE VIRTUAL TABLE {table}_terms USING fts5vocab({words}, row)",
        f"CREATE TRIGGER {insert} AFTER INSERT ON {table} BEGIN {add}; END",
        f"CREATE TRIGGER {update} AFTER UPDATE ON {table} WHEN {changed} BEGIN {remove}; {add}; END",
        f"CREATE TRIGGER {delete} AFTER DELETE ON {table} BEGIN {remove}; END",
    ]


def _run(make: Callable[..., list[str]], tables: tuple[str, ...]) -> Callable[[Any, Any], None]:
    def run(apps: Any, schema_editor: Any) -> None:
        for table in tables:
            for statement in make(schema_editor.connection, table):
                schema_editor.execute(statement, params=None)

    return run


def _prepare(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_ts_config WHERE cfgname = %s", [CONFIGURATION])
        if cursor.fetchone():
            return
        cursor.execute(f"CREATE TEXT SEARCH DICTIONARY {CONFIGURATION} (TEMPLATE = snowball, LANGUAGE = english)")
        cursor.execute(f"CREATE TEXT SEARCH CONFIGURATION {CONFIGURATION} (COPY = simple)")
        cursor.execute(
            f"ALTER TEXT SEARCH CONFIGURATION {CONFIGURATION} "
            f"ALTER MAPPING FOR asciiword, word, numword WITH {CONFIGURATION}"
        )
