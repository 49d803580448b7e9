"""What moved between two moments: better, worse, new, gone, set aside, slipped. Computed, never written by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value

from initiatives.judgement import GONE, NEW, counted, slip_words, verdict
from initiatives.models import InitiativeVersion, MilestoneVersion
from initiatives.selectors.survey import Moved, Slipped, Survey
from records.statements import Keys, statement

# By kind and number of a version: the initiative, its number, and the title.
Titles = Mapping[tuple[str, int], tuple[int, str, str]]

DECISION = "put on hold, cancelled or taken up again"
SHOWN = 12  # rows under each sentence on a page, as many as a survey finds
# A kind of movement, in words for one and for many; the worse comes first.
KINDS = {
    "worse": ("stands worse", "stand worse"),
    "better": ("stands better", "stand better"),
    "changed": (f"was {DECISION}", f"were {DECISION}"),
    "new": ("is new", "are new"),
    "gone": ("was taken out of the plan", "were taken out of the plan"),
}


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


@dataclass(frozen=True)
class Changes:
    """What moved: each group in the plan's order, the longest slips first; what did not move has no group."""

    groups: list[Group] = field(default_factory=list)
    slipped: list[Slip] = field(default_factory=list)  # the first SHOWN
    slips: Counter[int] = field(default_factory=Counter)  # all of them, by days
    arrived: Counter[str] = field(default_factory=Counter)  # all that moved, by the status they have now

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.slips)

    @property
    def slip_words(self) -> str:
        """ "3 dates slipped by a median of 41 days"; nothing where none did."""
        return f"{self.slips.total()} {slip_words(self.slips.elements())}" if self.slips else ""


def changes_of(found: Survey) -> Changes | None:
    """What a survey says of two moments; None where nothing stood at the earlier one. A query for titles."""
    if not found.there:
        return None
    by_kind: dict[str, list[Moved]] = {}
    for row in sorted(found.moved, key=lambda row: (row.place, row.pk)):
        by_kind.setdefault(kind_of(row.was, row.is_now), []).append(row)
    shown = {key: rows[:SHOWN] for key, rows in by_kind.items()}
    titles = _titles([row.pk for rows in shown.values() for row in rows], found.slipped)
    groups = []
    for key, (one, many) in KINDS.items():
        if rows := shown.get(key):
            # Each way of moving tells its whole number on every row of it.
            count = sum({(row.was, row.is_now): row.count for row in by_kind[key]}.values())
            moves = [Move(*titles["initiative", row.pk], row.was, row.is_now) for row in rows]
            groups.append(Group(key, counted(count, one, many), moves, count - len(moves)))
    ways = {(row.was, row.is_now): row.count for row in found.moved}
    arrived: Counter[str] = Counter()
    for (_, is_now), count in ways.items():
        arrived[is_now] += count
    return Changes(groups, [_slip(row, titles) for row in found.slipped], found.slips, arrived)


def kind_of(was: str, is_now: str) -> str:
    """The one judgement of a change, for what stood at both moments, at one or at the other."""
    return verdict(was, is_now) if was and is_now else NEW if is_now else GONE


def _slip(row: Slipped, titles: Titles) -> Slip:
    initiative, number, title = titles["initiative", row.version]
    label = f"{number} {title}" if row.kind == "initiative" else f"{titles[row.kind, row.pk][2]} ({number})"
    return Slip(initiative, label, row.before, row.after)


def _titles(moved: Iterable[int], slipped: Iterable[Slipped]) -> Titles:
    versions = Keys({*moved, *(row.version for row in slipped)})
    steps = Keys(row.pk for row in slipped if row.kind == "milestone")
    return {(kind, pk): (key, number, title) for kind, pk, key, number, title in _titled(versions, steps)}


@statement
def _titled(versions: Keys, steps: Keys) -> QuerySet[Any]:
    initiatives: QuerySet[Any] = InitiativeVersion.objects.filter(pk__among=versions)
    milestones = MilestoneVersion.objects.filter(pk__among=steps)
    return initiatives.values_list(Value("initiative"), "pk", "subject_id", "number", "title").union(
        milestones.values_list(Value("milestone"), "pk", "initiative_id", Value(""), "title"), all=True
    )
