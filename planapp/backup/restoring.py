"""Bring a backup back: beside what stands there first, and in its place only when all is well."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from jobs.files import FileTrouble, put_object
from planapp.backup import archive
from planapp.backup.archive import Manifest, NotABackup
from planapp.backup.databases import CannotDo, Counted, Database

Say = Callable[[str], None]
ASK_EACH = "Its files lie in object storage: ask for each government with manage.py files check."
TO_STAND = (
    "This installation holds data already. Stop web, worker and beat, then say --replace: they are kept beside, and "
    "nothing of them is lost."
)


def restore(
    path: Path, database: Database, *, may_replace: bool, from_other_site: bool, say: Say, may_lack_files: bool = False
) -> str:
    """Put a backup in the place of the database; returns where what stood there is kept, "" where nothing stood.

    Sending is held in it before anybody can reach it. Raises NotABackup or CannotDo; then nothing has changed.
    """
    manifest = archive.check(path)
    refuse_unfit(manifest, from_other_site=from_other_site)
    if not may_replace and database.holds_people():
        raise CannotDo(TO_STAND)
    try:
        with TemporaryDirectory(prefix="planapp-restore-") as folder:
            dump = Path(folder) / archive.DUMP
            archive.unpack(path, dump)
            say(f"Reading {sum(manifest.rows.values())} rows of {manifest.site}, saved at {manifest.saved_at} …")
            _refuse_incomplete(manifest, database.load(dump))
        say(_told(database.url_beside, ["migrate", "--noinput", "--verbosity", "0"]))
        governments = database.urls_of_governments()
        if manifest.files and not governments:
            say(_files_back(path, database, may_lack_files=may_lack_files))
        elif manifest.files:
            say(ASK_EACH)
        for url in governments or [database.url_beside]:
            for words in _steps(manifest):
                say(_told(url, words))
        return database.swap()
    except BaseException:
        database.drop_beside()
        raise


def _files_back(path: Path, database: Database, *, may_lack_files: bool) -> str:
    """Files that the backup has go where FILES_URL says; then each that a row names has to be there.

    An object more does no harm, whatever comes of the restore: it has the name of its hash.
    """
    if may_lack_files:
        return "Whether its files are in object storage was not looked at."
    try:
        for data in archive.files_in(path):
            put_object(data)
    except FileTrouble as trouble:
        raise CannotDo(str(trouble)) from trouble
    try:
        return _told(database.url_beside, ["files", "check"])
    except CannotDo as refused:
        raise CannotDo(f"{refused} To bring the rest back all the same, say --without-files.") from refused


def refuse_unfit(manifest: Manifest, *, from_other_site: bool) -> None:
    """Raises NotABackup where the backup belongs to another kind of database, a newer version, or another site."""
    if manifest.vendor != connection.vendor:
        raise NotABackup(f"The backup is of a {manifest.vendor} database, this installation uses {connection.vendor}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest.migrations) - known):
        raise NotABackup(f"The backup was made by a newer version of planapp: this one does not know {newer[0]}.")
    if manifest.site != settings.SITE_URL and not from_other_site:
        raise NotABackup(
            f"The backup is of {manifest.site}, this is {settings.SITE_URL}. If it is to move here, say "
            "--from-other-site."
        )


def _refuse_incomplete(manifest: Manifest, found: Counted) -> None:
    for table, count in manifest.rows.items():
        if found.rows.get(table) != count:
            raise NotABackup(f"Of {table}, {found.rows.get(table, 0)} of {count} rows came back: nothing was changed.")


def _steps(manifest: Manifest) -> list[list[str]]:
    """What is planned by now and queued is what may have gone out since; only then is sending held."""
    why = f"Restored from the backup of {manifest.saved_at}"
    return [
        ["plan_messages"],
        ["hold_sending", why, "--restored-from", manifest.saved_at],
        ["verify_reports"],
    ]


def _told(url: str, words: list[str]) -> str:
    """What a command of ours says of the database beside, in a process of its own."""
    program = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    there = os.environ | {"DATABASE_URL": url, "DATABASE_URL_FILE": ""}
    done = subprocess.run(program, env=there, capture_output=True, text=True, check=False)  # noqa: S603 - own words
    if done.returncode:
        raise CannotDo(f"{words[0]} failed: {(done.stderr.strip().splitlines() or ['it did not say why'])[-1]}")
    return (done.stdout.strip().splitlines() or [f"{words[0]}: done"])[-1]
