"""What people are told of: one small class per kind. docs/how-to/add-a-reminder-kind.md says how to add one.

A kind finds its occasions among the rows as they are, says which step is owed, and whom the mail is for. The same
question is asked twice: when mails are planned, for all rows, and right before each is sent, for its own rows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db.models import Min, Q, QuerySet

from initiatives.models import CLOSED, Commitment, Initiative, Milestone, Status, StatusUpdate
from initiatives.models.milestone import OPEN_MILESTONE
from people.asof import local_day, start_of_day
from people.models import AuditEvent
from people.roles import Role
from reminders.models import Escalation
from reminders.selectors.days import Day, Voice
from reminders.selectors.recipients import Directory, Told
from reminders.steps import owed_step

# An initiative is silent when closed or on hold, by report or by override: exactly when its effective status is
# (selectors/standing.py decides that the same way; tests/reminders/test_kinds.py compares the two).
SILENT = (*CLOSED, Status.ON_HOLD)
ACKNOWLEDGE_WITHIN = 30  # days after an update in which its reader is asked
REPORT_NEWS_WITHIN = 30  # days after a report was built in which leaders hear of it


@dataclass(frozen=True)
class Occasion:
    """One thing to tell: about which row, counted from which day, and who may have to hear it."""

    kind: str
    subject_type: str
    subject_id: int
    due_date: date
    plan_id: int
    initiative_id: int | None
    title: str
    context: str
    owners: tuple[int | None, ...] = ()
    departments: tuple[int | None, ...] = ()
    status: str = ""
    latest_update_id: int | None = None
    path: str = ""
    ranks: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, int, date]:
        return self.subject_type, self.subject_id, self.due_date

    @property
    def label(self) -> str:
        return f"{self.title} – {self.context}" if self.context else self.title


class Kind:
    """A kind of reminder. `series` names the kinds whose mails count together when days between them are measured."""

    name: ClassVar[str]
    label: ClassVar[str]
    section: ClassVar[str]
    order: ClassVar[int]
    subject_type: ClassVar[str]

    @property
    def series(self) -> str:
        return self.name

    def occasions(self, day: Day, only: Collection[int] | None = None) -> list[Occasion]:
        """What there is to tell on a day, whatever was told before; `only` narrows it to some rows."""
        raise NotImplementedError

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        """The step owed today to somebody last told on `last`; None when nothing is."""
        raise NotImplementedError

    def told(self, occasion: Occasion, directory: Directory) -> list[Told]:
        """Whom it is for, before preferences."""
        return directory.chain(occasion.owners, occasion.departments)

    def sort_key(self, occasion: Occasion) -> tuple[int, date, str, int]:
        return self.order, occasion.due_date, occasion.context, occasion.subject_id


class MilestoneDueSoon(Kind):
    name = "milestone_due_soon"
    label = "A milestone is due soon"
    section = "Coming up"
    order = 20
    subject_type = "milestone"

    def rows(self, day: Day) -> Q:
        return Q(due_date__gte=day.day, due_date__lte=day.day + timedelta(days=day.furthest))

    def occasions(self, day: Day, only: Collection[int] | None = None) -> list[Occasion]:
        rows = Milestone.objects.filter(self.rows(day), OPEN_MILESTONE, _awake(day, "initiative__"), deleted_at=None)
        return [
            Occasion(
                kind=self.name,
                subject_type=self.subject_type,
                subject_id=pk,
                due_date=due,
                plan_id=plan_id,
                initiative_id=initiative_id,
                title=title,
                context=f"{number} {name}",
                owners=(milestone_owner, owner),
                departments=(department, lead),
                status=status,
                latest_update_id=latest,
                path=_initiative_path(initiative_id),
            )
            for (
                pk, due, title, milestone_owner, department, initiative_id, plan_id, number, name, owner, lead, status,
                latest,
            ) in _narrowed(rows, only).order_by().values_list(
                "pk", "due_date", "title", "owner", "department", "initiative", "initiative__plan",
                "initiative__number", "initiative__title", "initiative__owner", "initiative__lead_department",
                "initiative__reported_status", "initiative__latest_update",
            )
        ]  # fmt: skip

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return owed_step(occasion.due_date, today, steps=voice.due_soon, calendar=voice.calendar, last=last)


class MilestoneOverdue(MilestoneDueSoon):
    name = "milestone_overdue"
    label = "A milestone is late"
    section = "Late"
    order = 10

    def rows(self, day: Day) -> Q:
        return Q(due_date__lt=day.day)

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return owed_step(
            occasion.due_date, today, steps=voice.overdue, repeat=voice.repeat, calendar=voice.calendar, last=last
        )


class MilestoneEscalated(MilestoneOverdue):
    """Tells the liaison, then the plan managers, of a milestone late by some working days; off without a setting."""

    name = "milestone_escalated"
    label = "A milestone of others is late"
    section = "Late, and handed up to you"
    order = 15

    def occasions(self, day: Day, only: Collection[int] | None = None) -> list[Occasion]:
        settings = {row.plan_id: row for row in Escalation.objects.all()}
        if not settings:
            return []
        late = []
        for one in super().occasions(day, only):
            ranks = _ranks_told(settings.get(one.plan_id), one.due_date, day)
            if ranks:
                late.append(replace(one, ranks=ranks))
        return late

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return 0 if last is None else None

    def told(self, occasion: Occasion, directory: Directory) -> list[Told]:
        own = {one.person_id for one in directory.chain(occasion.owners, occasion.departments)}
        ranks = []
        if "liaison" in occasion.ranks:
            ranks += directory.liaisons_of(occasion.departments)
        if "manager" in occasion.ranks:
            ranks += directory.with_role(Role.PLAN_MANAGER, "manager")
        return [one for one in ranks if one.person_id not in own]


class UpdateDue(Kind):
    """The first call for an update, on the day the plan expects one."""

    name = "update_due"
    label = "A status update is due"
    section = "Status update needed"
    order = 30
    subject_type = "initiative"

    @property
    def series(self) -> str:
        return "update"

    def occasions(self, day: Day, only: Collection[int] | None = None) -> list[Occasion]:
        soonest = min((voice.expected for voice in day.voices.values()), default=0)
        limit = day.day - timedelta(days=soonest)
        told = Q(last_updated_at__lt=start_of_day(limit + timedelta(days=1)))
        never = Q(last_updated_at__isnull=True, start_date__lte=limit)
        rows = _narrowed(Initiative.objects.filter(told | never, _awake(day)), only)
        found = []
        for pk, plan_id, number, title, owner, lead, status, latest, updated_at, start in rows.order_by().values_list(
            "pk", "plan", "number", "title", "owner", "lead_department", "reported_status", "latest_update",
            "last_updated_at", "start_date",
        ):  # fmt: skip
            since = local_day(updated_at) if updated_at else start
            if (day.day - since).days < day.voices[plan_id].expected:
                continue
            found.append(
                Occasion(
                    kind=self.name, subject_type=self.subject_type, subject_id=pk, due_date=since, plan_id=plan_id,
                    initiative_id=pk, title=f"{number} {title}", context="", owners=(owner,), departments=(lead,),
                    status=status, latest_update_id=latest,
                    path=f"/initiatives/{pk}/status-updates/new/",
                )
            )  # fmt: skip
        return found

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return voice.expected if last is None else None


class UpdateStale(UpdateDue):
    """Nothing came since the first call: asked again, at most every `repeat` days."""

    name = "update_stale"
    label = "There is still no status update"
    order = 31

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        if last is None or (today - last).days < voice.repeat:
            return None
        return (today - occasion.due_date).days


class CommitmentAsked(Kind):
    """A department is asked to accept a commitment; counted from the day it was proposed."""

    name = "commitment_asked"
    label = "A commitment awaits your answer"
    section = "Your answer is asked"
    order = 40
    subject_type = "commitment"
    state = Commitment.State.PROPOSED

    def rows(self, day: Day) -> Q:
        return Q()

    def occasions(self, day: Day, only: Collection[int] | None = None) -> list[Occasion]:
        rows = Commitment.objects.filter(self.rows(day), _awake(day, "initiative__"), state=self.state, deleted_at=None)
        rows = _narrowed(rows, only).annotate(proposed_at=Min("versions__recorded_from"))
        found = []
        for pk, what, due, proposed_at, department, initiative_id, plan_id, number, name, status, latest in (
            rows.order_by().values_list(
                "pk", "what", "due_date", "proposed_at", "department", "initiative", "initiative__plan",
                "initiative__number", "initiative__title", "initiative__reported_status", "initiative__latest_update",
            )
        ):  # fmt: skip
            found.append(
                Occasion(
                    kind=self.name, subject_type=self.subject_type, subject_id=pk,
                    due_date=self.counted_from(due, local_day(proposed_at)), plan_id=plan_id,
                    initiative_id=initiative_id, title=what[:300], context=f"{number} {name}",
                    departments=(department,), status=status, latest_update_id=latest,
                    path=_initiative_path(initiative_id),
                )
            )  # fmt: skip
        return found

    def counted_from(self, due: date | None, proposed: date) -> date:
        return proposed

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return owed_step(
            occasion.due_date, today, steps=(0, 7), repeat=voice.repeat, calendar=voice.calendar, last=last
        )


class CommitmentDueSoon(CommitmentAsked):
    name = "commitment_due_soon"
    label = "A commitment is due soon"
    section = "Coming up"
    order = 21
    state = Commitment.State.ACCEPTED

    def rows(self, day: Day) -> Q:
        return Q(due_date__gte=day.day, due_date__lte=day.day + timedelta(days=day.furthest))

    def counted_from(self, due: date | None, proposed: date) -> date:
        return due or proposed

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return owed_step(occasion.due_date, today, steps=voice.due_soon, calendar=voice.calendar, last=last)


class CommitmentOverdue(CommitmentDueSoon):
    name = "commitment_overdue"
    label = "A commitment is late"
    section = "Late"
    order = 11

    def rows(self, day: Day) -> Q:
        return Q(due_date__lt=day.day)

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return owed_step(
            occasion.due_date, today, steps=voice.overdue, repeat=voice.repeat, calendar=voice.calendar, last=last
        )


class AcknowledgementAsked(Kind):
    """The focus area's lead is asked once to acknowledge the latest update, unless it is their own."""

    name = "acknowledgement_asked"
    label = "An update awaits your acknowledgement"
    section = "To read"
    order = 50
    subject_type = "statusupdate"

    def occasions(self, day: Day, only: Collection[int] | None = None) -> list[Occasion]:
        since = start_of_day(day.day - timedelta(days=ACKNOWLEDGE_WITHIN))
        rows = StatusUpdate.objects.filter(
            _awake(day, "initiative__", silent=()), acknowledgement__isnull=True, corrected_by__isnull=True,
            is_no_change=False, stated_at__gte=since, initiative__goal__lead__isnull=False,
        )  # fmt: skip
        found = []
        for pk, author, stated_at, status, initiative_id, latest, plan_id, number, name, lead in (
            _narrowed(rows, only).order_by().values_list(
                "pk", "author", "stated_at", "status", "initiative", "initiative__latest_update", "initiative__plan",
                "initiative__number", "initiative__title", "initiative__goal__lead",
            )
        ):  # fmt: skip
            if pk != latest or author == lead:
                continue  # a newer update took its place, or nobody acknowledges their own (case B-15)
            found.append(
                Occasion(
                    kind=self.name, subject_type=self.subject_type, subject_id=pk, due_date=local_day(stated_at),
                    plan_id=plan_id, initiative_id=initiative_id, title=f"{number} {name}", context="",
                    owners=(lead,), status=status, latest_update_id=latest, path=_initiative_path(initiative_id),
                )
            )  # fmt: skip
        return found

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return 0 if last is None else None

    def told(self, occasion: Occasion, directory: Directory) -> list[Told]:
        return [Told(key, "lead") for key in occasion.owners if key is not None and key in directory.reachable]


