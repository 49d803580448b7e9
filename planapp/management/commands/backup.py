"""`manage.py backup FILE`: everything planapp keeps, in one file that can be checked and brought back."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from jobs import files
from jobs.files import FileChanged, FileGone, StoreAway
from planapp.backup import archive
from planapp.backup.archive import Manifest, NotABackup
from planapp.backup.databases import CannotDo, database_of
from planapp.governments import are_on

SHOWN = 20  # files that are named one by one


class Command(BaseCommand):
    help = "Saves the whole database in one file. Keep SECRET_KEY with it, but not in the same place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="must not be there yet")
        parser.add_argument("--with-files", action="store_true", help="also those that lie in object storage")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"]
        if target.exists():
            raise CommandError(f"“{target}” is there already. A backup never replaces another.")
        if options["with_files"] and connection.vendor == "postgresql" and are_on(connection):
            raise CommandError("Nothing was saved. Files of many governments lie apart: copy each bucket by itself.")
        at = timezone.now()
        database = database_of(connection.settings_dict, at)
        try:
            with TemporaryDirectory(prefix=".planapp-backup-", dir=target.parent) as folder:
                dump = Path(folder) / archive.DUMP
                named = set(files.named())
                found = database.dump(dump)
                named |= set(files.named())  # with what was put away in between
                manifest = Manifest(
                    saved_at=at.isoformat(timespec="seconds"), site=settings.SITE_URL, vendor=connection.vendor,
                    server=".".join(map(str, connection.get_database_version())), migrations=found.migrations,
                    rows=found.rows, files=len(named), has_files=options["with_files"],
                )  # fmt: skip
                lost: list[str] = []
                archive.write(target, dump, manifest, _had(named, lost) if options["with_files"] else ())
        except (CannotDo, NotABackup, StoreAway) as refused:
            raise CommandError(f"Nothing was saved. {refused}") from refused
        except OSError as error:
            raise CommandError(f"Nothing was saved. “{target}” cannot be written: {error.strerror}.") from error
        self.stdout.write(
            f"{sum(found.rows.values())} rows of {len(found.rows)} tables are in {target}, "
            f"{target.stat().st_size // 1024} kB, read again and checked."
        )
        if named:
            self._tell_of_files(target, named, lost, is_in=options["with_files"])

    def _tell_of_files(self, target: Path, named: set[str], lost: list[str], *, is_in: bool) -> None:
        """The database is saved, whatever is with its files."""
        if connection.vendor == "postgresql" and are_on(connection):
            self.stdout.write(f"{len(named)} files lie in object storage: ask for each government, files check.")
            return
        try:
            count = len(named) - len(lost) if is_in else sum(1 for _ in _had(named, lost))
        except StoreAway as away:
            raise CommandError(f"{target} is saved, and its files were not looked at. {away}") from away
        if lost:
            raise CommandError(
                f"{target} is saved, but {len(lost)} of {len(named)} files in object storage cannot be had: "
                f"{', '.join(lost[:SHOWN])}."
            )
        where = "are in it" if is_in else "are not in it (--with-files): they lie in object storage"
        self.stdout.write(f"{count} files {where}, each as it was put away.")


def _had(named: set[str], lost: list[str]) -> Iterator[tuple[str, bytes]]:
    """Each file that can be had; the names of the others go into `lost`. Raises StoreAway."""
    for name in sorted(named):
        try:
            yield name, files.fetched(name)
        except (FileGone, FileChanged):
            if name in set(files.named()):  # one whose time was over meanwhile is no loss
                lost.append(name)
