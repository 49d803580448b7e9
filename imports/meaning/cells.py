"""A cell as the value of a field, or the sentence that says what would be right."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from imports.kinds import Field
from imports.meaning import words
from imports.meaning.dates import Fashion, read_date
from imports.reading.sheets import ERRORS, text_of
from records.texts import normalised

LISTED = re.compile(r"[;\n|]")
AND_SO_ON = re.compile(r"[;,\n|]|\band\b|&|/")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Problem:
    """What keeps a row out: in which column, what stands there, and what would be right."""

    column: str
    value: str
    sentence: str


@dataclass
class Wrong(Exception):
    """A cell that cannot be taken as it is. `asks` (of which kind, which text): somebody can say what it means."""

    sentence: str
    asks: tuple[str, str] | None = None


@dataclass
class Words:
    """What was answered for the plan before, and what this file asks: {(kind, text): how often}."""

    known: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    asked: dict[tuple[str, str], int] = field(default_factory=dict)

    def meaning(self, what: str, text: str) -> Any:
        """The answer; None where nobody was asked yet."""
        return self.known.get((what, words.folded(text)))

    def ask(self, what: str, text: str) -> None:
        self.asked[what, text] = self.asked.get((what, text), 0) + 1


FORMULA = "holds a formula without its answer. Open the file in your spreadsheet program, save it, and choose it again"
# What stands in many rows alike, and is read once.
REPEATED = frozenset({"date", "end", "status", "progress", "choice", "person", "department"})
# A person or department by what the file calls it, or by its key; None where there is none.
Finder = Callable[[str | int], Any]


@dataclass
class Reader:
    """Reads cells of one file for one plan."""

    words: Words
    fashion: Fashion
    people: Finder
    departments: Finder
    new_department: Callable[[str], Any]
    # For columns of figures between 0 and 1: they are parts of one, not of a hundred.
    parts: frozenset[str] = frozenset()
    read_before: dict[tuple[str, str, str, str, Fashion | None], Any] = field(default_factory=dict)

    def read(self, one: Field, cell: Any, fashion: Fashion | None = None) -> Any:
        """The value, None where the cell is empty. Raises Wrong."""
        if one.shape in REPEATED and isinstance(cell, str):
            key = (one.key, one.shape, one.vocabulary, cell, fashion)
            if key not in self.read_before:
                self.read_before[key] = self._read(one, cell, fashion)
            return self.read_before[key]
        return self._read(one, cell, fashion)

    def _read(self, one: Field, cell: Any, fashion: Fashion | None) -> Any:
        if isinstance(cell, dict):
            raise Wrong(FORMULA)
        text = text_of(cell)
        if not text:
            return None
        if text in ERRORS:
            known = self._answered(one, text)
            if known is not None:
                return known[0]
            asks = (self._asked(one), text) if self._asked(one) else None
            raise Wrong(
                f"says {text}: a formula that is broken. Mend it in your spreadsheet program, or clear the cell", asks
            )
        return READERS[one.shape](self, one, cell, fashion or self.fashion)

    def _asked(self, one: Field) -> str:
        if one.shape in {"status", "progress"}:
            return one.shape
        return {"choice": one.vocabulary, "person": "person", "department": "department"}.get(one.shape, "")

    def _answered(self, one: Field, text: str) -> tuple[Any] | None:
        meaning = self.words.meaning(self._asked(one), text)
        return None if meaning is None else (None,) if meaning == "" else None

    def line(self, one: Field, cell: Any, fashion: Fashion) -> str | None:
        text = normalised(text_of(cell), one_line=True)
        if one.longest and len(text) > one.longest:
            raise Wrong(f"has {len(text)} characters; at most {one.longest} fit")
        return text or None

    def text(self, one: Field, cell: Any, fashion: Fashion) -> str | None:
        text = normalised(text_of(cell))
        if one.longest and len(text) > one.longest:
            raise Wrong(f"has {len(text):,} characters; at most {one.longest:,} fit")
        return text or None

    def date(self, one: Field, cell: Any, fashion: Fashion) -> date | None:
        found = read_date(cell, fashion, end=one.shape == "end")
        if found.day is not None:
            return found.day
        text = text_of(cell)
        known = self.words.meaning("date", text) if found.asks else None
        if known is not None:
            return date.fromisoformat(known) if known else None
        raise Wrong(found.problem, ("date", text) if found.asks else None)

    def word(self, one: Field, cell: Any, fashion: Fashion) -> str | None:
        text = text_of(cell)
        vocabulary = one.vocabulary or one.shape
        found = self.words.meaning(vocabulary, text)
        if found is None:
            found = words.certain(vocabulary, text)
        if found is None:
            offered = ", ".join(words.LABELS[vocabulary].values())
            raise Wrong(f"“{text[:60]}” is none of: {offered}", (vocabulary, text))
        return found or None

    def percent(self, one: Field, cell: Any, fashion: Fashion) -> int | None:
        text = text_of(cell)
        plain = text.replace("%", "").strip()
        if not NUMBER.fullmatch(plain):
            raise Wrong(f"“{text[:40]}” is not a number from 0 to 100")
        number = float(plain.replace(",", "."))
        if one.key in self.parts and "%" not in text:
            number *= 100
        if not 0 <= number <= 100:
            raise Wrong(f"{text[:40]} is not between 0 and 100")
        return round(number)

    def share(self, one: Field, cell: Any, fashion: Fashion) -> Decimal | None:
        """Of a hundred people, to a tenth: 84, 14.7, “14,7 %”."""
        text = text_of(cell)
        plain = text.replace("%", "").strip()
        if not NUMBER.fullmatch(plain):
            raise Wrong(f"“{text[:40]}” is not a number from 0 to 100")
        number = Decimal(plain.replace(",", "."))
        if not 0 <= number <= 100:
            raise Wrong(f"{text[:40]} is not between 0 and 100")
        if number != round(number, 1):
            raise Wrong(f"{text[:40]} is finer than a tenth of a percent. Round it, such as {round(number, 1)}")
        return round(number, 1)

    def person(self, one: Field, cell: Any, fashion: Fashion) -> Any:
        return self._person(text_of(cell))

    def several(self, one: Field, cell: Any, fashion: Fashion) -> list[Any]:
        text = text_of(cell)
        parts = LISTED.split(text) if LISTED.search(text) or self.people(text) else AND_SO_ON.split(text)
        found = [self._person(part.strip()) for part in parts if part.strip()]
        return [person for person in found if person is not None]

    def _person(self, text: str) -> Any:
        known = self.words.meaning("person", text)
        if known is not None:
            return self.people(int(known)) if known else None
        found = self.people(text)
        if found is None:
            raise Wrong(
                f"nobody here is called “{text[:60]}”. Add the person first, or say who is meant", ("person", text)
            )
        return found

    def department(self, one: Field, cell: Any, fashion: Fashion) -> Any:
        text = normalised(text_of(cell), one_line=True)
        known = self.words.meaning("department", text)
        if known is not None:
            if known == "+":
                return self.new_department(text)
            return self.departments(int(known)) if known else None
        found = self.departments(text)
        if found is None:
            raise Wrong(f"there is no department “{text[:60]}”. Add it, or say which is meant", ("department", text))
        return found


READERS: dict[str, Callable[..., Any]] = {
    "line": Reader.line, "number": Reader.line, "text": Reader.text, "date": Reader.date, "end": Reader.date,
    "status": Reader.word, "progress": Reader.word, "choice": Reader.word, "percent": Reader.percent,
    "person": Reader.person, "people": Reader.several, "department": Reader.department, "goal": Reader.line,
    "strategy": Reader.line, "initiative": Reader.line, "priorities": Reader.line, "share": Reader.share,
    "goals": Reader.line,
}  # fmt: skip
