"""What each column of a sheet says, guessed from its heading and checked by its cells.

A column is taken where its heading means one field and its cells fit it; all else is left out, which is a normal
answer. Headings are read as a level (“Pillar”, “Action”) and what is said of it (“ID”, “launch date”).
"""

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from imports.kinds import KINDS, NUMBER, SAID, TITLE, Field, Kind
from imports.meaning.dates import Fashion, read_date
from imports.meaning.headings import columns_of, header_row, words_of
from imports.reading.sheets import ERRORS, Sheet, text_of

# Levels of plans, from the top. What a city calls its levels differs; their order hardly does.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("pillar", "theme", "strategic priority", "priority area", "strategic area", "domain", "strategic goal"),
    ("goal", "focus area", "focus"),
    ("strategy", "objective", "strategic objective", "outcome"),
    ("initiative", "action", "action item", "action step", "project", "activity", "task", "program", "tactic"),
    ("milestone", "deliverable"),
    ("commitment", "promise"),
    ("measure", "indicator", "kpi", "metric", "performance measure", "target"),
)
RANKS = {phrase: rank for rank, phrases in enumerate(LEVELS) for phrase in phrases}
STRATEGY, INITIATIVE, MILESTONE, COMMITMENT, MEASURE = 2, 3, 4, 5, 6
OWN_KIND = {INITIATIVE: "initiative", MILESTONE: "milestone", COMMITMENT: "commitment"}
OF_WORK = {"status", "percent", "due_date", "start_date", "happened", "next_steps"}  # what only work has, no heading
LOOKED_AT = 300  # cells of a column
VAGUE = {("update",), ("notes",), ("comment",), ("comments",), ("next",), ("issues",), ("risks",), ("help",)}
MEASURES = (
    "These rows are measures (indicators with targets and values). planapp keeps focus areas, strategies, initiatives, "
    "milestones and commitments, and no measures yet, so this sheet is left out."
)
NOTHING = "Nothing in this sheet looks like part of a plan, so it is left out."


@dataclass
class Mapping:
    """How a sheet is read: what its rows are ("": left out), which row names the columns, what each column says."""

    kind: str = ""
    header: int = 0
    columns: dict[int, str] = field(default_factory=dict)
    why: str = ""
    is_ours: bool = False  # planapp wrote it: nothing is guessed


@dataclass(frozen=True)
class Column:
    """A column, its heading taken apart. `level` is "" where the heading names none."""

    index: int
    heading: str
    cells: Sequence[Any]
    level: str
    rest: tuple[str, ...]

    @property
    def rank(self) -> int:
        return RANKS[self.level] if self.level else -1

    def says(self, words: Iterable[str]) -> bool:
        return " ".join(self.rest) in set(words)


PROBLEM = "Problem"  # heading of the column that planapp adds to a sheet whose rows have errors


def fingerprint(sheet: Sheet, header: int) -> str:
    """By what a file of the same shape is known again: its headings, whatever their order of letters and signs."""
    names = [" ".join(words_of(name)) for name, _ in columns_of(sheet, header) if name != PROBLEM]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def guess(sheet: Sheet, *, fashion: Fashion) -> Mapping:
    """The mapping of a sheet that nobody has mapped before."""
    if sheet.kind:
        names = [one.key for one in KINDS[sheet.kind].fields]
        return Mapping(
            sheet.kind, 0, {at: name for at, name in enumerate(sheet.rows[0]) if name in names}, is_ours=True
        )
    header = header_row(sheet)
    if header < 0:
        return Mapping(why=NOTHING)
    named = columns_of(sheet, header)
    ours = _ours(sheet, named)
    if ours:
        return Mapping(kind=ours[0], header=header, columns=ours[1], is_ours=True)
    columns = [_column(index, heading, cells) for index, (heading, cells) in enumerate(named) if heading]
    kind, own = _kind_of(columns, fashion)
    if kind is None:
        return Mapping(header=header, why=MEASURES if own == MEASURE else NOTHING)
    found = _fields(kind, own, columns, fashion)
    if not {"title", "number", "what", "initiative"} & set(found.values()):
        return Mapping(header=header, why=NOTHING)
    return Mapping(kind=kind.key, header=header, columns=found)


