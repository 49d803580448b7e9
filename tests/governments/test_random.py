"""Ten thousand queries that nobody thought of: tables, joins, filters, groups. None shows a row of the other."""

import random

from django.db import connection

from planapp.governments import COLUMN, NAMES, REFERENCES
from tests.governments.conftest import FIRST_ONE, OTHER

QUERIES, AT_ONCE = 10_000, 50
FILTERS = (
    "true", "{0}.{1} IS NOT NULL", "{0}.{1}::text = 'the same'", "{0}.{1}::text LIKE '%%a%%'", "{0}.{3} <> {4}",
    "length({0}.{1}::text) > 0", "{0}.{1} IN (SELECT {1} FROM {2})", "({0}.{1} IS NULL OR {0}.{3} = {5})",
    "EXISTS (SELECT FROM {2} z WHERE z.{1} = {0}.{1})", "NOT (0 / nullif({0}.{3}, {5}) IS NOT NULL)",
)  # fmt: skip
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN")


class Asked:
    """Statements of one seed: how many rows of another government does each of them show?"""

    def __init__(self, two, seed: int) -> None:
        self.random = random.Random(seed)
        rows = two.run(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name <> ALL(%s) AND data_type <> 'bytea' "
            "GROUP BY 1 ORDER BY 1",
            [NAMES["others"]],
        )
        self.columns = {table: columns for table, columns in rows if COLUMN in columns}
        self.references = [row[1:] for row in two.run(REFERENCES, NAMES)]

    def one(self, mine: int, other: int) -> str:
        pick = self.random.choice
        first = pick(sorted(self.columns))
        source, named = f'"{first}" t0', {"t0": first}
        for n in range(1, self.random.randint(1, 4)):
            how, alias = pick(JOINS), f"t{n}"
            fitting = [row for row in self.references if row[0] in named.values()]
            if fitting and self.random.random() < 0.8 and how != "CROSS JOIN":
                table, column, joined, key = pick(fitting)
                on = next(name for name, is_of in named.items() if is_of == table)
                source += f' {how} "{joined}" {alias} ON {on}."{column}" = {alias}."{key}"'
            else:
                joined = pick(sorted(self.columns))
                source += f' {how} "{joined}" {alias}' + ("" if how == "CROSS JOIN" else " ON true")
                if how == "FULL JOIN":
                    source = source.replace(f'FULL JOIN "{joined}" {alias}', f'LEFT JOIN "{joined}" {alias}')
            named[alias] = joined
        filters = []
        for alias, table in self.random.sample(sorted(named.items()), self.random.randint(0, len(named))):
            column = f'"{pick(self.columns[table])}"'
            filters.append(pick(FILTERS).format(alias, column, f'"{table}"', COLUMN, mine, other))
        where = f" WHERE {pick((' AND ', ' OR ')).join(filters)}" if filters else ""
        theirs = " OR ".join(f"{alias}.{COLUMN} <> {mine}" for alias in named)
        shown = pick(
            (
                f"SELECT count(*) FILTER (WHERE {theirs}) FROM {source}{where}",
                f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(f'{one}.{COLUMN} AS {one}' for one in named)} FROM "
                f"{source}{where}) q WHERE {theirs.replace('.' + COLUMN, '')}",
                f"SELECT coalesce(sum(c), 0)::bigint FROM (SELECT count(*) c FROM {source}{where} GROUP BY t0.{COLUMN} "
                f"HAVING t0.{COLUMN} <> {mine}) q",
                f"WITH w AS MATERIALIZED (SELECT {', '.join(f'{one}.{COLUMN} AS {one}' for one in named)} FROM {source}"
                f"{where}) SELECT count(*) FROM w WHERE {theirs.replace('.' + COLUMN, '')}",
            )
        )
        return f"({shown})"


def test_no_random_query_shows_a_row_of_another_government(two):
    two.fill()
    asked, shown_to_all = Asked(two, seed=14), 0
    for batch in range(QUERIES // AT_ONCE):
        mine, other = (FIRST_ONE, OTHER) if batch % 2 else (OTHER, FIRST_ONE)
        statements = [asked.one(mine, other) for _ in range(AT_ONCE)]
        together = " UNION ALL ".join(statements)
        with two.asking(mine):
            shown = [count for (count,) in two.run(together)]
        assert shown == [0] * AT_ONCE, [text for text, count in zip(statements, shown, strict=True) if count]
        if batch % 20 == 0:  # the same questions find something where nothing is kept apart
            shown_to_all += sum(count > 0 for (count,) in two.run(together))
    assert shown_to_all > QUERIES / 20 / 3
    assert connection.in_atomic_block
