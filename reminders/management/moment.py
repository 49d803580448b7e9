"""The clock of a command: `--at`, or now."""

from argparse import ArgumentParser
from datetime import datetime

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime


def add_at(parser: ArgumentParser) -> None:
    parser.add_argument("--at", help="ISO date and time to take for now, such as 2026-10-05T09:00; plan time.")


def moment(text: str | None) -> datetime:
    """Raises CommandError for what is no date and time."""
    if not text:
        return timezone.now()
    try:
        parsed = parse_datetime(text)
    except ValueError:
        parsed = None
    if parsed is None:
        raise CommandError(f"--at: “{text}” is not a date and time. Write it like 2026-10-05T09:00.")
    return parsed if timezone.is_aware(parsed) else timezone.make_aware(parsed, timezone.get_default_timezone())
