"""The outline of a report as the plain data that report.typ sets: one function for each kind of block.

A span is words in one look, a line a list of spans, a cell a list of lines.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from reports.content import ReportContent, outline
from reports.content.outline import (
    Cell,
    Chart,
    Column,
    Day,
    Figures,
    Line,
    Paragraph,
    Piece,
    Prose,
    Row,
    Status,
    Table,
    Text,
    Words,
    parts,
    sentences,
)
from web import markdown

Data = dict[str, Any]

SHORT_ROW = 700  # characters up to which a table's row is kept on one page
SHORT_ENTRY = 1_500  # and an initiative's entry
SHORT_TABLE = 8  # and rows up to which a table with no more letters than that is
BARS_A_CHART = 12  # a chart must fit a page
LONGEST_HEADING = 80  # characters of a column's heading; the appendix has the whole name


def blocks(report: ReportContent) -> Iterator[Data]:
    for section in outline(report, "pdf"):
        found = section.in_documents
        entries = any(isinstance(block, Table) and block.is_entries for block in found)
        yield {**heading(1, [span(Words(section.heading))], section.key), "new_page": entries}
        if section.aside and found and isinstance(found[0], Table):
            yield quiet(section.aside)
        if not found:
            yield quiet(section.empty)
        for block in found:
            yield from DRAWN[block.kind](block)


def paragraph(block: Paragraph) -> Iterator[Data]:
    look = "muted" if block.is_quiet else ""
    yield {"kind": "text", "lines": [line(block.line, look)], "stay": block.is_quiet}


def text(block: Text) -> Iterator[Data]:
    yield from _markdown(markdown.to_blocks(block.text), level=2)
    if block.by:
        yield {"kind": "text", "lines": [line(block.by)]}


def chart(block: Chart) -> Iterator[Data]:
    """Areas without initiatives have no bar."""
    bars = [bar for bar in block.bars if bar.parts]
    for some in parts(len(bars), BARS_A_CHART):
        shown = bars[some]
        yield {
            "kind": "chart",
            "alt": f"{block.title}. {' '.join(sentences(Chart('', tuple(shown), ())))}",
            "bars": [
                {
                    "text": short(bar.name, 60),
                    "parts": [{"status": one.status, "count": one.count, "width": one.width} for one in bar.parts],
                }
                for bar in shown
            ],
            "legend": [{"status": status, "label": label} for status, label in block.legend],
        }


def figures(block: Figures) -> Iterator[Data]:
    if block.is_strip:
        items = [
            (item.heading, f"{item.value} of {item.of}" if item.of is not None else str(item.value))
            for item in block.items
        ]
        yield {"kind": "figures", "items": [{"label": label, "value": value} for label, value in items]}
    for item in block.items:
        if item.is_listed:
            yield heading(2, [span(Words(item.heading))], item.id)
            if item.table:
                yield from table(item.table)
            elif item.lines:
                yield {"kind": "list", "items": [[line(one)] for one in item.lines]}
            else:
                yield quiet(item.empty)


def table(block: Table) -> Iterator[Data]:
    for group in block.groups:
        if group.heading:
            yield heading(2, [span(Words(group.heading, is_typed=True), "wide")], group.id)
        if group.aside or not group.rows:
            yield quiet(group.aside or group.empty)
        if block.is_entries:
            yield from (_entry(block.columns, row) for row in group.rows)
        elif group.rows:
            yield {
                "kind": "table",
                "columns": [_column(column) for column in block.columns],
                "rows": [_row(row) for row in group.rows],
                "total": block.has_total,
                "narrow": bool(block.chart),
                "keep": len(group.rows) <= SHORT_TABLE and _letters(group.rows) <= SHORT_ENTRY,
            }


def _letters(rows: Iterable[Row]) -> int:
    return sum(length(cell(one)) for row in rows for one in row.cells)


def _column(column: Column) -> Data:
    width = column.share or -max(22.0, 4.7 * max(map(len, column.heading.split()), default=0) + 8)
    heading = span(Words(short(column.heading, LONGEST_HEADING), is_typed=True), "narrow")
    return {"lines": [{"spans": [heading]}], "width": width, "number": column.is_number}


def _row(row: Row) -> Data:
    cells = [cell(one) for one in row.cells]
    return {"cells": cells, "keep": max(map(length, cells), default=0) <= SHORT_ROW}


def _entry(columns: Iterable[Column], row: Row) -> Data:
    """A row as an entry: its first cell as the heading, then status, facts, and what was said."""
    (name, *notes), status, said, *facts = row.cells
    first, *more = _pieces(name)
    _, _, _, *labels = columns
    texts = list(_said(said))
    return {
        "kind": "together",
        "keep": sum(length(block.get("lines", ())) for block in texts) <= SHORT_ENTRY,
        "blocks": [
            heading(3, [span(first, "wide")], row.id),
            {
                "kind": "text",
                "lines": [line(_beside((*status, *((one,) for one in more)))), *map(line, map(_pieces, notes))],
                "stay": True,
            },
            {
                "kind": "facts",
                "columns": 2,
                "items": [
                    {"label": column.heading, "lines": cell(fact)} for column, fact in zip(labels, facts, strict=True)
                ],
            },
            *texts,
        ],
    }


def _pieces(line: Line | Prose) -> Line:
    assert not isinstance(line, Prose)  # noqa: S101 - names and notes are words
    return line


def _beside(cell: Cell) -> Line:
    found: list[Piece] = []
    for one in cell:
        found += [*([Words("  ")] if found else []), *_pieces(one)]
    return tuple(found)


def _said(cell: Cell) -> Iterator[Data]:
    for one in cell:
        if isinstance(one, Prose):
            yield from _markdown(markdown.to_blocks(one.text), label=_label(one))
        else:
            yield {"kind": "text", "lines": [line(one)]}


# Cells and lines -----------------------------------------------------------------------------------------------------


def cell(value: Cell) -> list[Data]:
    """The lines of a cell; a text in Markdown as lines, whatever it holds."""
    found: list[Data] = []
    for one in value:
        if isinstance(one, Prose):
            drawn = _markdown(markdown.to_blocks(one.text), label=_label(one), style="")
            found += [part for block in drawn for part in _flat(block)]
        else:
            found.append(line(one))
            date = next((piece for piece in one if isinstance(piece, Day) and piece.lateness), None)
            if date:
                found.append({"spans": [span(Words(date.lateness, "late" if date.is_late else "small"))]})
    return found


def _flat(block: Data) -> Iterator[Data]:
    for number, item in enumerate(block.get("items", ()), start=block.get("start") or 1):
        lines = [one for inner in item for one in _flat(inner)]
        mark = "• " if block.get("start") is None else f"{number}. "
        for index, one in enumerate(lines):
            yield {"spans": [span(Words(mark)), *one["spans"]]} if not index else one
    for inner in block.get("blocks", ()):
        yield from _flat(inner)
    yield from block.get("lines", ())


def line(value: Line, look: str = "") -> Data:
    return {"spans": [span(piece, look) for piece in value]}


def span(piece: Piece, look: str = "") -> Data:
    if isinstance(piece, Status):
        return {"text": piece.text, "style": "badge", "status": piece.status, "own": True}
    if isinstance(piece, Day):
        return {"text": piece.text, "style": look if piece.day else "muted", "own": True}
    return {"text": piece.text, "style": piece.look or look, "to": piece.to, "own": not piece.is_typed}


def heading(level: int, spans: list[Data], id: str = "") -> Data:
    return {"kind": "heading", "level": level, "lines": [{"spans": spans}], "id": id}


def quiet(words: str) -> Data:
    """A quiet line that stays with what follows it."""
    return {"kind": "text", "lines": [{"spans": [span(Words(words, "muted"))]}], "stay": True}


def length(lines: Iterable[Data]) -> int:
    return sum(len(one["text"]) for line in lines for one in line["spans"])


def short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


# What people typed ---------------------------------------------------------------------------------------------------


def _label(prose: Prose) -> Data | None:
    return span(Words(f"{prose.label} ", prose.look)) if prose.label else None


def _markdown(
    found: Iterable[markdown.Block], *, level: int = 0, label: Data | None = None, style: str = "wide"
) -> Iterator[Data]:
    """Blocks of a text. `level`: of its headings; 0 where they stand below headings of ours and look bold alone."""
    for block in found:
        lines = [[_typed(one, style) for one in spans] for spans in block.lines]
        if label and lines:
            lines[0].insert(0, label)
        elif label:
            yield {"kind": "text", "lines": [{"spans": [label]}], "stay": True}
        label = None
        data = [{"spans": spans} for spans in lines]
        if block.kind == "list":
            items = [list(_markdown(item, level=level, style=style)) for item in block.items]
            yield {"kind": "deep_list", "start": block.start, "items": items}
        elif block.kind == "quote":
            yield {"kind": "quote", "blocks": list(_markdown(block.items[0], level=level, style=style))}
        elif block.kind == "heading" and level:
            yield {"kind": "heading", "level": level, "lines": data, "id": ""}
        elif block.kind == "heading":
            yield {
                "kind": "text",
                "lines": [{"spans": [{**one, "style": "strong"} for one in spans]} for spans in lines],
            }
        else:
            yield {"kind": "rule"} if block.kind == "rule" else {"kind": "text", "lines": data}


def _typed(one: markdown.Span, style: str) -> Data:
    look = one.style if one.style in {"strong", "em", "s"} else style
    return {"text": one.text, "style": look, "href": one.href}


DRAWN: dict[str, Callable[[Any], Iterator[Data]]] = {
    "paragraph": paragraph, "text": text, "chart": chart, "figures": figures, "table": table,
}  # fmt: skip
