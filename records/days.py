"""The one way in which days are shown, on pages and in mails and files. It knows neither Django nor the database."""

from datetime import date, datetime

DAY_FIRST, MONTH_FIRST = "day first", "month first"
STYLES = (DAY_FIRST, MONTH_FIRST)
EXAMPLE = date(2026, 11, 26)  # its day is no month, so nobody reads it twice

_shown = {"style": DAY_FIRST}


def show_days(style: str) -> None:
    """How all days are shown from now on: once, when planapp starts (`DATE_STYLE`). One installation has one way."""
    _shown["style"] = style


def in_words(day: date) -> str:
    """As in 5 Jan 2027, or Jan 5, 2027. An instant is the day it has in its own time zone."""
    if _shown["style"] == MONTH_FIRST:
        return f"{day:%b} {day.day}, {day.year}"
    return f"{day.day} {day:%b %Y}"


def instant_in_words(moment: datetime) -> str:
    return f"{in_words(moment)}, {moment:%H:%M}"


def example_day() -> str:
    """A day as all are shown, for hints and refusals."""
    return in_words(EXAMPLE)
