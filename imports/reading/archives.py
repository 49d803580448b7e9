"""Packed files, opened without believing what they say of themselves.

Whatever a stranger packed costs a bounded time and memory: the directory is short, its parts are few, known ways of
packing, and small when unpacked. No name of a part ever becomes a path of this machine.
"""

import io
import zipfile
import zlib
from typing import IO

from imports.reading.sheets import MEGABYTE, CannotRead

MOST_PARTS = 1_000
MOST_DIRECTORY = 256 * 1024  # bytes of the list of parts
MOST_UNPACKED = 64 * MEGABYTE  # of all parts together
END = b"PK\x05\x06"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, KeyError, RuntimeError)

DAMAGED = (
    "The file is damaged, or is not what its name says. Open it in your spreadsheet program, save it, and try again."
)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive, once its directory is known to be harmless. Raises CannotRead."""
    end = data.rfind(END, max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        raise CannotRead(DAMAGED)
    if int.from_bytes(data[end + 12 : end + 16], "little") > MOST_DIRECTORY:
        raise CannotRead("The file is packed in far too many parts for a plan. Save it anew and try again.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN:
        raise CannotRead(DAMAGED) from None
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or len({part.filename for part in parts}) != len(parts):
        raise CannotRead("The file is packed in far too many parts for a plan. Save it anew and try again.")
    for part in parts:
        _check(part)
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise CannotRead(
            f"Unpacked, this file would be larger than {MOST_UNPACKED // MEGABYTE} MB. Take out pictures and sheets "
            "that are not part of the plan."
        )
    return archive


def _check(part: zipfile.ZipInfo) -> None:
    name = part.filename
    if name.startswith("/") or ".." in name.split("/") or "\\" in name or ":" in name:
        raise CannotRead("The file holds parts that point outside of it. It is not read.")
    if part.flag_bits & 0x1:
        raise CannotRead("The file is protected with a password. Take the password off and choose it again.")
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CannotRead(DAMAGED)


def part_of(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, unpacked: never more than its directory said, which was checked."""
    try:
        file: IO[bytes]
        with archive.open(name) as file:
            return file.read(MOST_UNPACKED)
    except BROKEN:
        raise CannotRead(DAMAGED) from None
