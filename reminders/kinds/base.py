"""What every kind of reminder has: its words, the rows it looks at, its steps and its people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, NamedTuple

from django.db.models import Q, QuerySet

from initiatives.models import SILENT
from initiatives.selectors.status import status_set_by_people
from reminders.selectors.days import Day, ReminderSettings
from reminders.selectors.recipients import Directory, Recipient
from reminders.steps import due_step

# Days relative to the event's day, and after how many days the last one comes again (0: never).
Steps = tuple[Sequence[int], int]

# Numbers of rows by subject type.
Only = Mapping[str, Collection[int]]


@dataclass(frozen=True)
class Section:
    """A heading in the mail, and how the subject line counts what stands under it."""

    title: str
    one: str
    many: str


LATE = Section("Late", "late", "late")
HANDED_UP = Section("Late, and handed up to you", "late elsewhere", "late elsewhere")
COMING = Section("Coming up", "coming up", "coming up")
UPDATE = Section("Status update needed", "status update needed", "status updates needed")
ANSWER = Section("Your answer is asked", "awaiting your answer", "awaiting your answer")
READ = Section("To read", "to read", "to read")
KNOW = Section("Good to know", "to know", "to know")


class ReminderEvent(NamedTuple):
    """One thing to tell: about which row, counted from which day, and who may have to hear it.

    A tuple, for a frozen dataclass of this many fields takes several times as long to make, and there are thousands.
    """

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
    # Who did what the sentence speaks of.
    name: str = ""

    @property
    def key(self) -> tuple[str, int, date]:
        return self.subject_type, self.subject_id, self.due_date

    @property
    def label(self) -> str:
        return f"{self.title} – {self.context}" if self.context else self.title


class Kind:
    """A kind of reminder. `action` is what its link says; `is_answered`: whether that answers without signing in."""

    name: ClassVar[str]
    label: ClassVar[str]
    section: ClassVar[Section]
    order: ClassVar[int]
    subject_type: ClassVar[str]
    action: ClassVar[str]
    is_answered: ClassVar[bool] = True

    @property
    def series(self) -> str:
        """Names the kinds whose mails count together when days between them are measured."""
        return self.name

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[Any]:
        """The rows that may be an event for this kind or another of its family, in one query."""
        raise NotImplementedError

    def event(self, row: Any, day: Day) -> ReminderEvent | None:
        """What there is to tell of a row; None when it is nothing for this kind."""
        raise NotImplementedError

    def steps(self, settings: ReminderSettings) -> Steps | None:
        """When it is due by a plan's settings; None: at once, and only once."""
        return None

    def step(self, event: ReminderEvent, today: date, settings: ReminderSettings, last: date | None) -> int | None:
        """The step due today to somebody last reminded on `last`, from `steps`; None when nothing is."""
        chosen = self.steps(settings)
        if chosen is None:
            return 0 if last is None else None
        steps, repeat = chosen
        return due_step(event.due_date, today, steps=steps, repeat=repeat, calendar=settings.calendar, last=last)

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        """Whom it is for, before preferences."""
        return directory.chain(event.owners, event.departments)

    def sort_key(self, event: ReminderEvent) -> tuple[int, date, str, int]:
        return self.order, event.due_date, event.context, event.subject_id


def speaking(day: Day, prefix: str = "") -> Q:
    """Initiatives that have begun, of plans that may speak, not deleted."""
    return Q(
        **{
            f"{prefix}plan__in": list(day.settings),
            f"{prefix}deleted_at__isnull": True,
            f"{prefix}start_date__lte": day.day,
        }
    )


def awake(rows: "QuerySet[Any]", prefix: str = "") -> "QuerySet[Any]":
    """Without what is closed or on hold: silent is what its effective status says."""
    said: QuerySet[Any] = rows.alias(said=status_set_by_people(prefix))
    return said.exclude(said__in=SILENT)


def narrowed(rows: "QuerySet[Any]", only: Only | None, subject_type: str) -> "QuerySet[Any]":
    return rows if only is None else rows.filter(pk__in=only.get(subject_type, ()))


def initiative_path(initiative_id: int) -> str:
    return f"/initiatives/{initiative_id}/"
