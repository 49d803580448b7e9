"""What search asks of a database, whichever it is."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from django.db import connection
from django.db.models import QuerySet

from search.words import Word

MARK, UNMARK = "\x02", "\x03"  # around a word by which a row was found; no text of ours holds them


@dataclass(frozen=True)
class Branch:
    """Rows of one kind among which to look, newest first and at most so many. `in_names`: in what names them alone."""

    kind: str
    rows: QuerySet[Any]
    most: int
    in_names: bool


class Candidate(NamedTuple):
    """A row that has the words, and how well: a larger `rank` is better, among rows of one branch."""

    kind: str
    in_names: bool
    id: int
    rank: float


class Engine(Protocol):
    """Each of these is one statement, `alike` two. A row has all `words`, or where `is_any` one of them."""

    def asking(self) -> AbstractContextManager[None]:
        """Where the database is asked: it plans as it suits these questions. Nothing is written inside."""

    def find(self, branches: Sequence[Branch], words: Sequence[Word], *, is_any: bool = False) -> list[Candidate]:
        """The rows that have the words."""

    def tables_with(self, tables: Sequence[str], words: Sequence[Word]) -> set[str]:
        """The tables that have a row with all the words, whoever may see it."""

    def unknown(self, tables: Sequence[str], words: Sequence[Word]) -> list[Word]:
        """Those of the words that stand nowhere."""

    def alike(self, tables: Sequence[str], words: Sequence[Word]) -> dict[str, list[str]]:
        """By typed word what is spelt alike, the likest first."""

    def marked(self, ids: dict[str, list[int]], words: Sequence[Word]) -> frozenset[str]:
        """The words, folded, by which these rows (their numbers by table) were found."""


def union(parts: Iterable[tuple[str, Sequence[Any]]]) -> tuple[str, list[Any]]:
    """Statements with their values, as one."""
    listed = list(parts)
    return " UNION ALL ".join(sql for sql, _ in listed), [value for _, values in listed for value in values]


def rows_of(parts: Sequence[QuerySet[Any]]) -> list[tuple[Any, ...]]:
    """The rows of all these queries, each with a limit of its own. Texts and numbers alone: nothing is converted."""
    return rows(*union((f"SELECT * FROM ({sql}) part", values) for sql, values in map(_sql, parts)))  # noqa: S608


def rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _sql(part: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    return part.query.sql_with_params()


def said(words: Sequence[Word], phrase: Callable[[tuple[str, ...], bool], str], also: str, either: str) -> str:
    """Words in a database's own language: `also` between words, `either` between the phrases of one."""
    return also.join("(" + either.join(phrase(one, one in word.begun) for one in word.phrases) + ")" for word in words)
