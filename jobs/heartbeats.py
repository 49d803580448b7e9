"""Signs of life, one row each; a row doubles as the lock that lets one worker at a time do what it names."""

from datetime import UTC, datetime

from jobs.models import Heartbeat

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def beat(name: str, *, at: datetime) -> None:
    """Something got through at `at`; an earlier moment never overwrites a later one."""
    row, created = Heartbeat.objects.get_or_create(name=name, defaults={"at": at})
    if not created and row.at < at:
        Heartbeat.objects.filter(pk=row.pk, at__lt=at).update(at=at)


def one_at_a_time(name: str) -> None:
    """Wait until nobody else is at work under this name; holds until the transaction ends."""
    Heartbeat.objects.get_or_create(name=name, defaults={"at": NEVER})
    Heartbeat.objects.select_for_update().get(name=name)


def last_beats() -> dict[str, datetime]:
    """When each was last heard of."""
    return dict(Heartbeat.objects.exclude(at=NEVER).values_list("name", "at"))
