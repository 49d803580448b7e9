"""From the bytes of any file that is taken to its sheets."""

from importlib import import_module

from imports.reading.delimited import read_delimited
from imports.reading.sheets import MEGABYTE, MOST_BYTES, CannotRead, Sheet, stem
from imports.reading.structured import read_bundle, read_json


def read_file(data: bytes, name: str) -> list[Sheet]:
    """The sheets, by what the file is rather than by what its name says. Raises CannotRead."""
    if not data.strip(b"\0 \r\n\t"):
        raise CannotRead("The file is empty.")
    if len(data) > MOST_BYTES:
        raise CannotRead(f"The file is larger than {MOST_BYTES // MEGABYTE} MB, the most that is taken.")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotRead("This is an old XLS workbook, or one with a password. Save it as XLSX without a password.")
    sheets = _read(data, name)
    if not any(sheet.filled for sheet in sheets):
        raise CannotRead("There is nothing in the file.")
    return sheets


def _read(data: bytes, name: str) -> list[Sheet]:
    begin = data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if data.startswith(b"PK"):
        is_workbook = b"xl/workbook" in data or b"[Content_Types].xml" in data
        return _read_with("workbook", data) if is_workbook else read_bundle(data)
    if begin.startswith(b"{"):
        return read_json(data)
    if begin.startswith(b"<"):
        return _read_with("stratml", data)
    return read_delimited(data, stem(name))


def _read_with(name: str, data: bytes) -> list[Sheet]:
    """By a reader with a large library, loaded here: a process that reads no such file needs none."""
    sheets: list[Sheet] = getattr(import_module(f"imports.reading.{name}"), f"read_{name}")(data)
    return sheets
