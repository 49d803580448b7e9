"""What moved between two moments: better, worse, new, gone, set aside, slipped. Computed, never written by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any, NamedTuple

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value

from initiatives.models import EffectiveStatus, MilestoneVersion
from records.asof import AsOf

S = EffectiveStatus
# How good a status is, where two of them can be compared. What is silent or paused tells neither good nor bad.
SCORE = {S.OFF_TRACK: 0, S.AT_RISK: 1, S.NO_CURRENT_UPDATE: 2, S.ON_HOLD: 2, S.CANCELLED: 2,
         S.NOT_STARTED: 3, S.ON_TRACK: 4, S.COMPLETED: 5}  # fmt: skip

SHOWN = 12  # rows under each sentence on a page


class Brief(NamedTuple):
    """As much of an initiative as a comparison needs."""

    side: str
    id: int
    number: str
    sort_key: str
    title: str
    status: str
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
    set_aside: list[Move] = field(default_factory=list)
    new: list[Move] = field(default_factory=list)
    gone: list[Move] = field(default_factory=list)
    slipped: list[Slip] = field(default_factory=list)
    compared: int = 0  # initiatives that stood at both moments

    @property
    def median_slip(self) -> int:
        return round(median(slip.days for slip in self.slipped)) if self.slipped else 0

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.slipped)

    @property
    def groups(self) -> list[Group]:
        """What moved, as sentences with the rows behind them; the worse comes first."""
        told = (
            ("worse", self.worse, "stands worse", "stand worse"),
            ("better", self.better, "stands better", "stand better"),
            ("aside", self.set_aside, "was put on hold or cancelled", "were put on hold or cancelled"),
            ("new", self.new, "is new", "are new"),
            ("gone", self.gone, "was taken out of the plan", "were taken out of the plan"),
        )
        return [
            Group(key, f"{len(moves)} {one if len(moves) == 1 else many}", moves[:SHOWN], len(moves) - SHOWN)
            for key, moves, one, many in told
            if moves
        ]

    @property
    def slip_words(self) -> str:
        """ "3 dates slipped by a median of 41 days"; nothing where none did."""
        if not self.slipped:
            return ""
        if len(self.slipped) == 1:
            return f"1 date slipped by {_days(self.median_slip)}"
        return f"{len(self.slipped)} dates slipped by a median of {_days(self.median_slip)}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def direction(before: str, after: str) -> str:
    """The name of the list in `Changes` that a change of status belongs to; "" where there is no change.

    Falling silent is worse, whatever it was: nobody knows any more. Hold and cancellation are decisions,
    not judgements.
    """
    if before == after:
        return ""
    if after in {S.ON_HOLD, S.CANCELLED}:
        return "set_aside"
    if after == S.NO_CURRENT_UPDATE:
        return "worse"
    return "better" if SCORE[S(after)] > SCORE[S(before)] else "worse"


def changes_between(then_rows: QuerySet[Any], now_rows: QuerySet[Any], *, then: AsOf, now: AsOf) -> Changes:
    """Compare what `initiative_statuses` gives for two moments. Two queries, whatever the number of rows."""
    found: dict[str, dict[int, Brief]] = {"then": {}, "now": {}}
    for row in _brief(then_rows, "then").union(_brief(now_rows, "now"), all=True):
        brief = Brief(*row)
        found[brief.side][brief.id] = brief
    changes = _compared(found["then"], found["now"])
    changes.slipped = sorted(
        [*_slipped(found["then"], found["now"]), *_slipped_milestones(found["now"], then=then, now=now)],
        key=lambda slip: -slip.days,
    )
    return changes


def _compared(before: dict[int, Brief], after: dict[int, Brief]) -> Changes:
    changes = Changes(compared=len(before.keys() & after.keys()))
    for brief in _in_order({**before, **after}.values()):
        was, now = before.get(brief.id), after.get(brief.id)
        if was is None:
            changes.new.append(_move(brief, after=brief.status))
        elif now is None:
            changes.gone.append(_move(brief, before=brief.status))
        elif where := direction(was.status, now.status):
            getattr(changes, where).append(_move(brief, before=was.status, after=now.status))
    return changes


def _slipped(before: dict[int, Brief], after: dict[int, Brief]) -> Iterable[Slip]:
    for key in before.keys() & after.keys():
        was, now = before[key].due_date, after[key].due_date
        if was and now and now > was:
            yield Slip(key, f"{after[key].number} {after[key].title}", was, now)


def _slipped_milestones(after: dict[int, Brief], *, then: AsOf, now: AsOf) -> Iterable[Slip]:
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


def _brief(rows: QuerySet[Any], side: str) -> QuerySet[Any]:
    told: QuerySet[Any] = rows.order_by().annotate(side=Value(side, output_field=CharField()))
    return told.values_list("side", "subject_id", "number", "sort_key", "title", "effective_status", "due_date")


def _in_order(briefs: Iterable[Brief]) -> list[Brief]:
    return sorted(briefs, key=lambda brief: (brief.sort_key, brief.id))


def _move(brief: Brief, *, before: str = "", after: str = "") -> Move:
    return Move(brief.id, brief.number, brief.title, before, after)
