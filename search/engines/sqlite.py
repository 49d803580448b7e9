"""SQLite: FTS5 tables that triggers keep, and their own list of stems for spelling."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import compress
from typing import Any

from search.engines.base import MARK, UNMARK, Branch, Candidate, rows, said, union
from search.engines.postgresql import FOUND
from search.likeness import beginnings, likest
from search.words import Word

NAMES, ALL = "5.0, 0.0", "5.0, 1.0"  # what a word counts in what names a row, and in the rest


class SQLite:
    """The `Engine` of SQLite, with FTS5 as Python brings it."""

    def asking(self) -> AbstractContextManager[None]:
        return nullcontext()

    def find(self, branches: Sequence[Branch], words: Sequence[Word], *, is_any: bool = False) -> list[Candidate]:
        query = _query(words, is_any=is_any)
        sql, values = union(self._branch(branch, query) for branch in branches)
        return [Candidate(kind, bool(named), key, rank) for kind, named, key, rank in rows(sql, values)]

    def _branch(self, branch: Branch, query: str) -> tuple[str, list[Any]]:
        table = f"{branch.rows.model._meta.db_table}_words"
        visible, of_rows = branch.rows.order_by().values("pk").query.sql_with_params()
        matches = f"{{names}} : ({query})" if branch.in_names else query
        # To rank, FTS5 first counts each word in the whole table: not worth it where more have it than are weighed.
        many = f"(SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH %s LIMIT {branch.most + 1}))"  # noqa: S608
        rank = f"-bm25({table}, {NAMES if branch.in_names else ALL})"
        sql = (
            f"SELECT * FROM (SELECT %s, {int(branch.in_names)}, {table}.rowid, "  # noqa: S608
            f"CASE WHEN {many} > {branch.most} THEN 0.0 ELSE {rank} END FROM {table} JOIN ({visible}) r "
            f"ON r.pk = {table}.rowid WHERE {table} MATCH %s ORDER BY {table}.rowid DESC LIMIT {branch.most})"
        )
        return sql, [branch.kind, matches, *of_rows, matches]

    def tables_with(self, tables: Sequence[str], words: Sequence[Word]) -> set[str]:
        there = ", ".join(f"EXISTS (SELECT 1 FROM {table}_words WHERE {table}_words MATCH %s)" for table in tables)  # noqa: S608
        return set(compress(tables, rows(f"SELECT {there}", [_query(words, is_any=False)] * len(tables))[0]))

    def unknown(self, tables: Sequence[str], words: Sequence[Word]) -> list[Word]:
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table}_words WHERE {table}_words MATCH %s)" for table in tables)  # noqa: S608
        sql, values = union((f"SELECT {there}", [said([word], _phrase, "", " OR ")] * len(tables)) for word in words)
        return [word for word, (is_known,) in zip(words, rows(sql, values), strict=True) if not is_known]

    def alike(self, tables: Sequence[str], words: Sequence[Word]) -> dict[str, list[str]]:
        plain = {word.typed: "".join(word.phrases[0]) for word in words}
        sql, values = union(part for one in plain.values() for table in tables for part in _stems(table, one))
        stems = {stem for (stem,) in rows(sql, values)} if sql else set()
        return {typed: likest(one, stems, are_stems=True) for typed, one in plain.items()}

    def marked(self, ids: dict[str, list[int]], words: Sequence[Word]) -> frozenset[str]:
        query = said(words, _phrase, " OR ", " OR ")
        sql, values = union(
            (
                f"SELECT highlight({table}_words, 0, %s, %s), highlight({table}_words, 1, %s, %s) FROM {table}_words "  # noqa: S608
                # By `rowid IN (…)` alone FTS5 would begin anew for each row, and gather all that begins so each time.
                f"WHERE {table}_words MATCH %s AND rowid BETWEEN %s AND %s "
                f"AND +rowid IN ({', '.join(['%s'] * len(numbers))})",
                [MARK, UNMARK, MARK, UNMARK, query, min(numbers), max(numbers), *numbers],
            )
            for table, numbers in ids.items()
        )
        texts = [text for row in rows(sql, values) for text in row] if ids else []
        return frozenset(word for text in texts for found in FOUND.findall(text) for word in found.split())


def _stems(table: str, word: str) -> Iterator[tuple[str, list[Any]]]:
    """Stems that could be meant, by how they begin. Whatever stands in a range is read with all rows that have it."""
    for begin in beginnings(word):
        yield (
            f"SELECT term FROM {table}_terms WHERE term >= %s AND term < %s AND length(term) BETWEEN %s AND %s",  # noqa: S608
            [begin, begin[:-1] + chr(ord(begin[-1]) + 1), max(3, len(word) - 7), len(word) + 2],
        )


def _query(words: Sequence[Word], *, is_any: bool) -> str:
    return said(words, _phrase, " OR " if is_any else " AND ", " OR ")


def _phrase(phrase: tuple[str, ...], is_begun: bool) -> str:
    """Everything is quoted: FTS5 takes AND, NOT, a colon or a hyphen for its own."""
    return f'"{" ".join(phrase)}"' + (" *" if is_begun else "")
