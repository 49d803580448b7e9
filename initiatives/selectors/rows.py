"""Milestones, commitments and updates as they stood, as plain rows with the labels of the moment."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from initiatives.judgement import CommitmentJudgement, MilestoneJudgement
from initiatives.models import Acknowledgement, Commitment, CommitmentVersion, MilestoneVersion, StatusUpdate
from initiatives.selectors.comments import glance, read_glance
from initiatives.selectors.status import CHUNK
from people.models import UserVersion
from records.asof import AsOf
from records.statements import statement


@dataclass(frozen=True)
class MilestoneRow(MilestoneJudgement):
    """One milestone as it stood. `version` is the live row's, for forms."""

    id: int
    version: int
    initiative_id: int
    initiative_number: str
    initiative_title: str
    title: str
    due_date: date | None
    due_text: str
    baseline_due_date: date | None
    slip_count: int
    completed_date: date | None
    is_cancelled: bool
    owner_id: int | None
    owner_name: str | None
    department_abbreviation: str | None
    order: int
    basis: str
    source: str


@dataclass(frozen=True)
class CommitmentRow(CommitmentJudgement):
    """One commitment as it stood. `version` is the live row's, for forms."""

    id: int
    version: int
    initiative_id: int
    initiative_number: str
    initiative_title: str
    department_id: int
    department_abbreviation: str
    department_name: str
    what: str
    due_date: date | None
    baseline_due_date: date | None
    slip_count: int
    state: str
    accepted_at: datetime | None
    delivered_at: datetime | None
    answer: str
    offered_due_date: date | None
    offered_department_name: str | None
    plan_id: int

    @property
    def state_label(self) -> str:
        return str(Commitment.State(self.state).label)

    @property
    def has_offer(self) -> bool:
        return bool(self.offered_due_date or self.offered_department_name)


@dataclass(frozen=True)
class UpdateRow:
    """One published update with the author's name of the moment."""

    id: int
    status: str
    review_date: date | None
    percent: int | None
    happened: str
    next_steps: str
    help_needed: str
    author_id: int | None
    author: str | None
    recorded_at: datetime
    stated_at: datetime
    channel: str
    is_no_change: bool
    corrects_id: int | None
    reason: str
    corrected_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    comments: int | None = None
    comment_by: str | None = None
    comment_at: datetime | None = None
    comment_text: str | None = None

    @property
    def pk(self) -> int:
        return self.id

    @property
    def corrects(self) -> bool:
        return self.corrects_id is not None

    @property
    def get_channel_display(self) -> str:
        return {"email_link": "e-mail link", "api": "the API", "import": "import", "system": "the system"}.get(
            self.channel, ""
        )


def milestones(when: AsOf) -> QuerySet[Any]:
    """Milestones of initiatives that were there, in due order; filter by the field names of `MilestoneRow`."""
    return (
        MilestoneVersion.objects.as_of(when)
        .annotate(
            initiative_then=FilteredRelation("initiative__versions", condition=when.q("initiative__versions")),
            owner_then=FilteredRelation("owner__versions", condition=when.q("owner__versions")),
            department_then=FilteredRelation("department__versions", condition=when.q("department__versions")),
        )
        .filter(initiative_then__isnull=False)
        .annotate(
            initiative_number=F("initiative_then__number"),
            initiative_title=F("initiative_then__title"),
            plan_id=F("initiative_then__plan_id"),
            owner_name=F("owner_then__name"),
            department_abbreviation=F("department_then__abbreviation"),
            live_version=F("subject__version"),
        )
        .order_by("order", "subject_id")
    )


OPEN = Q(completed_date__isnull=True, is_cancelled=False)


def columns_of(rows: QuerySet[Any], kind: type[MilestoneRow] | type[CommitmentRow]) -> QuerySet[Any]:
    """The rows of `milestones` or `commitments` as the row takes its values."""
    columns = {"id": "subject_id", "version": "live_version"}
    return rows.values_list(*(columns.get(field.name, field.name) for field in fields(kind)))


def read_milestones(rows: QuerySet[Any]) -> list[MilestoneRow]:
    return [MilestoneRow(*row) for row in columns_of(rows, MilestoneRow)]


