"""`manage.py freeze_quarter FY2027-Q1 --plan SLUG [--at ISO]`: what beat does by itself, by hand."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.clock import add_at, moment
from records.audit import Act
from records.models import Channel
from reports.management.arguments import add_plan_and_quarter, plan_and_quarter
from reports.services import freeze_quarter


class Command(BaseCommand):
    help = "Builds the snapshot of a quarter as of its end. Running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan_and_quarter(parser)
        add_at(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        plan, quarter = plan_and_quarter(options["plan"], options["quarter"])
        act = Act(by=None, at=moment(options["at"]), channel=Channel.SYSTEM)
        try:
            snapshot = freeze_quarter(plan=plan, quarter=quarter, act=act)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(
            f"{snapshot}: {snapshot.initiative_count} initiatives, {snapshot.milestone_count} milestones, "
            f"{snapshot.commitment_count} commitments\ncontent {snapshot.content_hash}\nchain   {snapshot.chain_hash}"
        )