def guess_as(sheet: Sheet, kind: Kind, header: int, *, fashion: Fashion) -> dict[int, str]:
    """What the columns say where a person said what the rows are."""
    columns = [
        _column(index, heading, cells) for index, (heading, cells) in enumerate(columns_of(sheet, header)) if heading
    ]
    own = max((column.rank for column in columns if _is_structural(column)), default=-1)
    return _fields(kind, own, columns, fashion)


def _ours(sheet: Sheet, named: Sequence[tuple[str, Any]]) -> tuple[str, dict[int, str]] | None:
    """The mapping of a sheet that planapp wrote: every heading is the label of a field of one kind alone."""
    names = [heading.casefold() for heading, _ in named if heading]
    fitting = []
    for kind in KINDS.values():
        labels = {one.label.casefold(): one.key for one in kind.fields}
        needed = {one.label.casefold() for one in kind.fields if one.is_needed}
        if 1 < len(names) == len(set(names)) and needed <= set(names) <= set(labels):
            fitting.append((kind, {at: labels[name.casefold()] for at, (name, _) in enumerate(named) if name}))
    called = [one for one in fitting if one[0].label.casefold() == sheet.name.casefold()]
    found = called or (fitting if len(fitting) == 1 else [])
    return (found[0][0].key, found[0][1]) if found else None


def _column(index: int, heading: str, cells: Sequence[Any]) -> Column:
    words = words_of(heading)
    if "of" in words[1:-1]:  # "Name of project", "start date of the action"
        cut = words.index("of", 1)
        words = (*(word for word in words[cut + 1 :] if word != "the"), *words[:cut])
    if words[:1] in {("related",), ("parent",)} and len(words) > 1:
        words = words[1:]
    for length in (2, 1):
        phrase = " ".join(words[:length])
        for level in (phrase, phrase.removesuffix("s"), phrase.removesuffix("ies") + "y"):
            if len(words) >= length and level in RANKS and (level != "target" or len(words) == 1):
                return Column(index, heading, cells, level, words[length:])
    return Column(index, heading, cells, "", words)


def _is_structural(column: Column) -> bool:
    """It names the thing itself: its number, or its title."""
    return bool(column.level) and (column.says(NUMBER) or column.says(TITLE))


def _kind_of(columns: Sequence[Column], fashion: Fashion) -> tuple[Kind | None, int]:
    """What the rows are, and the level of their own columns (-1: the headings name none)."""
    levels = sorted({column.rank for column in columns if _is_structural(column)})
    if MEASURE in levels and INITIATIVE not in levels:
        return None, MEASURE
    levels = [rank for rank in levels if rank != MEASURE]
    if INITIATIVE in levels and len(levels) > levels.index(INITIATIVE) + 1:
        own = levels[-1]  # a milestone beside its initiative: the rows are what repeats less
        return (KINDS[OWN_KIND[own]], own) if _repeats(columns, INITIATIVE) else (KINDS["initiative"], INITIATIVE)
    own = levels[-1] if levels else -1
    if own in OWN_KIND:
        return KINDS[OWN_KIND[own]], own
    has_work = OF_WORK & set(_fields(KINDS["initiative"], own, columns, fashion).values())
    if has_work or own < 0:
        is_known = bool(has_work) or any(column.says({"title", "name"}) for column in columns)
        return (KINDS["initiative"], own) if is_known else (None, own)
    return KINDS["strategy" if len(levels) > 1 else "goal"], own


def _repeats(columns: Sequence[Column], rank: int) -> bool:
    for column in columns:
        if column.rank == rank and _is_structural(column):
            texts = [text_of(cell) for cell in column.cells if text_of(cell)]
            return len(set(texts)) < 0.9 * len(texts)
    return False


