"""My work: what needs me now, what comes next, what I follow."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from goals.models import Plan, PlanVersion
from goals.rules import own_plans
from goals.selectors import led_by
from initiatives.judgement import update_due
from initiatives.models import CLOSED, SILENT, Contribution, Initiative, OwnerRequest, Status, StatusUpdate
from initiatives.models.commitment import OFFERED
from initiatives.selectors.owners import AskedOwner, not_confirmed
from initiatives.selectors.parts import first_of, parts
from initiatives.selectors.rows import (
    OPEN,
    CommitmentRow,
    MilestoneRow,
    columns_of,
    commitments,
    milestones,
)
from initiatives.selectors.status import (
    Expected,
    InitiativeStatus,
    expected_of,
    has_late_milestone,
    judged,
    read_decided,
)
from people.models import User
from records.asof import AsOf, local_day, start_of_day
from records.remembered import remembered
from records.statements import Keys, statement
from web.parts import Part, part
from web.spans import in_words

SOON = 14  # days ahead that count as "now"
NEXT = 30  # days ahead that count as "next"


class Judged(NamedTuple):
    """What tells whether an update of an initiative is due; the first three are as `read_decided` takes them."""

    pk: int
    effective_status: str
    is_stale: bool
    subject_id: int
    plan_id: int
    start_date: date
    last_updated_at: datetime | None
    reported_status: str
    is_late: bool
    request_id: int | None  # these three: where this person is asked to own it and has not answered
    asked_at: datetime | None
    asked_by_name: str | None
    sort_key: str


@dataclass(frozen=True)
class UpdateDue:
    """An initiative that waits for a word, and since when or until when."""

    initiative: InitiativeStatus
    due_day: date
    why: str


@dataclass(frozen=True)
class MyWork:
    """What the page shows of one person's own work: of each list the first rows."""

    day: date
    to_confirm: Part[AskedOwner] = field(default_factory=Part)
    updates_due: Part[UpdateDue] = field(default_factory=Part)
    updates_next: Part[UpdateDue] = field(default_factory=Part)
    milestones_now: Part[MilestoneRow] = field(default_factory=Part)
    milestones_next: Part[MilestoneRow] = field(default_factory=Part)
    to_accept: Part[CommitmentRow] = field(default_factory=Part)
    to_settle: Part[CommitmentRow] = field(default_factory=Part)
    to_deliver: Part[CommitmentRow] = field(default_factory=Part)
    promised_next: Part[CommitmentRow] = field(default_factory=Part)
    to_acknowledge: Part[StatusUpdate] = field(default_factory=Part)
    follows: Part[InitiativeStatus] = field(default_factory=Part)

    @property
    def needs(self) -> int:
        now: tuple[Part[Any], ...] = (
            self.to_confirm, self.updates_due, self.milestones_now, self.to_accept, self.to_settle, self.to_deliver,
            self.to_acknowledge,
        )  # fmt: skip
        return sum(part.total for part in now)

    @property
    def has_next(self) -> bool:
        return bool(self.updates_next or self.milestones_next or self.promised_next)


def active_plans(when: AsOf, only: Collection[int] | None = None) -> list[PlanVersion]:
    """The plans that are running, `only` among these; both functions below ask of their initiatives alone."""
    return [plan for plan in _active(when) if only is None or plan.subject_id in only]


@statement
def _active(when: AsOf) -> QuerySet[Any]:
    rows: QuerySet[Any] = PlanVersion.objects.as_of(when).filter(state=Plan.State.ACTIVE)
    return rows


def my_work(
    user: User, plans: Iterable[PlanVersion], when: AsOf, *, limit: int | None, only: Keys | None = None
) -> MyWork:
    """What one person's day holds; `only`: in these plans, where the person sees no other."""
    return _work_of(user.pk, spoken_for(user), tuple(plans), when, limit, only)


class SpokenFor(NamedTuple):
    """The departments somebody speaks for: in every plan, and in some alone."""

    everywhere: Keys
    apart: tuple[tuple[int, Keys], ...]

    @property
    def departments(self) -> Keys:
        return Keys(sorted({*self.everywhere, *(key for _, keys in self.apart for key in keys)}))

    def has(self, row: CommitmentRow) -> bool:
        return row.department_id in self.everywhere or row.department_id in dict(self.apart).get(row.plan_id, ())


def spoken_for(user: User) -> SpokenFor:
    """No query, but for whoever speaks for a department in one plan alone."""
    everywhere = user.liaison_departments(None)
    plans = own_plans(user) if user.liaison_departments_somewhere - everywhere else {}
    there = ((plan, Keys(sorted(user.liaison_departments(access) - everywhere))) for plan, access in plans.items())
    return SpokenFor(Keys(sorted(everywhere)), tuple(sorted((plan, keys) for plan, keys in there if keys)))


