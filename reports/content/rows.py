"""What a snapshot holds. The names of the fields are the columns of the tables and the keys of the canonical form."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Self

from goals.quarters import Quarter
from initiatives.judgement import (
    CLOSED,
    CommitmentJudgement,
    InitiativeColumns,
    MilestoneJudgement,
    decided,
    update_due,
)

# What a correction may put right: for each kind of row its columns, as a reader names them. Numbers, and where a row
# stands in the plan, say which row it is; who may read it is decided on publishing (rule R13).
TYPED: dict[str, dict[str, str]] = {
    "initiative": {
        "title": "Title", "summary": "Summary", "reported_status": "Reported status", "percent": "Percent",
        "review_date": "Review while on hold by", "happened": "What happened", "next_steps": "What is next",
        "help_needed": "Help needed", "last_updated_at": "Last update on", "author_name": "Author",
        "override_status": "Status set by hand", "override_reason": "Status set by hand because",
        "owner_name": "Owner", "department_name": "Lead department", "start_date": "Start", "due_date": "Due",
        "baseline_due_date": "First agreed", "slip_count": "Times slipped", "priorities": "Priorities",
        "horizon": "Horizon", "audience": "Audience",
    },
    "milestone": {
        "title": "Milestone", "due_date": "Due", "baseline_due_date": "First agreed", "slip_count": "Times slipped",
        "completed_date": "Done", "is_cancelled": "Cancelled", "owner_name": "Owner", "department_name": "Department",
    },
    "commitment": {
        "what": "Commitment", "department_name": "Department", "due_date": "Due", "baseline_due_date": "First agreed",
        "slip_count": "Times slipped", "state": "State", "accepted_at": "Accepted on",
        "accepted_by_name": "Accepted by", "delivered_at": "Delivered on", "delivered_by_name": "Delivered by",
    },
    "goal": {"title": "Title", "text": "Text", "lead_name": "Lead"},
    "strategy": {"title": "Title", "text": "Text", "lead_name": "Lead"},
    "priority": {"text": "Text"},
}  # fmt: skip
# A key is shown by its word, which stands in a column of its own.
WORD_OF = {
    "reported_status": "reported_label", "override_status": "override_label", "horizon": "horizon_label",
    "audience": "audience_label", "state": "state_label",
}  # fmt: skip
# What follows from other columns of an initiative and of its milestones, and is judged anew with them.
DERIVED = {
    "effective_label": "Status", "milestones_total": "Milestones", "milestones_met": "Milestones met",
    "milestones_overdue": "Milestones overdue", "next_milestone_due": "Next milestone due",
}  # fmt: skip
# The columns in which two editions are compared, by kind of row.
SHOWN = {kind: {WORD_OF.get(name, name): label for name, label in columns.items()} for kind, columns in TYPED.items()}
SHOWN["initiative"] |= DERIVED
PROSE = frozenset({"summary", "happened", "next_steps", "help_needed", "override_reason", "text"})
# What the public edition leaves out of a row, it leaves out of its corrections.
INTERNAL = frozenset(
    {"help_needed", "override_reason", "author_name", "accepted_by_name", "delivered_by_name"}
)  # fmt: skip


@dataclass(frozen=True)
class Cover:
    """What the rows speak for: the plan as it named itself, the quarter, and the last day that counts."""

    plan_title: str
    plan_slug: str
    plan_mission: str
    plan_start_date: date
    plan_end_date: date
    plan_source: str
    goal_label: str
    expected_update_days: int
    sample_note: str
    fiscal_year: int
    quarter: int
    start_month: int
    as_of_day: date

    @property
    def period(self) -> Quarter:
        return Quarter(self.fiscal_year, self.quarter, self.start_month)


@dataclass(frozen=True)
class Heading:
    """A focus area, a strategy or a priority."""

    source_id: int
    kind: str
    goal_number: str
    number: str
    sort_key: str
    title: str
    text: str
    lead_name: str

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True)
class _Frozen:
    """What a report keeps of an initiative beside the shared columns."""

    source_id: int
    update_id: int | None
    priorities: str
    horizon_label: str
    audience_label: str
    visibility_label: str


@dataclass(frozen=True)
class Initiative(InitiativeColumns, _Frozen):
    """An initiative as it stood: the same columns as a page of the day has."""

    @property
    def priority_names(self) -> list[str]:
        return sorted(self.priorities.split("\n")) if self.priorities else []


@dataclass(frozen=True)
class Milestone(MilestoneJudgement):
    """A milestone as it stood."""

    source_id: int
    initiative_id: int
    title: str
    due_date: date | None
    due_text: str
    baseline_due_date: date | None
    slip_count: int
    completed_date: date | None
    is_cancelled: bool
    owner_name: str
    department_abbreviation: str
    department_name: str
    order: int
    basis: str
    source: str

    def state(self, day: date) -> str:
        """In words, judged on a day."""
        if self.is_cancelled:
            return "Cancelled"
        if self.completed_date is not None:
            return "Done"
        return "Overdue" if self.is_late(day) else "Open"


@dataclass(frozen=True)
class Commitment(CommitmentJudgement):
    """A department's promise as it stood."""

    source_id: int
    initiative_id: int
    department_abbreviation: str
    department_name: str
    what: str
    due_date: date | None
    baseline_due_date: date | None
    slip_count: int
    state: str
    state_label: str
    accepted_at: datetime | None
    accepted_by_name: str
    delivered_at: datetime | None
    delivered_by_name: str


