"""What can be measured of an open page: the contrast of every text, the size of everything that can be pressed."""

from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

FOLDER = Path(__file__).parent


def script(name: str) -> str:
    """The text of a script, with the colours where it asks for them."""
    text, colours = ((FOLDER / one).read_text(encoding="utf-8") for one in (name, "colours.js"))
    return text.replace("/* colours.js */", colours)


class Contrast(NamedTuple):
    ratio: float
    words: str
    place: str

    def __str__(self) -> str:
        return f"{self.ratio:.2f} “{self.words}” in {self.place}"


class Target(NamedTuple):
    """Something that can be pressed and is less than 44 px wide or high, neighbours' area left out."""

    width: int
    height: int
    words: str
    place: str
    reason: int  # which of the selectors it matches, by its place; -1 where none

    def __str__(self) -> str:
        return f"{self.width} × {self.height} “{self.words}” in {self.place}"


def scrolls_when_spaced(page: Page) -> bool:
    """Whether the page scrolls sideways with letters, words and lines as far apart as WCAG 1.4.12 lets people set."""
    return bool(page.evaluate(script("spaced.js")))


def contrasts(page: Page) -> list[Contrast]:
    """Every text that can be seen, with every folded part open, against what lies behind it."""
    return [Contrast(*one) for one in page.evaluate(script("contrast.js"))]


def small_targets(page: Page, selectors: list[str]) -> list[Target]:
    """What is too small for a thumb; a link within a sentence may be (WCAG 2.5.5)."""
    return [Target(*one) for one in page.evaluate(script("targets.js"), selectors)]


def overlaps(page: Page) -> list[tuple[str, str]]:
    """Words that lie on or under other words or a button, and words beyond the screen. The window is made as high as
    the page, so that nothing is out of view.
    """
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({**size, "height": min(page.evaluate("document.documentElement.scrollHeight"), 16_000)})
    found = [(one, other) for one, other in page.evaluate(script("overlaps.js"))]
    page.set_viewport_size(size)
    return found
