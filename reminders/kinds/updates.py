"""Status updates: wanted from the owner, waiting for their reader, and read."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from goals.models import REMINDERS_APART
from goals.selectors import lead_since
from initiatives.judgement import update_due
from initiatives.models import CLOSED, SILENT, Initiative, UpdateRequest, reader_of
from initiatives.selectors.status import status_set_by_people
from records.asof import local_day, start_of_day
from reminders.kinds.base import KNOW, READ, UPDATE, Kind, Only, ReminderEvent, initiative_path, speaking
from reminders.selectors.days import Day, ReminderSettings
from reminders.selectors.recipients import Directory, Recipient

ASKED_WITHIN = 30  # days after an update in which its reader is asked
REQUESTED_WITHIN = 7  # days after somebody asked for an update in which the owner is told
NEWS_WITHIN = 7  # days after it was read in which its author hears


class Row(NamedTuple):
    """An initiative that may owe an update, or whose latest update waits to be read or was read of late."""

    id: int
    plan: int
    number: str
    name: str
    owner: int | None
    department: int | None
    status: str
    status_set: str
    start: date
    updated_at: datetime | None
    lead: int | None
    latest: int | None
    author: int | None
    is_no_change: bool | None
    stated_at: datetime | None
    reader_name: str | None
    read_at: datetime | None
    asked_at: datetime | None  # when a person last asked for an update
    asked_by: str | None
    leads_since: datetime | None  # since when the present lead leads; None: always

    @property
    def is_silent(self) -> bool:
        return self.status_set in SILENT

    @property
    def waits_for_answer(self) -> bool:
        """A person asked how it stands, and nothing was said since."""
        return self.asked_at is not None and (self.updated_at is None or self.updated_at < self.asked_at)

    @property
    def is_asked(self) -> bool:
        """Whether it is its reader's to read: not what was said before they led, nor of what an override closed."""
        if self.stated_at is None or (self.status_set in CLOSED and self.status not in CLOSED):
            return False
        is_before = self.leads_since is not None and local_day(self.stated_at) < local_day(self.leads_since)
        return not is_before or self.author == self.lead


class UpdateDue(Kind):
    """The first call for an update, on the day the plan expects one."""

    name = "update_due"
    label = "A status update is due"
    section = UPDATE
    order = 30
    subject_type = "initiative"
    action = "Give the update"

    @property
    def series(self) -> str:
        return "update"

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[Row]:
        rows = Initiative.objects.alias(said=status_set_by_people()).filter(
            speaking(day), ((_quiet(day) | _asked(day)) & ~Q(said__in=SILENT)) | _read_of_late_or_unread(day)
        )
        asked = UpdateRequest.objects.filter(initiative=OuterRef("pk"), recorded_at__gte=_asked_since(day))
        latest = asked.order_by("-recorded_at")
        found = _only(rows, only).order_by().annotate(
            status_set=F("said"), leads_since=lead_since("goal"), asked_at=Subquery(latest.values("recorded_at")[:1]),
            asker=Subquery(latest.values("asked_by__name")[:1]),
        ).values_list(
            "pk", "plan", "number", "title", "owner", "lead_department", "reported_status", "status_set",
            "start_date", "last_updated_at", "goal__lead", "latest_update", "latest_update__author",
            "latest_update__is_no_change", "latest_update__stated_at", "latest_update__acknowledgement__by__name",
            "latest_update__acknowledgement__recorded_at", "asked_at", "asker", "leads_since",
        )  # fmt: skip
        return map(Row._make, found)

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        last_update = local_day(row.updated_at) if row.updated_at else None
        is_due = day.day >= update_due(last_update, row.start, day.settings[row.plan].expected)
        if row.is_silent or row.waits_for_answer or not is_due:
            return None
        return self.event_since(row, last_update or row.start)

    def event_since(self, row: Row, first: date, name: str = "") -> ReminderEvent:
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.id, due_date=first,
            plan_id=row.plan, initiative_id=row.id, title=f"{row.number} {row.name}", context="", owners=(row.owner,),
            departments=(row.department,), status=row.status, latest_update_id=row.latest,
            path=f"{initiative_path(row.id)}status-updates/new/", name=name,
        )  # fmt: skip

    def step(self, event: ReminderEvent, today: date, settings: ReminderSettings, last: date | None) -> int | None:
        return settings.expected if last is None else None


