"""Signs of life, one row each; the planning row doubles as the lock that lets one planner work at a time."""

from datetime import UTC, datetime

from reminders.models import Heartbeat

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def beat(name: str, *, at: datetime) -> None:
    """Something got through at `at`; an earlier moment never overwrites a later one."""
    row, created = Heartbeat.objects.get_or_create(name=name, defaults={"at": at})
    if not created and row.at < at:
        Heartbeat.objects.filter(pk=row.pk, at__lt=at).update(at=at)


def serialised(name: str) -> None:
    """Wait until nobody else in this role is at work; holds until the transaction ends."""
    Heartbeat.objects.get_or_create(name=name, defaults={"at": NEVER})
    Heartbeat.objects.select_for_update().get(name=name)
