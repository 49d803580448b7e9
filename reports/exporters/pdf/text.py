"""Text that our fonts can draw, on lines that can be broken, in the direction it is read.

PDF/UA refuses a file with a single character that no font can draw, so whatever people typed is made drawable before
the file is set: what the fonts here or the machine's have is kept, what none has becomes a visible substitute.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
SUBSTITUTE = "�"
BREAK = "\u200b"  # a place where a long word may be broken
JOINERS = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f")  # drawn by nothing, needed by Arabic, Khmer and emoji
ISOLATE, END = "\u2068", "\u2069"  # what is between them does not turn its surroundings around
LONGEST = {"narrow": 7.2, "": 9.6, "wide": 40.0}  # em of a word that fits a narrow, any, a wide column
# The first word of a character's Unicode name, where a script is (nearly) one language: screen readers switch voice.
LANGUAGES = {
    "ARABIC": "ar", "HEBREW": "he", "GREEK": "el", "THAI": "th", "LAO": "lo", "KHMER": "km", "MYANMAR": "my",
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "DEVANAGARI": "hi", "BENGALI": "bn",
    "GUJARATI": "gu", "MALAYALAM": "ml", "ETHIOPIC": "am", "ARMENIAN": "hy", "GEORGIAN": "ka",
}  # fmt: skip


class Drawable:
    """Cleans all texts of a report, and knows what it had to replace and which of the machine's fonts it needs.

    `refused`: texts that the typesetter could not draw although a font has each of their characters.
    `strict`: the letters of the first font alone, which always works.
    """

    def __init__(self, refused: Iterable[str] = (), *, strict: bool = False) -> None:
        self.refused = tuple(refused)
        self.strict = strict
        self.replaced = 0
        self.families: list[str] = []

    def tree(self, item: Any) -> Any:
        """The same data with every text cleaned; spans get their language, lines their direction."""
        if isinstance(item, str):
            return self.text(item)
        if isinstance(item, list):
            return [self.tree(part) for part in item]
        if not isinstance(item, dict):
            return item
        done = {key: self.tree(value) for key, value in item.items()}
        if "text" in done:
            text = breakable(done["text"], LONGEST.get(done.get("style", ""), LONGEST[""]))
            done["lang"] = language(text)
            turns = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
            done["text"] = f"{ISOLATE}{text}{END}" if turns and not self.strict else text
        if "spans" in done:
            done["rtl"] = is_right_to_left(done["spans"])
        return done

    def text(self, text: str) -> str:
        if text.isascii() and text.isprintable():
            return text
        text = "".join(map(self._drawn, unicodedata.normalize("NFC", text)))
        for refused in self.refused:
            self.replaced += text.count(refused)
            text = text.replace(refused, SUBSTITUTE)
        return text

    def _drawn(self, char: str) -> str:
        if char in "\n\t\u2028\u2029":
            return " "
        if char in JOINERS and not self.strict:
            return char
        if unicodedata.category(char) in {"Cc", "Cf"}:
            return ""  # control characters and marks that are not meant to be seen
        if self.strict:
            return char if ord(char) in plain() else self._substitute()
        return char if ord(char) in covered() else self._stand_in(char)

    def _stand_in(self, char: str) -> str:
        same = unicodedata.normalize("NFKC", char)
        if all(ord(part) in covered() for part in same):
            return same
        family = machine_family(ord(char))
        if family is None:
            return self._substitute()
        if family not in self.families:
            self.families.append(family)
        return char

    def _substitute(self) -> str:
        self.replaced += 1
        return SUBSTITUTE


@cache
def plain() -> frozenset[int]:
    """The letters and signs of the first font that stand by themselves, and the substitute."""
    found = _characters(FONTS / "OpenSans-Regular.ttf", 0)
    alone = {code for code in found if not unicodedata.category(chr(code)).startswith("M")}
    return frozenset(alone | {ord(SUBSTITUTE)})


@cache
def covered() -> frozenset[int]:
    """Every character that the fonts shipped here can draw."""
    found: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        found |= _characters(path, 0)
    return frozenset(found)


@cache
def families() -> tuple[str, ...]:
    """The shipped families; the first one draws all it can."""
    known = {font.family for font in fonts()}
    first = ["Open Sans", "Noto Sans"]
    last = ["Droid Sans Fallback"]
    return (*first, *sorted(known - {*first, *last, "Montserrat"}), *last)


@cache
def fonts(*, machine: bool = False) -> list[typst.FontInfo]:
    """Our fonts; with those installed on the machine, which are looked at only for what ours cannot draw."""
    known = typst.Fonts(include_system_fonts=machine, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return known.fonts()


@cache
def machine_family(code: int) -> str | None:
    """A family of the machine that can draw a character; private characters mean something else in every font."""
    if unicodedata.category(chr(code)) in {"Co", "Cs", "Cn"}:
        return None
    return next((family for family, characters in _machine() if code in characters), None)


@cache
def _machine() -> list[tuple[str, frozenset[int]]]:
    ours = {font.family for font in fonts()}
    found = {}
    for font in sorted(fonts(machine=True), key=_plainest_first):
        if font.path is not None and font.family not in ours and font.family not in found:
            found[font.family] = _characters(Path(font.path), font.index)
    return list(found.items())


def _plainest_first(font: typst.FontInfo) -> tuple[str, bool, int, float]:
    return font.family, font.style != "normal", abs(font.weight - 400), abs(font.stretch - 1)


def _characters(path: Path, index: int) -> frozenset[int]:
    try:
        with TTFont(path, lazy=True, fontNumber=index) as font:
            outlines = "glyf" in font or "CFF " in font or "CFF2" in font
            return frozenset(font.getBestCmap() or ()) if outlines else frozenset()
    except Exception:  # somebody else's font file; without it there are others
        return frozenset()


def breakable(text: str, longest: float) -> str:
    """Places to break in words that would not fit a column: after a sign where there is one, else anywhere."""
    return " ".join(word if len(word) < 6 else _breakable_word(word, longest) for word in text.split(" "))


def _breakable_word(word: str, longest: float) -> str:
    if sum(map(_em, word)) <= longest:
        return word
    parts: list[str] = []
    width = 0.0
    for index, char in enumerate(word):
        wide = _em(char)
        before = word[index - 1] if index else BREAK
        if wide and before not in JOINERS and (width + wide > longest / 3 or before in "/?&=_.,;:|"):
            parts.append(BREAK)
            width = 0.0
        parts.append(char)
        width += wide
    return "".join(parts)


def _em(char: str) -> float:
    """How wide a character is, about so in other fonts than the first; 0 for one drawn onto the one before."""
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.0
    return _widths().get(ord(char), 1.15)


@cache
def _widths() -> dict[int, float]:
    with TTFont(FONTS / "OpenSans-Regular.ttf", lazy=True) as font:
        advances, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: advances[name][0] / em for code, name in font.getBestCmap().items()}


def language(text: str) -> str:
    """The language of a text that is written in a script of its own; empty: as the document."""
    if text.isascii():
        return ""
    found: dict[str, int] = {}
    letters = 0
    for char in text[:400]:
        if char.isalpha():
            letters += 1
            code = LANGUAGES.get(unicodedata.name(char, "").split(" ")[0])
            if code:
                found[code] = found.get(code, 0) + 1
    if "ja" in found:
        found["ja"] += found.pop("zh", 0)
    best = max(found, key=lambda code: found[code], default="")
    return best if best and found[best] * 2 > letters else ""


def is_right_to_left(spans: list[dict[str, Any]]) -> bool:
    """By the first strong character, as the Unicode rules have it; a line with words of ours reads as they do."""
    ours = "".join(span["text"] for span in spans if span.get("own"))
    theirs = "".join(span["text"] for span in spans if not span.get("own"))
    if any(unicodedata.bidirectional(char) == "L" for char in ours):
        return False
    strong = (unicodedata.bidirectional(char) for char in theirs)
    return next((found != "L" for found in strong if found in {"L", "R", "AL"}), False)
