"""What moved between two moments: better, worse, new, gone, set aside, slipped. Computed, never written by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value

from initiatives.judgement import UNCHANGED, compared, slip_words
from initiatives.models import MilestoneVersion
from records.asof import AsOf

DECISION = "put on hold, cancelled or taken up again"
SHOWN = 12  # rows under each sentence on a page


class ComparedInitiative(NamedTuple):
    """As much of an initiative as a comparison needs."""

    side: str
    id: int
    number: str
    sort_key: str
    title: str
    effective_status: str
    due_date: date | None


@dataclass(frozen=True)
class Move:
    """One initiative that is not as it was. `before` or `after` is empty where it did not exist."""

    id: int
    number: str
    title: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Slip:
    """A due date that was moved later."""

    initiative_id: int
    label: str
    before: date
    after: date

    @property
    def days(self) -> int:
        return (self.after - self.before).days


class Group(NamedTuple):
    """One kind of movement: its sentence, the first rows behind it, and how many more there are (if above 0)."""

    key: str
    words: str
    moves: list[Move]
    more: int


@dataclass
class Changes:
    """Everything that moved, in the plan's order; each list is empty where nothing did."""

    better: list[Move] = field(default_factory=list)
    worse: list[Move] = field(default_factory=list)
    changed: list[Move] = field(default_factory=list)  # by a decision: put on hold, cancelled, or taken up again
    new: list[Move] = field(default_factory=list)
    gone: list[Move] = field(default_factory=list)
    slipped: list[Slip] = field(default_factory=list)
    compared: int = 0  # initiatives that stood at both moments

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.slipped)

    @property
    def groups(self) -> list[Group]:
        """What moved, as sentences with the rows behind them; the worse comes first."""
        words = (
            ("worse", self.worse, "stands worse", "stand worse"),
            ("better", self.better, "stands better", "stand better"),
            ("changed", self.changed, f"was {DECISION}", f"were {DECISION}"),
            ("new", self.new, "is new", "are new"),
            ("gone", self.gone, "was taken out of the plan", "were taken out of the plan"),
        )
        return [
            Group(key, f"{len(moves)} {one if len(moves) == 1 else many}", moves[:SHOWN], len(moves) - SHOWN)
            for key, moves, one, many in words
            if moves
        ]

    @property
    def slip_words(self) -> str:
        """ "3 dates slipped by a median of 41 days"; nothing where none did."""
        return f"{len(self.slipped)} {slip_words(slip.days for slip in self.slipped)}" if self.slipped else ""


def changes_between(then_rows: QuerySet[Any], now_rows: QuerySet[Any], *, then: AsOf, now: AsOf) -> Changes:
    """Compare what `initiative_statuses` gives for two moments. Two queries, whatever the number of rows."""
    found: dict[str, dict[int, ComparedInitiative]] = {"then": {}, "now": {}}
    for values in _columns(then_rows, "then").union(_columns(now_rows, "now"), all=True):
        row = ComparedInitiative(*values)
        found[row.side][row.id] = row
    changes = grouped(found["then"], found["now"])
    changes.slipped = sorted(
        [*_slipped(found["then"], found["now"]), *_slipped_milestones(found["now"], then=then, now=now)],
        key=lambda slip: -slip.days,
    )
    return changes


def grouped(before: dict[int, ComparedInitiative], after: dict[int, ComparedInitiative]) -> Changes:
    """The initiatives of two moments by verdict."""
    changes = Changes(compared=len(before.keys() & after.keys()))
    for pair in compared(before, after):
        if pair.verdict != UNCHANGED:
            was, now = (side.effective_status if side else "" for side in (pair.before, pair.after))
            getattr(changes, pair.verdict).append(Move(pair.row.id, pair.row.number, pair.row.title, was, now))
    return changes


def _slipped(before: dict[int, ComparedInitiative], after: dict[int, ComparedInitiative]) -> Iterable[Slip]:
    for key in before.keys() & after.keys():
        was, now = before[key].due_date, after[key].due_date
        if was and now and now > was:
            yield Slip(key, f"{after[key].number} {after[key].title}", was, now)


def _slipped_milestones(after: dict[int, ComparedInitiative], *, then: AsOf, now: AsOf) -> Iterable[Slip]:
    was = MilestoneVersion.objects.as_of(then).filter(subject=OuterRef("subject_id")).values("due_date")[:1]
    rows = (
        MilestoneVersion.objects.as_of(now)
        .filter(slip_count__gt=0, is_cancelled=False)
        .annotate(due_then=Subquery(was))
        .filter(due_date__gt=F("due_then"))
        .values_list("initiative_id", "title", "due_then", "due_date")
    )
    for initiative_id, title, due_then, due_now in rows:
        if initiative_id in after and due_now is not None:  # the filter has seen to the date
            yield Slip(initiative_id, f"{title} ({after[initiative_id].number})", due_then, due_now)


def _columns(rows: QuerySet[Any], side: str) -> QuerySet[Any]:
    named: QuerySet[Any] = rows.order_by().annotate(side=Value(side, output_field=CharField()))
    return named.values_list("side", "subject_id", "number", "sort_key", "title", "effective_status", "due_date")