@dataclass(frozen=True)
class Correction:
    """One value that a revision put right, as it was told before and after, and why.

    The updates are named where an update was corrected, and nothing where the report alone was. `part` and `part_id`
    say which milestone, commitment or heading it is, and are left out of the canonical form for an initiative's own.
    """

    initiative_id: int  # 0 of a heading
    number: str
    title: str
    corrected_update_id: int | None
    update_id: int | None
    field: str
    before: str
    after: str
    reason: str
    author_name: str
    recorded_at: datetime
    part: str = ""
    part_id: int = 0
    part_title: str = ""

    @property
    def label(self) -> str:
        """Which value it is, in words."""
        return SHOWN[self.part or "initiative"].get(self.field, self.field)

    @property
    def where(self) -> str:
        """The same with the milestone or commitment it belongs to."""
        return f"{self.part_title}: {self.label}" if self.part_title else self.label


@dataclass(frozen=True)
class Rows:
    """All rows of a snapshot, in the plan's order."""

    cover: Cover
    headings: tuple[Heading, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    corrections: tuple[Correction, ...] = field(default=())

    def of_kind(self, kind: str) -> list[Heading]:
        return sorted((row for row in self.headings if row.kind == kind), key=lambda row: (row.sort_key, row.source_id))

    def kept(self, keep: Iterable[int]) -> Self:
        """The same with only some initiatives: no trace of the others' milestones, promises and corrections."""
        ids = set(keep)
        return replace(
            self,
            initiatives=tuple(row for row in self.initiatives if row.source_id in ids),
            milestones=tuple(row for row in self.milestones if row.initiative_id in ids),
            commitments=tuple(row for row in self.commitments if row.initiative_id in ids),
            corrections=tuple(row for row in self.corrections if row.initiative_id in ids or not row.initiative_id),
        )


def effective_after(row: Initiative, cover: Cover) -> str:
    """The effective status of a frozen row whose columns were put right.

    A test holds it beside what the database decides.
    """
    return decided(
        reported=row.reported_status,
        override=row.override_status,
        has_late_milestone=bool(row.milestones_overdue),
        is_stale=is_stale_after(row, cover),
    )


def is_stale_after(row: Initiative, cover: Cover) -> bool:
    """Whether a frozen row is stale. Its instants are in plan time, as `rows_of` gives them: a day is a local day."""
    if row.reported_status in CLOSED:
        return False
    return cover.as_of_day > update_due(row.last_updated_day, row.start_date, cover.expected_update_days)


def names(kind: type[object]) -> tuple[str, ...]:
    """The fields of a row in their fixed order."""
    return tuple(item.name for item in fields(kind))  # type: ignore[arg-type] # every row class is a dataclass
