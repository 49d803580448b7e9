"""`manage.py verify_audit_log [--since HASH]`: is the audit log what it was when it was sealed?

Prints the newest hash. Written down somewhere else and given back with `--since`, it shows a chain that was made anew
as a whole, or whose end is gone. The worker checks once a day by itself; the page of operators says what it found.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from records.seals import check_audit_log, seal_audit_log, unsealed


class Command(BaseCommand):
    help = "Checks the chain of the audit log and names the first block that is not as it was sealed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", metavar="HASH", default="", help="a hash printed earlier: it must still be here")
        parser.add_argument("--seal", action="store_true", help="seal first what waits for the next seal")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seal"]:
            seal_audit_log(at=timezone.now())
        found = check_audit_log(since=options["since"].strip().lower())
        if found.finding:
            raise CommandError(f"{found.finding} Blocks before it are right: {found.blocks}. Nothing was changed.")
        self.stdout.write(f"{found.events} events in {found.blocks} blocks, all as they were sealed.")
        self.stdout.write(f"Not sealed yet: {unsealed()}.")
        if found.newest:
            self.stdout.write(f"Newest hash: {found.newest}")
