"""From what somebody typed to what is shown: one way through the index, and what is tried where it leads nowhere.

Numbers and short names come first, then what is called so, then what says so. Where nothing has all the words, those
that stand nowhere are taken for words that are spelt alike, and at last any of the words will do; the page says so.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Any

from django.db.models import BooleanField, Case, CharField, FloatField, Q, Value, When
from django.db.models.functions import Lower
from django.utils.safestring import SafeString

from people.models import User
from records.asof import AsOf
from search import reports
from search.engines import the_engine
from search.engines.base import Branch, Candidate, rows_of
from search.kinds import KINDS, Kind, of_plans, sees_everybody
from search.marking import NO_TEXT, Marks, marked, of_parts, of_words, snippet
from search.past import found_then, texts_of
from search.words import Asked, Word, asked

BY_KEY = {kind.key: kind for kind in KINDS}
ORDER = (
    "goal", "strategy", "initiative", "department", "person", reports.KIND, "evidence", "milestone", "commitment",
    "update", "comment",
)  # fmt: skip
LABELS = {kind.key: (kind.label, kind.plural) for kind in KINDS} | {reports.KIND: (reports.LABEL, reports.PLURAL)}
LONGEST_NAME = 60  # characters of what may be a department's short name
MOST_CALLED = 20  # of each kind by number
MOST_UNKNOWN = 4  # words for which what is spelt alike is looked for


@dataclass(frozen=True)
class Hit:
    """Something found. `title` and `snippet` are HTML with the words marked; `parent` is what it stands under.

    A comment stands under an initiative by name, and its `parent_id` is that of the update in whose thread it is.
    """

    kind: str
    id: int
    number: str
    title: SafeString
    snippet: SafeString
    parent_id: int | None
    parent: str
    plan_slug: str
    plan_title: str
    who: str
    day: date | None
    where: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return LABELS[self.kind][0]

    @property
    def is_dated(self) -> bool:
        """Whether its day is one by which it is due."""
        return self.kind in {"milestone", "commitment"}

    @property
    def is_said(self) -> bool:
        """Whether it has no name of its own, only what was said, by whom and when."""
        return self.kind in {"update", "comment"}

    @property
    def stands_under(self) -> str:
        """What it belongs to, where that is not its name already."""
        return "" if self.is_said else self.parent


@dataclass(frozen=True)
class Found:
    """All that was found, best first, as (kind, id).

    `is_any`: nothing has all the words. `instead`: words that stand nowhere, with what was looked for in their place.
    """

    asked: Asked
    keys: list[tuple[str, int]] = field(default_factory=list)
    words: tuple[Word, ...] = ()
    is_any: bool = False
    instead: dict[str, list[str]] = field(default_factory=dict)
    reports: dict[int, Any] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, tuple[int, bool]]:
        """By kind how many were found, and whether there may be more than were weighed."""
        found: dict[str, int] = {}
        for kind, _ in self.keys:
            found[kind] = found.get(kind, 0) + 1
        return {
            key: (found[key], key in BY_KEY and found[key] >= BY_KEY[key].most // 2) for key in ORDER if key in found
        }


NO_PLAN = (0,)  # the key of none: where there is no plan, people and departments are found all the same


def asking(when: AsOf) -> AbstractContextManager[None]:
    """Around what a page finds and tells: the database plans as it suits a search. Nothing is written inside."""
    return the_engine().asking() if when.is_live else nullcontext()


def find(text: str, *, user: User, when: AsOf, plans: Sequence[int], kind: str = "", tries_hard: bool = True) -> Found:
    """Everything that this person may see and that the text means; of one kind alone where it is named.

    `tries_hard` False: no second look where the first finds nothing.
    """
    wanted = asked(text)
    if wanted.is_empty or (kind and kind not in ORDER):
        return Found(wanted)
    search = _Search(wanted, user, when, plans or NO_PLAN, [one for one in KINDS if kind in {"", one.key}])
    search.with_reports = kind in {"", reports.KIND}
    return search.answered(tries_hard=tries_hard)


class _Search:
    """One question, put in several ways."""

    def __init__(self, wanted: Asked, user: User, when: AsOf, plans: Sequence[int], kinds: list[Kind]) -> None:
        self.asked, self.user, self.when, self.plans, self.kinds = wanted, user, when, plans, kinds
        self.engine = the_engine()
        self.tables = [kind.table for kind in KINDS]
        self.with_reports = True

    def answered(self, *, tries_hard: bool) -> Found:
        words = self.asked.words
        found = self.called() + (self.having(words, is_first=True) if words else [])
        if found or not tries_hard or not words:
            return self.result(found, words)
        # What is spelt alike is looked for among the words of all plans: not for who may not know what stands there.
        instead = self.instead() if self.user.reads_every_plan else {}
        words = tuple(word.or_else(instead.get(word.typed, [])) for word in words)
        found = self.having(words) if instead else []
        is_any = not found and len(words) > 1
        if is_any:
            found = self.having(words, is_any=True)
        return self.result(found, words, is_any=is_any, instead=instead)

    @cached_property
    def reports(self) -> dict[int, Any]:
        return {row.pk: row for row in reports.frozen_quarters(self.when, self.plans)}

    def rows(self, kind: Kind) -> Any:
        rows = kind.rows(self.user) if self.when.is_live else kind.then(self.user, self.when)
        return of_plans(rows, kind, self.plans)

    def called(self) -> list[Candidate]:
        """What has this number, or one below it, and departments with this short name. One query at most."""
        parts = []
        for kind in self.kinds:
            key = "pk" if self.when.is_live else kind.key_then
            known = None
            if kind.has_number and self.asked.number:
                known = Q(known=self.asked.number) | Q(known__startswith=f"{self.asked.number}.")
                rows = self.rows(kind).annotate(known=Lower("number"))
                rank: Any = Case(When(known=self.asked.number, then=2.0), default=1.0, output_field=FloatField())
            elif kind.key == "department" and 0 < len(self.asked.name) <= LONGEST_NAME:
                known = Q(search_text__startswith=f"{self.asked.name} ")
                rows, rank = self.rows(kind), Value(2.0, FloatField())
            if known is not None:
                columns = (Value(kind.key, CharField()), Value(True, BooleanField()), key, rank)
                parts.append(rows.filter(known).order_by().values_list(*columns)[:MOST_CALLED])
        return [Candidate(*row) for row in rows_of(parts)] if parts else []

    def having(self, words: Sequence[Word], *, is_any: bool = False, is_first: bool = False) -> list[Candidate]:
        """What has the words. One query; the first time one before it, and another for reports."""
        found: list[Candidate] = []
        if self.kinds and self.when.is_live:
            # Most words stand in few tables, or nowhere: to look for them all over takes longer than to ask where. That
            # asks the rows of all plans, so the time of an answer would tell of those that somebody may not see.
            tables, is_asked = {kind.table for kind in self.kinds}, is_first and self.user.reads_every_plan
            there = self.engine.tables_with(sorted(tables), words) if is_asked else tables
            branches = [one for kind in self.kinds if kind.table in there for one in self.branches(kind)]
            found = self.engine.find(branches, words, is_any=is_any) if branches else []
        elif self.kinds:
            found = found_then(self.kinds, words, self.user, self.when, self.plans, is_any=is_any)
        if self.with_reports:
            found += reports.having(self.reports.values(), words, is_any=is_any)
        # Weighed lower than what has a number or a short name, whose rank is 1 or 2.
        return [one._replace(rank=one.rank / (1 + one.rank) / 2) for one in found]

    def branches(self, kind: Kind) -> list[Branch]:
        rows, found = self.rows(kind), []
        most = kind.most // 2 if kind.has_names and kind.has_text else kind.most
        if kind.has_names:
            found.append(Branch(kind.key, rows, most, in_names=True))
        if kind.has_text and (kind.key != "person" or sees_everybody(self.user)):
            found.append(Branch(kind.key, rows, most, in_names=False))
        return found

    def instead(self) -> dict[str, list[str]]:
        """For the first words that stand nowhere, what is spelt alike. Three queries at most."""
        words = list(self.asked.words)
        # Of one word alone it is known already, if all tables were asked for it.
        is_known = len(words) == 1 and len(self.kinds) == len(KINDS) and self.when.is_live
        unknown = words if is_known else self.engine.unknown(self.tables, words)[:MOST_UNKNOWN]
        alike = self.engine.alike(self.tables, unknown) if unknown else {}
        return {typed: others for typed, others in alike.items() if others}

    def result(self, found: list[Candidate], words: tuple[Word, ...], **more: Any) -> Found:
        keys = list(
            dict.fromkeys(
                (one.kind, one.id) for one in sorted(found, key=partial(_place, is_any=more.get("is_any", False)))
            )
        )
        return Found(self.asked, keys, words, reports=self.reports if self.with_reports else {}, **more)


def _place(one: Candidate, *, is_any: bool) -> tuple[Any, ...]:
    """Where something stands among all that was found; where any word will do, what has most of them comes first."""
    is_called = one.rank >= 1
    is_part = one.kind in BY_KEY and BY_KEY[one.kind].is_part
    tier = 0 if is_called else 1 if one.in_names and not is_part else 2
    first = -one.rank if is_called or is_any else ORDER.index(one.kind)
    return (min(tier, 1) if is_any else tier, first, ORDER.index(one.kind), -one.rank, -one.id)


@dataclass(frozen=True)
class Told:
    """What a page says of what was found; `instead` are the words themselves that stand for one that stands nowhere."""

    hits: list[Hit] = field(default_factory=list)
    instead: dict[str, list[str]] = field(default_factory=dict)


def tell(found: Found, keys: Collection[tuple[str, int]], *, user: User, when: AsOf) -> Told:
    """Tell these rows, in this order. Two queries."""
    ids = {kind: [key for one, key in keys if one == kind] for kind in dict.fromkeys(kind for kind, _ in keys)}
    parts = [BY_KEY[kind].told(user, when, some) for kind, some in ids.items() if kind in BY_KEY]
    rows: dict[tuple[str, int], tuple[Any, ...]] = {}
    if parts:
        first, *rest = parts
        rows = {(row[0], row[1]): row for row in (first.union(*rest, all=True) if rest else first)}
    by = _found_by(found, ids, when)
    marks = of_words(by) if when.is_live else of_parts(by)
    hits = [_hit(rows[key], marks) if key in rows else _report(found, key, marks) for key in keys]
    instead = {
        typed: sorted(word for word in by if word != typed and word.startswith(tuple(others)))
        for typed, others in found.instead.items()
    }
    return Told([hit for hit in hits if hit is not None], {typed: words for typed, words in instead.items() if words})


def _found_by(found: Found, ids: dict[str, list[int]], when: AsOf) -> frozenset[str]:
    """The words by which these rows were found."""
    if not found.words:
        return frozenset()
    if not when.is_live:
        return frozenset(text for word in found.words for text in texts_of(word))
    tables = {BY_KEY[kind].table: some for kind, some in ids.items() if kind in BY_KEY}
    parts = {part for word in found.words for phrase in word.phrases for part in phrase}
    return the_engine().marked(tables, found.words) | (parts if reports.KIND in ids else frozenset())


def _hit(row: tuple[Any, ...], marks: Marks) -> Hit:
    kind, key, number, title, text, parent_id, parent_number, parent_title, slug, plan_title, who, day = row
    parent = f"{parent_number} {parent_title}" if parent_id else ""
    return Hit(
        kind, key, number or "", marked(title, marks), snippet(text or "", marks), parent_id, parent, slug or "",
        plan_title or "", who or "", day, {"parent_number": parent_number},
    )  # fmt: skip


def _report(found: Found, key: tuple[str, int], marks: Marks) -> Hit | None:
    row = found.reports.get(key[1])
    if key[0] != reports.KIND or row is None:
        return None  # deleted between the two questions
    said = snippet(row.said, marks) if row.said else NO_TEXT
    return Hit(
        reports.KIND, key[1], "", marked(row.period.label, marks), said, None, "", row.plan_slug, row.plan_title, "",
        row.as_of_day, {"quarter": row.period.slug},
    )  # fmt: skip
