"""The statements of PostgreSQL that give each row a government and keep it to that one (ADR 30).

What is to be done, and when, says planapp/governments.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg import sql

COLUMN = "government_id"
GOVERNMENTS = "planapp_government"  # the table, and the function that says whose a new row is
OWN_ROWS = "planapp_own_rows"  # the policies, and the function that says whose rows a statement sees
BY_NUMBER = f"{OWN_ROWS}_by_number"  # the policies of the next ones
# Tables whose newest row is looked for by its number, on every page: PostgreSQL has to see that the index of a
# government's own rows is in that order, or it walks past the rows of the others. At most one of them in a statement.
WALKED = ("records_auditevent",)
SETTING = "planapp.government"  # counts for roles of no government alone: who migrates, or brings a backup back
FIRST = 1


@dataclass(frozen=True)
class Government:
    """One of those in this installation; its processes connect as `role`, which is "" while it has none."""

    number: int
    name: str
    role: str


@dataclass(frozen=True)
class Table:
    """A table that holds rows of governments, and what it has of what it needs."""

    name: str
    is_on: bool
    is_partition: bool
    has_column: bool
    has_policy: bool
    key: list[str]


def functions(known: Sequence[Government]) -> Iterator[sql.Composable]:
    """Whose a new row is, and whose rows a statement sees. Without governments: the first one's.

    Both go by the role that connected, which no statement can change, whoever wrote it. Nobody's role: NULL, so nothing
    is seen and nothing can be added.

    The second is called once for a table while a statement is planned, and the plan then holds a plain number. It is
    declared IMMUTABLE for that, which is true of one connection; a plan does not outlive its connection, and PostgreSQL
    plans anew what has policies when `current_user` or the function is another. Therefore it reads no setting:
    a role of no government that takes the role of one (`SET ROLE`) sees that one's rows.
    """
    cases = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(one.role), sql.Literal(one.number)) for one in known
    )
    whose: sql.Composable = sql.Literal(FIRST)
    seen: sql.Composable = sql.Literal(FIRST)
    if known:
        other = sql.SQL("nullif(current_setting({}, true), '')::smallint").format(sql.Literal(SETTING))
        whose = sql.SQL("CASE session_user {} ELSE {} END").format(cases, other)
        seen = sql.SQL("CASE session_user {0} ELSE CASE current_user {0} END END").format(cases)
    # Read when it is made, so its names can be led nowhere else later.
    yield sql.SQL(
        "CREATE OR REPLACE FUNCTION {}() RETURNS smallint LANGUAGE sql STABLE PARALLEL SAFE RETURN ({})::smallint"
    ).format(sql.Identifier(GOVERNMENTS), whose)
    # Not in SQL, which PostgreSQL would set up anew for each call; read when it is called, with a path of its own.
    yield sql.SQL(
        "CREATE OR REPLACE FUNCTION {}() RETURNS smallint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE "
        "SET search_path = pg_catalog, pg_temp AS $body$ BEGIN RETURN {}; END $body$"
    ).format(sql.Identifier(OWN_ROWS), seen)


def wanted(table: Table) -> Iterator[sql.Composable]:
    """What a table lacks: the column, and the policy in the place of an earlier one."""
    name, column, government = sql.Identifier(table.name), sql.Identifier(COLUMN), sql.Identifier(GOVERNMENTS)
    if not table.has_column:
        # The function is the same for all rows of a statement, so no row is written for it.
        yield sql.SQL("ALTER TABLE {} ADD COLUMN {} smallint NOT NULL DEFAULT {}()").format(name, column, government)
    if not table.has_policy:
        own = sql.Identifier(OWN_ROWS)
        policy, words = own, "{0} >= {1}() AND {0} <= {1}()"
        # Not `=`: PostgreSQL would take all tables of a statement for joined by their government, and try every order.
        if table.name in WALKED:
            policy, words = sql.Identifier(BY_NUMBER), "{0} = {1}()"
        is_ours = sql.SQL(words).format(column, own)
        for earlier in (GOVERNMENTS, OWN_ROWS):  # one that asked in a query of its own, and one that was a range
            yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(earlier), name)
        yield sql.SQL("CREATE POLICY {} ON {} USING ({}) WITH CHECK ({})").format(policy, name, is_ours, is_ours)


def widened(table: str, key: str, constraint: str | None, index: str) -> str:
    """The statements that put the government at the end of an index, under the name that it has.

    At the end, so that it finds a row by the rest as before.
    """
    if constraint is None:
        return f'DROP INDEX "{key}"; {_with_government(index)}'
    return f'ALTER TABLE "{table}" DROP CONSTRAINT "{key}", ADD CONSTRAINT "{key}" {_with_government(constraint)}'


def _with_government(definition: str) -> str:
    """Of what PostgreSQL says of an index, the first brackets hold its columns; of one that covers, the second more."""
    begin, depth = definition.index("(", max(0, definition.find(" INCLUDE (") if "UNIQUE" not in definition else 0)), 0
    for place in range(begin, len(definition)):
        depth += {"(": 1, ")": -1}.get(definition[place], 0)
        if not depth:
            return f"{definition[:place]}, {COLUMN}{definition[place:]}"
    raise ValueError(definition)


def enabled(table: Table) -> Iterator[sql.Composable]:
    """Not FORCE: who owns the tables changes them and saves them, and has to see all.

    The index leads to a government's own rows, the newest of them first or last, however many the others have.
    """
    name = sql.Identifier(table.name)
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name)
    if not table.is_partition:
        columns = sql.SQL(", ").join(map(sql.Identifier, [COLUMN, *table.key]))
        yield sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({})").format(_index(table), name, columns)


def disabled(table: Table) -> Iterator[sql.Composable]:
    """The policy stays, and holds nobody."""
    yield sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(sql.Identifier(table.name))
    yield sql.SQL("DROP INDEX IF EXISTS {}").format(_index(table))


def _index(table: Table) -> sql.Identifier:
    return sql.Identifier(f"{table.name[:50]}_{COLUMN}")
