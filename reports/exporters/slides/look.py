"""The City's look on a slide: sizes, colours, fonts."""

import re
from typing import Any

from pptx.dml.color import RGBColor

from web.tables import CONTROL

WIDTH, HEIGHT = 13.333, 7.5  # inches
LEFT, TOP, BOTTOM = 0.6, 1.5, 6.8  # of what a slide shows below its title
ROOM = WIDTH - 2 * LEFT
BLUE, YELLOW, INK, GREY, PALE, WHITE = "0F4D90", "F3C613", "444444", "595959", "EEF3F9", "FFFFFF"
HEADINGS, TEXT = "Montserrat", "Open Sans"
BOLD, HEADLINE = 1.13, 1.2  # how much wider bold text and a bold title run than plain text of their size
HEADING_SIZE = 12  # points, of a table's headings
PADDING = 0.08  # inches inside a box or cell, at each side
BREAKS = re.compile(r"\s*[\t\r\n\v\f]+\s*")


def rgb(colour: str) -> Any:
    return RGBColor.from_string(colour)  # type: ignore[no-untyped-call] # the library is typed in part


def on(colour: str) -> str:
    """The letters that can be read on a colour."""
    red, green, blue = (int(colour[index : index + 2], 16) for index in (0, 2, 4))
    return "000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 125 else WHITE


def tint(share: float) -> str:
    """White for none, the more the bluer; dark letters can be read on all of them."""
    return "".join(f"{round(255 + (int(BLUE[at : at + 2], 16) - 255) * 0.4 * share):02X}" for at in (0, 2, 4))


def plain(text: str) -> str:
    """Text of one line without what no file can hold."""
    return " ".join(CONTROL.sub("", text).split())


def one_line(text: str) -> str:
    """The same, with blanks kept as they are."""
    return BREAKS.sub(" ", CONTROL.sub("", text))
