"""What a snapshot holds. The names of the fields are the columns of the tables and the keys of the canonical form."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Self

from goals.quarters import Quarter
from initiatives.judgement import CLOSED, CommitmentJudgement, InitiativeColumns, MilestoneJudgement, decided

# The fields a correction can change, as a reader names them.
CORRECTABLE = {
    "effective_label": "Status",
    "reported_label": "Reported status",
    "review_date": "Review while on hold by",
    "percent": "Percent",
    "happened": "What happened",
    "next_steps": "What is next",
    "help_needed": "Help needed",
}


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
    """One field that a revision put right, with both texts and the reason."""

    initiative_id: int
    number: str
    title: str
    corrected_update_id: int
    update_id: int
    field: str
    before: str
    after: str
    reason: str
    author_name: str
    recorded_at: datetime


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
            corrections=tuple(row for row in self.corrections if row.initiative_id in ids),
        )


def effective_after(row: Initiative, status: str, cover: Cover) -> str:
    """The effective status of a frozen row whose reported status a correction put right.

    A test holds it beside what the database decides.
    """
    return decided(
        reported=status,
        override=row.override_status,
        has_late_milestone=bool(row.milestones_overdue),
        is_stale=is_stale_after(row, status, cover),
    )


def is_stale_after(row: Initiative, status: str, cover: Cover) -> bool:
    """Whether a frozen row is stale. Its instants are in plan time, as `rows_of` gives them: a day is a local day."""
    if status in CLOSED or row.last_updated_at is None:
        return False
    return (cover.as_of_day - row.last_updated_at.date()).days > cover.expected_update_days


def names(kind: type[object]) -> tuple[str, ...]:
    """The fields of a row in their fixed order."""
    return tuple(item.name for item in fields(kind))  # type: ignore[arg-type] # every row class is a dataclass
