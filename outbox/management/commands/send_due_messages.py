"""What beat does every minute: send what is due. Also for cron, without Redis."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.clock import add_at, moment
from jobs.stopping import sigterm_is_heard
from outbox.services import send_due_messages


class Command(BaseCommand):
    help = "Send the messages that are due. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_at(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with sigterm_is_heard():
            self.stdout.write(f"{send_due_messages(at=moment(options['at']))}.")
