"""How much text a box holds: what does not fit is cut at a word, with an ellipsis, before the file is written.

Office programs reflow text with whatever fonts they have, so widths are estimated, a little on the wide side.
"""

import unicodedata
from collections.abc import Iterator

NARROW = frozenset("iljtfrI.,:;'|!()[]{} -·")
WIDE = frozenset("mwMW@%—…")


def em(letter: str) -> float:
    """The width of a letter in parts of its size, in a humanist sans serif."""
    if letter in NARROW:
        return 0.3
    if letter in WIDE:
        return 0.95
    if letter.isascii():
        return 0.7 if letter.isupper() else 0.58
    if unicodedata.combining(letter):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF else 0.7


def width_of(text: str) -> float:
    return sum(map(em, text))


def cut(text: str, *, width: float, size: float, lines: int = 1) -> tuple[str, int]:
    """The text as far as it fits into so many lines of a box (width and size in points), and the lines it takes."""
    room = width / size
    kept: list[str] = []
    used, at = 1, 0.0
    for piece in _pieces(text, room):
        wide = width_of(piece)
        if kept and at + wide > room:
            used, at, wide = used + 1, 0.0, width_of(piece.lstrip())
        if used > lines:
            return _ended(kept, room), lines
        kept.append(piece)
        at += wide
    return "".join(kept).strip(), used


def _pieces(text: str, room: float) -> Iterator[str]:
    """Words with the blank before them; a word too long for a line in parts."""
    for word in text.split():
        piece, wide = " ", 0.3
        for letter in word:
            wide += em(letter)
            if wide > room and piece.strip():
                yield piece
                piece, wide = "", em(letter)
            piece += letter
        yield piece


def _ended(kept: list[str], room: float) -> str:
    """Ends with an ellipsis: beside the last word where there is room, else in place of it or of its last letters."""
    at = 0.0
    for piece in kept:
        wide = width_of(piece)
        at = width_of(piece.lstrip()) if at + wide > room else at + wide
    *before, last = kept
    is_whole = last.startswith(" ") and width_of(last) < 0.8 * room  # not the first part of an endless word
    if at + em("…") > room and is_whole and before:
        last = ""
    while last and at + em("…") > room:
        at -= em(last[-1])
        last = last[:-1]
    return "".join([*before, last]).strip().rstrip(",;:.–-") + "…"
