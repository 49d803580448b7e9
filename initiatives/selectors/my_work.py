"""My work: what needs me now, what comes next, what I follow."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from goals.models import Plan, PlanVersion
from goals.selectors import lead_since
from initiatives.judgement import update_due
from initiatives.models import CLOSED, SILENT, Contribution, StatusUpdate
from initiatives.selectors.rows import (
    OPEN,
    CommitmentRow,
    MilestoneRow,
    commitments,
    milestones,
    read_commitments,
    read_milestones,
)
from initiatives.selectors.status import InitiativeStatus, initiative_statuses, read
from people.models import User
from records.asof import AsOf, local_day
from web.spans import in_words

SOON = 14  # days ahead that count as "now"
NEXT = 30  # days ahead that count as "next"


@dataclass(frozen=True)
class UpdateDue:
    """An initiative that waits for a word, and since when or until when."""

    initiative: InitiativeStatus
    due_day: date
    why: str


@dataclass(frozen=True)
class MyWork:
    """Everything the page shows of one person's own work."""

    day: date
    updates_due: list[UpdateDue] = field(default_factory=list)
    updates_next: list[UpdateDue] = field(default_factory=list)
    milestones_now: list[MilestoneRow] = field(default_factory=list)
    milestones_next: list[MilestoneRow] = field(default_factory=list)
    to_accept: list[CommitmentRow] = field(default_factory=list)
    to_settle: list[CommitmentRow] = field(default_factory=list)
    to_deliver: list[CommitmentRow] = field(default_factory=list)
    promised_next: list[CommitmentRow] = field(default_factory=list)
    to_acknowledge: list[StatusUpdate] = field(default_factory=list)
    follows: list[InitiativeStatus] = field(default_factory=list)

    @property
    def needs(self) -> int:
        return (
            len(self.updates_due)
            + len(self.milestones_now)
            + len(self.to_accept)
            + len(self.to_settle)
            + len(self.to_deliver)
            + len(self.to_acknowledge)
        )

    @property
    def has_next(self) -> bool:
        return bool(self.updates_next or self.milestones_next or self.promised_next)


def my_work(user: User, when: AsOf) -> MyWork:
    """What one person's day holds. A handful of queries, whatever they own."""
    contributing = Contribution.objects.filter(when.q(), person=user).values("initiative")
    mine = read(initiative_statuses(when).filter(Q(owner=user) | Q(subject__in=contributing)))
    plans = PlanVersion.objects.as_of(when).filter(subject__in={row.plan_id for row in mine}, state=Plan.State.ACTIVE)
    expected = dict(plans.values_list("subject_id", "expected_update_days"))
    active = [row for row in mine if row.plan_id in expected]
    soon, horizon = when.day + timedelta(days=SOON), when.day + timedelta(days=NEXT)
    due = sorted(_updates_due(active, expected, when.day), key=lambda one: one.due_day)
    open_milestones = _open_milestones(user, active, when, until=horizon)
    promises = _promises(user, when)
    accepted = [row for row in promises if row.state == "accepted"]
    return MyWork(
        day=when.day,
        updates_due=[one for one in due if one.due_day <= soon],
        updates_next=[one for one in due if soon < one.due_day <= horizon],
        milestones_now=[row for row in open_milestones if row.due_date and row.due_date <= soon],
        milestones_next=[row for row in open_milestones if row.due_date and row.due_date > soon],
        to_accept=[row for row in promises if row.state == "proposed" and not row.has_offer],
        to_settle=_offers(user, when),
        to_deliver=[row for row in accepted if row.due_date and row.due_date <= soon],
        promised_next=[row for row in accepted if row.due_date is None or soon < row.due_date <= horizon],
        to_acknowledge=_to_acknowledge(user),
        follows=active,
    )


