"""A list as a file: named after what it holds and the day it speaks for."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponseBase

from goals.selectors import has_sample
from records.asof import AsOf
from web.tables import Column, csv_response, xlsx_response

FORMATS = ("csv", "xlsx")


def table_response(
    kind: str, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, when: AsOf
) -> HttpResponseBase:
    """The rows as CSV or XLSX. The name says where it speaks for a past day and where its activity is a sample."""
    if has_sample(when):
        name += " sample activity"
    title = f"{name} {when.day}" if when.is_live else f"{name} as of {when.day}"
    write = csv_response if kind == "csv" else xlsx_response
    return write(title, columns, rows)
