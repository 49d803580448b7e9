"""PostgreSQL: tsvector columns with GIN indexes, and pg_trgm for spelling where the database has it."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, CharField, FloatField, Func, Value

from records.search_index import CONFIGURATION
from search.engines.base import MARK, UNMARK, Branch, Candidate, rows, rows_of, said, union
from search.likeness import likest
from search.words import PART, Word

SIMILAR = 0.45  # of a word's trigrams, how much a text must have of them side by side
TEXTS = 60  # texts in which a word that is spelt alike is looked for
LENGTH = 4_000  # characters of each that are read for it
THRESHOLD = (
    "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true), "
    "EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')"
)
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
        query = said(words, _phrase, " | " if is_any else " & ", " | ")
        parts = []
        for branch in branches:
            column = "search_names" if branch.in_names else "search_words"
            has = branch.rows.filter(Has(column, query)).order_by("-pk")
            kind, is_named = Value(branch.kind, CharField()), Value(branch.in_names, BooleanField())
            parts.append(has.values_list(kind, is_named, "pk", Rank(column, query))[: branch.most])
        return [Candidate(*row) for row in rows_of(parts)]

    def unknown(self, tables: Sequence[str], words: Sequence[Word]) -> list[Word]:
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE search_words @@ q)" for table in tables)  # noqa: S608
        ask = f"SELECT {there} FROM to_tsquery('{CONFIGURATION}', %s) q"  # noqa: S608 - our own tables
        sql, values = union((ask, [said([word], _phrase, "", " | ")]) for word in words)
        return [word for word, (is_known,) in zip(words, rows(sql, values), strict=True) if not is_known]

    def alike(self, tables: Sequence[str], words: Sequence[Word]) -> dict[str, list[str]] | None:
        sql, values = union(
            (
                f"(SELECT {number}, left(search_text, {LENGTH}) FROM {table} WHERE search_text %%> %s "  # noqa: S608
                f"ORDER BY word_similarity(%s, search_text) DESC LIMIT {TEXTS})",
                ["".join(word.phrases[0])] * 2,
            )
            for number, word in enumerate(words)
            for table in tables
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(THRESHOLD, [str(SIMILAR)])
            if not cursor.fetchone()[1]:
                return None
            cursor.execute(sql, values)
            found = cursor.fetchall()
        texts: dict[int, set[str]] = {number: set() for number in range(len(words))}
        for number, text in found:
            texts[number].update(PART.findall(text))
        return {word.typed: likest("".join(word.phrases[0]), texts[number]) for number, word in enumerate(words)}

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


def _phrase(phrase: tuple[str, ...], is_begun: bool) -> str:
    """Words hold letters and digits alone, so none of them can end its quotation mark."""
    *before, last = [f"'{word}'" for word in phrase]
    return "(" + " <-> ".join([*before, f"{last}:*" if is_begun else last]) + ")"
