"""What beat does with imports that wait, by hand or by cron."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from imports.services import work_on_next
from jobs.clock import add_at, moment


class Command(BaseCommand):
    help = "Reads, compares and applies what waits, one import after the other, until nothing is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_at(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        at = moment(options["at"])
        done = 0
        while work_on_next(at=at) is not None:
            done += 1
        self.stdout.write(f"{done} done.")
