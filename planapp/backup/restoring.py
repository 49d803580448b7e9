"""Bring a backup back: beside what stands there first, and in its place only when all is well."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from jobs.files import FileTrouble, put_object
from planapp.backup import archive
from planapp.backup.archive import Manifest, NotABackup
from planapp.backup.databases import CannotDo, Counted, Database
from reports.snapshots.integrity import NOT_AS_SEALED

Say = Callable[[str], None]
ASK_EACH = "Its files lie in object storage: ask for each government with manage.py files check."
TO_STAND = (
    "This installation holds data already. Stop web, worker and beat, then say --replace: they are kept beside, and "
    "nothing of them is lost."
)


@dataclass(frozen=True)
class Restored:
    """What came of it: all of it is in its place."""

    kept: str  # where what stood there before is kept, "" where nothing stood
    doubts: list[str]  # each report that is not as it was sealed, with the first row that tells; the audit log as well


def restore(
    path: Path, database: Database, *, may_replace: bool, from_other_site: bool, say: Say, may_lack_files: bool = False
) -> Restored:
    """Put a backup in the place of the database, and say which reports in it, or its log, are not as they were sealed.

    Such a report is no reason to have nothing back: it came with the file, which is whole, and stays as it is. Sending
    is held before anybody can reach the database. Raises NotABackup or CannotDo; then nothing has changed.
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
        doubts: list[str] = []
        for url in governments or [database.url_beside]:
            say(_told(url, ["plan_messages"]))
            found, told = _checked(url)
            say(told)
            log_found, log_told = _log_checked(url)
            say(log_told)
            say(_told(url, _hold(manifest, " ".join([told] * bool(found) + log_found))))
            doubts += found + log_found
        return Restored(database.swap(), doubts)
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


def _hold(manifest: Manifest, doubt: str) -> list[str]:
    """What is planned by now and queued is what may have gone out since. The reason stays, in the audit log as well."""
    why = f"Restored from the backup of {manifest.saved_at}"
    return ["hold_sending", f"{why}. {doubt}"[:300] if doubt else why, "--restored-from", manifest.saved_at]


def _checked(url: str) -> tuple[list[str], str]:
    """The reports of the database beside that are not as sealed, and what the check says of all of them.

    A check that breaks keeps nothing from coming back either, but is never taken for one that found nothing.
    """
    done = _run(url, ["verify_reports"])
    if done.returncode not in (0, NOT_AS_SEALED):
        why = f"The frozen reports could not be checked. {_last_line(done.stderr, 'It did not say why')}"
        return [why], why
    if done.returncode:
        *found, summary = done.stderr.strip().splitlines()
        return found, summary.removeprefix("CommandError: ")
    return [], _last_line(done.stdout, "verify_reports: done")


def _log_checked(url: str) -> tuple[list[str], str]:
    """The same of the chain of the audit log."""
    done = _run(url, ["verify_audit_log"])
    if done.returncode:
        why = _last_line(done.stderr, "The audit log could not be checked; it did not say why")
        return [f"Audit log: {why.removeprefix('CommandError: ')}"], f"Audit log: {why.removeprefix('CommandError: ')}"
    summary = [line for line in done.stdout.splitlines() if line.endswith("as they were sealed.")]
    return [], f"Audit log: {(summary or ['checked'])[0]}"


def _told(url: str, words: list[str]) -> str:
    """What a command of ours says of the database beside, in a process of its own."""
    done = _run(url, words)
    if done.returncode:
        raise CannotDo(f"{words[0]} failed: {_last_line(done.stderr, 'it did not say why')}")
    return _last_line(done.stdout, f"{words[0]}: done")


def _run(url: str, words: list[str]) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    there = os.environ | {"DATABASE_URL": url, "DATABASE_URL_FILE": ""}
    return subprocess.run(program, env=there, capture_output=True, text=True, check=False)  # noqa: S603 - own words


def _last_line(text: str, otherwise: str) -> str:
    return (text.strip().splitlines() or [otherwise])[-1]
