"""A file as it came, with what is wrong beside each row."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from imports.meaning.columns import PROBLEM
from imports.reading.sheets import Sheet
from web.tables import open_book, sheet_name, write_cell

BROKEN = "#N/A"  # where a formula stood without its answer: as text it would be taken for a value


def with_problems(
    sheets: Sequence[Sheet], headers: Sequence[int], problems: Mapping[tuple[str, int], list[str]]
) -> bytes:
    """A workbook of the same sheets; row by row as in the file, so that the numbers of rows stay true."""
    target = io.BytesIO()
    book = open_book(target)
    plain, wrong = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"font_color": "#9b1c1c"})
    names: set[str] = set()
    for sheet, header in zip(sheets, headers, strict=True):
        page = book.add_worksheet(_unused(sheet_name(sheet.name), names))
        last = max((len(row) for row in sheet.rows), default=0)
        page.set_column(0, last, 18, plain)
        page.set_column(last, last, 60, wrong)
        for at, row in enumerate(sheet.rows):
            for column, cell in enumerate(row):
                if cell not in (None, ""):
                    write_cell(page, at, column, _cell(cell), plain)
            said = [PROBLEM] if at == header else problems.get((sheet.name, at + 1), [])
            if said:
                write_cell(page, at, last, " ".join(said), wrong)
    book.close()
    return target.getvalue()


def _cell(cell: Any) -> Any:
    return BROKEN if isinstance(cell, dict) else cell


def _unused(name: str, names: set[str]) -> str:
    found, count = name, 2
    while found.casefold() in names:
        found, count = f"{name[:27]} {count}", count + 1
    names.add(found.casefold())
    return found
