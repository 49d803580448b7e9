"""Holds all mail, for when the pages cannot be reached: before a restored database meets a worker, above all."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outbox.services import hold_restored, hold_sending
from records.audit import Act
from records.models import Channel


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"“{text}” is no moment with its time zone, such as 2026-11-24T02:00:00+00:00.")
    return moment


class Command(BaseCommand):
    help = "Holds all mail until a plan manager releases it on the Messages page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reason", help="why, in a sentence that the Messages page shows")
        parser.add_argument(
            "--restored-from", metavar="TIME", help="these data were saved then, such as 2026-11-24T02:00:00+00:00"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        act = Act(by=None, at=timezone.now(), channel=Channel.SYSTEM, reason=options["reason"])
        saved = options["restored_from"]
        try:
            hold = hold_restored(restored_from=_moment(saved), act=act) if saved else hold_sending(act=act)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(f"No mail goes out: {hold.reason}")
