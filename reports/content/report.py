"""The whole report: rows of the quarter and of the one before, its workflow, and every figure drawn from them."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from goals.quarters import Quarter
from initiatives.judgement import BAR_ORDER, NOT_PROMISED, reasons, severity
from reports.content.changes import Comparison, compare
from reports.content.leak_check import Named, named_in
from reports.content.rows import INTERNAL, Commitment, Cover, Heading, Initiative, Milestone, Rows
from web import shares

AGES = {30: "up to 30 days", 60: "31 to 60 days", 90: "61 to 90 days"}  # of the last update
LONG = 100  # initiatives that a page still shows as a whole
OLDER = ("more than 90 days", "never")


@dataclass(frozen=True)
class SignOff:
    """Somebody answers for what one initiative's row says."""

    initiative_id: int
    by_name: str
    at: datetime
    revision: int


@dataclass(frozen=True)
class WorkflowState:
    """Where a report is in its workflow. Nothing of this is part of the content hash."""

    state: str = "preview"  # preview, open, completed, reopened
    revision: int = 1
    summary: str = ""
    summary_by: str = ""
    summary_at: datetime | None = None
    completed_by: str = ""
    completed_at: datetime | None = None
    published_at: datetime | None = None
    replaces_reason: str = ""  # of a later revision: why the one before was opened again
    built_at: datetime | None = None
    content_hash: str = ""
    chain_hash: str = ""
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
class Step:
    """A milestone with its initiative and, in words, how it stood."""

    milestone: Milestone
    initiative: Initiative
    state: str


@dataclass(frozen=True)
class Promise:
    """A commitment with its initiative, and whether its date had passed."""

    commitment: Commitment
    initiative: Initiative
    is_overdue: bool


@dataclass(frozen=True)
class Dated:
    """A date ahead: a milestone, a commitment or an initiative's own due date."""

    day: date
    what: str
    kind: str
    initiative: Initiative
    who: str


@dataclass(frozen=True)
class Evidence:
    """Why there is this plan, as recorded by the quarter's end; read from history, so no part of the content hash."""

    text: str
    share: str
    source: str
    link: str
    areas: tuple[str, ...]


@dataclass(frozen=True)
class FocusArea:
    """One focus area in figures; cancelled initiatives are left out of percentages."""

    goal: Heading
    counts: Mapping[str, int]
    initiatives: tuple[Initiative, ...]
    segments: tuple[shares.Segment, ...]
    cells: tuple[int, ...]  # in the order of the report's `status_columns`

    @property
    def counted(self) -> int:
        return sum(count for status, count in self.counts.items() if status != "cancelled")

    @property
    def completed_percent(self) -> int | None:
        return shares.percent(self.counts.get("completed", 0), self.counted)


@dataclass(frozen=True)
class Promises:
    """A department's commitments in figures."""

    name: str
    promises: tuple[Promise, ...]

    @property
    def open(self) -> int:
        return sum(item.commitment.is_open for item in self.promises)

    @property
    def overdue(self) -> int:
        return sum(item.is_overdue for item in self.promises)

    @property
    def delivered(self) -> int:
        return sum(item.commitment.state == "delivered" for item in self.promises)


def is_long(initiatives: int) -> bool:
    """Whether a page shows a report's parts one by one: whole, it would weigh megabytes."""
    return initiatives > LONG


class ReportHead(ABC):
    """What is said of a report as a whole, however much of its rows was read."""

    workflow: WorkflowState

    @property
    @abstractmethod
    def cover(self) -> Cover: ...

    @property
    @abstractmethod
    def total(self) -> int:
        """Initiatives."""

    @property
    @abstractmethod
    def internal_named(self) -> tuple[Named, ...]:
        """The internal initiatives that the summary names. While there is one, the public edition has no summary."""

    @property
    def quarter(self) -> Quarter:
        return self.cover.period

    @property
    def is_long(self) -> bool:
        return is_long(self.total)

    @property
    def title(self) -> str:
        return f"{self.cover.plan_title}: quarterly report {self.quarter.label}"

    @property
    def sample_text(self) -> str:
        """What is said wherever the activity is a sample; empty otherwise."""
        note = self.cover.sample_note
        return note if not note or note.startswith("Sample activity") else f"Sample activity. {note}"

    @property
    def day(self) -> date:
        """The day everything is judged on."""
        return self.cover.as_of_day

    @property
    def summary_warning(self) -> str:
        if not self.internal_named:
            return ""
        names = ", ".join(f"{row.number} {row.title}" for row in self.internal_named)
        return f"The summary names what is internal: {names}. While it does, the public edition has no summary."


