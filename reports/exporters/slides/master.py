"""An empty deck with a master in the City's look, and the finished one as a file.

The library's own template gives the bones; theme, places and layouts are set here.
"""

import io
import zipfile
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches

from reports.exporters.slides.look import (
    BLUE,
    BOTTOM,
    HEADINGS,
    HEIGHT,
    LEFT,
    PADDING,
    PALE,
    ROOM,
    TEXT,
    TOP,
    WIDTH,
    YELLOW,
    rgb,
)  # fmt: skip

FIXED = (1980, 1, 1, 0, 0, 0)  # a zip's earliest date: the same report gives the same bytes
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
THEME = {  # slot of the theme: its colour
    "dk2": BLUE, "lt2": PALE, "accent1": BLUE, "accent2": "58C04D", "accent3": YELLOW, "accent4": "CC3000",
    "accent5": "A675C4", "accent6": "2176D2", "hlink": "2176D2", "folHlink": "0F4D90",
}  # fmt: skip


def new_deck() -> Any:
    """An empty deck, 16 to 9, with two layouts: a title slide and a slide with a title."""
    deck: Any = Presentation()
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
    fill.fore_color.rgb = rgb(BLUE)
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


def save(deck: Any) -> bytes:
    """The finished file, with dates of its own taken out of the archive."""
    written, target = io.BytesIO(), io.BytesIO()
    deck.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, FIXED), old.read(item), zipfile.ZIP_DEFLATED)
    return target.getvalue()
