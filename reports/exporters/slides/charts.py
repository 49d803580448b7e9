"""Native charts: drawn by the program that shows the slide, from numbers that can be edited."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.util import Inches, Pt

from reports.exporters.slides.look import BOTTOM, INK, LEFT, ROOM, TEXT, TOP, on, plain, rgb
from reports.exporters.slides.parts import Slide, describe
from web.tables import open_book


@dataclass(frozen=True)
class Series:
    """One colour of a chart."""

    name: str
    values: Sequence[int]
    colour: str


def add_bars(
    slide: Slide, categories: Sequence[str], series: Sequence[Series], *, descr: str, built_at: datetime | None,
    left: float = LEFT, top: float = TOP, width: float = ROOM, height: float = BOTTOM - TOP, is_stacked: bool = True,
) -> None:  # fmt: skip
    """A native bar chart; its numbers are in the workbook inside, for whoever edits it."""
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call] # the library is typed in part
    data.categories = [plain(name) for name in categories]
    for item in series:
        data.add_series(plain(item.name), item.values)
    kind = XL_CHART_TYPE.BAR_STACKED if is_stacked else XL_CHART_TYPE.BAR_CLUSTERED
    frame = slide.shapes.add_chart(kind, *map(Inches, (left, top, width, height)), data)
    describe(frame, "Chart", descr)
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(data.categories, series, built_at))
    chart.has_title = False
    chart.font.size = Pt(12)
    chart.font.name = TEXT
    chart.font.color.rgb = rgb(INK)
    chart.has_legend = is_stacked
    if is_stacked:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.color.rgb = rgb("A1A1A1")
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.vary_by_categories = False
    for drawn, item in zip(plot.series, series, strict=True):
        _paint(drawn, item.colour, on(item.colour) if is_stacked else INK)


def _paint(drawn: Any, colour: str, letters: str) -> None:
    drawn.format.fill.solid()
    drawn.format.fill.fore_color.rgb = rgb(colour)
    labels = drawn.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = "0;;", False  # a zero says nothing
    labels.font.size = Pt(12)
    labels.font.bold = True
    labels.font.color.rgb = rgb(letters)


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
