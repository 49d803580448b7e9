"""What moved between two quarters: computed from their rows alone, every figure with what is behind it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
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
from reports.content.rows import Initiative, Rows

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
    moved: tuple[Change, ...]
    pairs: tuple[Pair[Initiative], ...]

    @property
    def story(self) -> tuple[Change, ...]:
        """The figures worth a sentence, those that are not nothing."""
        return tuple(change for change in self.moved if change.items)

    @property
    def sentence(self) -> str:
        """The whole story as one line, for a mail or a slide."""
        if not self.story:
            return f"Since {self.before_label}: nothing moved."
        return f"Since {self.before_label}: {', '.join(change.sentence for change in self.story)}."


def compare(before: Rows, after: Rows) -> Comparison:
    """Everything that differs between two snapshots of a plan, found by the rows' own numbers."""
    earlier = {row.source_id: row for row in before.initiatives}
    later = {row.source_id: row for row in after.initiatives}
    pairs = compared(earlier, later)
    groups: dict[str, list[ChangeItem]] = defaultdict(list)
    by_status: dict[str, list[ChangeItem]] = defaultdict(list)
    for pair in pairs:
        item = _item(pair)
        groups[pair.verdict].append(item)
        if pair.verdict in {BETTER, WORSE, CHANGED}:
            by_status[pair.row.effective_status].append(item)
    slipped = [*_slipped_initiatives(pairs), *_slipped_milestones(before, after, later)]
    labels = {row.effective_status: row.effective_label for row in after.initiatives}
    story = [
        Change(f"moved-{status}", f"moved to {labels[status].lower()}", tuple(by_status[status]))
        for status in MOVED_ORDER
        if by_status.get(status)
    ]
    story.append(Change("slipped", slip_words(item.days for item in slipped if item.days), tuple(slipped)))
    story.append(Change("completed", "completed", tuple(by_status.get("completed", ()))))
    story.append(Change("new", "new", tuple(groups[NEW])))
    story.append(Change("gone", "removed", tuple(groups[GONE])))
    return Comparison(
        before_label=before.cover.period.label,
        after_label=after.cover.period.label,
        groups={verdict: tuple(groups[verdict]) for verdict in (BETTER, WORSE, CHANGED, NEW, GONE, UNCHANGED)},
        slipped=tuple(slipped),
        moved=tuple(story),
        pairs=tuple(pairs),
    )


def _slipped_initiatives(pairs: Iterable[Pair[Initiative]]) -> Iterable[ChangeItem]:
    for pair in pairs:
        old, row = pair.before, pair.after
        if old and row and old.due_date and row.due_date and row.due_date > old.due_date:
            yield _slip(row, old.due_date, row.due_date, "Due date")


def _slipped_milestones(before: Rows, after: Rows, initiatives: dict[int, Initiative]) -> Iterable[ChangeItem]:
    earlier = {row.source_id: row for row in before.milestones}
    for row in after.milestones:
        old = earlier.get(row.source_id)
        if old is None or row.is_cancelled or not old.due_date or not row.due_date or row.due_date <= old.due_date:
            continue
        yield _slip(initiatives[row.initiative_id], old.due_date, row.due_date, f"Milestone: {row.title}")


def _slip(row: Initiative, before: date, after: date, what: str) -> ChangeItem:
    days = (after - before).days
    return ChangeItem(row.source_id, row.number, row.title, _words(before), _words(after), what, days, before, after)


def _words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _item(pair: Pair[Initiative]) -> ChangeItem:
    before, after = (side.effective_label if side else "" for side in (pair.before, pair.after))
    return ChangeItem(pair.row.source_id, pair.row.number, pair.row.title, before, after)
