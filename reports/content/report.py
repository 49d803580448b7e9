"""The whole report: rows of the quarter and of the one before, the report's life, and every figure drawn from them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from reports.content.changes import Comparison, compare
from reports.content.rows import Commitment, Heading, Initiative, Milestone, Rows

STATUS_ORDER = (
    "completed", "on_track", "at_risk", "off_track", "on_hold", "not_started", "cancelled", "no_current_update",
)  # fmt: skip


@dataclass(frozen=True)
class SignOff:
    """Somebody answers for what one initiative's row says."""

    initiative_id: int
    by_name: str
    at: datetime
    revision: int


@dataclass(frozen=True)
class Life:
    """Where a report is in its life. Nothing of this is part of the content hash."""

    state: str = "preview"  # preview, open, completed, reopened
    revision: int = 1
    summary: str = ""
    summary_by: str = ""
    summary_at: datetime | None = None
    completed_by: str = ""
    completed_at: datetime | None = None
    published_at: datetime | None = None
    reopened_by: str = ""
    reopened_at: datetime | None = None
    reopened_reason: str = ""
    built_at: datetime | None = None
    content_hash: str = ""
    chain_hash: str = ""
    sequence: int | None = None
    sign_offs: tuple[SignOff, ...] = ()

    @property
    def is_draft(self) -> bool:
        return self.state == "preview"

    @property
    def state_label(self) -> str:
        words = {"preview": "Draft preview", "open": "Open", "completed": "Completed", "reopened": "Reopened"}
        return words[self.state] + (", published" if self.published_at else "")


@dataclass(frozen=True)
class Attention:
    """An initiative that somebody should look at, and why, in words."""

    initiative: Initiative
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Dated:
    """A date ahead: a milestone, a commitment or an initiative's own due date."""

    day: date
    what: str
    kind: str
    initiative: Initiative
    who: str


@dataclass(frozen=True)
class FocusArea:
    """One focus area in figures; cancelled initiatives are left out of percentages."""

    goal: Heading
    counts: Mapping[str, int]
    initiatives: tuple[Initiative, ...]

    @property
    def counted(self) -> int:
        return sum(count for status, count in self.counts.items() if status != "cancelled")

    @property
    def completed_percent(self) -> int | None:
        return round(100 * self.counts.get("completed", 0) / self.counted) if self.counted else None


@dataclass(frozen=True)
class Promises:
    """A department's commitments in figures."""

    department: str
    name: str
    commitments: tuple[Commitment, ...]
    open: int
    overdue: int
    delivered: int


