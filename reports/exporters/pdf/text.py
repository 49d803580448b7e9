"""Text that our fonts can draw, on lines that can be broken, in the direction it is read.

PDF/UA refuses a file with a single character that no font can draw, so whatever people typed is made drawable before
the file is set: what the fonts here or the machine's have is kept, what none has becomes a visible substitute.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
SUBSTITUTE = "�"
BREAK = "\u200b"  # a place where a long word may be broken
JOINERS = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f")  # drawn by nothing, needed by Arabic, Khmer and emoji
LONGEST = {"narrow": 6.5, "": 10.5}  # em of a word that fits the narrowest column
WIDE = frozenset("MWmw@%&—…")
# The first word of a character's Unicode name, where a script is (nearly) one language: screen readers switch voice.
LANGUAGES = {
    "ARABIC": "ar", "HEBREW": "he", "GREEK": "el", "THAI": "th", "LAO": "lo", "KHMER": "km", "MYANMAR": "my",
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "DEVANAGARI": "hi", "BENGALI": "bn",
    "GUJARATI": "gu", "MALAYALAM": "ml", "ETHIOPIC": "am", "ARMENIAN": "hy", "GEORGIAN": "ka",
}  # fmt: skip


class Drawable:
    """Cleans all texts of a report, and knows what it had to replace and which of the machine's fonts it needs."""

    def __init__(self, refused: Iterable[str] = ()) -> None:
        self.refused = tuple(refused)  # texts that the typesetter could not draw although single characters can be
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
            done["lang"] = language(done["text"])
            done["text"] = breakable(done["text"], LONGEST["narrow" if done.get("style") == "narrow" else ""])
        if "spans" in done:
            done["rtl"] = is_right_to_left(done["spans"])
        return done

    def text(self, text: str) -> str:
        if text.isascii() and text.isprintable():
            return text
        for refused in self.refused:
            text = text.replace(refused, SUBSTITUTE)
        return "".join(self._drawn(unicodedata.normalize("NFC", text)))

    def _drawn(self, text: str) -> Iterator[str]:
        for char in text:
            if char in "\n\t":
                yield " "
            elif ord(char) in covered() or char in JOINERS:
                yield char
            elif unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}:
                yield ""  # control characters and marks that are not meant to be seen
            else:
                yield self._stand_in(char)

    def _stand_in(self, char: str) -> str:
        plain = unicodedata.normalize("NFKC", char)
        if all(ord(part) in covered() for part in plain):
            return plain
        family = machine_family(ord(char))
        if family is not None:
            if family not in self.families:
                self.families.append(family)
            return char
        self.replaced += 1
        return SUBSTITUTE


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
    known = {font.family for font in shipped().fonts()}
    first = ["Open Sans", "Noto Sans"]
    last = ["Droid Sans Fallback"]
    return (*first, *sorted(known - {*first, *last, "Montserrat"}), *last)


@cache
def shipped() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@cache
def with_machine() -> typst.Fonts:
    """Our fonts and those installed on the machine, which are looked at only for what ours cannot draw."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(FONTS)])


@cache
def machine_family(code: int) -> str | None:
    """A family of the machine that can draw a character; private characters mean something else in every font."""
    if unicodedata.category(chr(code)) in {"Co", "Cs", "Cn"}:
        return None
    return next((family for family, characters in _machine() if code in characters), None)


@cache
def _machine() -> list[tuple[str, frozenset[int]]]:
    ours = {font.family for font in shipped().fonts()}
    found = {}
    for font in sorted(with_machine().fonts(), key=lambda font: (font.family, abs(font.weight - 400), font.style)):
        if font.path is not None and font.family not in ours and font.family not in found:
            found[font.family] = _characters(Path(font.path), font.index)
    return list(found.items())


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
        if wide and before not in JOINERS and (width + wide > longest / 2 or before in "/?&=_.,;:|"):
            parts.append(BREAK)
            width = 0.0
        parts.append(char)
        width += wide
    return "".join(parts)


def _em(char: str) -> float:
    """About how wide a character is; 0 for one that is drawn onto the one before."""
    if char.isascii():
        return 0.95 if char in WIDE else 0.72 if char.isupper() or char.isdigit() else 0.58
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 1.1 if unicodedata.east_asian_width(char) in "WF" or char in WIDE else 0.75


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
    """By the first strong character, as the Unicode rules have it; our own words do not count."""
    for span in spans:
        if span.get("own"):
            continue
        for char in span["text"]:
            direction = unicodedata.bidirectional(char)
            if direction in {"L", "R", "AL"}:
                return direction != "L"
    return False
