"""Bring a plan in from a file: the same reading, comparing and applying as in the browser."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from goals.models import Plan
from imports.comparing.lines import GROUPS
from imports.models import Import, unpacked
from imports.services import answer_columns, ask_to_apply, drop_import, take_file, work_on_next
from jobs.clock import add_at, moment
from people.models import User
from records.audit import Act
from records.models import Channel

SHOWN = 200  # lines of one group
State = Import.State


class Command(BaseCommand):
    help = "Reads XLSX, CSV (or several in a ZIP), JSON or StratML into a plan. All or nothing; twice is once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--plan", metavar="SLUG", help="short name of the plan, if there are several")
        parser.add_argument("--by", metavar="EMAIL", help="who brings it in; the history says the system without it")
        parser.add_argument("--reason", default="", help="why, kept in the history; needed where due dates move")
        parser.add_argument("--default-goal", metavar="TEXT", default="", help="the focus area of rows that name none")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="only say what would change")
        what.add_argument("--apply", action="store_true", help="apply it; this is what happens without --dry-run too")
        add_at(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        plan, act = _plan(options["plan"]), _act(options)
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from None
        job = _compared(take_file(plan=plan, name=options["file"].name, data=data, act=act), options, act)
        self._say(job)
        if job.state != State.READY:
            raise CommandError(job.note or "Nothing in this file looks like part of a plan.")
        if options["dry_run"]:
            drop_import(job=job, act=act)
            self.stdout.write("Nothing was changed.")
            return
        self._apply(job, act)

    def _apply(self, job: Import, act: Act) -> None:
        try:
            ask_to_apply(job=job, digest=job.digest, act=act)
        except ValidationError as error:
            drop_import(job=job, act=act)
            raise CommandError(" ".join(error.messages)) from None
        work_on_next(at=act.at, only=job)
        job.refresh_from_db()
        if job.state != State.APPLIED:
            raise CommandError(job.note)
        self.stdout.write("Applied.")

    def _say(self, job: Import) -> None:
        for one in job.mapping:
            said = ", ".join(one["columns"].values()) if one["kind"] else one["why"]
            self.stdout.write(f"{one['name']}: {one['rows']} rows, {one['kind'] or 'left out'} ({said})")
        for sentence in job.notes:
            self.stdout.write(sentence)
        lines = unpacked(job.content.preview)["lines"] if job.state == State.READY else []
        for group, label in GROUPS.items():
            found = [line for line in lines if line["group"] == group]
            if found:
                self.stdout.write(f"{label}: {len(found)}")
            for line in found[:SHOWN] if group != "unchanged" else ():
                told = [sentence for _, _, sentence in line["problems"]] or [
                    f"{name}: {old or 'empty'} → {new or 'empty'}" for name, old, new in line["changes"]
                ]
                self.stdout.write(
                    f"  {line['sheet']} row {line['row']}, {line['kind']} {line['label']}: {' '.join(told)}"
                )


def _compared(job: Import, options: dict[str, Any], act: Act) -> Import:
    """Read and compared with the plan; what was guessed of the columns is taken as it is."""
    work_on_next(at=act.at, only=job)
    job.refresh_from_db()
    is_open = job.state == State.ASKING or (job.state == State.READY and options["default_goal"])
    if is_open and any(one["kind"] for one in job.mapping):
        answer_columns(job=job, mapping=job.mapping, default_goal=options["default_goal"], act=act)
        work_on_next(at=act.at, only=job)
        job.refresh_from_db()
    return job


def _plan(slug: str | None) -> Plan:
    plans = Plan.objects.filter(deleted_at__isnull=True)
    if slug is None:
        if plans.count() != 1:
            raise CommandError("There are several plans, or none. Say which with --plan.")
        return plans.get()
    plan = plans.filter(slug=slug).first()
    if plan is None:
        slugs = ", ".join(plans.values_list("slug", flat=True))
        raise CommandError(f"There is no plan “{slug}”. Plans: {slugs or 'none'}.")
    return plan


def _act(options: dict[str, Any]) -> Act:
    person = None
    if options["by"]:
        person = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if person is None or not person.has_perm("imports.import_plan"):
            raise CommandError(f"{options['by']} may not import, or has no account.")
    return Act(by=person, at=moment(options["at"]), channel=Channel.IMPORT, reason=options["reason"])
