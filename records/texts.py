"""Texts that people type or paste, made the same before they are kept, whatever way they came in.

Otherwise the first save of a form that changed nothing would change blanks and line ends and write history, two
spellings of one letter would not find each other, and a name could look empty or turn the words beside it round.
"""

import re
import unicodedata
from typing import Any

from django.db import models

LINE_END = re.compile(r"\r\n?|\x0b|\x0c|\u2028|\u2029|\x85")
# Characters that no text may hold: the database refuses the first, no encoding knows the others.
IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
# Marks that turn the direction of everything after them, also of what stands beside the text on a page.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # drawn as nothing, though Unicode counts them as letters


def is_invisible(character: str) -> bool:
    """Whether a character by itself is drawn as nothing: blanks, marks of direction, joiners, controls."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs"} or character in BLANK_LETTERS


def normalised(text: str, *, one_line: bool = False) -> str:
    """Unicode NFC, line feeds alone, nothing invisible at either end, no mark that turns direction.

    A text in which nothing can be seen is "". `one_line`: line ends and tabs are blanks.
    """
    plain = unicodedata.normalize("NFC", LINE_END.sub("\n", TURNS.sub("", IMPOSSIBLE.sub("", text))))
    if one_line:
        plain = plain.replace("\n", " ").replace("\t", " ")
    first, last = 0, len(plain)
    while first < last and is_invisible(plain[first]):
        first += 1
    while last > first and is_invisible(plain[last - 1]) and plain[last - 1] not in "\u200c\u200d":
        last -= 1
    return plain[first:last]


def as_kept(field: Any, value: Any) -> Any:
    """A value as it is kept in a field: texts normalised, everything else as it is. Secrets are nobody's words."""
    if isinstance(value, str) and isinstance(field, models.CharField | models.TextField) and field.name != "password":
        return normalised(value, one_line=isinstance(field, models.CharField))
    return value


class Texts(models.Model):
    """A row that people's words are kept in: they are normalised before they are checked (`full_clean`)."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Any = None) -> None:
        normalise(self)
        super().clean_fields(exclude=exclude)


def normalise(row: models.Model) -> None:
    """Make the texts of a row as they are kept."""
    for field in row._meta.concrete_fields:
        value = row.__dict__.get(field.attname)
        if isinstance(value, str):
            setattr(row, field.attname, as_kept(field, value))
