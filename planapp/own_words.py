"""Functions of PostgreSQL that look words up for one government (ADR 30).

Whether a row has a word (`@@`) is asked after the policy, because PostgreSQL does not know that the comparison keeps to
itself what it sees, and so no index is used: every row of the government is looked at, for every word. These functions
run as the owner of the tables, for whom the index counts, have the government that asks in their own condition, and
give nothing but what it could have found itself: numbers of its rows, names of tables, words that it named.

Whose rows is decided each time by the role that connected, and by nothing that can be set: a plan is kept for the
connection, and a superuser may change who that is. Everything is named with its schema, so nothing of another leads
them elsewhere.
"""

from collections.abc import Iterator, Sequence

from psycopg import sql

from planapp.own_rows import COLUMN, FIRST, Government
from records.search_index import ROWS_WITH, TABLES_WITH, WORDS_THERE

WITH_WORDS = (ROWS_WITH, TABLES_WITH, WORDS_THERE)
ARGUMENTS = {ROWS_WITH: "text, boolean, tsquery", TABLES_WITH: "tsquery", WORDS_THERE: "text[], tsquery[]"}
# Tables whose words are indexed (records/search_index.py).
WORDED = """
SELECT t.relname FROM pg_class t WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = t.oid AND NOT a.attisdropped
     AND a.attname IN ('search_names', 'search_words')) = 2
ORDER BY 1
"""


def word_functions(schema: str, worded: Sequence[str], known: Sequence[Government]) -> Iterator[sql.Composable]:
    """The three functions, which nobody may call to whom it is not granted. Without governments: the first one's."""
    cases = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(one.role), sql.Literal(one.number)) for one in known
    )
    whose: sql.Composable = sql.SQL("CASE session_user {} END").format(cases) if known else sql.Literal(FIRST)

    def rows(table: str, query: str, column: str = "search_words") -> sql.Composable:
        return sql.SQL("FROM {} t WHERE t.{} @@ {} AND t.{} + 0 = whose").format(
            sql.Identifier(schema, table), sql.Identifier(column), sql.SQL(query), sql.Identifier(COLUMN)
        )

    one_by_one = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN RETURN QUERY SELECT t.id {};").format(
            sql.Literal(f"{table} {is_named}"),
            rows(table, "$3", "search_names" if is_named == "true" else "search_words"),
        )
        for table in worded
        for is_named in ("true", "false")
    )
    where = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT {})").format(sql.Literal(table), rows(table, "$1")) for table in worded
    )
    somewhere = sql.SQL(" OR ").join(sql.SQL("EXISTS (SELECT {})").format(rows(table, "near.q")) for table in worded)
    bodies = {
        ROWS_WITH: sql.SQL("CASE $1 || ' ' || $2::text {} ELSE RETURN; END CASE;").format(one_by_one),
        TABLES_WITH: sql.SQL("RETURN QUERY SELECT found.at::text FROM ({}) found (at);").format(where),
        WORDS_THERE: sql.SQL(
            "RETURN QUERY SELECT near.word FROM unnest($1, $2) near (word, q) WHERE {};"
        ).format(somewhere),
    }  # fmt: skip
    for name in WITH_WORDS if worded else ():
        function = sql.SQL("{}({})").format(sql.Identifier(schema, name), sql.SQL(ARGUMENTS[name]))
        # `+ 0` and no sequential reads: the index of the words it is, not all rows of the government.
        yield sql.SQL(
            "CREATE OR REPLACE FUNCTION {} RETURNS SETOF {} LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER ROWS 100 "
            "SET search_path = pg_catalog, pg_temp SET enable_seqscan = off "
            "AS {}"
        ).format(
            function,
            sql.SQL("bigint" if name == ROWS_WITH else "text"),
            # As a literal, for a body holds literals itself.
            _body(sql.SQL("DECLARE whose smallint := {}; BEGIN {} END").format(whose, bodies[name])),
        )
        yield sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(function)


def _body(words: sql.Composable) -> sql.Composable:
    return sql.SQL("$body$ ") + words + sql.SQL(" $body$")
