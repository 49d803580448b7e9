"""Dates in the fashions in which offices write them. Nothing is invented: what names no day is asked."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from imports.reading.sheets import text_of
from records.typed_days import MONTHS, NUMERIC, read_day

MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-.]+([A-Za-z]{3,9})\.?[ \-,.]+(\d{4}|\d{2})")
MONTH_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})")
MONTH = re.compile(r"([A-Za-z]{3,9})\.?[ \-,/]+(\d{4})")
MONTH_ISO = re.compile(r"(\d{4})-(\d{2})|(\d{1,2})/(\d{4})")
QUARTER = re.compile(r"(?:Q([1-4])[ ,\-/]*FY ?'?(\d{4}|\d{2})|FY ?'?(\d{4}|\d{2})[ ,\-/]*Q([1-4]))", re.IGNORECASE)
FISCAL = re.compile(r"(?:FY|Fiscal Year) ?'?(\d{4}|\d{2})", re.IGNORECASE)
YEAR = re.compile(r"((?:19|20)\d{2})")
FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True)
class Found:
    """A day, and whether it stands for a longer time; or a sentence why there is none. `asks`: somebody can say."""

    day: date | None = None
    is_whole: bool = True
    problem: str = ""
    asks: bool = False


@dataclass(frozen=True)
class Fashion:
    """What a column and its plan say of dates: which number comes first, and when fiscal years begin."""

    day_first: bool = False
    start_month: int = 7


def day_first(texts: list[str]) -> bool:
    """Whether a column writes 31/12/2026 rather than 12/31/2026: as most of what can be told apart does."""
    found = [NUMERIC.fullmatch(text) for text in texts]
    over = [(int(match[1]) > 12, int(match[3]) > 12) for match in found if match]
    return sum(first for first, _ in over) > sum(second for _, second in over)


def read_date(cell: object, fashion: Fashion, *, end: bool) -> Found:
    """The day that a cell means; of a month, quarter or year its last (`end`) or its first."""
    if isinstance(cell, bool):
        return Found(problem="is yes or no, not a date")
    if isinstance(cell, int | float):
        if isinstance(cell, int) and FIRST_YEAR <= cell <= LAST_YEAR:
            return _span(date(cell, 1, 1), 12, end)
        return Found(problem=f"{text_of(cell)} is a number. Format the column as dates in your spreadsheet program")
    text = " ".join(text_of(cell).split())  # type: ignore[arg-type] # a text or a formula
    for read in (_single, _periods):
        found = read(text, fashion, end)
        if found is not None:
            return _sane(found, text)
    return Found(problem=f"“{text[:60]}” names no day. Write it like 2026-09-30, June 2026 or FY2026 Q2", asks=True)


def _sane(found: Found, text: str) -> Found:
    if found.day is not None and not FIRST_YEAR <= found.day.year <= LAST_YEAR:
        return Found(problem=f"{found.day.year} is not a year a plan speaks of, in “{text[:60]}”")
    return found


def _day(year: int, month: int, day: int, text: str) -> Found:
    try:
        return Found(date(year, month, day))
    except ValueError:
        return Found(problem=f"“{text[:60]}” is no day of the calendar")


def _single(text: str, fashion: Fashion, end: bool) -> Found | None:
    try:
        found = read_day(text, day_first=fashion.day_first)
    except ValueError:
        return Found(problem=f"“{text[:60]}” is no day of the calendar")
    return None if found is None else Found(found)


def _periods(text: str, fashion: Fashion, end: bool) -> Found | None:
    match = MONTH.fullmatch(text)
    if match and match[1].lower() in MONTHS:
        return _span(date(int(match[2]), MONTHS[match[1].lower()], 1), 1, end)
    match = MONTH_ISO.fullmatch(text)
    if match:
        year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        first = _day(int(year), int(month), 1, text)
        return _span(first.day, 1, end) if first.day else first
    match = QUARTER.fullmatch(text)
    if match:
        number, year = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _span(_fiscal(_year(year), fashion, 3 * (int(number) - 1)), 3, end)
    match = FISCAL.fullmatch(text)
    if match:
        return _span(_fiscal(_year(match[1]), fashion, 0), 12, end)
    match = YEAR.fullmatch(text)
    return _span(date(int(match[1]), 1, 1), 12, end) if match else None


def _fiscal(year: int, fashion: Fashion, months: int) -> date:
    """The first day of a month of a fiscal year, which is named after the year it ends in (rule G3)."""
    begin = date(year - (1 if fashion.start_month > 1 else 0), fashion.start_month, 1)
    return _later(begin, months)


def _later(day: date, months: int) -> date:
    return date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)


def _span(first: date, months: int, end: bool) -> Found:
    last = _later(first, months - 1)
    return Found(last.replace(day=monthrange(last.year, last.month)[1]) if end else first, is_whole=False)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)
