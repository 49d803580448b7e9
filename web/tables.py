"""A table as a file, streamed: memory stays flat at any number of rows. The one writer of list downloads and reports.

User text can never become a formula: in XLSX every text is written as text, in CSV a text that a spreadsheet would run
or take for a number is preceded by an apostrophe, which an import takes off again. Numbers and dates stay so.
"""

import csv
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any, Literal

from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

if TYPE_CHECKING:
    import xlsxwriter

Kind = Literal["text", "int", "date", "instant", "percent"]
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = 250  # of a CSV written at once: a row each would cost the server a packet each
CELL_LIMIT = 32_767  # characters a spreadsheet cell holds, counted as UTF-16 does
LINE = 15  # points, the height of a line in a cell
HEADING_LINES = 6  # a heading is at most so many lines high
PRINT_SCALE = 60  # percent: letters of 11 points come out as about 7
PAGE_WIDTH = 165  # characters of all columns that a page across then holds
FITTED_WIDTH = 200  # and that still stand on one page, in letters of about 6, in place of a second page nearly empty
LETTER = 1  # a spreadsheet's number for the paper of the country
DAY_ZERO = date(1899, 12, 30)  # a date in a cell is the number of days since then,
MARCH_1900 = date(1900, 3, 1)  # from here on: spreadsheets know a 29 February 1900
CUT_MARK = " […cut: a cell holds no more]"
FORMULA = frozenset("=+-@\t\r\n|")  # OWASP's list of letters that make a spreadsheet run what follows
RISKY = FORMULA | frozenset("＝﹦⁼₌＋﹢⁺₊﬩－﹣＠﹫｜")  # and whatever is one of them in another form
GUARDED = RISKY | frozenset("'0123456789.,$(")  # first letters of a text that `guarded` may change
# A text such as 9.20, 007, 1-2 or 3 Mar that a spreadsheet would open as a number or a date.
LIKE_A_NUMBER = re.compile(
    r"[0-9.,:/\-+%$() ]*[0-9][0-9.,:/\-+%$() ]*(?:e[+\-]?[0-9]+|[ap]m)?"
    r"|[0-9]{1,4}[ \-/]?(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|"
    r"august|september|october|november|december)\.?[ \-/]?[0-9]{0,4}",
    re.IGNORECASE,
)
WRITTEN_AS_IS = {type(None), int, float, date}
FIRST = itemgetter(slice(1))
CELL_DIGITS = 40  # characters; what is longer no spreadsheet takes for a number or a date
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """A column: its heading, what its cells hold, and how wide it is in characters."""

    heading: str
    kind: Kind = "text"
    width: int = 18


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula, a number or a date: preceded by an apostrophe where one would.

    So the number 9.20 of an initiative stays 9.20. What already looks guarded gets a second apostrophe, so that
    `unguarded` gives every text back.
    """
    return "'" + text if _is_risky(text) or _looks_guarded(text) else text


def unguarded(text: str) -> str:
    """The text before it was guarded."""
    return text[1:] if _looks_guarded(text) else text


def _looks_guarded(text: str) -> bool:
    return text[:1] == "'" and len(text) > 1 and (text[1] == "'" or _is_risky(text[1:]))


def _is_risky(text: str) -> bool:
    return text[:1] in RISKY or (len(text) <= CELL_DIGITS and bool(LIKE_A_NUMBER.fullmatch(text)))


def csv_value(value: Any) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value, timezone.get_default_timezone()).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return guarded(CONTROL.sub("", str(value)))


def csv_blocks(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """UTF-8 CSV, first the heading, then blocks; a signature once, so that spreadsheets read the letters right."""
    block = io.StringIO()
    writer = csv.writer(block)
    writer.writerow([column.heading for column in columns])
    yield "\ufeff" + block.getvalue()
    left = iter(rows)
    while some := list(islice(left, ROWS)):
        block.seek(0)
        block.truncate()
        writer.writerows(_csv_rows(some))
        yield block.getvalue()


def _csv_rows(rows: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """Rows as CSV may hold them. A column is looked at as a whole first, since hardly one has a cell to change."""
    return zip(
        *(cells if _is_plain(cells) else map(csv_value, cells) for cells in zip(*rows, strict=True)), strict=True
    )


def _is_plain(cells: Sequence[Any]) -> bool:
    """Whether csv.writer writes every cell as `csv_value` would: by what the cells are, whatever the column says.

    One look at the kinds, one at the first letters and one at all letters are several times cheaper than a call a cell.
    """
    kinds = set(map(type, cells)) - WRITTEN_AS_IS
    if not kinds:
        return True
    if kinds != {str}:
        return False
    texts = [cell for cell in cells if type(cell) is str]
    return GUARDED.isdisjoint(map(FIRST, texts)) and _is_clean("".join(texts))


def _is_clean(text: str) -> bool:
    """Whether no character has to go; what is printable throughout, as most text is, is known at once."""
    return text.isprintable() or not CONTROL.search(text)


def csv_response(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The heading leaves at once, the rows as they are read."""
    response = StreamingHttpResponse(csv_blocks(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.csv"'
    return response


def json_lines_response(name: str, rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """One JSON object a line, as they are read; instants in UTC."""
    lines = (f"{json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)}\n" for row in rows)
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.jsonl"'
    return response


def xlsx_response(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """The response streams the file and closes it."""
    target = xlsx_file(name, columns, rows)
    return FileResponse(target, as_attachment=True, filename=f"{file_name(name)}.xlsx", content_type=XLSX_TYPE)


def xlsx_file(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """A temporary file of one sheet, written row by row; gone when it is closed."""
    target: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    book = open_book(target)
    write_sheet(book, name[:31], columns, rows)
    book.close()
    target.seek(0)
    return target


def open_book(target: IO[bytes]) -> "xlsxwriter.Workbook":
    """A workbook that writes text as text and keeps memory flat. Sheets must be written top to bottom."""
    import xlsxwriter  # noqa: PLC0415 - a process that writes no spreadsheet does not need it

    return xlsxwriter.Workbook(
        target,
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True},
    )


def write_sheet(
    book: "xlsxwriter.Workbook",
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    lines: int | None = None,
) -> "xlsxwriter.worksheet.Worksheet":
    """One sheet: frozen heading row, filter, widths, typed cells; rows as high as their text, up to so many `lines`.

    Without `lines` the program that opens the file decides on heights.
    """
    sheet = book.add_worksheet(sheet_name(title))
    look = {"bold": True, "bg_color": "#0f4d90", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
    heading, over_numbers = book.add_format(look), book.add_format({**look, "align": "right"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    formats = {  # `_)` keeps a gap between a number and the text in the next column
        "text": wrap,
        "int": book.add_format({"num_format": "0_)", "valign": "top"}),
        "percent": book.add_format({"num_format": '0"%"_)', "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd_)", "valign": "top"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm_)", "valign": "top"}),
    }
    sheet.freeze_panes(1, 0)
    _set_print(sheet, [column.width for column in columns])
    high = max(lines_of(column.heading, column.width) for column in columns)
    sheet.set_row(0, (min(high, HEADING_LINES) + 1) * LINE)  # the last line is the filter buttons'
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width, formats[column.kind])  # an empty cell looks like its column
        sheet.write_string(0, index, cell_text(column.heading), heading if column.kind == "text" else over_numbers)
    styles = [formats[column.kind] for column in columns]
    count = 0
    for count, row in enumerate(rows, start=1):
        if lines is not None:
            needed = max(lines_of(value, column.width) for value, column in zip(row, columns, strict=True))
            sheet.set_row(count, min(needed, lines) * LINE)
        for index, value in enumerate(row):
            if value is not None and value != "":
                write_cell(sheet, count, index, value, styles[index])
    if not count:
        sheet.fit_to_pages(1, 1)  # else the headings alone would fill several pages
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    return sheet


def _set_print(sheet: "xlsxwriter.worksheet.Worksheet", widths: Sequence[int]) -> None:
    """Prints in letters that can be read: one page wide, or several, each with the first columns and the headings."""
    sheet.set_landscape()
    sheet.set_paper(LETTER)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.repeat_rows(0)
    if sum(widths) <= FITTED_WIDTH:
        sheet.fit_to_pages(1, 0)
        return
    for room in range(PAGE_WIDTH, FITTED_WIDTH, 5):
        named, pages = _pages_across(widths, room)
        if min(used for _, used in pages) > room * 2 / 3:  # of which a third at most is repeated
            break
    sheet.set_print_scale(PRINT_SCALE * PAGE_WIDTH // room)
    if named:
        sheet.repeat_columns(0, named - 1)
    sheet.set_v_pagebreaks([first for first, _ in pages[1:]])


def _pages_across(widths: Sequence[int], room: int) -> tuple[int, list[tuple[int, int]]]:
    """How many columns name a row and are repeated; of each page across its first column and the width it uses."""
    named = sum(1 for index in range(len(widths)) if sum(widths[: index + 1]) <= room // 3)
    pages = [(0, sum(widths[:named]))]
    for index in range(named, len(widths)):
        first, used = pages[-1]
        if used + widths[index] > room and index > named:
            first, used = index, sum(widths[:named])
            pages.append((first, used))
        pages[-1] = (first, used + widths[index])
    return named, pages


def write_cell(sheet: "xlsxwriter.worksheet.Worksheet", row: int, column: int, value: Any, style: Any) -> None:
    """A cell of the type of its value: never a formula, never a link, instants in plan time without a zone."""
    if isinstance(value, str):
        sheet.write_string(row, column, cell_text(value), style)
    elif value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no", style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, datetime):
        local = timezone.localtime(value, timezone.get_default_timezone()).replace(tzinfo=None)
        sheet.write_datetime(row, column, local, style)
    elif isinstance(value, date) and value >= MARCH_1900:
        sheet.write_number(row, column, (value - DAY_ZERO).days, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 - a day
    else:
        sheet.write_string(row, column, cell_text(str(value)), style)


def lines_of(value: Any, width: int) -> int:
    """How many lines a wrapped text takes in a column so many characters wide."""
    if not isinstance(value, str):
        return 1
    return sum(1 + len(part) * 11 // (width * 10) for part in value[:CELL_LIMIT].split("\n"))


def cell_text(text: str) -> str:
    """Text as a spreadsheet cell can hold it; where it was cut, it says so."""
    kept = text if _is_clean(text) else CONTROL.sub("", text)
    if len(kept) <= CELL_LIMIT // 2:
        return kept
    units = kept.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return kept
    return units[: 2 * (CELL_LIMIT - len(CUT_MARK))].decode("utf-16-le", "ignore") + CUT_MARK


def sheet_name(title: str) -> str:
    """A title as a sheet's name: 31 characters at most, none that spreadsheets refuse."""
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "Sheet"


def file_name(name: str) -> str:
    """A name as a file's name: letters, digits, hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:80] or "planapp"