def needs_a_manager(when: AsOf) -> dict[str, list[InitiativeStatus]]:
    """Open initiatives of active plans that are nobody's, or silent: what the strategy office looks after first."""
    rows = read(
        initiative_statuses(when)
        .filter(Q(owner__isnull=True) | Q(owner__is_active=False) | Q(is_stale=True), plan__state=Plan.State.ACTIVE)
        .exclude(reported_status__in=SILENT)
    )
    gone = set(User.objects.filter(pk__in={row.owner_id for row in rows}, is_active=False).values_list("pk", flat=True))
    return {
        "without_owner": [row for row in rows if row.owner_id is None],
        "unreachable": [row for row in rows if row.owner_id in gone],
        "not_reported": [row for row in rows if row.is_stale],
    }


def _open_milestones(user: User, rows: Iterable[InitiativeStatus], when: AsOf, *, until: date) -> list[MilestoneRow]:
    """Open milestones that are this person's to do: named to them, or named to nobody in an initiative of theirs.

    Those of initiatives that are on hold or closed are silent.
    """
    waiting = [row.id for row in rows if row.effective_status not in SILENT]
    found = (
        milestones(when)
        .annotate(reported=F("initiative_then__reported_status"), plan_state=F("initiative_then__plan__state"))
        .filter(
            OPEN,
            Q(owner=user) | Q(owner__isnull=True, department__isnull=True, initiative__in=waiting),
            due_date__lte=until,
            plan_state=Plan.State.ACTIVE,
        )
        .exclude(reported__in=SILENT)
        .order_by("due_date", "order", "subject_id")
    )
    return read_milestones(found)


def _updates_due(rows: Iterable[InitiativeStatus], expected: dict[int, int], day: date) -> Iterable[UpdateDue]:
    for row in rows:
        if row.effective_status in SILENT or row.start_date > day:
            continue
        every = expected[row.plan_id]
        last_update = local_day(row.last_updated_at) if row.last_updated_at else None
        due = update_due(last_update, row.start_date, every)
        if last_update is None:
            yield UpdateDue(row, min(due, day), "Nothing was reported yet")
        elif row.milestones_overdue and row.reported_status in {"on_track", "not_started"}:
            yield UpdateDue(
                row, min(due, day), f"A milestone is late, and the last update says {row.reported_label.lower()}"
            )
        else:
            yield UpdateDue(
                row, due, f"Last update {in_words((day - last_update).days)} ago, one is expected every {every} days"
            )


def _promises(user: User, when: AsOf) -> list[CommitmentRow]:
    departments = user.liaison_department_ids
    if not departments:
        return []
    return read_commitments(commitments(when).filter(department__in=departments, state__in=["proposed", "accepted"]))


def _offers(user: User, when: AsOf) -> list[CommitmentRow]:
    """Where a department asked for something would rather do something else; the owner of the initiative answers."""
    offered = Q(offered_due_date__isnull=False) | Q(offered_department__isnull=False)
    return read_commitments(
        commitments(when).filter(offered, initiative_then__owner=user, initiative_then__plan__state=Plan.State.ACTIVE)
    )


def _to_acknowledge(user: User) -> list[StatusUpdate]:
    """Latest updates nobody has read yet: of the focus areas I lead, and their leads' own on what I own; never mine.

    A lead is asked from the day they became lead on; of what an override closed nothing is asked (rule R15).
    """
    lead = F("initiative__goal__lead")
    zone = timezone.get_default_timezone()
    return list(
        StatusUpdate.objects.alias(
            stated_on=TruncDate("stated_at", tzinfo=zone), since=TruncDate(lead_since("initiative__goal"), tzinfo=zone)
        )
        .filter(
            Q(initiative__goal__lead=user) | Q(initiative__owner=user, author=lead),
            Q(since__isnull=True) | Q(stated_on__gte=F("since")) | Q(author=lead),
            Q(status__in=CLOSED) | ~Q(initiative__override_status__in=CLOSED),
            initiative__latest_update_id=F("pk"),
            initiative__deleted_at__isnull=True,
            initiative__plan__state=Plan.State.ACTIVE,
            acknowledgement__isnull=True,
            author__isnull=False,
            is_no_change=False,
        )
        .exclude(author=user)
        .select_related("initiative", "author")
        .order_by("recorded_at")[:20]
    )
