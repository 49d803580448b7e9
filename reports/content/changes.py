"""What moved between two quarters: computed from their rows alone, every figure with what is behind it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from reports.content.rows import Initiative, Rows

# From worse to better. On hold and cancelled are neither: a decision, not a step.
RANK = {"off_track": 0, "no_current_update": 1, "at_risk": 2, "not_started": 3, "on_track": 4, "completed": 5}
TOLD_ORDER = ("off_track", "no_current_update", "at_risk", "on_hold", "cancelled", "not_started", "on_track")


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
class Pair:
    """One initiative in both quarters; `before` or `after` is None where it is in one only."""

    before: Initiative | None
    after: Initiative | None
    verdict: str

    @property
    def row(self) -> Initiative:
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a pair has at least one side
        return found


@dataclass(frozen=True)
class Comparison:
    """Two quarters side by side."""

    before_label: str
    after_label: str
    better: tuple[ChangeItem, ...]
    worse: tuple[ChangeItem, ...]
    otherwise: tuple[ChangeItem, ...]
    new: tuple[ChangeItem, ...]
    gone: tuple[ChangeItem, ...]
    slipped: tuple[ChangeItem, ...]
    moved: tuple[Change, ...]
    unchanged: int
    pairs: tuple[Pair, ...] = ()

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


def compare(before: Rows, after: Rows, *, before_label: str, after_label: str) -> Comparison:
    """Everything that differs between two snapshots of a plan, found by the rows' own numbers."""
    earlier = {row.source_id: row for row in before.initiatives}
    later = {row.source_id: row for row in after.initiatives}
    both = [(earlier[row.source_id], row) for row in after.initiatives if row.source_id in earlier]
    moved = [(old, row) for old, row in both if old.effective_status != row.effective_status]
    groups: dict[str, list[ChangeItem]] = defaultdict(list)
    by_status: dict[str, list[ChangeItem]] = defaultdict(list)
    for old, row in moved:
        item = _item(row, old.effective_label, row.effective_label)
        by_status[row.effective_status].append(item)
        groups[verdict(old.effective_status, row.effective_status)].append(item)
    new = [_item(row, "", row.effective_label) for row in after.initiatives if row.source_id not in earlier]
    gone = [_item(row, row.effective_label, "") for row in before.initiatives if row.source_id not in later]
    slipped = [*_slipped_initiatives(both), *_slipped_milestones(before, after, later)]
    labels = {row.effective_status: row.effective_label for row in after.initiatives}
    story = [
        Change(f"moved-{status}", f"moved to {labels[status].lower()}", tuple(by_status[status]))
        for status in TOLD_ORDER
        if by_status.get(status)
    ]
    story.append(Change("slipped", _slip_words(slipped), tuple(slipped)))
    story.append(Change("completed", "completed", tuple(by_status.get("completed", ()))))
    story.append(Change("new", "new", tuple(new)))
    story.append(Change("gone", "removed", tuple(gone)))
    return Comparison(
        before_label=before_label,
        after_label=after_label,
        better=tuple(groups["better"]),
        worse=tuple(groups["worse"]),
        otherwise=tuple(groups["changed"]),
        new=tuple(new),
        gone=tuple(gone),
        slipped=tuple(slipped),
        moved=tuple(story),
        unchanged=len(both) - len(moved),
        pairs=_pairs(earlier, later),
    )


def verdict(before: str, after: str) -> str:
    """What a change of effective status amounts to."""
    if before == after:
        return "unchanged"
    if before not in RANK or after not in RANK:
        return "changed"
    return "better" if RANK[after] > RANK[before] else "worse"


def _pairs(earlier: dict[int, Initiative], later: dict[int, Initiative]) -> tuple[Pair, ...]:
    found = [
        Pair(
            earlier.get(key),
            row,
            verdict(earlier[key].effective_status, row.effective_status) if key in earlier else "new",
        )
        for key, row in later.items()
    ]
    found += [Pair(row, None, "gone") for key, row in earlier.items() if key not in later]
    return tuple(sorted(found, key=lambda pair: (pair.row.sort_key, pair.row.source_id)))


def _slipped_initiatives(both: Iterable[tuple[Initiative, Initiative]]) -> Iterable[ChangeItem]:
    for old, row in both:
        if old.due_date and row.due_date and row.due_date > old.due_date:
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


def _slip_words(items: list[ChangeItem]) -> str:
    days = [item.days for item in items if item.days is not None]
    if not days:
        return "dates slipped"
    middle = round(median(days))
    noun = "date" if len(days) == 1 else "dates"
    by = f"by {middle} days" if len(days) == 1 else f"by a median of {middle} days"
    return f"{noun} slipped {by.replace(' 1 days', ' 1 day')}"


def _item(row: Initiative, before: str, after: str) -> ChangeItem:
    return ChangeItem(row.source_id, row.number, row.title, before, after)
