"""A slide deck in the City's look: its master, and the few things a report's slide is made of.

Everything is native and editable: titles in title placeholders, tables, charts with their numbers. What a slide cannot
hold in full stands in its speaker notes.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches, Pt

from people.tables import CONTROL, open_book
from reports.exporters.fitting import cut

Slide = Any  # the library ships no types
WIDTH, HEIGHT = 13.333, 7.5  # inches
LEFT, TOP, BOTTOM = 0.6, 1.5, 6.8  # of what a slide shows below its title
ROOM = WIDTH - 2 * LEFT
BLUE, YELLOW, INK, GREY, PALE, WHITE = "0F4D90", "F3C613", "444444", "595959", "EEF3F9", "FFFFFF"
HEADINGS, TEXT = "Montserrat", "Open Sans"
HEADING_SIZE = 12  # points, of a table's headings
PADDING = 0.08  # inches inside a box or cell, at each side
BREAKS = re.compile(r"\s*[\t\r\n\v\f]+\s*")
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # Office's name for a table without a look of its own
FIXED = (1980, 1, 1, 0, 0, 0)  # a zip's earliest date: the same report gives the same bytes
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
THEME = {  # slot of the theme: its colour
    "dk2": BLUE, "lt2": PALE, "accent1": BLUE, "accent2": "58C04D", "accent3": YELLOW, "accent4": "CC3000",
    "accent5": "A675C4", "accent6": "2176D2", "hlink": "2176D2", "folHlink": "0F4D90",
}  # fmt: skip


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


def new_deck() -> Any:
    """An empty deck, 16 to 9, with two layouts: a title slide and a slide with a title."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    master = deck.slide_master
    keep = {"Title Slide", "Title Only"}
    for layout in list(deck.slide_layouts):
        if layout.name not in keep:
            deck.slide_layouts.remove(layout)
    _theme(master.part.part_related_by(RELATIONSHIP_TYPE.THEME))
    for shapes in (master, *deck.slide_layouts):
        for shape in list(shapes.placeholders):
            _arrange(shape)
    _title_style(master)
    cover = deck.slide_layouts.get_by_name("Title Slide")
    fill = cover.background.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(BLUE)
    _colour_placeholders(cover)
    _bar(master, LEFT, 0.42, 0.9, 0.07)
    cover.element.set("showMasterSp", "0")
    _bar(cover, 0.8 + PADDING, 3.8, 1.6, 0.1)
    for name in (RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES):
        _forget(deck.part.package, name)
    _forget(deck.part, RELATIONSHIP_TYPE.PRINTER_SETTINGS)
    return deck


def _theme(part: Any) -> None:
    root = parse_xml(part.blob)
    names = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    root.set("name", "City")
    for slot, colour in THEME.items():
        (found,) = root.findall(f".//a:clrScheme/a:{slot}/a:srgbClr", names)
        found.set("val", colour)
    for kind, font in (("majorFont", HEADINGS), ("minorFont", TEXT)):
        (found,) = root.findall(f".//a:fontScheme/a:{kind}/a:latin", names)
        found.set("typeface", font)
    part._blob = _xml(root)


