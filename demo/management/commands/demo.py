"""`make demo`: the whole product on this machine, with nothing to install."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.launch import CannotStart, only_one, prepare, refuse_taken_port, run
from demo.load import PASSWORD
from people.views.sign_in import DEMO_ACCOUNTS


class Command(BaseCommand):
    help = "Sets up and runs the demo: DEMO_DIR (var/demo), PORT (8000) and HOST (127.0.0.1) from the environment."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="of the sample activity, when it is loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo sets its own environment. Start it with: python manage.py demo")
        host, folder = os.environ.get("HOST", "127.0.0.1"), settings.DATA_DIR
        port = _port(os.environ.get("PORT", "8000"))
        try:
            with only_one(folder):
                refuse_taken_port(host, port)
                prepare(folder, seed=options["seed"], now=timezone.now(), say=self.say)
                was_asked = run(folder, host=host, port=port, welcome=_welcome(port), say=self.say)
        except CannotStart as refused:
            raise CommandError(str(refused)) from refused
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        except KeyboardInterrupt:
            raise CommandError("Stopped before everything was set up. Start again; nothing is half done.") from None
        if not was_asked:
            raise CommandError("The demo has stopped.")
        self.say("Stopped. The data is kept for the next start.")

    def say(self, text: str) -> None:
        """Flushed: the output may go to a file or a pipe."""
        self.stdout.write(text)
        self.stdout.flush()


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT: “{text}” is not a port. Give a number from 1 to 65535, such as 8000.")
    return int(text)


def _welcome(port: int) -> str:
    width = max(len(email) for email, _, _ in DEMO_ACCOUNTS)
    lines = [f"  {email:<{width}}  {does}" for email, _, does in DEMO_ACCOUNTS]
    return "\n".join(
        [
            "",
            f"planapp is ready: http://localhost:{port}/",
            "",
            f"Sign in with the password {PASSWORD} as one of:",
            *lines,
            "",
            "Ctrl-C stops everything. The data stays; the next start takes seconds.",
        ]
    )