@dataclass(frozen=True)
class ReportContent:
    """A quarter of a plan. `before` is the quarter it is compared with, where one was frozen."""

    rows: Rows
    quarter_label: str
    quarter_slug: str
    first_day: date
    last_day: date
    next_label: str
    next_first_day: date
    next_last_day: date
    life: Life = Life()
    before: Rows | None = None
    before_label: str = ""

    @property
    def title(self) -> str:
        return f"{self.rows.cover.plan_title}: quarterly report {self.quarter_label}"

    @property
    def day(self) -> date:
        """The day everything is judged on."""
        return self.rows.cover.as_of_day

    @cached_property
    def by_id(self) -> dict[int, Initiative]:
        return {row.source_id: row for row in self.rows.initiatives}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many initiatives stand how; every status, in the page's order."""
        return _counts(self.rows.initiatives)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The word of each status as it was shown then."""
        return {row.effective_status: row.effective_label for row in self.rows.initiatives}

    @cached_property
    def focus_areas(self) -> list[FocusArea]:
        groups: dict[str, list[Initiative]] = defaultdict(list)
        for row in self.rows.initiatives:
            groups[row.goal_number].append(row)
        return [
            FocusArea(goal, _counts(groups[goal.number]), tuple(groups[goal.number]))
            for goal in self.rows.of_kind("goal")
        ]

    @cached_property
    def changes(self) -> Comparison | None:
        if self.before is None:
            return None
        return compare(self.before, self.rows, before_label=self.before_label, after_label=self.quarter_label)

    @cached_property
    def attention(self) -> list[Attention]:
        """What is late, silent, ownerless or asks for help, worst first."""
        worst = {"off_track": 0, "no_current_update": 1, "at_risk": 2}
        found = [Attention(row, tuple(self._reasons(row))) for row in self.rows.initiatives if row.is_open]
        found = [item for item in found if item.reasons]
        return sorted(
            found, key=lambda item: (worst.get(item.initiative.effective_status, 3), item.initiative.sort_key)
        )

    def _reasons(self, row: Initiative) -> Iterable[str]:
        if row.override_status:
            yield f"Set to {row.override_label.lower()} by hand: {row.override_reason}"
        if row.milestones_overdue:
            yield f"{_many(row.milestones_overdue, 'milestone')} past the due date"
        if row.due_date is not None and row.due_date < self.day:
            yield f"Due date passed {_many((self.day - row.due_date).days, 'day')} ago"
        if row.is_stale:
            yield f"No update for more than {self.rows.cover.expected_update_days} days"
        if not row.override_status and not row.milestones_overdue and row.effective_status in {"at_risk", "off_track"}:
            yield f"Reported {row.effective_label.lower()}"
        if row.help_needed:
            yield "Asks for help"
        if not row.owner_name:
            yield "No owner"

    @cached_property
    def milestones_met(self) -> list[Milestone]:
        return [
            row for row in self.rows.milestones
            if row.completed_date is not None and self.first_day <= row.completed_date <= self.last_day
        ]  # fmt: skip

    @cached_property
    def milestones_missed(self) -> list[Milestone]:
        """Open past their date on the day the report speaks for, whichever quarter the date lay in."""
        return [
            row for row in self.rows.milestones
            if row.is_open and row.due_date is not None and row.due_date < self.day and self._is_open(row)
        ]  # fmt: skip

    @cached_property
    def milestones_slipped(self) -> list[Milestone]:
        return [row for row in self.rows.milestones if row.is_open and row.slip_days and self._is_open(row)]

    def _is_open(self, row: Milestone) -> bool:
        return self.by_id[row.initiative_id].is_open

    @cached_property
    def next_dates(self) -> list[Dated]:
        """What is due in the quarter after this one, by day."""
        found = [
            Dated(row.due_date, row.title, "Milestone", self.by_id[row.initiative_id], row.owner_name)
            for row in self.rows.milestones
            if row.due_date is not None and row.is_open and self._is_open(row) and self._is_next(row.due_date)
        ]
        found += [
            Dated(row.due_date, row.what, "Commitment", self.by_id[row.initiative_id], row.department_name)
            for row in self.rows.commitments
            if row.due_date is not None and row.is_open and self._is_next(row.due_date)
        ]
        found += [
            Dated(row.due_date, row.title, "Initiative", row, row.owner_name)
            for row in self.rows.initiatives
            if row.due_date is not None and row.is_open and self._is_next(row.due_date)
        ]
        return sorted(found, key=lambda item: (item.day, item.initiative.sort_key, item.what))

    def _is_next(self, day: date) -> bool:
        return self.next_first_day <= day <= self.next_last_day

    @cached_property
    def promises(self) -> list[Promises]:
        groups: dict[tuple[str, str], list[Commitment]] = defaultdict(list)
        for row in self.rows.commitments:
            if row.state != "withdrawn":
                groups[row.department_name, row.department_abbreviation].append(row)
        return [
            Promises(
                department=short,
                name=name,
                commitments=tuple(rows),
                open=sum(row.is_open for row in rows),
                overdue=sum(row.is_overdue(self.day) for row in rows),
                delivered=sum(row.state == "delivered" for row in rows),
            )
            for (name, short), rows in sorted(groups.items())
        ]

    @cached_property
    def alignment(self) -> list[tuple[Heading, list[int]]]:
        """For each focus area the number of its initiatives that serve each priority, in the order of `priorities`."""
        table = []
        for area in self.focus_areas:
            served = Counter(name for row in area.initiatives for name in row.priority_names)
            table.append((area.goal, [served[priority.title] for priority in self.priorities]))
        return table

    @cached_property
    def priorities(self) -> list[Heading]:
        return self.rows.of_kind("priority")

    @cached_property
    def open_initiatives(self) -> list[Initiative]:
        return [row for row in self.rows.initiatives if row.is_open]

    @cached_property
    def stale(self) -> list[Initiative]:
        return [row for row in self.open_initiatives if row.is_stale]

    @cached_property
    def ownerless(self) -> list[Initiative]:
        return [row for row in self.open_initiatives if not row.owner_name]

    @cached_property
    def ages(self) -> list[tuple[str, int]]:
        """Open initiatives by the age of their last update."""
        buckets = {"up to 30 days": 0, "31 to 60 days": 0, "61 to 90 days": 0, "more than 90 days": 0, "never": 0}
        for row in self.open_initiatives:
            buckets[_age(row.last_updated_at, self.day)] += 1
        return list(buckets.items())

    def for_public(self) -> "ReportContent":
        """The public edition: public initiatives alone, in this quarter and the one before."""

        def public(rows: Rows) -> Rows:
            return rows.kept(row.source_id for row in rows.initiatives if row.visibility == "public")

        shown = public(self.rows)
        ids = {row.source_id for row in shown.initiatives}
        before = None
        if self.before is not None:
            # An item internal in either quarter is told in neither: a "gone" item would tell that it went internal.
            hidden = {row.source_id for row in self.rows.initiatives} - ids
            kept = public(self.before)
            before = kept.kept(row.source_id for row in kept.initiatives if row.source_id not in hidden)
        sign_offs = tuple(item for item in self.life.sign_offs if item.initiative_id in ids)
        return replace(self, rows=shown, before=before, life=replace(self.life, sign_offs=sign_offs))


def _counts(rows: Iterable[Initiative]) -> dict[str, int]:
    found = Counter(row.effective_status for row in rows)
    return {status: found.get(status, 0) for status in STATUS_ORDER}


def _age(moment: datetime | None, day: date) -> str:
    if moment is None:
        return "never"
    days = (day - moment.date()).days  # instants of a report are in plan time
    for limit, words in ((30, "up to 30 days"), (60, "31 to 60 days"), (90, "61 to 90 days")):
        if days <= limit:
            return words
    return "more than 90 days"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
