"""The file of a backup: a ZIP of the database's own dump and of a manifest that says what is in it."""

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

FORMAT = "planapp-backup 1"
MANIFEST, DUMP, FILES = "manifest.json", "database", "files/"
PIECE = 1 << 20  # bytes
# What `zipfile` and the manifest raise of a file that is no backup; NotImplementedError of a compression nobody knows.
ILL = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError)


class NotABackup(Exception):
    """The file cannot be used; the words are for the operator."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `migrations` names those applied, `rows` counts each table, all at `saved_at`."""

    saved_at: str  # ISO 8601, in UTC
    site: str
    vendor: str
    server: str
    migrations: list[str]
    rows: dict[str, int]
    sha256: str = ""  # of the dump
    files: int = 0  # that rows name and that lie in object storage
    has_files: bool = False  # whether they are in here too, as far as they could be had
    format: str = FORMAT

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.saved_at)


def write(target: Path, dump: Path, manifest: Manifest, files: Iterable[tuple[str, bytes]] = ()) -> Manifest:
    """Put all into one file, which has its name only once it is whole and was read again; `files` go by their hash."""
    whole = Manifest(**asdict(manifest) | {"sha256": _digest_of(dump.open("rb"))})
    part = target.with_name(f".{target.name}.part")
    try:
        # A dump of PostgreSQL is compressed already.
        way = zipfile.ZIP_STORED if manifest.vendor == "postgresql" else zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(part, "w", way) as file:
            file.writestr(MANIFEST, json.dumps(asdict(whole), indent=1))
            file.write(dump, DUMP)
            for name, data in files:
                file.writestr(f"{FILES}{name}", data)
        check(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return whole


def check(path: Path) -> Manifest:
    """The manifest of a backup whose every byte was read. Raises NotABackup."""
    with _opened(path) as (file, manifest):
        if _digest_of(file.open(DUMP)) != manifest.sha256:
            raise NotABackup(f"“{path.name}” is not as it was written: its content does not fit its hash.")
        for name in _files(file):
            if _digest_of(file.open(f"{FILES}{name}")) != name:
                raise NotABackup(f"“{path.name}” is not as it was written: the file {name} does not fit its hash.")
        return manifest


def files_in(path: Path) -> Iterator[bytes]:
    """The files that are in a backup besides its dump. Raises NotABackup."""
    with _opened(path) as (file, _):
        for name in _files(file):
            yield file.read(f"{FILES}{name}")


def _files(file: zipfile.ZipFile) -> list[str]:
    return [name.removeprefix(FILES) for name in file.namelist() if name.startswith(FILES)]


def unpack(path: Path, target: Path) -> None:
    """The dump alone, for the tool that reads it back. Raises NotABackup, also where there is no room for it."""
    with _opened(path) as (file, _):
        try:
            with file.open(DUMP) as source, target.open("xb") as copy:
                shutil.copyfileobj(source, copy, PIECE)
        except OSError as error:
            raise NotABackup(
                f"“{path.name}” cannot be unpacked into “{target.parent.parent}”: {error.strerror or error}. TMPDIR "
                "names another folder for that."
            ) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    try:
        with zipfile.ZipFile(path) as file:
            yield file, _manifest(file, path)
    except OSError as error:
        raise NotABackup(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except ILL as error:
        raise NotABackup(f"“{path.name}” is no backup of planapp, or was cut short.") from error


def _manifest(file: zipfile.ZipFile, path: Path) -> Manifest:
    said: dict[str, Any] = json.loads(file.read(MANIFEST))
    if said.get("format") != FORMAT:
        raise NotABackup(f"“{path.name}” was written in another form ({said.get('format')}) than this version reads.")
    return Manifest(**said)


def _digest_of(source: IO[bytes]) -> str:
    with source:
        digest = hashlib.sha256()
        while piece := source.read(PIECE):
            digest.update(piece)
        return digest.hexdigest()
