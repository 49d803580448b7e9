"""PostgreSQL: tsvector columns with GIN indexes."""

import re
from collections.abc import Sequence
from itertools import compress
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, CharField, FloatField, Func, Value

from records.search_index import CONFIGURATION
from search.engines.base import MARK, UNMARK, Branch, Candidate, rows, rows_of, said, union
from search.likeness import allowed, likest, one_slip_away
from search.words import Word

MARKS = f"HighlightAll=true, StartSel={MARK}, StopSel={UNMARK}"
FOUND = re.compile(f"{MARK}([^{UNMARK}]*){UNMARK}")


class _OfVector(Func):
    """A function of the words of a row, which stand in columns that no model declares (records/search_index.py)."""

    form = ""

    def __init__(self, column: str, query: str, output: Any) -> None:
        self.column, self.query = column, query
        super().__init__("search_text", output_field=output)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        text, _values = compiler.compile(self.source_expressions[0])
        vector = text.removesuffix('"search_text"') + f'"{self.column}"'
        asked = f"to_tsquery('{CONFIGURATION}', %s)"
        return self.form.format(vector=vector, query=asked), [self.query]


class Has(_OfVector):
    """Whether a row has the words of a query."""

    form = "({vector} @@ {query})"

    def __init__(self, column: str, query: str) -> None:
        super().__init__(column, query, BooleanField())


class Rank(_OfVector):
    """How well; a long text that has a word once counts less than a short one."""

    form = "ts_rank({vector}, {query}, 1)"

    def __init__(self, column: str, query: str) -> None:
        super().__init__(column, query, FloatField())


class PostgreSQL:
    """The `Engine` of PostgreSQL 15 and later."""

    def find(self, branches: Sequence[Branch], words: Sequence[Word], *, is_any: bool = False) -> list[Candidate]:
        query = _query(words, is_any=is_any)
        parts = []
        for branch in branches:
            column = "search_names" if branch.in_names else "search_words"
            has = branch.rows.filter(Has(column, query)).order_by("-pk")
            kind, is_named = Value(branch.kind, CharField()), Value(branch.in_names, BooleanField())
            parts.append(has.values_list(kind, is_named, "pk", Rank(column, query))[: branch.most])
        return [Candidate(*row) for row in rows_of(parts)]

    def tables_with(self, tables: Sequence[str], words: Sequence[Word]) -> set[str]:
        there = ", ".join(f"EXISTS (SELECT 1 FROM {table} WHERE search_words @@ q)" for table in tables)  # noqa: S608
        ask = f"SELECT {there} FROM to_tsquery('{CONFIGURATION}', %s) q"  # noqa: S608 - our own tables
        return set(compress(tables, rows(ask, [_query(words, is_any=False)])[0]))

    def unknown(self, tables: Sequence[str], words: Sequence[Word]) -> list[Word]:
        ask = f"SELECT {_stands_in(tables)} FROM to_tsquery('{CONFIGURATION}', %s) q"  # noqa: S608 - our own tables
        sql, values = union((ask, [said([word], _phrase, "", " | ")]) for word in words)
        return [word for word, (is_known,) in zip(words, rows(sql, values), strict=True) if not is_known]

    def alike(self, tables: Sequence[str], words: Sequence[Word]) -> dict[str, list[str]]:
        plain = ["".join(word.phrases[0]) for word in words]
        with transaction.atomic():
            # The planner takes each for many rows; each is one look into the index, and most are nowhere.
            stem = f"tsvector_to_array(to_tsvector('{CONFIGURATION}', %s))"
            asked = f"SELECT %s, set_config('enable_seqscan', 'off', true), {stem}"
            stems = [(found or [one])[0] for one, _, found in rows(*union((asked, [one, one]) for one in plain))]
            near = [sorted(one_slip_away(stem)) if allowed(stem) else [] for stem in stems]
            # One by one: a single question for any of them ends at the first row of a word, but weighs all of them anew
            # for every row that has one, of which there are thousands.
            sql, values = union(
                (
                    f"SELECT {number}, word FROM unnest(%s::text[], %s::tsquery[]) near (word, q) "  # noqa: S608
                    f"WHERE {_stands_in(tables)}",
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


def _query(words: Sequence[Word], *, is_any: bool) -> str:
    return said(words, _phrase, " | " if is_any else " & ", " | ")


def _stands_in(tables: Sequence[str]) -> str:
    """The condition that a row of any of these tables has `q`."""
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE search_words @@ q)" for table in tables)  # noqa: S608


def _phrase(phrase: tuple[str, ...], is_begun: bool) -> str:
    """Words hold letters and digits alone, so none of them can end its quotation mark."""
    *before, last = [f"'{word}'" for word in phrase]
    return "(" + " <-> ".join([*before, f"{last}:*" if is_begun else last]) + ")"
