"""`manage.py files check | move | sweep`: files in object storage, for whoever runs the installation."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jobs import files
from jobs.files import FileTrouble
from jobs.leftovers import Refused, check, sweep
from jobs.moving import move_files, to_move

SHOWN = 20  # files that are named one by one
NO_PLACE = "FILES_URL is empty: files lie in the database, and rows name no others."


class Command(BaseCommand):
    help = "Files in object storage: whether each is there, moving them there or back, removing what no row names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="do", metavar="COMMAND", required=True)
        words.add_parser("check", help="read every file that a row names, and compare it with its hash")
        move = words.add_parser("move", help="move all files; can be stopped and begun again")
        way = move.add_mutually_exclusive_group(required=True)
        way.add_argument("--to-storage", action="store_true", help="out of the database")
        way.add_argument("--to-database", action="store_true", help="back into it")
        move.add_argument("--dry-run", action="store_true", help="only say how many there are to move")
        one = words.add_parser("sweep", help="remove what no row has named for KEEP_LEFT_FILES_DAYS")
        one.add_argument("--dry-run", action="store_true", help="only say what there is")
        one.add_argument("--these-are-ours", action="store_true", help="though the place says it is another site's")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['do']}")(options)
        except (FileTrouble, Refused) as refused:
            raise CommandError(str(refused)) from refused

    def _check(self, options: dict[str, Any]) -> None:
        if not files.are_elsewhere() and next(files.named(), None) is None:
            self.stdout.write(NO_PLACE)
            return
        count, found = check(at=timezone.now())
        if found:
            more = f" And {len(found) - SHOWN} more." if len(found) > SHOWN else ""
            raise CommandError(f"{len(found)} of {count} files cannot be had: {' '.join(found[:SHOWN])}{more}")
        self.stdout.write(f"{count} files in object storage, each as it was put away.")

    def _move(self, options: dict[str, Any]) -> None:
        to_storage = options["to_storage"]
        if to_storage:
            files.store()
        if options["dry_run"]:
            self.stdout.write(f"{to_move(to_storage=to_storage)} files are to be moved.")
            return
        count = size = 0
        try:
            for one in move_files(to_storage=to_storage):
                count, size = count + 1, size + one
        except FileTrouble as trouble:
            raise CommandError(f"{count} files were moved, the rest stays where it is. {trouble}") from trouble
        self.stdout.write(f"{count} files were moved ({size:,} bytes), each checked by its hash.")

    def _sweep(self, options: dict[str, Any]) -> None:
        days = settings.KEEP_DAYS["left_files"]
        is_dry = options["dry_run"] or days is None or settings.LEGAL_HOLD
        done = sweep(
            at=timezone.now(), kept=timedelta(days=days or 36_500), is_dry=is_dry, are_ours=options["these_are_ours"]
        )
        verb = "would be removed" if is_dry else "removed"
        self.stdout.write(f"{done.objects} files, {done.left} of them named by no row and kept. {done.removed} {verb}.")
        for name in done.missing[:SHOWN]:
            self.stdout.write(f"Missing: {name}")