@remembered
def _work_of(
    user_id: int, spoken: SpokenFor, plans: tuple[PlanVersion, ...], when: AsOf, limit: int | None, only: Keys | None
) -> MyWork:
    """A handful of queries, whatever the person owns.

    What is due is judged from a few columns of each initiative; the rest is read of those that are shown.
    """
    mine = [Judged(*row) for row in _mine(user_id, expected_of(plans, when), when)]
    soon, horizon = when.day + timedelta(days=SOON), when.day + timedelta(days=NEXT)
    expected = {plan.subject_id: plan.expected_update_days for plan in plans}
    due = sorted(_updates_due(mine, expected, when.day), key=lambda one: one[1])
    now, coming = [one for one in due if one[1] <= soon], [one for one in due if soon < one[1] <= horizon]
    asked = [row for row in mine if row.request_id is not None and row.effective_status not in SILENT]
    # Of everything that is shown, each once.
    shown = list(dict.fromkeys([*(row for row, *_ in [*now[:limit], *coming[:limit]]), *mine[:limit], *asked[:limit]]))
    whole = dict(zip(shown, read_decided([row[:3] for row in shown], when), strict=True))
    milestones_due = _open_milestones(user_id, mine, when, until=horizon, only=only)
    departments = spoken.departments
    promises = [CommitmentRow(*row) for row in _promised(departments, when, only)] if departments else []
    promises = [row for row in promises if spoken.has(row)]
    accepted = [row for row in promises if row.state == "accepted"]
    return MyWork(
        day=when.day,
        to_confirm=Part([_asked(row, whole[row]) for row in asked[:limit]], len(asked)),
        updates_due=Part([UpdateDue(whole[row], day, why) for row, day, why in now[:limit]], len(now)),
        updates_next=Part([UpdateDue(whole[row], day, why) for row, day, why in coming[:limit]], len(coming)),
        milestones_now=part([row for row in milestones_due if row.due_date and row.due_date <= soon], limit),
        milestones_next=part([row for row in milestones_due if row.due_date and row.due_date > soon], limit),
        to_accept=part([row for row in promises if row.state == "proposed" and not row.has_offer], limit),
        to_settle=part(_offers(user_id, when, only), limit),
        to_deliver=part([row for row in accepted if row.due_date and row.due_date <= soon], limit),
        promised_next=part([row for row in accepted if row.due_date is None or soon < row.due_date <= horizon], limit),
        to_acknowledge=Part(_to_acknowledge(user_id, only)),
        follows=Part([whole[row] for row in mine[:limit]], len(mine)),
    )


@statement
def _mine(user_id: int, expected: tuple[Expected, ...], when: AsOf) -> QuerySet[Any]:
    contributing = Contribution.objects.filter(when.q(), person=user_id).values("initiative")
    rows = judged(expected, when).order_by()
    asked = OwnerRequest.objects.as_of(when).filter(
        person=user_id, initiative=OuterRef("subject_id"), answer__isnull=True
    )
    columns = {"request_id": "pk", "asked_at": "recorded_from", "asked_by_name": "asked_by__name"}
    told = {name: Subquery(asked.values(column)[:1]) for name, column in columns.items()}
    told_rows = rows.annotate(is_late=has_late_milestone(when), **told).values_list(*Judged._fields)
    # Each by its own index: no index answers two conditions with OR.
    owned = told_rows.filter(owner=user_id)
    others = told_rows.filter(subject__in=contributing).exclude(owner=user_id)
    found: QuerySet[Any] = owned.union(others, all=True).order_by("sort_key", "subject_id")
    return found


def _asked(row: Judged, whole: InitiativeStatus) -> AskedOwner:
    return AskedOwner(
        id=row.request_id or 0, initiative_id=whole.id, initiative_number=whole.number, initiative_title=whole.title,
        person_id=whole.owner_id or 0, person_name=whole.owner_name or "", asked_at=row.asked_at,
        asked_by_name=row.asked_by_name or "",
    )  # fmt: skip


def needs_a_manager(plans: Sequence[PlanVersion], when: AsOf, *, limit: int) -> dict[str, Part[InitiativeStatus]]:
    """Open initiatives of active plans that are nobody's, or silent: what the strategy office looks after first."""
    found = _for_a_manager(expected_of(plans, when), when, limit=limit) if plans else ()
    totals = {kind: int(total) for kind, total, *_ in found}
    return parts(found, dict.fromkeys(_waiting(when), 0) | totals, limit, when)


def _waiting(when: AsOf) -> dict[str, Q]:
    return {
        "without_owner": Q(owner__isnull=True),
        "unreachable": Q(owner__in=User.objects.filter(is_active=False)),
        "not_confirmed": Q(not_confirmed(when)),
        "not_reported": Q(is_stale=True),
    }


