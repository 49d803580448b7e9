"""`manage.py apply_retention [--at ISO]`: what beat does once a day, by hand or from cron."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from jobs.clock import add_at, moment
from jobs.retention import apply_retention


class Command(BaseCommand):
    help = "Removes what was kept as long as the settings say, once a day; running it again removes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        add_at(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.LEGAL_HOLD:
            self.stdout.write("LEGAL_HOLD is set: nothing is removed.")
            return
        run = apply_retention(at=moment(options["at"]))
        if run is None:
            self.stdout.write("This was done today already.")
            return
        for label, count in run.removed.items():
            self.stdout.write(f"{label}: {count}")
        self.stdout.write("Done.")
