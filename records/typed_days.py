"""Days of the calendar in the fashions in which people write them. What names no single day is left to the caller."""

import re
from datetime import date

from records.texts import folded

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1)
    for name in names.split()
}  # fmt: skip
WEEKDAY = re.compile(r"(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:[a-z]*day)?[.,]* +")
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?")
NUMERIC = re.compile(
    r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?)?", re.IGNORECASE
)
DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ \-.]*([a-z]{3,9})\.?[ \-,.]*(\d{4}|\d{2})")
MONTH_DAY = re.compile(r"([a-z]{3,9})\.?[ \-](\d{1,2})(?:st|nd|rd|th)?[ ,\-]+(\d{4})")


def read_day(text: str, *, day_first: bool = False) -> date | None:
    """The day that a text names; None where it names none, or more than one. ValueError where the calendar has none.

    Of 11/12/2026 the first number is the month, unless `day_first`; of 12.11.2026 it never is.
    """
    plain = WEEKDAY.sub("", folded(text), count=1)
    if match := ISO.fullmatch(plain):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := NUMERIC.fullmatch(plain):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        if first > 12 or second > 12:  # only one reading is possible
            day_first = first > 12
        elif match[2] == ".":
            day_first = True
        return date(year, *((second, first) if day_first else (first, second)))
    if (match := DAY_MONTH.fullmatch(plain)) and match[2] in MONTHS:
        return date(_year(match[3]), MONTHS[match[2]], int(match[1]))
    if (match := MONTH_DAY.fullmatch(plain)) and match[1] in MONTHS:
        return date(int(match[3]), MONTHS[match[1]], int(match[2]))
    return None


def days_and_rest(line: str) -> tuple[list[date], str]:
    """The days in a line of a list, wherever they stand among tabs, commas and blanks; and what else it says."""
    parts = re.split(r"([\s,;|]+)", re.sub(r'["“”]', "", line).strip())
    found, left = [], []
    while parts:
        # The longest first: "Thu, Nov 26, 2026 00:00" before "2026".
        for length in range(min(len(parts), 11), 0, -2):
            day = _day_or_none("".join(parts[:length]).rstrip(":"))
            if day is not None:
                found.append(day)
                break
        else:
            length = 1
            left.append(parts[0])
        parts = parts[length + 1 :]
    return found, " ".join(left).strip(" -–—:")


def _day_or_none(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)
