"""What beat and the doorbell do: build the files that people asked for. Also for cron, without Redis."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.clock import add_at, moment
from reports.services import build_next_export, remove_old_exports


class Command(BaseCommand):
    help = "Builds every file that is due, and deletes those whose time is over. Any number may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        add_at(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        at = moment(options["at"])
        built = 0
        while build_next_export(at=at) is not None:
            built += 1
        self.stdout.write(f"{built} taken up, {remove_old_exports(at=at)} old ones removed.")
