"""Texts that people type or paste, made the same before they are kept, whatever way they came in.

Otherwise the first save of a form that changed nothing would change blanks and line ends and write history, two
spellings of one letter would not find each other, and a name could look empty or turn the words beside it round.
"""

import re
import unicodedata
from itertools import islice
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.migrations import RunPython

LINE_END = re.compile(r"\r\n?|\x0b|\x0c|\u2028|\u2029|\x85")
# Characters that no text may hold: the database refuses the first, no encoding knows the others.
IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
# Marks that turn the direction of everything after them, also of what stands beside the text on a page.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # drawn as nothing, though Unicode counts them as letters


def whole_number(text: str, most: int = 10**18) -> int | None:
    """The number that a text from outside says, from 0 to `most`; None where it says none, in however many digits."""
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if is_one and int(text) <= most else None


def is_invisible(character: str) -> bool:
    """Whether a character by itself is drawn as nothing: blanks, marks of direction, joiners, controls."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs"} or character in BLANK_LETTERS


def normalised(text: str, *, one_line: bool = False) -> str:
    """Unicode NFC, line feeds alone, nothing invisible at either end, no mark that turns direction.

    A text in which nothing can be seen is "". `one_line`: line ends and tabs are blanks.
    """
    if text.isascii() and text.isprintable() and text == text.strip():
        return text  # as most are; the rest would change nothing
    plain = unicodedata.normalize("NFC", LINE_END.sub("\n", TURNS.sub("", IMPOSSIBLE.sub("", text))))
    if one_line:
        plain = plain.replace("\n", " ").replace("\t", " ")
    first, last = 0, len(plain)
    while first < last and is_invisible(plain[first]):
        first += 1
    while last > first and is_invisible(plain[last - 1]) and plain[last - 1] not in "\u200c\u200d":
        last -= 1
    return plain[first:last]


# What search takes for the same: apostrophes, quotation marks, hyphens and dashes, and letters with a stroke.
ALIKE = str.maketrans(
    dict.fromkeys("’‘‛ʼʻʹ′`´＇", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‐‑‒–—―−⁃﹘﹣－", "-")
    | {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
# Accents, and what is not seen: a soft hyphen, joiners, marks of direction. Vowels of other scripts are no accents.
UNHEARD = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u0591-\u05c7\u064b-\u0652\ufe00-\ufe0f"
    "\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def folded(text: str) -> str:
    """A text as search sees it, on either side: no case, no accents, one apostrophe, one hyphen, one kind of blank."""
    if text.isascii():  # as most are: no accent, and one sign alone that has another beside it
        return " ".join(text.lower().replace("`", "'").split())
    plain = UNHEARD.sub("", unicodedata.normalize("NFKD", text.translate(ALIKE)))
    plain = UNHEARD.sub("", unicodedata.normalize("NFKD", plain.casefold().translate(ALIKE)))
    return " ".join(unicodedata.normalize("NFC", plain).split())


# A word made of several: Wi-Fi, co-operate; and one whose parts begin with capitals, such as SmartBlockPHL or PHLgovTV.
# Possessive and from its beginning: else a word of 100,000 letters is looked through from each of them.
HYPHENED = re.compile(r"\b\w++(?:-\w++)++")
LONGEST = 60  # letters; nobody types a part of a longer word, and one of many parts has as many endings
ONE_CASE = re.compile(r"[A-Z]+|[a-z]+")
SEVERAL = re.compile(r"-|[A-Za-z][A-Z]")  # what a text of plain letters holds where any of its words is made of several
CAPITALS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def joined_words(text: str) -> list[str]:
    """What people also type for a word made of several: wifi for Wi-Fi; smart, block or blockphl for SmartBlockPHL."""
    if text.isascii() and not SEVERAL.search(text):
        return []
    found = [word.replace("-", "") for word in HYPHENED.findall(folded(text))]
    for word in re.findall("[A-Za-z]+", text):
        if len(word) > LONGEST:
            continue
        runs = ONE_CASE.findall(word)
        parts = runs if len(runs) > 1 and min(map(len, runs)) > 1 else CAPITALS.findall(word)
        tails = ["".join(parts[first:]) for first in range(1, len(parts) - 1)]
        found += [part.lower() for part in (parts + tails if len(parts) > 1 else ()) if len(part) > 1]
    return list(dict.fromkeys(found))


def search_text_of(first: str, then: str = "") -> str:
    """What is kept to find a row by: a line of the words that name it, then a line of all others."""
    lines = [" ".join([folded(text), *joined_words(text)]).strip() for text in (first, then)]
    return "\n".join(lines) if lines[1] else lines[0]


class Searched(models.Model):
    """A row that is found by its words: the folded text of some of its fields, kept with them and with each version.

    Whatever looks for words looks into this one column, as of a day too: lists by parts of words, `search` by the index
    that stands on it (records/search_index.py). `named_by` are the fields that name the row, `told_by` the rest.
    """

    named_by: ClassVar[tuple[str, ...]] = ()
    told_by: ClassVar[tuple[str, ...]] = ()
    search_text = models.TextField(blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    @property
    def searched(self) -> tuple[str, ...]:
        return self.named_by + self.told_by

    def set_search_text(self) -> None:
        self.search_text = search_text_of(*_lines(self, self.named_by, self.told_by))


def _lines(row: Any, *fields: tuple[str, ...]) -> list[str]:
    return [" ".join(getattr(row, name) for name in names) for names in fields]


def has_words(text: str, *columns: str, number: str = "") -> models.Q:
    """Every word of a text somewhere in one of these columns of folded text, or as the beginning of a `number`."""
    condition = models.Q()
    for word in dict.fromkeys(folded(text).split()):
        somewhere = models.Q((f"{number}__istartswith", word)) if number else models.Q()
        for column in columns:
            somewhere |= models.Q((f"{column}__contains", word))
        condition &= somewhere
    return condition


def _variants() -> dict[str, str]:
    """By plain letter or sign, all that `folded` takes for it, as the inside of a class of a regular expression."""
    found: dict[str, str] = {}
    for number in (*range(0x21, 0x250), *range(0x1E00, 0x1F00), *range(0x2010, 0x2020)):
        plain = folded(chr(number))
        if len(plain) == 1 and plain != chr(number):
            found[plain] = found.get(plain, "") + re.escape(chr(number))
    return found


VARIANTS = _variants()


def has_words_anyhow(text: str, *columns: str) -> models.Q:
    """The same of columns that are kept as they were written: reads every row, so for rare questions alone."""
    condition = models.Q()
    for word in dict.fromkeys(folded(text).split()):
        pattern = "".join(f"[{re.escape(sign)}{VARIANTS.get(sign, '')}]" for sign in word)
        somewhere = models.Q()
        for column in columns:
            somewhere |= models.Q((f"{column}__iregex", pattern))
        condition &= somewhere
    return condition


def fold_rows(app: str, **searched: tuple[tuple[str, ...], tuple[str, ...]]) -> RunPython:
    """A migration operation: fill `search_text` of the rows that were there before it.

    Model by model the fields that name a row, and the others.
    """

    def fill(apps: Any, schema_editor: Any) -> None:
        for name, fields in searched.items():
            rows = apps.get_model(app, name)._base_manager
            found = rows.only(*fields[0], *fields[1]).iterator(chunk_size=1_000)
            while some := list(islice(found, 1_000)):
                for row in some:
                    row.search_text = search_text_of(*_lines(row, *fields))
                rows.bulk_update(some, ["search_text"], batch_size=250)

    return RunPython(fill, RunPython.noop, elidable=True)


def isolated(name: str) -> str:
    """A name inside a sentence: its direction of writing turns no word around it. What markup does with <bdi>.

    A name that is written from left to right turns nothing, and stays as it is.
    """
    turns = any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in name)
    return f"\u2068{name}\u2069" if turns else name


def refuse_unseen(field: str, label: str, text: str) -> None:
    """Raise ValidationError where a number or an abbreviation holds what nobody sees: two could look the same."""
    if any(is_invisible(character) and character != " " for character in text):
        raise ValidationError({field: f"{label}: it holds a character that cannot be seen. Type it anew."})


def as_kept(field: Any, value: Any) -> Any:
    """A value as it is kept in a field: texts normalised, everything else as it is. Secrets are nobody's words."""
    if isinstance(value, str) and isinstance(field, models.CharField | models.TextField) and field.name != "password":
        return normalised(value, one_line=isinstance(field, models.CharField))
    return value


class Texts(models.Model):
    """A row that people's words are kept in: they are normalised before they are checked (`full_clean`)."""

    class Meta:
        abstract = True

    def __format__(self, spec: str) -> str:
        """The row inside a sentence (an f-string): its name turns no word around it. `str` is the name alone."""
        return format(isolated(str(self)), spec)

    def clean_fields(self, exclude: Any = None) -> None:
        normalise(self)
        super().clean_fields(exclude=exclude)


def normalise(row: models.Model) -> None:
    """Make the texts of a row as they are kept."""
    for field in row._meta.concrete_fields:
        value = row.__dict__.get(field.attname)
        if isinstance(value, str):
            setattr(row, field.attname, as_kept(field, value))
    if isinstance(row, Searched):
        row.set_search_text()