@remembered
@statement
def _for_a_manager(expected: tuple[Expected, ...], when: AsOf, *, limit: int) -> tuple[str, list[Any]]:
    waiting = _waiting(when)
    plans = [judged((one,), when).exclude(reported_status__in=SILENT) for one in expected]
    return first_of(plans, limit, waiting, are_counted=True)


def _open_milestones(
    user_id: int, rows: Iterable[Judged], when: AsOf, *, until: date, only: Keys | None
) -> list[MilestoneRow]:
    """Open milestones that are this person's to do: named to them, or named to nobody in an initiative of theirs.

    Those of initiatives that are on hold or closed are silent.
    """
    waiting = Keys(row.subject_id for row in rows if row.effective_status not in SILENT)
    return [MilestoneRow(*row) for row in _waiting_milestones(user_id, waiting, until, when, only)]


@statement
def _waiting_milestones(user_id: int, waiting: Keys, until: date, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    found = (
        milestones(when)
        .annotate(reported=F("initiative_then__reported_status"), plan_state=F("initiative_then__plan__state"))
        .filter(
            OPEN,
            Q(owner=user_id) | Q(owner__isnull=True, department__isnull=True, initiative__among=waiting),
            _within(only, "initiative_then__"),
            due_date__lte=until,
            plan_state=Plan.State.ACTIVE,
        )
        .exclude(reported__in=SILENT)
        .order_by("due_date", "order", "subject_id")
    )
    return columns_of(found, MilestoneRow)


def _updates_due(rows: Iterable[Judged], expected: dict[int, int], day: date) -> Iterable[tuple[Judged, date, str]]:
    for row in rows:
        if row.effective_status in SILENT or row.start_date > day:
            continue
        every = expected[row.plan_id]
        last_update = local_day(row.last_updated_at) if row.last_updated_at else None
        due = update_due(last_update, row.start_date, every)
        if last_update is None:
            yield row, min(due, day), "Nothing was reported yet"
        elif row.is_late and row.reported_status in {"on_track", "not_started"}:
            said = Status(row.reported_status).label.lower()
            yield row, min(due, day), f"A milestone is late, and the last update says {said}"
        else:
            yield row, due, f"Last update {in_words((day - last_update).days)} ago, one is expected every {every} days"


@statement
def _promised(departments: Keys, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    rows = commitments(when).filter(_within(only, "initiative_then__"))
    open_ones = rows.filter(department__among=departments, state__in=["proposed", "accepted"])
    return columns_of(open_ones, CommitmentRow)


def _offers(user_id: int, when: AsOf, only: Keys | None) -> list[CommitmentRow]:
    """Where a department asked for something would rather do something else; the owner of the initiative answers."""
    return [CommitmentRow(*row) for row in _offered(user_id, when, only)]


@statement
def _offered(user_id: int, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    mine = Q(initiative_then__owner=user_id, initiative_then__plan__state=Plan.State.ACTIVE)
    return columns_of(commitments(when).filter(OFFERED, mine, _within(only, "initiative_then__")), CommitmentRow)


def _to_acknowledge(user_id: int, only: Keys | None) -> list[StatusUpdate]:
    """Latest updates nobody has read yet: of the focus areas I lead, and their leads' own on what I own; never mine.

    A lead is asked from the day they became lead on; of what an override closed nothing is asked (rule R15).
    """
    led = tuple((goal, start_of_day(local_day(since)) if since else None) for goal, since in led_by(user_id))
    found = []
    for row in _unread(user_id, led, only):
        row.latest_update.initiative = row
        found.append(row.latest_update)
    return found


@statement
def _unread(user_id: int, led: tuple[tuple[int, datetime | None], ...], only: Keys | None) -> QuerySet[Any]:
    asked = Q(owner=user_id, latest_update__author=F("goal__lead"))
    for goal, since in led:
        own = Q(goal=goal)
        asked |= own & Q(latest_update__stated_at__gte=since) if since else own
    return (
        Initiative.objects.filter(
            asked,
            _within(only),
            Q(latest_update__status__in=CLOSED) | ~Q(override_status__in=CLOSED),
            deleted_at__isnull=True,
            plan__state=Plan.State.ACTIVE,
            latest_update__acknowledgement__isnull=True,
            latest_update__author__isnull=False,
            latest_update__is_no_change=False,
        )
        .exclude(latest_update__author=user_id)
        .select_related("latest_update__author")
        .order_by("latest_update__recorded_at")[:20]
    )


def _within(only: Keys | None, prefix: str = "") -> Q:
    """The condition on initiatives that they are of these plans; None: of any."""
    return Q() if only is None else Q(**{f"{prefix}plan__among": only})