class ReportReady(Kind):
    """Leadership hears once that a quarter's report was built and waits for its summary."""

    name = "report_ready"
    label = "A quarterly report is ready"
    section = "To read"
    order = 60
    subject_type = "report"
    verb = "report.frozen"

    def occasions(self, day: Day, only: Collection[int] | None = None) -> list[Occasion]:
        since = start_of_day(day.day - timedelta(days=REPORT_NEWS_WITHIN))
        rows = AuditEvent.objects.filter(
            verb=self.verb, happened_at__gte=since, parent_type="plan", parent_id__in=list(day.voices)
        )
        if only is not None:
            rows = rows.filter(target_id__in=only)
        return [
            Occasion(
                kind=self.name, subject_type=self.subject_type, subject_id=event.target_id,
                due_date=local_day(event.happened_at), plan_id=event.parent_id or 0, initiative_id=None,
                title=event.target_label, context=day.voices[event.parent_id or 0].title,
                path="/reports/",
            )
            for event in rows
        ]  # fmt: skip

    def step(self, occasion: Occasion, today: date, voice: Voice, last: date | None) -> int | None:
        return 0 if last is None else None

    def told(self, occasion: Occasion, directory: Directory) -> list[Told]:
        return directory.with_role(Role.LEADER, "leader")


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        MilestoneOverdue(), CommitmentOverdue(), MilestoneEscalated(), MilestoneDueSoon(), CommitmentDueSoon(),
        UpdateDue(), UpdateStale(), CommitmentAsked(), AcknowledgementAsked(), ReportReady(),
    )
}  # fmt: skip


