"""`manage.py verify_reports [--plan SLUG] [--against FILE]`: every frozen report, checked against its own hashes.

Prints a line for each report and keeps going after a bad one; ends with an error, for programs with NOT_AS_SEALED, when
any is not as it was sealed. Keep what it prints somewhere else: given back with `--against`, it shows a chain that was
rewritten as a whole, or cut.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from goals.models import Plan
from reports.files.verification import unknown_lines
from reports.snapshots.integrity import NOT_AS_SEALED, findings


class Command(BaseCommand):
    help = "Checks every frozen report and names the first row that was changed. Ends with an error where one was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", metavar="SLUG", help="only this plan; all when left out")
        parser.add_argument(
            "--against", metavar="FILE", help="what an earlier run printed: its hashes must still be here"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plans = Plan.objects.order_by("slug")
        if options["plan"]:
            plans = plans.filter(slug=options["plan"])
            if not plans:
                raise CommandError(f"There is no plan “{options['plan']}”.")
        checked = bad = 0
        for plan in plans:
            for snapshot, finding in findings(plan):
                checked, bad = checked + 1, bad + bool(finding)
                if finding is not None:
                    self.stderr.write(f"{plan.slug}, {finding}")
                elif snapshot is not None and snapshot.is_sealed:
                    self.stdout.write(
                        f"{plan.slug}, {snapshot.period.label}, revision {snapshot.revision}: unchanged, "
                        f"content {snapshot.content_hash}, chain {snapshot.chain_hash}"
                    )
        if options["against"]:
            bad += self._against(options["against"])
        if bad:
            found = "one is" if bad == 1 else f"{bad} are"
            raise CommandError(
                f"Of {checked} reports {found} not as sealed. Nothing was changed by this check.",
                returncode=NOT_AS_SEALED,
            )
        self.stdout.write(f"{checked} reports, all as they were sealed.")

    def _against(self, path: str) -> int:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"“{path}” cannot be read: {error}.") from None
        lines = unknown_lines(text)
        for number, line in lines:
            self.stderr.write(
                f"line {number} of {path}: this report's hash is not in the chain, it was rewritten or removed: {line}"
            )
        return len(lines)