def _xml(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


PLACES = {  # a placeholder's kind on the master and the layouts: left, top, width, height in inches
    "title": (LEFT, 0.5, ROOM, 0.9), "body": (LEFT, TOP, ROOM, BOTTOM - TOP), "ftr": (LEFT, 6.98, ROOM - 1, 0.3),
    "sldNum": (WIDTH - LEFT - 0.9, 6.98, 0.9, 0.3), "ctrTitle": (0.8, 1.2, WIDTH - 1.6, 2.4),
    "subTitle": (0.8, 4.1, WIDTH - 1.6, 2.6),
}  # fmt: skip


def _arrange(shape: Any) -> None:
    kind = shape.element.ph.get("type", "body")
    if kind not in PLACES:  # the date: a report says its day in words
        shape.element.getparent().remove(shape.element)
        return
    shape.left, shape.top, shape.width, shape.height = map(Inches, PLACES[kind])
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = Inches(PADDING)
    if kind in {"ftr", "sldNum"}:
        style = shape.element.find(".//{http://schemas.openxmlformats.org/drawingml/2006/main}lvl1pPr")
        if style is not None:
            style.set("algn", "l" if kind == "ftr" else "r")
            style[0].set("sz", "1000")
    else:
        frame.vertical_anchor = MSO_ANCHOR.TOP if kind == "subTitle" else MSO_ANCHOR.BOTTOM
        if kind == "title":
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE


def _title_style(master: Any) -> None:
    names = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    style = master.element.find(".//{http://schemas.openxmlformats.org/presentationml/2006/main}titleStyle")
    level = style.find("a:lvl1pPr", names)
    level.set("algn", "l")
    look = level.find("a:defRPr", names)
    look.set("sz", "2600")
    look.set("b", "1")
    look.find("a:solidFill/a:schemeClr", names).set("val", "tx2")


def _colour_placeholders(cover: Any) -> None:
    """White on blue, to the left."""
    for shape in cover.placeholders:
        kind = shape.element.ph.get("type")
        size = {"ctrTitle": 4000, "subTitle": 1800}.get(kind, 1000)
        style = shape.element.find(".//{http://schemas.openxmlformats.org/drawingml/2006/main}lstStyle")
        for child in list(style):
            style.remove(child)
        style.append(
            parse_xml(
                f'<a:lvl1pPr {NAMESPACES} marL="0" indent="0" algn="{"r" if kind == "sldNum" else "l"}"><a:buNone/>'
                f'<a:defRPr sz="{size}" b="{int(kind == "ctrTitle")}">'
                '<a:solidFill><a:schemeClr val="bg1"/></a:solidFill></a:defRPr></a:lvl1pPr>'
            )
        )


def _bar(page: Any, left: float, top: float, width: float, height: float) -> None:
    """A yellow accent on a master or layout; nothing that reads aloud a slide stops at it."""
    box = [Emu(Inches(value)) for value in (left, top, width, height)]
    tree = page.shapes._spTree
    tree.append(
        parse_xml(
            f'<p:sp {NAMESPACES}><p:nvSpPr><p:cNvPr id="{len(tree) + 90}" name="Accent"/><p:cNvSpPr/>'
            '<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>'
            f'<a:xfrm><a:off x="{box[0]}" y="{box[1]}"/><a:ext cx="{box[2]}" cy="{box[3]}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent3"/></a:solidFill>'
            "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
        )
    )


def _forget(part: Any, kind: str) -> None:
    """A part of the library's own template that says nothing about the report."""
    for key, relation in list(part._rels.items()):
        if relation.reltype == kind:
            part._rels.pop(key)


def add_cover(deck: Any, title: str, lines: Iterable[Say]) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Slide"))
    told, _ = cut(plain(title), width=(WIDTH - 1.8) * 72, size=40 * 1.12, lines=2)
    slide.shapes.title.text = told
    _write(slide.placeholders[1].text_frame, [[line] for line in lines])
    return slide


def add_slide(deck: Any, title: str) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Only"))
    told, _ = cut(plain(title), width=(ROOM - 2 * PADDING) * 72, size=26 * 1.12, lines=2)
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
        box.fill.fore_color.rgb = RGBColor.from_string(fill)
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
            run.text = BREAKS.sub(" ", CONTROL.sub("", say.text))
            run.font.size = Pt(say.size)
            run.font.bold = say.bold
            run.font.color.rgb = RGBColor.from_string(say.colour)
            if say.font != TEXT:
                run.font.name = say.font


def add_table(
    slide: Slide, columns: Sequence[TableColumn], rows: Sequence[Sequence[str | Cell]], *, descr: str,
    top: float = TOP, bottom: float = BOTTOM, size: float = 12, lines: int = 2, padding: float = 0.11,
) -> int:  # fmt: skip
    """As many rows as there is room for, each text cut to its cell; says how many were shown."""
    headings, used = _fit_row(columns, [column.heading for column in columns], HEADING_SIZE * 1.1, 2)
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
    target.fill.fore_color.rgb = RGBColor.from_string(told.ground)
    runs = [Say("●\u00a0", size, told.mark)] if told.mark else []
    _write(target.text_frame, [[*runs, Say(told.text, size, colour, bold)]])
    if column.is_number:
        target.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


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
    data = CategoryChartData()
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
    chart.font.color.rgb = RGBColor.from_string(INK)
    chart.has_legend = is_stacked
    if is_stacked:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.color.rgb = RGBColor.from_string("A1A1A1")
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.vary_by_categories = False
    for drawn, item in zip(plot.series, series, strict=True):
        _paint(drawn, item.colour, on(item.colour) if is_stacked else INK)


def _paint(drawn: Any, colour: str, letters: str) -> None:
    drawn.format.fill.solid()
    drawn.format.fill.fore_color.rgb = RGBColor.from_string(colour)
    labels = drawn.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = "0;;", False  # a zero says nothing
    labels.font.size = Pt(12)
    labels.font.bold = True
    labels.font.color.rgb = RGBColor.from_string(letters)


def on(colour: str) -> str:
    """The letters that can be read on a colour."""
    red, green, blue = (int(colour[index : index + 2], 16) for index in (0, 2, 4))
    return "000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 125 else WHITE


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


def describe(shape: Any, name: str, text: str) -> None:
    """The alternative text."""
    shape.name = name
    shape._element.nvGraphicFramePr.cNvPr.set("descr", plain(text))


def plain(text: str) -> str:
    return " ".join(CONTROL.sub("", text).split())


def save(deck: Any) -> bytes:
    """The finished file, with dates of its own taken out of the archive."""
    written, target = io.BytesIO(), io.BytesIO()
    deck.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, FIXED), old.read(item), zipfile.ZIP_DEFLATED)
    return target.getvalue()
