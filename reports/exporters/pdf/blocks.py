"""The few kinds of block that report.typ can set, as plain data. A cell is a list of lines, a line a list of spans."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from reports.content import Initiative

Span = dict[str, Any]
Line = dict[str, Any]
Cell = list[Line]
Block = dict[str, Any]

SHORT_ROW = 700  # characters up to which a table's row is kept on one page


def own(text: str, style: str = "") -> Span:
    """Words of planapp's."""
    return {"text": text, "style": style, "own": True}


def said(text: str, style: str = "", *, to: str = "", href: str = "") -> Span:
    """Words that somebody wrote; `to` links to a place in the document."""
    return {"text": text, "style": style, "to": to, "href": href}


def badge(status: str, label: str) -> Span:
    return {"text": label, "style": "badge", "status": status, "own": True}


def ref(row: Initiative) -> Span:
    """An initiative named, linked to its entry in the appendix."""
    return said(named(row), to=place(row.source_id))


def place(initiative_id: int) -> str:
    return f"initiative-{initiative_id}"


def named(row: Initiative) -> str:
    return f"{row.number} {row.title}".strip() or "(no title)"


def line(*spans: Span | str) -> Line:
    return {"spans": [own(span) if isinstance(span, str) else span for span in spans if span != ""]}


def cell(*spans: Span | str) -> Cell:
    return [line(*spans)] if spans else []


def prose(text: str, *before: Span | str, style: str = "wide") -> Cell:
    """A text as typed: each line a line, an empty one a gap. A style of "" where the column may be narrow."""
    lines: Cell = []
    gap = False
    for words in text.splitlines():
        if not words.strip():
            gap = True
            continue
        lines.append({**line(*(before if not lines else ()), said(words, style)), "gap": gap and bool(lines)})
        gap = False
    return lines


def heading(level: int, *spans: Span | str, id: str = "") -> Block:
    return {"kind": "heading", "level": level, "lines": cell(*spans), "id": id}


def paragraph(*spans: Span | str) -> Block:
    return {"kind": "text", "lines": cell(*spans)}


def muted(text: str) -> Block:
    """A quiet line that stays with what follows it."""
    return {**paragraph(own(text, "muted")), "stay": True}


def table(columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[Cell]], *, total: bool = False) -> Block:
    """Column headings with their share of the width; a width of 0 is a column of numbers, as narrow as it can be."""
    told = [list(row) for row in rows]
    return {
        "kind": "table",
        "columns": [{"lines": cell(said(name, "narrow")), "width": width or -points(name)} for name, width in columns],
        "rows": [{"cells": row, "keep": max(map(length, row), default=0) <= SHORT_ROW} for row in told],
        "total": total,
    }


def points(heading: str) -> float:
    """The width of a column of numbers: its heading's longest word in 7.5 pt bold."""
    return max(22.0, 4.7 * max(map(len, heading.split()), default=0) + 8)


def length(lines: Cell) -> int:
    return sum(len(span["text"]) for one in lines for span in one["spans"])


def day(value: date | None) -> str:
    """As the pages write it: 5 Jan 2027."""
    return f"{value.day} {value:%b %Y}" if value else "No date"


def moment(value: datetime) -> str:
    return f"{day(value)}, {value:%H:%M}"


def due(value: date | None, today: date) -> Cell:
    """A date with how far off it is on the day the report speaks for."""
    if value is None:
        return cell(own("No date", "muted"))
    return [line(own(day(value))), line(due_words(value, today))]


def due_words(value: date, today: date) -> Span:
    days = (value - today).days
    return own(lateness(days), "late" if days < 0 else "small")


def lateness(days: int) -> str:
    if days in {0, 1, -1}:
        return {0: "today", 1: "tomorrow", -1: "1 day late"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days late"


def slip(days: int, times: int) -> str:
    if not days:
        return "–"
    return many(days, "day") + (f", {times} times" if times > 1 else "")


def many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
