"""What beat does every few minutes: queue the digests that are due. Also for cron, without Redis."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.clock import add_at, moment
from people.models import User
from reminders.kinds import KINDS
from reminders.services import plan_messages


class Command(BaseCommand):
    help = "Queue one digest for each person with reminders due. Safe to run at any time and twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_at(parser)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be queued, and queue nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        planned = plan_messages(at=moment(options["at"]), dry_run=options["dry_run"])
        word = "would be queued" if options["dry_run"] else "queued"
        self.stdout.write(f"{len(planned)} digests {word}, {sum(map(len, planned.values()))} items.")
        if options["dry_run"] or options["verbosity"] > 1:
            emails = dict(User.objects.filter(pk__in=planned).values_list("pk", "email"))
            for person, items in sorted(planned.items(), key=lambda pair: emails[pair[0]]):
                self.stdout.write(f"{emails[person]}")
                for one in items:
                    self.stdout.write(
                        f"  {KINDS[one.event.kind].label} (step {one.step}): {one.event.label}, "
                        f"{one.event.due_date}, as {one.recipient.reason}"
                    )