def _fields(kind: Kind, own: int, columns: Sequence[Column], fashion: Fashion) -> dict[int, str]:
    """Which column says what: one field a column, one column a field, the best fitting first."""
    offers: list[tuple[float, int, str]] = []
    for column in columns:
        offers += [
            (score, column.index, one.key)
            for one, score in _meant(kind, own, column, columns)
            if fits(one, column.cells, fashion=fashion, is_vague=column.rest in VAGUE)
        ]
    found: dict[int, str] = {}
    for _, index, key in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        if index not in found and key not in found.values():
            found[index] = key
    for title, number in (("goal_title", "goal"), ("strategy_title", "strategy")):
        if title in found.values() and number not in found.values():  # a title alone is what names the thing
            found = {index: number if key == title else key for index, key in found.items()}
    return dict(sorted(found.items()))


def _meant(kind: Kind, own: int, column: Column, columns: Sequence[Column]) -> list[tuple[Field, float]]:
    """The fields that a heading can mean, each with how surely."""
    if column.level and column.rank != own:
        key = _parent(kind, own, column, columns)
        return [(kind.field(key), 3.0)] if key and key in {one.key for one in kind.fields} else []
    phrase = " ".join(column.rest)
    exact = [(one, 3.0 + bool(column.level)) for one in kind.fields if phrase in one.says and (phrase or column.level)]
    if exact or len(phrase) < 5:
        return exact
    return [
        (one, 2.0)
        for one in kind.fields
        if difflib.get_close_matches(phrase, [w for w in one.says if len(w) > 4], 1, 0.9)
    ]


def _parent(kind: Kind, own: int, column: Column, columns: Sequence[Column]) -> str:
    """The field of a column that names what a row belongs to, by its number or its title."""
    is_number = column.says(NUMBER)
    if (not is_number and not column.says(TITLE)) or column.rank > own >= 0:
        return ""
    if kind.key in {"milestone", "commitment"}:
        return "initiative" if column.rank == INITIATIVE else ""
    above = sorted({one.rank for one in columns if _is_structural(one) and (own < 0 or one.rank < own)})
    if column.rank == above[0] and kind.key != "goal":
        return "goal" if is_number else "goal_title"
    if column.rank == above[-1] and kind.key == "initiative":
        return "strategy" if is_number else "strategy_title"
    return ""


def fits(one: Field, cells: Sequence[Any], *, fashion: Fashion, is_vague: bool = False) -> bool:
    """Whether the cells of a column can be what a field holds; a column without any can be anything."""
    filled = [cell for cell in cells if cell not in (None, "") and text_of(cell) not in ERRORS][:LOOKED_AT]
    if not filled:
        return True
    if sum(isinstance(cell, dict) for cell in filled) * 2 >= len(filled):
        return False
    texts = [text_of(cell) for cell in filled]
    lengths = sum(map(len, texts)) / len(texts)
    if one.shape in {"date", "end"}:
        readable = sum(1 for cell in filled if (day := read_date(cell, fashion, end=False)).day or day.asks)
        days = sum(1 for cell in filled if read_date(cell, fashion, end=False).day)
        return days * 2 >= len(filled) and readable >= 0.8 * len(filled)
    if one.shape in {"percent", "share"}:
        return sum(_is_figure(text) for text in texts) >= 0.6 * len(texts)
    if one.shape in {"status", "progress", "choice"}:
        return len(set(texts)) <= 25 and lengths <= 30
    if one.shape == "number":
        return sum(len(text) <= one.longest and " " not in text for text in texts) >= 0.8 * len(texts)
    if one.shape in {"person", "department"}:
        return lengths <= 60
    if one.key in SAID:  # a text that somebody wrote, not a mark or a number of a version
        return not is_vague or (lengths >= 15 and len(set(texts)) > 2)
    return one.shape != "line" or not one.longest or lengths <= one.longest


def _is_figure(text: str) -> bool:
    try:
        float(text.replace("%", "").replace(",", "."))
    except ValueError:
        return False
    return True
