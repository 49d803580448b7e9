"""Fills an empty database with the demo."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.load import is_loaded, load_demo


class Command(BaseCommand):
    help = "Loads the OIT plan with sample activity into an empty database; keeps it when it is already there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="another seed, other sample activity (default 1)")
        parser.add_argument("--scale", type=int, default=1, help="so many copies of every initiative (default 1)")
        parser.add_argument("--now", help="the moment the sample leads up to, such as 2026-11-24T10:00 (default: now)")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_loaded():
            self.stdout.write("The demo plan is already here. Nothing was changed.")
            return
        if options["scale"] < 1:
            raise CommandError("--scale: give a whole number from 1.")
        try:
            world = load_demo(seed=options["seed"], scale=options["scale"], now=_moment(options["now"]))
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(
            f"Loaded {len(world.goals)} focus areas, {len(world.strategies)} strategies, {len(world.initiatives)} "
            f"initiatives, {len(world.milestones)} milestones, {len(world.updates)} sample updates, "
            f"{len(world.commitments)} commitments and {len(world.people)} accounts."
        )


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise CommandError(f"--now: “{text}” is not a date and time. Write it like 2026-11-24T10:00.") from wrong
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