def series_of(kind: str) -> str:
    return KINDS[kind].series if kind in KINDS else kind


def _awake(day: Day, prefix: str = "", silent: Sequence[str] = SILENT) -> Q:
    """Initiatives of speaking plans that have begun, are not deleted, and are neither closed nor on hold."""
    wanted = Q(
        **{
            f"{prefix}plan__in": list(day.voices),
            f"{prefix}deleted_at__isnull": True,
            f"{prefix}start_date__lte": day.day,
        }
    )
    if not silent:
        return wanted
    return wanted & ~Q(**{f"{prefix}reported_status__in": silent}) & ~Q(**{f"{prefix}override_status__in": silent})


def _narrowed(rows: "QuerySet[Any]", only: Collection[int] | None) -> "QuerySet[Any]":
    return rows if only is None else rows.filter(pk__in=only)


def _initiative_path(initiative_id: int) -> str:
    return f"/initiatives/{initiative_id}/"


def _ranks_told(settings: Escalation | None, due: date, day: Day) -> tuple[str, ...]:
    if settings is None:
        return ()
    late = day.voices[settings.plan_id].calendar.working_days_after(due, day.day)
    limits = {"liaison": settings.liaison_after, "manager": settings.managers_after}
    return tuple(rank for rank, limit in limits.items() if limit is not None and late >= limit)
