"""From the bytes of any file that is taken to its sheets."""

from imports.reading.delimited import read_delimited
from imports.reading.sheets import MEGABYTE, MOST_BYTES, CannotRead, Sheet
from imports.reading.workbook import read_workbook

TAKEN = "XLSX or CSV"


def read_file(data: bytes, name: str) -> list[Sheet]:
    """The sheets, by what the file is rather than by what its name says. Raises CannotRead."""
    if not data.strip(b"\0 \r\n\t"):
        raise CannotRead("The file is empty.")
    if len(data) > MOST_BYTES:
        raise CannotRead(f"The file is larger than {MOST_BYTES // MEGABYTE} MB, the most that is taken.")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotRead("This is an old XLS workbook, or one with a password. Save it as XLSX without a password.")
    sheets = read_workbook(data) if data.startswith(b"PK") else read_delimited(data, stem(name))
    if not any(sheet.filled for sheet in sheets):
        raise CannotRead("There is nothing in the file.")
    return sheets


def stem(name: str) -> str:
    """The name of a file without its folder and ending."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.rpartition(".")[0] or last
