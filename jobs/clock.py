"""The clock of a command: `--at`, or now."""

from argparse import ArgumentParser
from datetime import datetime

from django.core.management.base import CommandError
from django.utils import timezone


def add_at(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="ISO", help="date and time to take for now, such as 2026-10-05T09:00; plan time"
    )


def moment(text: str | None) -> datetime:
    """Without an offset it is plan time. Raises CommandError for what is no date and time."""
    if not text:
        return timezone.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--at: “{text[:40]}” is not a time. Write it like 2026-10-05T09:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=timezone.get_default_timezone())
