"""CSV in whatever letters and with whatever separator an office's program wrote it."""

import csv
import io
import re
from collections import Counter

from imports.reading.sheets import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    CannotRead,
    Cell,
    Sheet,
    too_many,
    trimmed,
)
from web.tables import unguarded

SEPARATORS = ",;\t|"
SAMPLE = 64 * 1024  # characters that are looked at for the separator
LINES = 50
CONTROLS = {chr(code) for code in range(32)} - set("\t\n\r\f\v")

# A line of YAML: a name with a value, a comment, the mark of a new document.
NAMED_VALUE = re.compile(r"\s*(- )?\{?[\w-]+:(\s|$)|\s*#|---")

NO_TABLE = "This is YAML, names with values one below the other, and no table. Save it as XLSX or CSV and choose that."
NO_TEXT = "This is neither a workbook nor a text with columns. Save it as XLSX or CSV in your spreadsheet program."


def read_delimited(data: bytes, name: str) -> list[Sheet]:
    """One sheet. Raises CannotRead."""
    text = decoded(data)
    if any(sign in CONTROLS for sign in text[:SAMPLE]):
        raise CannotRead(NO_TEXT)
    if _is_yaml(text[:SAMPLE]):
        raise CannotRead(NO_TABLE)
    separator, text = separator_of(text)
    sheet, cells = Sheet(name=name), 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            cells += 1 + len(row)
            if len(sheet.rows) >= MOST_ROWS:
                raise too_many("rows", f"more than {MOST_ROWS:,}", MOST_ROWS)
            if len(row) > MOST_COLUMNS and len(trimmed(list(row))) > MOST_COLUMNS:
                raise too_many("columns", len(row), MOST_COLUMNS)
            if cells > MOST_CELLS:
                raise too_many("cells", f"more than {MOST_CELLS:,}", MOST_CELLS)
            sheet.rows.append(trimmed([_cell(one) for one in row]))
    except csv.Error:
        raise CannotRead(
            "A cell of this file has no end: a quotation mark is missing. Save the file anew as CSV."
        ) from None
    while sheet.rows and not sheet.rows[-1]:
        sheet.rows.pop()
    return [sheet]


def decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 where the file says so or can be nothing else, else the letters of Western Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:200:2].count(0) > len(data[1:200:2]) // 2:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def separator_of(text: str) -> tuple[str, str]:
    """The sign that stands equally often in most lines, outside of quotation marks; and the text to read."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.rstrip()) == 5:  # a line for spreadsheet programs alone
        return first[4], rest
    counts: dict[str, Counter[int]] = {sign: Counter() for sign in SEPARATORS}
    is_quoted, lines, line = False, 0, dict.fromkeys(SEPARATORS, 0)
    for sign in text[:SAMPLE]:
        if sign == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif sign in line:
            line[sign] += 1
        elif sign == "\n":
            for one, found in line.items():
                counts[one][found] += 1
            line, lines = dict.fromkeys(SEPARATORS, 0), lines + 1
            if lines == LINES:
                break
    for one, found in line.items():
        counts[one][found] += 1
    return max(SEPARATORS, key=lambda sign: max((lines, found) for found, lines in _present(counts[sign]))), text


def _is_yaml(text: str) -> bool:
    """Whether four lines in five are names with values; commas in them would make columns that mean nothing."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and sum(bool(NAMED_VALUE.match(line)) for line in lines) >= 0.8 * len(lines)


def _present(counted: Counter[int]) -> list[tuple[int, int]]:
    return [(found, lines) for found, lines in counted.items() if found] or [(0, 0)]


def _cell(text: str) -> Cell:
    """A text as it was before it was guarded; a formula that somebody saved instead of its answer is marked."""
    if text.startswith("=") and len(text) > 1:
        return {"formula": text}
    return unguarded(text) or None
