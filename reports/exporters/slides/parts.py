"""What a report's slide is made of: title, text, table, notes, footer.

Everything is native and editable: titles in title placeholders, tables as tables. What a slide cannot hold in full
stands in its speaker notes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from reports.exporters.slides.fitting import cut
from reports.exporters.slides.look import (
    BLUE,
    BOLD,
    BOTTOM,
    GREY,
    HEADING_SIZE,
    HEADLINE,
    INK,
    LEFT,
    PADDING,
    PALE,
    ROOM,
    TEXT,
    TOP,
    WHITE,
    WIDTH,
    one_line,
    plain,
    rgb,
)  # fmt: skip
from reports.exporters.slides.master import NAMESPACES

Slide = Any  # the library ships no types worth the name
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # Office's name for a table without a look of its own


@dataclass(frozen=True)
class Say:
    """A run of text with a look of its own."""

    text: str
    size: float = 14
    colour: str = INK
    bold: bool = False
    font: str = TEXT


@dataclass(frozen=True)
class TableColumn:
    """A column of a slide's table; numbers stand to the right."""

    heading: str
    width: float  # inches
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell with a mark in the colour of a status before its words, or on a ground of its own."""

    text: str
    mark: str = ""
    ground: str = ""


def add_cover(deck: Any, title: str, lines: Iterable[Say]) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Slide"))
    told, _ = cut(plain(title), width=(WIDTH - 1.8) * 72, size=40 * HEADLINE, lines=3)
    slide.shapes.title.text = told
    _write(slide.placeholders[1].text_frame, [[line] for line in lines])
    return slide


def add_slide(deck: Any, title: str) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Only"))
    told, _ = cut(plain(title), width=(ROOM - 2 * PADDING) * 72, size=26 * HEADLINE, lines=2)
    slide.shapes.title.text = told
    return slide


def add_footers(deck: Any, footer: str) -> None:
    """Footer and slide number on every slide but the first, last in reading order."""
    told, _ = cut(plain(footer), width=(ROOM - 1.2) * 72, size=10)
    for number, slide in enumerate(deck.slides, start=1):
        if number == 1:
            continue
        for shape in slide.slide_layout.placeholders:
            if shape.element.ph.get("type") in {"ftr", "sldNum"}:
                slide.shapes.clone_placeholder(shape)
        for shape in slide.placeholders:
            kind = shape.element.ph.get("type")
            if kind == "ftr":
                _write(shape.text_frame, [[Say(told, 10, GREY)]])
            elif kind == "sldNum":
                paragraph = shape.text_frame.paragraphs[0]._p
                paragraph.append(
                    parse_xml(
                        f'<a:fld {NAMESPACES} id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum">'
                        f'<a:rPr lang="en-US"/><a:t>{number}</a:t></a:fld>'
                    )
                )


def add_notes(slide: Slide, sentences: Iterable[str]) -> None:
    """What the slide says, in full sentences, a paragraph each."""
    slide.notes_slide.notes_text_frame.text = "\n".join(plain(sentence) for sentence in sentences if sentence)


def add_text(
    slide: Slide, paragraphs: Sequence[Sequence[Say]], *, left: float, top: float, width: float, height: float,
    name: str = "Text", fill: str = "", spacing: float = 0,
) -> None:  # fmt: skip
    box = slide.shapes.add_textbox(*map(Inches, (left, top, width, height)))
    box.name = name
    if fill:
        box.fill.solid()
        box.fill.fore_color.rgb = rgb(fill)
    frame = box.text_frame
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = Inches(PADDING)
    frame.vertical_anchor = MSO_ANCHOR.TOP
    _write(frame, paragraphs, spacing)


def _write(frame: Any, paragraphs: Sequence[Sequence[Say]], spacing: float = 0) -> None:
    for index, runs in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(spacing)
        for say in runs:
            run = paragraph.add_run()
            run.text = one_line(say.text)
            run.font.size = Pt(say.size)
            run.font.bold = say.bold
            run.font.color.rgb = rgb(say.colour)
            if say.font != TEXT:
                run.font.name = say.font


def add_table(
    slide: Slide, columns: Sequence[TableColumn], rows: Sequence[Sequence[str | Cell]], *, descr: str,
    top: float = TOP, bottom: float = BOTTOM, size: float = 12, lines: int = 2, padding: float = 0.11,
) -> int:  # fmt: skip
    """As many rows as there is room for, each text cut to its cell; says how many were shown."""
    headings, used = _fit_row(columns, [column.heading for column in columns], HEADING_SIZE * BOLD, 2)
    head = (used * HEADING_SIZE * 1.36) / 72 + 0.15
    fitted, heights, at = [], [], top + head
    left_over = 0.35  # for "and N more" below
    for index, row in enumerate(rows):
        texts, used = _fit_row(columns, row, size, lines)
        height = (used * size * 1.36) / 72 + padding
        limit = bottom if index == len(rows) - 1 else bottom - left_over
        if at + height > limit:
            break
        fitted.append(texts)
        heights.append(height)
        at += height
    shape = slide.shapes.add_table(
        len(fitted) + 1, len(columns), Inches(LEFT), Inches(top), Inches(sum(column.width for column in columns)),
        Inches(at - top),
    )  # fmt: skip
    describe(shape, "Table", descr)
    table = shape.table
    shape._element.graphic.graphicData.tbl.tblPr[0].text = NO_STYLE
    for index, column in enumerate(columns):
        table.columns[index].width = Inches(column.width)
        told = replace(headings[index], ground=BLUE)
        _cell(table.cell(0, index), told, column, HEADING_SIZE, colour=WHITE, bold=True)
    table.rows[0].height = Inches(head)
    for number, texts in enumerate(fitted, start=1):
        table.rows[number].height = Inches(heights[number - 1])
        for index, cell in enumerate(texts):
            ground = cell.ground or (WHITE if number % 2 else PALE)
            _cell(table.cell(number, index), replace(cell, ground=ground), columns[index], size)
    if len(fitted) < len(rows):
        more = [[Say(f"and {len(rows) - len(fitted)} more, all of them in the report", 12, GREY)]]
        add_text(slide, more, left=LEFT, top=at + 0.05, width=ROOM, height=0.3, name="More")
    return len(fitted)


def _fit_row(
    columns: Sequence[TableColumn], row: Sequence[str | Cell], size: float, lines: int
) -> tuple[list[Cell], int]:
    texts: list[Cell] = []
    most = 1
    for column, value in zip(columns, row, strict=True):
        cell = value if isinstance(value, Cell) else Cell(value)
        mark = size * 1.2 if cell.mark else 0
        told, used = cut(plain(cell.text), width=(column.width - 2 * PADDING) * 72 - mark, size=size, lines=lines)
        texts.append(replace(cell, text=told))
        most = max(most, used)
    return texts, most


def _cell(target: Any, told: Cell, column: TableColumn, size: float, *, colour: str = INK, bold: bool = False) -> None:
    target.margin_left = target.margin_right = Inches(PADDING)
    target.margin_top = target.margin_bottom = Inches(0.04)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    target.fill.solid()
    target.fill.fore_color.rgb = rgb(told.ground)
    runs = [Say("●\u00a0", size, told.mark)] if told.mark else []
    _write(target.text_frame, [[*runs, Say(told.text, size, colour, bold)]])
    if column.is_number:
        target.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def describe(shape: Any, name: str, text: str) -> None:
    """The alternative text."""
    shape.name = name
    shape._element.nvGraphicFramePr.cNvPr.set("descr", plain(text))
