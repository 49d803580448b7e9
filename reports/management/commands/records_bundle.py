"""`manage.py records_bundle FY2027-Q1 --plan SLUG -o FILE.zip`: a published report for the records office, as a bag."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from records.audit import Act
from records.models import Channel
from reports.files.bundles import faults
from reports.management.arguments import add_plan_and_quarter, plan_and_quarter
from reports.services import build_published_files, records_bundle


class Command(BaseCommand):
    help = "Writes every file of a published report and their hashes into one ZIP, as RFC 8493 (BagIt) asks."

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan_and_quarter(parser)
        parser.add_argument("-o", "--output", required=True, metavar="FILE", help="a ZIP that is not there yet")
        parser.add_argument("--check", action="store_true", help="read a bundle that is there, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["output"])
        if options["check"]:
            found = faults(target)
            if found:
                raise CommandError(f"“{target}” is not as it was written: {'; '.join(found[:20])}.")
            self.stdout.write(f"{target}: every file is as it was written.")
            return
        plan, quarter = plan_and_quarter(options["plan"], options["quarter"])
        now = timezone.now()
        build_published_files(at=now)
        act = Act(by=None, at=now, channel=Channel.SYSTEM)
        try:
            bundle = records_bundle(plan=plan, quarter=quarter, target=target, act=act)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except OSError as error:
            raise CommandError(f"“{target}” cannot be written: {error.strerror}.") from None
        self.stdout.write(
            f"{target}: {quarter.label}, revisions: {bundle.revisions}, files: {bundle.files} ({bundle.size:,} bytes)."
        )
        self.stdout.write(f"SHA-256 of its list of files, to be kept elsewhere: {bundle.digest}")
