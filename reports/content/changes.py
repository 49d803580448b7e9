"""What moved between two quarters: computed from their rows alone, every figure with what is behind it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from initiatives.judgement import (
    BETTER,
    CANCELLED,
    CHANGED,
    GONE,
    NEW,
    NOT_STARTED,
    ON_HOLD,
    ON_TRACK,
    SEVERITY,
    UNCHANGED,
    WORSE,
    Pair,
    compared,
    slip_words,
)
from records.days import in_words
from reports.content.rows import Initiative, Milestone, Rows

MOVED_ORDER = (*SEVERITY, ON_HOLD, CANCELLED, NOT_STARTED, ON_TRACK)


@dataclass(frozen=True)
class ChangeItem:
    """One thing behind a figure. `before` and `after` are words as shown in their quarter."""

    initiative_id: int
    number: str
    title: str
    before: str
    after: str
    what: str = ""
    days: int | None = None
    before_day: date | None = None
    after_day: date | None = None


@dataclass(frozen=True)
class Change:
    """A figure of the change story: an anchor, a count, the words after the count, and the items counted."""

    key: str
    words: str
    items: tuple[ChangeItem, ...]

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def sentence(self) -> str:
        return f"{self.count} {self.words}"


@dataclass(frozen=True)
class Comparison:
    """Two quarters side by side."""

    before_label: str
    after_label: str
    groups: dict[str, tuple[ChangeItem, ...]]  # by every verdict of initiatives/judgement.py
    slipped: tuple[ChangeItem, ...]
    story: tuple[Change, ...]  # the figures worth a sentence: those that are not nothing
    pairs: tuple[Pair[Initiative], ...]

    @property
    def sentence(self) -> str:
        """The whole story as one line, for a mail or a slide."""
        if not self.story:
            return f"Since {self.before_label}: nothing moved."
        return f"Since {self.before_label}: {', '.join(change.sentence for change in self.story)}."


def compare(before: Rows, after: Rows) -> Comparison:
    """Everything that differs between two snapshots of a plan, found by the rows' own numbers."""
    earlier, later = ({row.source_id: row for row in side.initiatives} for side in (before, after))
    pairs = compared(earlier, later)
    groups: dict[str, list[ChangeItem]] = defaultdict(list)
    by_status: dict[str, list[ChangeItem]] = defaultdict(list)
    for pair in pairs:
        item = _item(pair)
        groups[pair.verdict].append(item)
        if pair.verdict in {BETTER, WORSE, CHANGED}:
            by_status[pair.row.effective_status].append(item)
    slipped = list(_slipped(pairs, before, after))
    labels = {row.effective_status: row.effective_label for row in after.initiatives}
    story = [
        Change(f"moved-{status}", f"moved to {labels[status].lower()}", tuple(by_status[status]))
        for status in MOVED_ORDER
        if status in labels
    ]
    story += [
        Change("slipped", slip_words(item.days for item in slipped if item.days), tuple(slipped)),
        Change("completed", "completed", tuple(by_status["completed"])),
        Change("new", "new", tuple(groups[NEW])),
        Change("gone", "removed", tuple(groups[GONE])),
    ]
    return Comparison(
        before_label=before.cover.period.label,
        after_label=after.cover.period.label,
        groups={verdict: tuple(groups[verdict]) for verdict in (BETTER, WORSE, CHANGED, NEW, GONE, UNCHANGED)},
        slipped=tuple(slipped),
        story=tuple(change for change in story if change.items),
        pairs=tuple(pairs),
    )


def _slipped(pairs: Iterable[Pair[Initiative]], before: Rows, after: Rows) -> Iterable[ChangeItem]:
    """Dates that moved later: of initiatives in the plan's order, then of milestones."""
    rows = {row.source_id: row for row in after.initiatives}
    earlier = {row.source_id: row for row in before.milestones}
    both: list[tuple[Initiative | Milestone, Initiative | Milestone, Initiative, str]] = [
        *((pair.before, pair.after, pair.after, "Due date") for pair in pairs if pair.before and pair.after),
        *(
            (earlier[row.source_id], row, rows[row.initiative_id], f"Milestone: {row.title}")
            for row in after.milestones
            if row.source_id in earlier and not row.is_cancelled
        ),
    ]
    for old, new, row, what in both:
        was, now = old.due_date, new.due_date
        if was and now and now > was:
            item = ChangeItem(row.source_id, row.number, row.title, in_words(was), in_words(now))
            yield replace(item, what=what, days=(now - was).days, before_day=was, after_day=now)


def _item(pair: Pair[Initiative]) -> ChangeItem:
    before, after = (side.effective_label if side else "" for side in (pair.before, pair.after))
    return ChangeItem(pair.row.source_id, pair.row.number, pair.row.title, before, after)