@dataclass(frozen=True)
class ReportContent(ReportHead):
    """A quarter of a plan. `before` is the quarter it is compared with, where one was frozen."""

    rows: Rows
    workflow: WorkflowState = WorkflowState()
    before: Rows | None = None
    is_public: bool = False
    # Ids of initiatives that the public edition leaves out: they were made internal after the quarter's end.
    withheld: frozenset[int] = frozenset()
    evidence: tuple[Evidence, ...] = ()  # for people of the City; nobody has said of it that residents may read it

    @property
    def left_out(self) -> tuple[Initiative, ...]:
        """What was public at the quarter's end and is not in the public edition any more; for its publisher alone."""
        return tuple(
            row for row in self.rows.initiatives if row.visibility == "public" and row.source_id in self.withheld
        )

    @property
    def cover(self) -> Cover:
        return self.rows.cover

    @property
    def total(self) -> int:
        return len(self.rows.initiatives)

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
        """Every initiative is in one: those whose focus area is gone come last, under a heading of their own."""
        groups: dict[str, list[Initiative]] = defaultdict(list)
        for row in self.rows.initiatives:
            groups[row.goal_number].append(row)
        goals = self.rows.of_kind("goal")
        areas = [self._focus_area(goal, tuple(groups[goal.number])) for goal in goals]
        numbers = {goal.number for goal in goals}
        rest = tuple(row for row in self.rows.initiatives if row.goal_number not in numbers)
        return [*areas, self._focus_area(self.no_goal, rest)] if rest else areas

    @property
    def no_goal(self) -> Heading:
        """What initiatives stand under whose focus area is gone."""
        label = self.rows.cover.goal_label.lower()
        return _heading(f"Without {'an' if label[:1] in set('aeiou') else 'a'} {label}")

    def _focus_area(self, goal: Heading, rows: tuple[Initiative, ...]) -> FocusArea:
        counts = _counts(rows)
        cells = tuple(counts[status] for status, _ in self.status_columns)
        return FocusArea(goal, counts, rows, self.segments(counts), cells)

    @cached_property
    def status_columns(self) -> list[tuple[str, str]]:
        """The statuses that occur, with the words that were shown, in the page's order."""
        return [(status, self.labels[status]) for status, count in self.counts.items() if count]

    @cached_property
    def whole(self) -> FocusArea:
        """The whole plan in the same figures."""
        return self._focus_area(_heading("Whole plan"), self.rows.initiatives)

    def segments(self, counts: Mapping[str, int]) -> tuple[shares.Segment, ...]:
        """Counts as the parts of a bar, with the words of the quarter."""
        return shares.segments(counts, self.labels)

    @cached_property
    def changes(self) -> Comparison | None:
        return compare(self.before, self.rows) if self.before else None

    @cached_property
    def attention(self) -> list[Attention]:
        """What needs attention (initiatives/judgement.py), the worst first."""
        found = [(row, reasons(row, self.day)) for row in self.rows.initiatives]
        listed = [Attention(row, tuple(reason.words for reason in why)) for row, why in found if why]
        return sorted(listed, key=lambda item: (severity(item.initiative), item.initiative.sort_key))

    @cached_property
    def steps(self) -> list[Step]:
        """Every milestone in the plan's order of initiatives."""
        found = [Step(row, self.by_id[row.initiative_id], row.state(self.day)) for row in self.rows.milestones]
        return sorted(
            found, key=lambda step: (step.initiative.sort_key, step.milestone.initiative_id, step.milestone.order)
        )

    @cached_property
    def milestones_met(self) -> list[Step]:
        return [
            step
            for step in self.steps
            if step.milestone.completed_date is not None and step.milestone.completed_date in self.quarter
        ]

    @cached_property
    def milestones_missed(self) -> list[Step]:
        """Open past their date on the day the report speaks for, whichever quarter the date lay in."""
        return [step for step in self.steps if step.state == "Overdue" and step.initiative.is_open]

    @cached_property
    def milestones_slipped(self) -> list[Step]:
        """Open ones whose date is later than the one first agreed."""
        return [
            step
            for step in self.steps
            if step.milestone.is_open and step.milestone.slip_days and step.initiative.is_open
        ]

    @cached_property
    def next_dates(self) -> list[Dated]:
        """What is due in the quarter after this one, by day."""
        following, of = self.quarter.next(), self.by_id
        found: list[tuple[Milestone | Commitment | Initiative, str, str, Initiative, str]] = [
            *((row, row.title, "Milestone", of[row.initiative_id], self._who(row)) for row in self.rows.milestones),
            *(
                (row, row.what, "Commitment", of[row.initiative_id], row.department_name)
                for row in self.rows.commitments
            ),
            *((row, row.title, "Initiative", row, row.owner_name) for row in self.rows.initiatives),
        ]
        dates = [
            Dated(row.due_date, what, kind, initiative, who)
            for row, what, kind, initiative, who in found
            if row.is_open and row.due_date is not None and row.due_date in following
            if kind != "Milestone" or initiative.is_open
        ]
        return sorted(dates, key=lambda item: (item.day, item.initiative.sort_key, item.what))

    def _who(self, row: Milestone) -> str:
        """Who answers for a milestone: its own owner or department, else the initiative's owner."""
        return row.owner_name or row.department_name or self.by_id[row.initiative_id].owner_name

    @cached_property
    def promises(self) -> list[Promises]:
        groups: dict[tuple[str, str], list[Promise]] = defaultdict(list)
        for row in sorted(self.rows.commitments, key=lambda row: (row.due_date or date.max, row.source_id)):
            if row.state not in NOT_PROMISED:
                promise = Promise(row, self.by_id[row.initiative_id], row.is_late(self.day))
                groups[row.department_name, row.department_abbreviation].append(promise)
        return [Promises(name, tuple(promises)) for (name, _), promises in sorted(groups.items())]

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
        found = Counter(_age(row.last_updated_at, self.day) for row in self.open_initiatives)
        return [(words, found[words]) for words in (*AGES.values(), *OLDER)]

    @cached_property
    def internal_named(self) -> tuple[Named, ...]:
        internal = (
            row for row in self.rows.initiatives if row.visibility != "public" or row.source_id in self.withheld
        )
        return named_in(self.workflow.summary, internal)

    def for_public(self) -> "ReportContent":
        """The public edition: public initiatives alone, in this quarter and the one before, and no internal note."""
        shown = _public(self.rows, self.withheld)
        ids = {row.source_id for row in shown.initiatives}
        before = None
        if self.before is not None:
            # An item internal in either quarter is told in neither: a "gone" item would tell that it went internal.
            hidden = {row.source_id for row in self.rows.initiatives} - ids
            kept = _public(self.before, self.withheld)
            before = kept.kept(row.source_id for row in kept.initiatives if row.source_id not in hidden)
        workflow = replace(self.workflow, sign_offs=())
        if self.internal_named:
            workflow = replace(workflow, summary="", summary_by="", summary_at=None)
        return replace(
            self, rows=shown, before=before, workflow=workflow, is_public=True, withheld=frozenset(), evidence=()
        )


def _public(rows: Rows, withheld: Collection[int]) -> Rows:
    """What residents may read of rows. Who answers is named; who typed, asked for help or overrode is not."""
    public = (row.source_id for row in rows.initiatives if row.visibility == "public")
    kept = rows.kept(key for key in public if key not in withheld)
    return replace(
        kept,
        initiatives=tuple(replace(row, help_needed="", override_reason="", author_name="") for row in kept.initiatives),
        commitments=tuple(replace(row, accepted_by_name="", delivered_by_name="") for row in kept.commitments),
        corrections=tuple(replace(row, author_name="") for row in kept.corrections if row.field not in INTERNAL),
    )


def _heading(title: str) -> Heading:
    return Heading(source_id=0, kind="goal", goal_number="", number="", sort_key="", title=title, text="", lead_name="")


def _counts(rows: Iterable[Initiative]) -> dict[str, int]:
    found = Counter(row.effective_status for row in rows)
    return {status: found.get(status, 0) for status in BAR_ORDER}


def _age(moment: datetime | None, day: date) -> str:
    if moment is None:
        return OLDER[1]
    days = (day - moment.date()).days  # instants of a report are in plan time
    return next((words for limit, words in AGES.items() if days <= limit), OLDER[0])
