"""Holds all mail, for when the pages cannot be reached: before a restored database meets a worker, above all."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outbox.services import hold_sending
from records.audit import Act
from records.models import Channel


class Command(BaseCommand):
    help = "Holds all mail until a plan manager releases it on the Messages page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reason", help="why, in a sentence that the Messages page shows")

    def handle(self, *args: Any, **options: Any) -> None:
        act = Act(by=None, at=timezone.now(), channel=Channel.SYSTEM, reason=options["reason"])
        try:
            hold = hold_sending(act=act)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(f"No mail goes out: {hold.reason}")
