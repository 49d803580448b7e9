"""`manage.py restore FILE`: bring a backup back. Sending is held until a person releases it.

Ends with 0 where all is well, with 1 where nothing was changed, and with NOT_AS_SEALED where all of it is back and a
frozen report in it is not as it was sealed.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from planapp.backup import archive
from planapp.backup.archive import NotABackup
from planapp.backup.databases import CannotDo, database_of
from planapp.backup.restoring import restore
from reports.snapshots.integrity import NOT_AS_SEALED

NEXT = (
    "Sending is held. Start web, worker and beat; see on “Messages”, under “Sending is held”, which mails may have "
    "gone out since the backup; then let mail go out again."
)
DOUBTFUL = (
    "RESTORED, BUT NOT AS SEALED: {}. Everything is back and the service can be started; what is named above, and "
    "files of such a report that are built from now on, say something else than what was sealed. The backup held them "
    "so. Keep this output and the file, look for an older backup that passes, and tell who answers for the reports."
)


class Command(BaseCommand):
    help = "Brings a backup back: beside what stands there first, in its place when all is well. All mail is held then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="only read the file and say what is in it")
        parser.add_argument("--replace", action="store_true", help="though this installation holds data; they are kept")
        parser.add_argument("--without-files", action="store_true", help="though files are not in object storage")
        parser.add_argument("--from-other-site", action="store_true", help="though it was saved under another SITE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            if options["check"]:
                manifest = archive.check(path)
                self.stdout.write(
                    f"{sum(manifest.rows.values())} rows of {manifest.site}, saved at {manifest.saved_at}: the file is "
                    "whole."
                )
                return
            done = restore(
                path, database_of(connection.settings_dict, timezone.now()),
                may_replace=options["replace"], from_other_site=options["from_other_site"], say=self.stdout.write,
                may_lack_files=options["without_files"],
            )  # fmt: skip
        except (CannotDo, NotABackup) as refused:
            raise CommandError(f"Nothing was changed. {refused}") from refused
        except OSError as error:
            raise CommandError(f"Nothing was changed. {error.strerror}: {error.filename or path}.") from error
        if done.kept:
            self.stdout.write(f"What stood here before is kept: {done.kept}.")
        self.stdout.write(NEXT)
        if done.doubts:
            for line in done.doubts:
                self.stderr.write(line)
            raise CommandError(
                DOUBTFUL.format("one finding" if len(done.doubts) == 1 else f"{len(done.doubts)} findings"),
                returncode=NOT_AS_SEALED,
            )
