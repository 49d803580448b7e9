"""PostgreSQL: tsvector columns with GIN indexes."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import compress
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, Func, Q, TextField
from django.db.models.expressions import RawSQL

from records.search_index import CONFIGURATION, ROWS_WITH, TABLES_WITH, WORDS_THERE
from search.engines.base import MARK, UNMARK, Branch, Candidate, rows, said, union
from search.likeness import allowed, likest, one_slip_away
from search.words import Word

MARKS = f"HighlightAll=true, StartSel={MARK}, StopSel={UNMARK}"
QUERY = f"to_tsquery('{CONFIGURATION}', %s)"
FOUND = re.compile(f"{MARK}([^{UNMARK}]*){UNMARK}")


# For PostgreSQL to look at a row costs the same wherever it lies and whatever is asked of it: so it goes through the
# newest rows only where many of them have the words, which it took for cheap; to read and unpack the words of a row is
# what costs.
PLANNER = {"seq_page_cost": "0.005", "random_page_cost": "0.005", "cpu_operator_cost": "0.0001"}
# Joins are made as they are written, along indexes: to weigh other orders took longer than to answer. Not where rows
# are looked up for one government by a function, which comes last as it is written: all its rows would be read first.
AS_WRITTEN = {"join_collapse_limit": "1"}


class _Words(Func):
    """The words of a row, which stand in a column that no model declares (records/search_index.py)."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__("search_text", output_field=TextField())

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        text, _values = compiler.compile(self.source_expressions[0])
        return text.removesuffix('"search_text"') + f'"{self.column}"', []


class Has(_Words):
    """Whether a row has the words of a query."""

    def __init__(self, column: str, query: str) -> None:
        self.query = query
        super().__init__(column)
        self.output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        words, _values = super().as_sql(compiler, connection)
        return f"({words} @@ {QUERY})", [self.query]


