"""My work: what needs me now, what comes next, what I follow."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F, Q

from goals.models import Plan, PlanVersion
from initiatives.models import Contribution, StatusUpdate
from initiatives.selectors.parts import (
    OPEN,
    CommitmentRow,
    MilestoneRow,
    commitments,
    milestones,
    read_commitments,
    read_milestones,
)
from initiatives.selectors.standing import Standing, read, standings
from people.asof import AsOf, local_day
from people.models import User

SOON = 14  # days ahead that count as "now"
NEXT = 30  # days ahead that count as "next"
SILENT = {"on_hold", "completed", "cancelled"}


@dataclass(frozen=True)
class UpdateDue:
    """An initiative that waits for a word, and since when or until when."""

    standing: Standing
    due_day: date
    why: str

    def is_late(self, day: date) -> bool:
        return self.due_day < day


@dataclass(frozen=True)
class MyWork:
    """Everything the page shows."""

    day: date
    updates_due: list[UpdateDue] = field(default_factory=list)
    milestones_now: list[MilestoneRow] = field(default_factory=list)
    milestones_next: list[MilestoneRow] = field(default_factory=list)
    to_accept: list[CommitmentRow] = field(default_factory=list)
    to_deliver: list[CommitmentRow] = field(default_factory=list)
    promised_next: list[CommitmentRow] = field(default_factory=list)
    to_acknowledge: list[StatusUpdate] = field(default_factory=list)
    follows: list[Standing] = field(default_factory=list)

    @property
    def needs(self) -> int:
        return (
            len(self.updates_due)
            + len(self.milestones_now)
            + len(self.to_accept)
            + len(self.to_deliver)
            + len(self.to_acknowledge)
        )


def my_work(user: User, when: AsOf) -> MyWork:
    """What one person's day holds. A handful of queries, whatever they own."""
    contributing = list(Contribution.objects.as_of(when).filter(person=user).values_list("initiative_id", flat=True))
    mine = read(standings(when).filter(Q(owner=user) | Q(subject__in=contributing)))
    plans = PlanVersion.objects.as_of(when).filter(subject__in={row.plan_id for row in mine}, state=Plan.State.ACTIVE)
    expected = dict(plans.values_list("subject_id", "expected_update_days"))
    active = [row for row in mine if row.plan_id in expected]
    waiting = [row.id for row in active if row.effective_status not in SILENT]
    steps = read_milestones(
        milestones(when)
        .filter(OPEN, Q(owner=user) | Q(initiative__in=waiting), due_date__lte=when.day + timedelta(days=NEXT))
        .order_by("due_date", "order", "subject_id")
    )
    promises = _promises(user, when)
    soon = when.day + timedelta(days=SOON)
    return MyWork(
        day=when.day,
        updates_due=sorted(_updates_due(active, expected, when.day), key=lambda due: due.due_day),
        milestones_now=[row for row in steps if row.due_date and row.due_date <= soon],
        milestones_next=[row for row in steps if row.due_date and row.due_date > soon],
        to_accept=[row for row in promises if row.state == "proposed"],
        to_deliver=[row for row in promises if row.state == "accepted" and row.due_date and row.due_date <= soon],
        promised_next=[
            row
            for row in promises
            if row.state == "accepted" and row.due_date and soon < row.due_date <= when.day + timedelta(days=NEXT)
        ],
        to_acknowledge=_to_acknowledge(user),
        follows=mine,
    )


def _updates_due(rows: Iterable[Standing], expected: dict[int, int], day: date) -> Iterable[UpdateDue]:
    for row in rows:
        if row.effective_status in SILENT or row.start_date > day:
            continue
        told = local_day(row.last_updated_at) if row.last_updated_at else None
        due = (told or row.start_date) + timedelta(days=expected[row.plan_id])
        if told is None:
            yield UpdateDue(row, due, "Nothing was reported yet")
        elif row.milestones_overdue and row.reported_status in {"on_track", "not_started"}:
            yield UpdateDue(row, min(due, day), "A milestone is late, but the last word was otherwise")
        elif due <= day + timedelta(days=SOON):
            yield UpdateDue(row, due, f"Last word {(day - told).days} days ago")


def _promises(user: User, when: AsOf) -> list[CommitmentRow]:
    departments = user.liaison_department_ids
    if not departments:
        return []
    return read_commitments(commitments(when).filter(department__in=departments, state__in=["proposed", "accepted"]))


def _to_acknowledge(user: User) -> list[StatusUpdate]:
    """Latest updates of the focus areas I lead that nobody has read yet; never my own."""
    return list(
        StatusUpdate.objects.filter(
            initiative__goal__lead=user,
            initiative__latest_update_id=F("pk"),
            initiative__deleted_at__isnull=True,
            initiative__plan__state=Plan.State.ACTIVE,
            acknowledgement__isnull=True,
        )
        .exclude(author=user)
        .select_related("initiative", "author")
        .order_by("recorded_at")[:20]
    )
