"""Many governments in one installation: each row belongs to one, and PostgreSQL shows it to that one alone (ADR 30).

Every table has a column that no model knows. The database fills it, by the role that a process connects as, and where
governments are on, row-level security keeps every statement within it: written by hand or by Django, by mistake or not.
Off, as an installation begins, all rows are of the first government and nothing is checked.

On PostgreSQL alone: an installation on SQLite is one government.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.errors import LockNotAvailable

from planapp.own_rows import (
    BY_NUMBER,
    COLUMN,
    FIRST,
    GOVERNMENTS,
    OWN_ROWS,
    WALKED,
    Government,
    Table,
    disabled,
    enabled,
    functions,
    wanted,
    widened,
)
from planapp.own_words import ARGUMENTS, WORDED, word_functions

# Tables of the installation itself, with the reason. All others are a government's, whoever made them.
OF_THE_INSTALLATION = {
    "django_migrations": "what was done to the tables",
    "django_content_type": "the names of the models",
    "auth_permission": "the names of what may be done to them",
    GOVERNMENTS: "the governments themselves",
}
# Its one row has number 1 by decision, not from a sequence: each government has such a row.
NUMBERED_BY_HAND = ("records_recordlock",)

TABLES = """
SELECT t.relname, t.relrowsecurity, t.relispartition,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = %(column)s),
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid
               AND p.polname = CASE WHEN t.relname = ANY(%(walked)s) THEN %(by_number)s ELSE %(policy)s END),
       ARRAY(SELECT a.attname::text FROM pg_index i
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
             WHERE i.indrelid = t.oid AND i.indisprimary AND a.attname <> %(column)s ORDER BY a.attnum)