class UpdateStale(UpdateDue):
    """Nothing came since the first call: asked again, at most every `repeat` days."""

    name = "update_stale"
    label = "There is still no status update"
    order = 31

    def step(self, event: ReminderEvent, today: date, settings: ReminderSettings, last: date | None) -> int | None:
        if last is None or (today - last).days < max(settings.repeat, REMINDERS_APART):
            return None
        return (today - event.due_date).days


class UpdateAsked(UpdateDue):
    """A person asks for an update; told once, in place of what the plan would say by itself in these days."""

    name = "update_asked"
    label = "Somebody asks for a status update"
    order = 29

    @property
    def series(self) -> str:
        return self.name

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        if row.is_silent or row.asked_at is None or not row.waits_for_answer:
            return None
        return self.event_since(row, local_day(row.asked_at), row.asked_by or "")

    def step(self, event: ReminderEvent, today: date, settings: ReminderSettings, last: date | None) -> int | None:
        return 0 if last is None else None


class AcknowledgementAsked(UpdateDue):
    """The reader of the latest update is asked once to acknowledge it (rule B-15)."""

    name = "acknowledgement_asked"
    label = "An update waits to be read"
    section = READ
    order = 50
    subject_type = "statusupdate"
    action = "Read it"

    @property
    def series(self) -> str:
        return self.name

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        reader = reader_of(author_id=row.author, lead_id=row.lead, owner_id=row.owner)
        if reader is None or row.read_at or row.is_no_change or not row.is_asked:
            return None
        if not _is_within(ASKED_WITHIN, row.stated_at, day):
            return None
        return self.event_of(row, row.stated_at, reader, "lead" if reader == row.lead else "owner")

    def event_of(self, row: Row, moment: datetime | None, person: int, reason: str) -> ReminderEvent | None:
        if row.latest is None or moment is None:
            return None
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.latest, due_date=local_day(moment),
            plan_id=row.plan, initiative_id=row.id, title=f"{row.number} {row.name}", context="", owners=(person,),
            status=row.status, latest_update_id=row.latest, path=initiative_path(row.id), ranks=(reason,),
            name=row.reader_name or "",
        )  # fmt: skip

    def step(self, event: ReminderEvent, today: date, settings: ReminderSettings, last: date | None) -> int | None:
        return 0 if last is None else None

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        person = event.owners[0]
        return [Recipient(person, event.ranks[0])] if person is not None and person in directory.reachable else []


class UpdateAcknowledged(AcknowledgementAsked):
    """The author hears once that the update was read (rule B-14)."""

    name = "update_acknowledged"
    label = "Your update was read"
    section = KNOW
    order = 70
    action = "See it"
    is_answered = False

    def event(self, row: Row, day: Day) -> ReminderEvent | None:
        if row.author is None or not _is_within(NEWS_WITHIN, row.read_at, day):
            return None
        return self.event_of(row, row.read_at, row.author, "author")


def _quiet(day: Day) -> Q:
    """Not updated for as long as the most demanding plan expects: a wide net, `update_due` decides on each."""
    limit = day.day - timedelta(days=min((one.expected for one in day.settings.values()), default=0))
    updated = Q(last_updated_at__lt=start_of_day(limit + timedelta(days=1)))
    return updated | Q(last_updated_at__isnull=True, start_date__lte=limit)


def _asked_since(day: Day) -> datetime:
    return start_of_day(day.day - timedelta(days=REQUESTED_WITHIN))


def _asked(day: Day) -> Q:
    return Q(Exists(UpdateRequest.objects.filter(initiative=OuterRef("pk"), recorded_at__gte=_asked_since(day))))


def _read_of_late_or_unread(day: Day) -> Q:
    """With a latest update that waits to be read, or was read of late."""
    asked, news = (start_of_day(day.day - timedelta(days=days)) for days in (ASKED_WITHIN, NEWS_WITHIN))
    unread = Q(latest_update__acknowledgement__isnull=True, goal__lead__isnull=False, last_updated_at__gte=asked)
    return unread | Q(latest_update__acknowledgement__recorded_at__gte=news)


def _is_within(days: int, moment: datetime | None, day: Day) -> bool:
    return moment is not None and (day.day - local_day(moment)).days <= days


def _only(rows: "QuerySet[Initiative]", only: Only | None) -> "QuerySet[Initiative]":
    if only is None:
        return rows
    return rows.filter(Q(pk__in=only.get("initiative", ())) | Q(latest_update__in=only.get("statusupdate", ())))


KINDS = (UpdateAsked(), UpdateDue(), UpdateStale(), AcknowledgementAsked(), UpdateAcknowledged())
