"""`manage.py export_report FY2027-Q1 --plan SLUG --format xlsx -o FILE [--as-of DATE]`: the report as a file."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from goals.quarters import Quarter
from records.asof import local_day
from records.audit import Act
from records.days import in_words
from records.models import Channel
from reports.exporters import FORMATS
from reports.management.arguments import add_plan_and_quarter, plan_and_quarter
from reports.services import export_report
from reports.workflow.report import Quarters


class Command(BaseCommand):
    help = "Writes the report of a quarter as a file: the frozen one, or a draft where none is frozen."

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan_and_quarter(parser)
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("-o", "--output", required=True, metavar="FILE")
        parser.add_argument("--as-of", metavar="DATE", help="a draft as of the end of this day instead")
        parser.add_argument("--revision", type=int, help="an earlier revision")
        parser.add_argument("--public", action="store_true", help="the public edition: public initiatives alone")

    def handle(self, *args: Any, **options: Any) -> None:
        plan, quarter = plan_and_quarter(options["plan"], options["quarter"])
        now = timezone.now()
        quarters = Quarters(plan)
        report = None if options["as_of"] else quarters.report(quarter)
        snapshot = None
        if report is not None:
            snapshot = report.revision(options["revision"])
            content = quarters.frozen(report, snapshot.revision) if snapshot else None
        else:
            content = quarters.preview(quarter, at=now, day=_day(options["as_of"], quarter, local_day(now)))
        if content is None:
            raise CommandError(f"“{plan.title}” has nothing to report for {quarter.label} as asked.")
        if options["public"]:
            content = content.for_public()
        act = Act(by=None, at=now, channel=Channel.SYSTEM)
        file = export_report(report=content, format_key=options["format"], snapshot=snapshot, act=act)
        target = Path(options["output"])
        try:
            target.write_bytes(file.content)
        except OSError as error:
            raise CommandError(f"“{target}” cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{content.title}, {content.workflow.state_label}: {target} ({len(file.content):,} bytes)")


def _day(text: str | None, quarter: Quarter, today: date) -> date | None:
    if quarter.first_day > today:
        raise CommandError(f"{quarter.label} begins on {in_words(quarter.first_day)}. There is nothing to report yet.")
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text[:20]}” is not a day. Write it like 2026-09-30.") from None
    if day > today:
        raise CommandError(f"{in_words(day)} has not come yet.")
    if not quarter.first_day <= day <= quarter.last_day:
        span = f"{in_words(quarter.first_day)} to {in_words(quarter.last_day)}"
        raise CommandError(f"{in_words(day)} is not in {quarter.label} ({span}).")
    return day