FROM pg_class t
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND t.relname <> ALL(%(others)s)
ORDER BY t.relname
"""
# Unique keys that say nothing of the government. A number from a sequence is one for all of them, and may stay so.
KEYS = """
SELECT t.relname, k.relname, pg_get_constraintdef(c.oid), pg_get_indexdef(k.oid)
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class k ON k.oid = i.indexrelid
LEFT JOIN pg_constraint c ON c.conindid = k.oid AND c.contype IN ('p', 'u')
WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> ALL(%(others)s)
  AND i.indisunique AND NOT k.relispartition
  AND NOT EXISTS (SELECT FROM pg_attribute a
                  WHERE a.attrelid = t.oid AND a.attname = %(column)s AND a.attnum = ANY(i.indkey))
  AND NOT (i.indisprimary AND t.relname <> ALL(%(by_hand)s) AND EXISTS (
      SELECT FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
        AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%')))
ORDER BY 1, 2
"""
# Indexes that were made to be read without their table, some of which cover and some hold few rows: PostgreSQL could do
# so no longer, for it has to see the government. One of a single column leads to its table anyway.
COVERING = """
SELECT t.relname, k.relname, NULL, pg_get_indexdef(k.oid)
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class k ON k.oid = i.indexrelid
WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> ALL(%(others)s)
  AND (i.indnatts > 1 OR i.indpred IS NOT NULL) AND NOT i.indisunique AND NOT k.relispartition
  AND k.relam = (SELECT oid FROM pg_am WHERE amname = 'btree')
  AND NOT EXISTS (SELECT FROM pg_attribute a
                  WHERE a.attrelid = t.oid AND a.attname = %(column)s AND a.attnum = ANY(i.indkey))
ORDER BY 1, 2
"""
REFERENCES = """
SELECT c.conname, t.relname, a.attname, o.relname, b.attname
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = c.confkey[1]
WHERE c.contype = 'f' AND c.conparentid = 0 AND t.relnamespace = current_schema()::regnamespace
  AND t.relname <> ALL(%(others)s) AND o.relname <> ALL(%(others)s)
ORDER BY 1
"""
# What a role could do besides what is granted to it. The owner of a table sees all rows of it.
ROLE = """
SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, EXISTS (
    SELECT FROM pg_class t WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p')
    AND pg_has_role(r.oid, t.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = %s
"""
# Not the other connections of our own pool, which were made with the one that asks.
STRANGERS = """
SELECT usename, count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND usename <> ALL(%s)
  AND backend_start < (SELECT backend_start - interval '1 s' FROM pg_stat_activity WHERE pid = pg_backend_pid())
GROUP BY 1 ORDER BY 1
"""
NAMES = {
    "column": COLUMN, "policy": OWN_ROWS, "others": list(OF_THE_INSTALLATION), "by_hand": list(NUMBERED_BY_HAND),
    "walked": list(WALKED), "by_number": BY_NUMBER,
}  # fmt: skip


class Refused(Exception):
    """It cannot be done; the words are for the operator, and nothing was changed."""


def prepare(connection: BaseDatabaseWrapper) -> None:
    """Make the list of governments and the function; safe to repeat."""
    if connection.vendor != "postgresql" or _is_prepared(connection):
        return
    _run(
        connection,
        f"CREATE TABLE {GOVERNMENTS} (id smallint PRIMARY KEY, name text NOT NULL UNIQUE, role name UNIQUE)",
        f"INSERT INTO {GOVERNMENTS} (id, name) VALUES ({FIRST}, 'This government')",  # noqa: S608 - constants
        *functions(()),
    )


def cover(connection: BaseDatabaseWrapper) -> None:
    """Give every table that lacks them the column, the policy and, in its unique keys, the government.

    After every `migrate`, so that no migration has to think of it, of whichever application it is. Nothing is done
    where nothing is missing.
    """
    if connection.vendor != "postgresql" or not _is_prepared(connection):
        return
    found = tables(connection)
    is_on = any(table.is_on for table in found)
    if not _asked(connection, "SELECT to_regproc(%s) IS NOT NULL", [OWN_ROWS])[0][0]:
        _run(connection, *functions(governments(connection) if is_on else ()))
    keys = _asked(connection, KEYS) + (_asked(connection, COVERING) if is_on else [])
    # A transaction for each table: whoever works on several of them at the same time waits, and nobody waits in a ring.
    for table in found:
        statements = [*wanted(table), *(widened(*key) for key in keys if key[0] == table.name)]
        if is_on and not table.is_on:
            statements += enabled(table)
        with transaction.atomic(using=connection.alias):
            _run(connection, *statements)
    _run(connection, *_word_functions(connection, governments(connection) if is_on else ()))
    for one in governments(connection) if is_on else ():
        if _asked(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", [one.role]):
            _grant(connection, one.role, found)


def governments(connection: BaseDatabaseWrapper) -> list[Government]:
    """Those that are in this installation, by their number."""
    rows = _asked(connection, f"SELECT id, name, coalesce(role, '') FROM {GOVERNMENTS} ORDER BY id")  # noqa: S608
    return [Government(*row) for row in rows]


def tables(connection: BaseDatabaseWrapper) -> list[Table]:
    """Every table whose rows are governments'."""
    return [Table(*row) for row in _asked(connection, TABLES)]


def are_on(connection: BaseDatabaseWrapper) -> bool:
    """Whether rows are kept apart."""
    return any(table.is_on for table in tables(connection))


def set_government(connection: BaseDatabaseWrapper, *, number: int, name: str, role: str) -> None:
    """Add a government, or give one another name or role."""
    if not 1 <= number <= 32_767:
        raise Refused("The number of a government is from 1 to 32767.")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise Refused(f"“{role}” is no name for a role here: small letters, digits and _, 63 at most.")
    _refuse_unfit(connection, role)
    known = governments(connection)
    if taken := next((one for one in known if one.number != number and one.role == role), None):
        raise Refused(f"{role} is the role of {taken.name}: each government has one of its own.")
    if taken := next((one for one in known if one.number != number and one.name == name), None):
        raise Refused(f"Government {taken.number} is called {name} already.")
    with transaction.atomic(using=connection.alias):
        before = next((one for one in known if one.number == number), None)
        _asked_nothing(
            connection,
            f"INSERT INTO {GOVERNMENTS} (id, name, role) VALUES (%s, %s, %s) "  # noqa: S608 - constants
            "ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role",
            [number, name, role],
        )
        if are_on(connection):
            if before is not None and before.role != role:
                _revoke(connection, before.role)
            known = governments(connection)
            _run(connection, *functions(known), *_word_functions(connection, known))
            _grant(connection, role, tables(connection))


def switch_on(connection: BaseDatabaseWrapper, *, patience: float) -> dict[str, int]:
    """Keep rows apart from now on. Returns who else is connected as no government's role, and so sees all of them."""
    known = governments(connection)
    if nobody := next((one for one in known if not one.role), None):
        raise Refused(f"{nobody.name} (number {nobody.number}) has no role yet: name one first.")
    for one in known:
        _refuse_unfit(connection, one.role)
    with _at_once(connection, patience):
        cover(connection)
        found = tables(connection)
        _run(connection, *(statement for table in found for statement in enabled(table)), *functions(known))
        _run(connection, *_word_functions(connection, known))
        _run(connection, *(widened(*index) for index in _asked(connection, COVERING)))
        # Who may make tables could lead statements to others of the same name. No longer so from PostgreSQL 15 on.
        schema = _asked(connection, "SELECT current_schema()")[0][0]
        _run(connection, sql.SQL("REVOKE CREATE ON SCHEMA {} FROM PUBLIC").format(sql.Identifier(schema)))
        for one in known:
            _grant(connection, one.role, found)
    # Of a column that is new PostgreSQL knows nothing, and would take a government for one row in two hundred.
    _run(connection, *(sql.SQL("ANALYZE {} ({})").format(*map(sql.Identifier, (one.name, COLUMN))) for one in found))
    return dict(_asked(connection, STRANGERS, [[one.role for one in known]]))


def switch_off(connection: BaseDatabaseWrapper, *, patience: float) -> None:
    """Keep nothing apart any more. Refused while another government than the first has a row."""
    with _at_once(connection, patience):
        for table in tables(connection):
            if _asked(connection, f'SELECT 1 FROM "{table.name}" WHERE {COLUMN} <> {FIRST} LIMIT 1'):  # noqa: S608
                raise Refused(
                    f"{table.name} holds rows of another government than the first: everybody would see the rows of "
                    "everybody."
                )
        _run(connection, *(statement for table in tables(connection) for statement in disabled(table)))
        _run(connection, *functions(()), *_word_functions(connection, ()))
        for one in governments(connection):
            if one.number != FIRST:
                _revoke(connection, one.role)


def findings(connection: BaseDatabaseWrapper) -> list[str]:
    """What keeps governments from being apart, a sentence each; nothing where all is well."""
    found, told = tables(connection), []
    is_on = any(table.is_on for table in found)
    for table in found:
        lacks = [
            word
            for word, has in (("column", table.has_column), ("policy", table.has_policy), ("check", table.is_on))
            if not has and (word != "check" or is_on)
        ]
        if lacks:
            told.append(f"{table.name} has no {' and no '.join(lacks)}: run manage.py migrate.")
    told += [
        f"The unique key {key} of {table} is one for all governments." for table, key, *_ in _asked(connection, KEYS)
    ]
    for one in governments(connection) if is_on else ():
        try:
            _refuse_unfit(connection, one.role)
        except Refused as refused:
            told.append(str(refused))
    for name, table, column, other, key in _asked(connection, REFERENCES):
        rows = _asked(
            connection,
            f'SELECT count(*) FROM "{table}" a JOIN "{other}" b ON b."{key}" = a."{column}" '  # noqa: S608 - the catalogue's
            f"WHERE a.{COLUMN} <> b.{COLUMN}",
        )[0][0]
        if rows:
            told.append(f"{rows} rows of {table} point to rows of {other} that are another government's ({name}).")
    return told


def knowing_of_no_government(find: Callable[..., Any]) -> Callable[..., Any]:
    """Django's look at the constraints of a table, as its models know them.

    It finds what a migration changes by the columns, and (slug, government) would not be found for slug.
    """

    def found(*args: Any, **words: Any) -> Any:
        constraints = find(*args, **words)
        for one in constraints.values():
            if one["columns"] and len(one["columns"]) > 1:
                one["columns"] = [column for column in one["columns"] if column != COLUMN]
        return constraints

    return found


# Statements -----------------------------------------------------------------------------------------------------------


def _word_functions(connection: BaseDatabaseWrapper, known: Sequence[Government]) -> Iterator[sql.Composable]:
    schema = _asked(connection, "SELECT current_schema()")[0][0]
    yield from word_functions(schema, [name for (name,) in _asked(connection, WORDED)], known)


def _grant(connection: BaseDatabaseWrapper, role: str, found: list[Table]) -> None:
    """What a process needs that serves: rows. No table can be emptied at once, changed or made."""
    schema = sql.Identifier(_asked(connection, "SELECT current_schema()")[0][0])
    who, common = sql.Identifier(role), [name for name in OF_THE_INSTALLATION if name != GOVERNMENTS]
    _run(
        connection,
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, who),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, who),
        *(
            sql.SQL("GRANT EXECUTE ON FUNCTION {}() TO {}").format(sql.Identifier(name), who)
            for name in (GOVERNMENTS, OWN_ROWS)
        ),
        *(
            sql.SQL("GRANT EXECUTE ON FUNCTION {}({}) TO {}").format(sql.Identifier(name), sql.SQL(arguments), who)
            for name, arguments in ARGUMENTS.items()
        ),
        sql.SQL("GRANT SELECT ON {} TO {}").format(sql.SQL(", ").join(map(sql.Identifier, common)), who),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(
            sql.SQL(", ").join(sql.Identifier(table.name) for table in found), who
        ),
    )


def _revoke(connection: BaseDatabaseWrapper, role: str) -> None:
    if not role or not _asked(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]):
        return
    schema = sql.Identifier(_asked(connection, "SELECT current_schema()")[0][0])
    for what in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        words = sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA {} FROM {}")
        _run(connection, words.format(sql.SQL(what), schema, sql.Identifier(role)))


def _refuse_unfit(connection: BaseDatabaseWrapper, role: str) -> None:
    """Raises Refused for a role that could see more than is granted to it."""
    found = _asked(connection, ROLE, [role])
    if not found:
        raise Refused(f"There is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…' makes it.")
    could = ("is a superuser", "bypasses row security", "may make roles", "owns tables of planapp")
    if more := [word for word, may in zip(could, found[0], strict=True) if may]:
        raise Refused(f"The role {role} {more[0]} and would see the rows of every government: take a plain one.")


@contextmanager
def _at_once(connection: BaseDatabaseWrapper, patience: float) -> Iterator[None]:
    """All tables or none, and nobody waits long behind us."""
    try:
        with transaction.atomic(using=connection.alias):
            _asked(connection, "SELECT set_config('lock_timeout', %s, true)", [f"{int(patience * 1000)}ms"])
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Refused(
            f"A table was in use for longer than {patience:g} seconds: try again at a quieter time."
        ) from error


def _is_prepared(connection: BaseDatabaseWrapper) -> bool:
    return bool(_asked(connection, "SELECT to_regclass(%s) IS NOT NULL", [GOVERNMENTS])[0][0])


def _asked(connection: BaseDatabaseWrapper, query: str, values: Any = NAMES) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _asked_nothing(connection: BaseDatabaseWrapper, statement: str, values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _run(connection: BaseDatabaseWrapper, *statements: Any) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
