"""What a slide is made of: text, tiles, tables and charts, all native and editable, inside a box given in inches.

Colours and fonts are the theme's of template.pptx, but for those of statuses.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.util import Inches, Pt

from reports.exporters.slides.fitting import cut
from web.tables import CONTROL, open_book

Slide = Any  # the library ships no types worth the name
INK, BLUE, PALE, WHITE, YELLOW = (
    MSO_THEME_COLOR.TEXT_1, MSO_THEME_COLOR.TEXT_2, MSO_THEME_COLOR.BACKGROUND_2, MSO_THEME_COLOR.BACKGROUND_1,
    MSO_THEME_COLOR.ACCENT_3,
)  # fmt: skip
Colour = Any  # one of these, or six hexadecimal digits
HEADINGS = "+mj-lt"  # the theme's font of titles
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # Office's name for a table without a look of its own
PALE_ONES = {"not_started", "no_current_update"}  # statuses in whose colour dark letters are read
BOLD, HEADLINE = 1.13, 1.2  # how much wider bold text and a bold title run than plain text of their size
PADDING = 0.08  # inches inside a box or cell, at each side
LINE = 1.42 / 72  # inches a line takes for each point of its size
SLACK = 0.92  # of a width: fonts that stand in for the theme's run wider


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def below(self, top: float) -> "Box":
        return replace(self, top=top, height=max(0.0, self.bottom - top))


@dataclass(frozen=True)
class Run:
    """Words with a look of their own; `colour` None: the theme's text."""

    text: str
    size: float = 14
    colour: Colour = None
    bold: bool = False
    font: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table with a mark in the colour of a status before its words, or on a ground of its own."""

    text: str
    mark: str = ""
    ground: Colour = None


def paint(target: Any, colour: Colour) -> None:
    if isinstance(colour, str):
        target.rgb = RGBColor.from_string(colour)  # type: ignore[no-untyped-call] # the library is typed in part
    else:
        target.theme_color = colour


def plain(text: str) -> str:
    """Text of one line without what no file can hold."""
    return " ".join(CONTROL.sub("", text).split())


def fit(text: str, width: float, size: float, lines: int = 1) -> tuple[str, int]:
    """As much of a text as a box so many inches wide holds, and the lines it takes."""
    return cut(plain(text), width=(width - 2 * PADDING) * 72 * SLACK, size=size, lines=lines)


def add_text(
    slide: Slide, paragraphs: Sequence[Sequence[Run]], box: Box, *, name: str, fill: Colour = None, space: float = 0
) -> None:
    shape = slide.shapes.add_textbox(*map(Inches, (box.left, box.top, box.width, box.height)))
    shape.name = name
    if fill is not None:
        shape.fill.solid()
        paint(shape.fill.fore_color, fill)
    frame = shape.text_frame
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = Inches(PADDING)
    frame.vertical_anchor = MSO_ANCHOR.TOP
    write(frame, paragraphs, space)


def write(frame: Any, paragraphs: Sequence[Sequence[Run]], space: float = 0) -> None:
    for index, runs in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(space)
        for one in runs:
            run = paragraph.add_run()
            run.text = " ".join(CONTROL.sub("", one.text).splitlines()).replace("\t", " ")
            run.font.size = Pt(one.size)
            run.font.bold = one.bold
            if one.colour is not None:
                paint(run.font.color, one.colour)
            if one.font:
                run.font.name = one.font


def add_table(
    slide: Slide, headings: Sequence[str], rows: Sequence[Sequence[Cell]], box: Box, *, descr: str,
    widths: Sequence[float], numbers: Sequence[bool], size: float = 12, lines: int = 2,
) -> float:  # fmt: skip
    """As many rows as the box holds, each text cut to its cell; says where the table ends.

    What is left out is counted in the last row: a row cannot lie over another, however high a program draws them.
    """
    total = sum(widths)
    inches = [width * box.width / total for width in widths]
    fitted = [_fit_row(row, inches, size, lines) for row in rows]
    head_size, head, used = _fit_head(headings, inches, size)
    heights = [_height(used, size)]
    more = _height(1, size)
    at, shown = box.top + heights[0], 0
    for _, used in fitted:
        high = _height(used, size)
        if at + high > box.bottom - (more if shown < len(rows) - 1 else 0):
            break
        heights.append(high)
        at, shown = at + high, shown + 1
    left = len(rows) - shown
    heights += [more] if left else []
    shape = slide.shapes.add_table(
        len(heights), len(inches), *map(Inches, (box.left, box.top, box.width, sum(heights)))
    )  # fmt: skip
    _describe(shape, "Table", descr)
    table = shape.table
    shape._element.graphic.graphicData.tbl.tblPr[0].text = NO_STYLE
    for column, width in zip(table.columns, inches, strict=True):
        column.width = Inches(width)
    for row, height in zip(table.rows, heights, strict=True):
        row.height = Inches(height)
    for number, texts in enumerate([head, *(texts for texts, _ in fitted[:shown])]):
        for index, cell in enumerate(texts):
            look = Run(cell.text, size) if number else Run(cell.text, head_size, WHITE, bold=True)
            ground = (cell.ground or (WHITE if number % 2 else PALE)) if number else BLUE
            _fill_cell(table.cell(number, index), look, cell.mark, ground, is_number=numbers[index])
    if left:
        last = table.cell(len(heights) - 1, 0)
        last.merge(table.cell(len(heights) - 1, len(inches) - 1))
        _fill_cell(last, Run(f"and {left} more, all of them in the report", size), "", WHITE, is_number=False)
    return box.top + sum(heights)


def _height(lines: int, size: float) -> float:
    return lines * size * LINE + 0.11


def _fit_head(headings: Sequence[str], inches: Sequence[float], size: float) -> tuple[float, list[Cell], int]:
    """Headings in two lines, in letters as much smaller as it takes to cut none, down to eleven points."""
    while True:
        head, used = _fit_row([Cell(text) for text in headings], inches, size * BOLD, 2)
        if size <= 11 or all(cell.text == plain(text) for cell, text in zip(head, headings, strict=True)):
            return size, head, used
        size -= 1


def _fit_row(row: Sequence[Cell], inches: Sequence[float], size: float, lines: int) -> tuple[list[Cell], int]:
    texts, most = [], 1
    for cell, width in zip(row, inches, strict=True):
        text, used = fit(cell.text, width - (size * 1.2 / 72 if cell.mark else 0), size, lines)
        texts.append(replace(cell, text=text))
        most = max(most, used)
    return texts, most


def _fill_cell(target: Any, look: Run, mark: str, ground: Colour, *, is_number: bool) -> None:
    target.margin_left = target.margin_right = Inches(PADDING)
    target.margin_top = target.margin_bottom = Inches(0.04)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    target.fill.solid()
    paint(target.fill.fore_color, ground)
    write(target.text_frame, [[*([Run("●\u00a0", look.size, mark)] if mark else []), look]])
    if is_number:
        target.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def _describe(shape: Any, name: str, text: str) -> None:
    """The alternative text."""
    shape.name = name
    shape._element.nvGraphicFramePr.cNvPr.set("descr", plain(text))


@dataclass(frozen=True)
class Series:
    """One colour of a chart; `key`: the status it stands for, where it does."""

    name: str
    values: Sequence[int]
    colour: Colour
    key: str = ""


def add_bars(
    slide: Slide, categories: Sequence[str], series: Sequence[Series], box: Box, *, descr: str,
    built_at: datetime | None,
) -> None:  # fmt: skip
    """A native bar chart, stacked where it has several colours; its numbers are in the workbook inside."""
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call] # the library is typed in part
    data.categories = [plain(name) for name in categories]
    for item in series:
        data.add_series(plain(item.name), item.values)
    is_stacked = bool(series[0].key)
    kind = XL_CHART_TYPE.BAR_STACKED if is_stacked else XL_CHART_TYPE.BAR_CLUSTERED
    frame = slide.shapes.add_chart(kind, *map(Inches, (box.left, box.top, box.width, box.height)), data)
    _describe(frame, "Chart", descr)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(data.categories, series, built_at))
    chart.has_title = False
    chart.font.size = Pt(12)
    chart.has_legend = is_stacked
    if is_stacked:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
    chart.category_axis.reverse_order = True
    chart.category_axis.major_tick_mark = XL_TICK_MARK.NONE
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.vary_by_categories = False
    for drawn, item in zip(plot.series, series, strict=True):
        _paint_series(drawn, item)


def _paint_series(drawn: Any, item: Series) -> None:
    fill = drawn.format.fill
    fill.solid()
    paint(fill.fore_color, item.colour)
    paint(drawn.format.line.color, WHITE)
    labels = drawn.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = "0;;", False  # a zero says nothing
    labels.font.size = Pt(12)
    labels.font.bold = True
    paint(labels.font.color, INK if item.key in PALE_ONES or not item.key else WHITE)


def _workbook(categories: Any, series: Sequence[Series], built_at: datetime | None) -> bytes:
    """The numbers behind a chart, written as the report's spreadsheet is: no text of theirs is ever a formula."""
    target = io.BytesIO()
    book = open_book(target)
    if built_at is not None:
        book.set_properties({"created": built_at.replace(tzinfo=None)})
    sheet = book.add_worksheet("Sheet1")
    for column, item in enumerate(series, start=1):
        sheet.write_string(0, column, plain(item.name))
    for row, category in enumerate(categories, start=1):
        sheet.write_string(row, 0, category.label)
        for column, item in enumerate(series, start=1):
            sheet.write_number(row, column, item.values[row - 1])
    book.close()
    return target.getvalue()