def milestones_of(initiative_id: int, when: AsOf) -> list[MilestoneRow]:
    return [MilestoneRow(*row) for row in _milestones_of(initiative_id, when)]


@statement
def _milestones_of(initiative_id: int, when: AsOf) -> QuerySet[Any]:
    return columns_of(milestones(when).filter(initiative=initiative_id), MilestoneRow)


def next_milestone(rows: list[MilestoneRow]) -> MilestoneRow | None:
    """The open milestone due first; at the same day the one that stands first; undated ones last (rule B-18)."""
    waiting = [row for row in rows if row.is_open]
    return min(waiting, key=lambda row: (row.due_date or date.max, row.order, row.id), default=None)


def commitments(when: AsOf) -> QuerySet[Any]:
    """Commitments to initiatives that were there; filter by the field names of `CommitmentRow`."""
    return (
        CommitmentVersion.objects.as_of(when)
        .annotate(
            initiative_then=FilteredRelation("initiative__versions", condition=when.q("initiative__versions")),
            department_then=FilteredRelation("department__versions", condition=when.q("department__versions")),
            offered_then=FilteredRelation(
                "offered_department__versions", condition=when.q("offered_department__versions")
            ),
        )
        .filter(initiative_then__isnull=False)
        .annotate(
            initiative_number=F("initiative_then__number"),
            initiative_title=F("initiative_then__title"),
            plan_id=F("initiative_then__plan_id"),
            department_abbreviation=F("department_then__abbreviation"),
            department_name=F("department_then__name"),
            offered_department_name=F("offered_then__name"),
            live_version=F("subject__version"),
        )
        .order_by(F("due_date").asc(nulls_last=True), "subject_id")
    )


def read_commitments(rows: QuerySet[Any]) -> list[CommitmentRow]:
    return [CommitmentRow(*row) for row in columns_of(rows, CommitmentRow)]


def commitments_of(initiative_id: int, when: AsOf) -> list[CommitmentRow]:
    return [CommitmentRow(*row) for row in _commitments_of(initiative_id, when)]


@statement
def _commitments_of(initiative_id: int, when: AsOf) -> QuerySet[Any]:
    return columns_of(commitments(when).filter(initiative=initiative_id), CommitmentRow)


def stream_commitments(rows: QuerySet[Any]) -> Iterator[CommitmentRow]:
    """The same one by one, for a file of any length."""
    for row in columns_of(rows, CommitmentRow).iterator(chunk_size=CHUNK):
        yield CommitmentRow(*row)


def updates(initiative_id: int, when: AsOf, *, limit: int | None = None) -> list[UpdateRow]:
    """Published updates, newest first, with what corrects them and who has read them, all as recorded by then."""
    return [
        UpdateRow(author=row.pop("author_name"), **read_glance(row.pop("glance")), **row)
        for row in _updates(initiative_id, when, limit=limit)
    ]


@statement
def _updates(initiative_id: int, when: AsOf, *, limit: int | None) -> QuerySet[Any]:
    corrections = StatusUpdate.objects.filter(when.recorded(), corrects=OuterRef("pk"))
    readings = Acknowledgement.objects.filter(when.recorded(), update=OuterRef("pk"))
    reader = UserVersion.objects.as_of(when).filter(subject=OuterRef("read_by")).values("name")[:1]
    rows: Any = (
        StatusUpdate.objects.filter(when.recorded(), initiative=initiative_id)
        .annotate(
            author_then=FilteredRelation("author__versions", condition=when.q("author__versions")),
            read_by=Subquery(readings.values("by")[:1]),
        )
        .order_by("-recorded_at", "-pk")
        .values(
            "id", "status", "review_date", "percent", "happened", "next_steps", "help_needed", "author_id",
            "recorded_at", "stated_at", "channel", "is_no_change", "corrects_id", reason=F("correction_reason"),
            author_name=F("author_then__name"), corrected_at=Subquery(corrections.values("recorded_at")[:1]),
            acknowledged_by=Subquery(reader), acknowledged_at=Subquery(readings.values("recorded_at")[:1]),
            glance=glance(when),
        )[:limit]
    )  # fmt: skip
    found: QuerySet[Any] = rows
    return found
