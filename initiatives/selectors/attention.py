"""What needs somebody's attention, and why in words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from initiatives.models import CLOSED, EffectiveStatus
from initiatives.selectors.status import InitiativeStatus, read
from records.asof import AsOf, local_day

LOUD = (EffectiveStatus.OFF_TRACK, EffectiveStatus.AT_RISK, EffectiveStatus.NO_CURRENT_UPDATE)
SHORT = 160  # characters of a person's own words beside a line


@dataclass(frozen=True)
class Concern:
    """An initiative that needs attention, with every reason for it."""

    standing: InitiativeStatus
    reasons: tuple[str, ...]


def needs_attention(when: AsOf) -> Q:
    """Open, and off track, at risk, silent for too long, past its due date, without an owner, or asking for help.

    What is on hold is silent on purpose: only a missing owner counts there. Filters rows of
    `initiative_statuses(when)`.
    """
    is_open = ~Q(effective_status__in=CLOSED)
    is_moving = ~Q(effective_status=EffectiveStatus.ON_HOLD)
    asks = Q(latest_update__help_needed__gt="")
    loud = Q(effective_status__in=LOUD) | Q(is_stale=True) | Q(due_date__lt=when.day) | asks
    return is_open & (Q(owner__isnull=True) | (is_moving & loud))


def by_severity() -> Case:
    """Sorts what is worst first."""
    worst = [When(effective_status=status, then=Value(rank)) for rank, status in enumerate(LOUD)]
    return Case(*worst, default=Value(len(LOUD)), output_field=IntegerField())


def concerns(rows: QuerySet[Any], when: AsOf, *, limit: int) -> list[Concern]:
    """The worst of them first. One query; `tally` has the number of all."""
    found = rows.filter(needs_attention(when)).order_by(by_severity(), "sort_key", "subject_id")[:limit]
    return [Concern(row, reasons_of(row, when)) for row in read(found)]


def reasons_of(row: InitiativeStatus, when: AsOf) -> tuple[str, ...]:
    """Why it needs attention, each reason as a sentence."""
    return tuple(sentence for sentence in (*_dates(row, when), *_status(row, when), *_people(row)) if sentence)


def _dates(row: InitiativeStatus, when: AsOf) -> list[str]:
    said = []
    if row.milestones_overdue:
        said.append(
            "1 milestone is late." if row.milestones_overdue == 1 else f"{row.milestones_overdue} milestones are late."
        )
    if row.due_date and row.due_date < when.day:
        said.append(f"Its due date passed {_days((when.day - row.due_date).days)} ago.")
    return said


def _status(row: InitiativeStatus, when: AsOf) -> list[str]:
    said = []
    if row.override_status and row.override_status == row.effective_status:
        said.append(f"Set to {row.effective_label.lower()}: {shortened(row.override_reason)}")
    elif row.reported_status in LOUD and row.effective_status == row.reported_status:
        words = f": {shortened(row.happened)}" if row.happened else "."
        said.append(f"Reported {row.reported_label.lower()}{words}")
    if row.is_stale and row.last_updated_at:
        said.append(f"Last update {_days((when.day - local_day(row.last_updated_at)).days)} ago.")
    elif row.is_stale:
        said.append(f"No update since it began {_days((when.day - row.start_date).days)} ago.")
    return said


def _people(row: InitiativeStatus) -> list[str]:
    said = []
    if row.owner_id is None:
        said.append("Nobody owns it.")
    if row.help_needed:
        said.append(f"Help needed: {shortened(row.help_needed)}")
    return said


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def shortened(text: str) -> str:
    """One line of what somebody wrote, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= SHORT else line[:SHORT].rsplit(" ", 1)[0] + " …"
