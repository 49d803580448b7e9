"""XLSX, read by openpyxl once its parts were looked through: what costs much, or reaches outside, never gets there."""

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string

from imports.reading.archives import DAMAGED, open_archive, part_of
from imports.reading.sheets import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    CannotRead,
    Cell,
    Sheet,
    plain,
    too_many,
    trimmed,
)

WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# A column beyond ZZ, or a row beyond 99,999, in the name of a cell: somebody put one value at the end of the world.
FAR_AWAY = re.compile(rb'\sr="(?:[A-Z]{3,}\d+|[A-Z]{1,2}\d{6,})"')
FAR_BELOW = re.compile(rb'\sr="\d{6,}"')
# A formula without the answer that a spreadsheet program would have stored. No part of it can match at two places.
UNANSWERED = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^<>]*>\s*<f(?:\s[^<>]*)?(?:/>|>([^<]*)</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
OUTSIDE = re.compile(rb'<Relationship\b[^<>]*TargetMode="External"[^<>]*>')
STYLES = "xl/styles.xml"
PERCENT_FORMATS = (b'numFmtId="9"', b'numFmtId="10"')  # those of the format itself: 0%, 0.00%
MOST_FILLED = 100_000  # cells that merged ones stand for
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a letter that the format writes as its number
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # of a number format: what is shown as it is

LINKED = (
    "This workbook takes values from other files. In your spreadsheet program choose “Edit links”, “Break link”, save "
    "it, and choose it again."
)


class _Found:
    """What openpyxl does not say of a worksheet: formulas without answers, and merged cells."""

    def __init__(self, xml: bytes) -> None:
        self.formulas: dict[tuple[int, int], str] = {}
        if b"<f" in xml:
            for letters, row, text in UNANSWERED.findall(xml):
                formula = unescape(text.decode("utf-8", "replace"))
                self.formulas[int(row), column_index_from_string(letters.decode())] = f"={formula}"
        self.merged = [
            (int(top), column_index_from_string(left.decode()), int(bottom), column_index_from_string(right.decode()))
            for left, top, right, bottom in MERGED.findall(xml)
        ]


def read_workbook(data: bytes) -> list[Sheet]:
    """The sheets of a workbook, in its order. Raises CannotRead."""
    archive = open_archive(data)
    found = {part.filename: _look_through(archive, part) for part in archive.infolist()}
    styles = part_of(archive, STYLES) if STYLES in found else b""
    has_percents = b"%" in styles or any(mark in styles for mark in PERCENT_FORMATS)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        if len(book.worksheets) > MOST_SHEETS:
            raise too_many("sheets", len(book.worksheets), MOST_SHEETS)
        cells = 0
        sheets = []
        for sheet in book.worksheets:
            read, cells = _read(sheet, cells, has_percents=has_percents)
            _add(read, found.get(_part_name(sheet)))
            sheets.append(read)
        book.close()
    except CannotRead:
        raise
    except Exception as error:  # a file made by anybody: whatever the library stumbles over, the file is at fault
        raise CannotRead(DAMAGED) from error
    return sheets


def _part_name(sheet: Any) -> str:
    """The part of the archive that a sheet is in; the library has it under this name alone."""
    return str(sheet._worksheet_path).lstrip("/")


def _look_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> _Found | None:
    name = part.filename
    if name.startswith("xl/externalLinks/"):
        raise CannotRead(LINKED)
    if not name.endswith((".xml", ".rels")):
        return None
    xml = part_of(archive, name)
    if not xml.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or DECLARES.search(xml):
        raise CannotRead("The file declares entities, which no spreadsheet program does. It is not read.")
    if name.endswith(".rels") and any(b"/hyperlink" not in line for line in OUTSIDE.findall(xml)):
        raise CannotRead(LINKED)
    if not WORKSHEET.fullmatch(name):
        return None
    rows, cells = xml.count(b"<row"), xml.count(b"<c ")
    if rows > MOST_ROWS:
        raise too_many("rows", f"{rows:,}", MOST_ROWS)
    if cells > MOST_CELLS:
        raise too_many("cells", f"{cells:,}", MOST_CELLS)
    far = FAR_AWAY.search(xml) or FAR_BELOW.search(xml)
    if far:
        where = far[0].split(b'"')[1].decode()
        raise CannotRead(
            f"The sheet goes as far as {where}; at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns can be read. "
            "Delete what stands far below or beside your rows, and choose the file again."
        )
    return _Found(xml)


def _read(sheet: Any, cells: int, *, has_percents: bool) -> tuple[Sheet, int]:
    """One sheet, and how many cells were read with it. Rows may be far apart: gaps count too."""
    sheet.reset_dimensions()  # what a file says of its size is not believed
    read = Sheet(name=str(sheet.title), is_hidden=sheet.sheet_state != "visible")
    percents: dict[str, bool] = {}
    for row in sheet.iter_rows(values_only=not has_percents):
        cells += 1 + len(row)
        if len(read.rows) >= MOST_ROWS:
            raise too_many("rows", f"more than {MOST_ROWS:,}", MOST_ROWS)
        if cells > MOST_CELLS:
            raise too_many("cells", f"more than {MOST_CELLS:,}", MOST_CELLS)
        values = trimmed(list(_values(row, percents) if has_percents else map(_value, row)))
        if len(values) > MOST_COLUMNS:
            raise too_many("columns", len(values), MOST_COLUMNS)
        read.rows.append(values)
    while read.rows and not read.rows[-1]:
        read.rows.pop()
    return read, cells


def _values(row: tuple[Any, ...], percents: dict[str, bool]) -> Iterator[Cell]:
    for cell in row:
        value = cell.value
        if type(value) in (int, float):
            style = cell.number_format
            if style not in percents:
                percents[style] = "%" in LITERAL.sub("", style)
            yield f"{value * 100:.10g}%" if percents[style] else plain(value)
        else:
            yield _value(value)


def _value(value: Any) -> Cell:
    if isinstance(value, str):
        return ESCAPED.sub(_unescaped, value) if "_x" in value else value
    return plain(value)


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _add(sheet: Sheet, found: _Found | None) -> None:
    """Put formulas without answers where they stand, and the value of merged cells into each of them."""
    if found is None:
        return
    for (row, column), text in found.formulas.items():
        if row <= MOST_ROWS and column <= MOST_COLUMNS:
            sheet.rows.extend([] for _ in range(row - len(sheet.rows)))
            cells = sheet.rows[row - 1]
            cells.extend([None] * (column - len(cells)))
            if cells[column - 1] in (None, ""):
                cells[column - 1] = {"formula": text}
    filled = 0
    for top, left, bottom, right in found.merged:
        if top > len(sheet.rows) or left > len(sheet.rows[top - 1]) or bottom - top > MOST_ROWS:
            continue
        value = sheet.rows[top - 1][left - 1]
        for cells in sheet.rows[top:bottom] if left == right else ():  # a column's groups, not headings across
            filled += 1
            if filled > MOST_FILLED:
                return
            cells.extend([None] * (left - len(cells)))
            if cells[left - 1] in (None, "") and len(cells) > left:
                cells[left - 1] = value
