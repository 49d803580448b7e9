"""`manage.py backup FILE`: everything planapp keeps, in one file that can be checked and brought back."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from planapp.backup import archive
from planapp.backup.archive import Manifest, NotABackup
from planapp.backup.databases import CannotDo, database_of


class Command(BaseCommand):
    help = "Saves the whole database in one file. Keep SECRET_KEY with it, but not in the same place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"]
        if target.exists():
            raise CommandError(f"“{target}” is there already. A backup never replaces another.")
        at = timezone.now()
        database = database_of(connection.settings_dict, at)
        try:
            with TemporaryDirectory(prefix=".planapp-backup-", dir=target.parent) as folder:
                dump = Path(folder) / archive.DUMP
                found = database.dump(dump)
                manifest = Manifest(
                    saved_at=at.isoformat(timespec="seconds"), site=settings.SITE_URL, vendor=connection.vendor,
                    server=".".join(map(str, connection.get_database_version())), migrations=found.migrations,
                    rows=found.rows,
                )  # fmt: skip
                archive.write(target, dump, manifest)
        except (CannotDo, NotABackup) as refused:
            raise CommandError(f"Nothing was saved. {refused}") from refused
        except OSError as error:
            raise CommandError(f"Nothing was saved. “{target}” cannot be written: {error.strerror}.") from error
        self.stdout.write(
            f"{sum(found.rows.values())} rows of {len(found.rows)} tables are in {target}, "
            f"{target.stat().st_size // 1024} kB, read again and checked."
        )
