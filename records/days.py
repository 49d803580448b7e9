"""The one way in which days are shown, on pages and in mails and files. It knows neither Django nor the database."""

from datetime import date, datetime


def in_words(day: date) -> str:
    """As in 5 Jan 2027. An instant is the day it has in its own time zone."""
    return f"{day.day} {day:%b %Y}"


def instant_in_words(moment: datetime) -> str:
    return f"{in_words(moment)}, {moment:%H:%M}"
