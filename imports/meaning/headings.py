"""The row that names the columns, and each of its names in plain words."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from imports.reading.sheets import SEARCHED, Sheet, text_of

LONGEST_HEADING = 80
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
NO_WORD = re.compile(r"[^a-z0-9%#]+")


def words_of(heading: str) -> tuple[str, ...]:
    """A heading as words: “ActionLaunchDate”, “action_launch_date” and “Action launch date:” are the same."""
    plain = unicodedata.normalize("NFKD", CAMEL.sub(" ", heading)).encode("ascii", "ignore").decode().lower()
    return tuple(NO_WORD.sub(" ", plain.replace("'", "")).split())


def is_heading(cell: Any) -> bool:
    return isinstance(cell, str) and 0 < len(cell.strip()) <= LONGEST_HEADING and not cell.strip()[0].isdigit()


def header_row(sheet: Sheet) -> int:
    """Index of the row that names the columns: most short, different texts, with more rows below. -1: there is none."""
    best, best_score = -1, 1.5
    for index, row in enumerate(sheet.rows[:SEARCHED]):
        texts = [cell.strip().casefold() for cell in row if is_heading(cell)]
        filled = sum(1 for cell in row if cell not in (None, ""))
        if not filled:
            continue
        # A row below counts for less: data can be short and different texts too.
        score = len(set(texts)) - 2 * (filled - len(texts)) - 0.25 * index
        if index + 1 >= len(sheet.rows):
            score -= 1
        if score > best_score:
            best, best_score = index, score
    if best < 0:  # one column, or a title above one: the first row with a text
        best = next((index for index, row in enumerate(sheet.rows[:SEARCHED]) if any(map(is_heading, row))), -1)
    return best


def columns_of(sheet: Sheet, header: int) -> list[tuple[str, list[Any]]]:
    """Each column's heading and the cells below it, as far as anything stands in it."""
    below = sheet.rows[header + 1 :]
    width = max((len(row) for row in sheet.rows[header:]), default=0)
    head: Sequence[Any] = sheet.rows[header] if 0 <= header < len(sheet.rows) else []
    return [
        (
            " ".join(text_of(head[index]).split()) if index < len(head) else "",
            [row[index] if index < len(row) else None for row in below],
        )
        for index in range(width)
    ]