class PostgreSQL:
    """The `Engine` of PostgreSQL 15 and later."""

    def __init__(self) -> None:
        self.stems: dict[str, list[str]] = {}  # by word, those that were asked for

    @contextmanager
    def asking(self) -> Iterator[None]:
        with transaction.atomic():
            wanted = PLANNER if _one_of_many() else PLANNER | AS_WRITTEN
            ask = ", ".join(["set_config(%s, %s, true)"] * len(wanted))
            rows(f"SELECT {ask}", [one for pair in wanted.items() for one in pair])
            yield
            transaction.set_rollback(True)  # nothing was written; whoever asks in a transaction has its planner back

    def find(self, branches: Sequence[Branch], words: Sequence[Word], *, is_any: bool = False) -> list[Candidate]:
        query = _query(words, is_any=is_any)
        return [Candidate(*row) for row in rows(*union(self._branch(branch, query) for branch in branches))]

    def _branch(self, branch: Branch, query: str) -> tuple[str, list[Any]]:
        """Only the newest are ranked: to rank a row, its words have to be unpacked."""
        column = "search_names" if branch.in_names else "search_words"
        own: Any = Has(column, query)
        if _one_of_many():
            own = Q(pk__in=_own(branch.rows.model._meta.db_table, branch.in_names, query))
        has = branch.rows.filter(own).order_by("-pk").values_list("pk", _Words(column))
        newest, values = has[: branch.most].query.sql_with_params()
        # A long text that has a word once counts less than a short one.
        sql = f"SELECT %s, {branch.in_names}, id, ts_rank(words, {QUERY}, 1) FROM ({newest}) newest (id, words)"  # noqa: S608
        return sql, [branch.kind, query, *values]

    def tables_with(self, tables: Sequence[str], words: Sequence[Word]) -> set[str]:
        if _one_of_many():
            ask = f"SELECT {TABLES_WITH}(to_tsquery('{CONFIGURATION}', %s))"
            return {table for (table,) in rows(ask, [_query(words, is_any=False)])}.intersection(tables)
        there = ", ".join(f"EXISTS (SELECT 1 FROM {table} WHERE search_words @@ q)" for table in tables)  # noqa: S608
        ask = f"SELECT {there} FROM to_tsquery('{CONFIGURATION}', %s) q"  # noqa: S608 - our own tables
        return set(compress(tables, rows(ask, [_query(words, is_any=False)])[0]))

    def unknown(self, tables: Sequence[str], words: Sequence[Word]) -> list[Word]:
        if not words:
            return []
        # The questions are values, so that all words are planned as one; `alike` needs the stems of most.
        ask = (
            f"SELECT {_stands_in(tables)}, tsvector_to_array(to_tsvector('{CONFIGURATION}', plain)) "  # noqa: S608
            "FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY word (text, plain, number), "
            f"to_tsquery('{CONFIGURATION}', text) q ORDER BY number"
        )
        there = rows(ask, [[said([word], _phrase, "", " | ") for word in words], [_plain(word) for word in words]])
        self.stems = {_plain(word): stems for word, (_, stems) in zip(words, there, strict=True)}
        return [word for word, (is_known, _) in zip(words, there, strict=True) if not is_known]

    def alike(self, tables: Sequence[str], words: Sequence[Word]) -> dict[str, list[str]]:
        plain = [_plain(word) for word in words]
        if new := [one for one in plain if one not in self.stems]:
            asked = f"SELECT %s, tsvector_to_array(to_tsvector('{CONFIGURATION}', %s))"
            self.stems |= dict(rows(*union((asked, [one, one]) for one in new)))
        stems = [(self.stems[one] or [one])[0] for one in plain]
        near = [sorted(one_slip_away(stem)) if allowed(stem) else [] for stem in stems]
        # One by one: a single question for any of them ends at the first row of a word, but weighs all of them anew
        # for every row that has one, of which there are thousands.
        those = f"unnest(%s::text[], %s::tsquery[]) near (word, q) WHERE {_stands_in(tables)}"
        if _one_of_many():
            those = f"{WORDS_THERE}(%s::text[], %s::tsquery[]) word"
        sql, values = union(
            (
                f"SELECT {number}, word FROM {those}",  # noqa: S608 - our own tables
                [others, [f"'{one}'" for one in others]],
            )
            for number, others in enumerate(near)
            if others
        )
        found = rows(sql, values) if sql else []
        there: list[set[str]] = [set() for _ in words]
        for number, one in found:
            there[number].add(one)
        return {
            word.typed: likest(stem, there[number])
            for number, (word, stem) in enumerate(zip(words, stems, strict=True))
        }

    def marked(self, ids: dict[str, list[int]], words: Sequence[Word]) -> frozenset[str]:
        query = said(words, _phrase, " | ", " | ")
        sql, values = union(
            (
                f"SELECT ts_headline('{CONFIGURATION}', translate(search_text, '&.-_/''', '      '), q, %s) "  # noqa: S608
                f"FROM {table}, to_tsquery('{CONFIGURATION}', %s) q WHERE id = ANY(%s)",
                [MARKS, query, numbers],
            )
            for table, numbers in ids.items()
        )
        return frozenset(word for (text,) in rows(sql, values) for word in FOUND.findall(text)) if ids else frozenset()


def _plain(word: Word) -> str:
    return "".join(word.phrases[0])


def _one_of_many() -> bool:
    """Whether policies hold for whoever asks: then words are looked up by functions (planapp/own_words.py)."""
    told = connection.settings_dict
    return _is_held(str(told["HOST"]), str(told["NAME"]), str(told["USER"]))


@cache
def _is_held(*_: str) -> bool:
    """Once: governments are switched on while no process serves, and the functions are right where they are off."""
    return bool(rows("SELECT row_security_active('initiatives_initiative')", [])[0][0])


def _own(table: str, is_named: bool, query: str) -> RawSQL:
    ask = f"SELECT own FROM {ROWS_WITH}(%s, %s, to_tsquery('{CONFIGURATION}', %s)) own"  # noqa: S608 - constants
    return RawSQL(ask, [table, is_named, query])  # noqa: S611 - see above


def _query(words: Sequence[Word], *, is_any: bool) -> str:
    return said(words, _phrase, " | " if is_any else " & ", " | ")


def _stands_in(tables: Sequence[str]) -> str:
    """The condition that a row of any of these tables has `q`."""
    if _one_of_many():
        return f"EXISTS (SELECT FROM {WORDS_THERE}(ARRAY[''], ARRAY[q]))"
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE search_words @@ q)" for table in tables)  # noqa: S608


def _phrase(phrase: tuple[str, ...], is_begun: bool) -> str:
    """Words hold letters and digits alone, so none of them can end its quotation mark."""
    *before, last = [f"'{word}'" for word in phrase]
    return "(" + " <-> ".join([*before, f"{last}:*" if is_begun else last]) + ")"
