"""What an outline of a report is made of: sections of a few kinds of block, which each format draws in its own way.

Plain values, with everything a format may need: words and who wrote them, days as days, where a name leads. A section
is written once (sections.py); how a kind of block looks stands once in each format.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from records.days import in_words, instant_in_words
from web.markdown import to_plain
from web.shares import Segment

Look = Literal["", "muted", "late", "strong", "small"]
# Where a block is drawn. Speaker notes of slides hold the sentences of every block all the same.
Shown = Literal["everywhere", "documents", "slides", "files"]


@dataclass(frozen=True)
class Words:
    """Words on one line. `to` is the id of a place in the report; `is_typed`: somebody wrote them, not planapp."""

    text: str
    look: Look = ""
    to: str = ""
    is_typed: bool = False


@dataclass(frozen=True)
class Status:
    """A status as it was shown."""

    status: str
    text: str


@dataclass(frozen=True)
class Day:
    """A date; with `today`, also how far off it is from there."""

    day: date | None
    today: date | None = None

    @property
    def text(self) -> str:
        return day_words(self.day)

    @property
    def lateness(self) -> str:
        return lateness((self.day - self.today).days) if self.day and self.today else ""

    @property
    def is_late(self) -> bool:
        return bool(self.day and self.today and self.day < self.today)


Piece = Words | Status | Day
Line = tuple[Piece, ...]


@dataclass(frozen=True)
class Prose:
    """A text as typed, in Markdown, with a label of ours before it."""

    text: str
    label: str = ""
    look: Look = "muted"


Cell = tuple[Line | Prose, ...]


@dataclass(frozen=True)
class Column:
    """A column's heading and its share of the width; one of numbers is as narrow as it can be."""

    heading: str
    share: float = 1.0
    is_number: bool = False


@dataclass(frozen=True)
class Row:
    """`initiative_id` where the row is the entry of an initiative, which names of it elsewhere lead to."""

    cells: tuple[Cell, ...]
    initiative_id: int | None = None

    @property
    def id(self) -> str:
        return place(self.initiative_id) if self.initiative_id is not None else ""


@dataclass(frozen=True)
class Group:
    """Rows under a heading of their own; a table without headings is one group without a name."""

    rows: tuple[Row, ...]
    heading: str = ""
    aside: str = ""
    id: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Table:
    """`is_entries`: a row is long enough to stand as an entry of its own where a page is narrow.

    `is_even`: others with the same columns stand above or below, and these are as wide as theirs on a page.
    `has_total`: the last row sums the others. `is_matrix`: the numbers compare with one
    another. `chart`: slides draw it as bars, for its cells are names and numbers.
    """

    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    label: str  # the id of the heading that names it
    shown: Shown = "everywhere"
    is_entries: bool = False
    is_wide: bool = False
    is_even: bool = False
    has_total: bool = False
    is_matrix: bool = False
    chart: str = ""
    kind: str = "table"

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more. `items`: lines below it."""

    line: Line
    is_quiet: bool = False
    shown: Shown = "everywhere"
    kind: str = "paragraph"


@dataclass(frozen=True)
class Text:
    """A text of somebody's, in Markdown, and who wrote it when."""

    text: str
    by: Line = ()
    shown: Shown = "everywhere"
    kind: str = "text"


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and what is behind it: a table, or lines. `of`: the number it is a part of."""

    id: str
    value: int
    words: str
    heading: str
    of: int | None = None
    table: Table | None = None
    lines: tuple[Line, ...] = ()
    empty: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether there is more to it than its number."""
        return bool(self.table or self.lines or self.empty)

    @property
    def behind(self) -> list[tuple[str, str]]:
        """The name of each thing counted, and what a table says of it."""
        if not self.table:
            return [(plain(line[:1]), "") for line in self.lines]
        found = []
        for row in self.table.rows:
            name, *rest = map(plain_cell, row.cells)
            headings = (column.heading.lower() for column in self.table.columns[1:])
            said = [f"{heading} {text}" for heading, text in zip(headings, rest, strict=True) if text != "–"]
            found.append((name, ", ".join(reversed(said))))
        return found


@dataclass(frozen=True)
class Figures:
    """`is_strip`: pages show the numbers side by side first."""

    items: tuple[Figure, ...]
    is_strip: bool = True
    shown: Shown = "everywhere"
    kind: str = "figures"


@dataclass(frozen=True)
class Bar:
    """One bar of a chart of statuses; `is_total`: of the whole plan."""

    name: str
    parts: Sequence[Segment]
    is_total: bool = False


@dataclass(frozen=True)
class Chart:
    """Initiatives by status, a bar each; `legend`: every status that occurs with its word."""

    title: str
    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...]
    shown: Shown = "files"
    kind: str = "chart"


Block = Paragraph | Text | Figures | Table | Chart


@dataclass(frozen=True)
class Section:
    """A part of a report. Its blocks are made when somebody looks: a page shows the headings of all and few bodies.

    `aside` stands beside the heading; `headline` is the heading where there is room for one alone, as on a slide;
    `short` names it in a list of contents; `empty` is all there is to say where there are no blocks.
    """

    key: str
    heading: str
    make: "tuple[Block, ...] | Callable[[], tuple[Block, ...]]" = ()
    empty: str = ""
    aside: str = ""
    headline: str = ""
    short: str = ""
    is_optional: bool = False  # slides have none while it is empty
    holds: str = ""  # how ids inside begin, where that is not with its key

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return self.make() if callable(self.make) else self.make

    @property
    def on_pages(self) -> list[Block]:
        return [block for block in self.blocks if block.shown in {"everywhere", "documents"}]

    @property
    def in_documents(self) -> list[Block]:
        return [block for block in self.blocks if block.shown != "slides"]

    @property
    def on_slides(self) -> list[Block]:
        return [block for block in self.blocks if block.shown != "documents"]


# Words ---------------------------------------------------------------------------------------------------------------


def words(*pieces: Piece | str) -> Line:
    """Pieces on one line; texts are ours."""
    return tuple(Words(piece) if isinstance(piece, str) else piece for piece in pieces if piece != "")


def cell(*pieces: Piece | str) -> Cell:
    return (words(*pieces),) if pieces else ()


def typed(text: str, to: str = "") -> Words:
    return Words(text, to=to, is_typed=True)


def muted(text: str) -> Words:
    return Words(text, "muted")


def place(initiative_id: int) -> str:
    """The id of an initiative's entry in the report."""
    return f"initiative-{initiative_id}"


def day_words(value: date | None) -> str:
    """As the pages write it: 5 Jan 2027."""
    return in_words(value) if value else "No date"


def moment_words(value: datetime) -> str:
    return instant_in_words(value)


def lateness(days: int) -> str:
    if days in {0, 1, -1}:
        return {0: "today", 1: "tomorrow", -1: "1 day late"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days late"


def table(key: str, columns: Iterable[Column], rows: Iterable[Row], **more: Any) -> Table:
    """A table of one group, named by the heading of its section, or by the one whose id is `key`."""
    label = key if "-" in key else f"{key}-title"
    return Table(tuple(columns), (Group(tuple(rows)),), label, **more)


def parts(count: int, most: int) -> list[slice]:
    """As few and as even parts as hold at most so many each."""
    number = -(-count // most)
    size = -(-count // number) if number else 1
    return [slice(start, start + size) for start in range(0, count, size)]


def one_line(cell: Cell) -> Line:
    """A cell's lines as one, with commas between them."""
    found: list[Piece] = []
    for line in cell:
        pieces = (
            (Words(f"{line.label} {' '.join(to_plain(line.text).split())}".strip()),)
            if isinstance(line, Prose)
            else line
        )
        found += [*([Words(", ")] if found and pieces else []), *pieces]
    return tuple(found)


def plain(line: Iterable[Piece]) -> str:
    """A line as a text: a date with how far off it is in brackets."""
    return "".join(
        f"{piece.text} ({piece.lateness})" if isinstance(piece, Day) and piece.lateness else piece.text
        for piece in line
    )


def plain_cell(cell: Cell) -> str:
    return plain(one_line(cell))


def sentences(block: Block) -> list[str]:
    """Everything a block says, a sentence a row: for speaker notes, and for whoever cannot see a chart."""
    if isinstance(block, Paragraph):
        return [plain(block.line)]
    if isinstance(block, Text):
        return [*filter(None, to_plain(block.text).splitlines()), *([plain(block.by)] if block.by else [])]
    if isinstance(block, Chart):
        return [f"{bar.name}: {', '.join(f'{part.label} {part.count}' for part in bar.parts)}." for bar in block.bars]
    if isinstance(block, Table):
        return [_row_sentence(block.columns, row) for row in block.rows]
    found = []
    for item in block.items:
        found.append(f"{item.heading if item.of is None else f'{item.heading}: {item.value} of {item.of}'}:")
        found += sentences(item.table) if item.table else [plain(line) for line in item.lines]
    return found


def _row_sentence(columns: Sequence[Column], row: Row) -> str:
    first, *rest = map(plain_cell, row.cells)
    return ". ".join([first, *(f"{column.heading}: {text}" for column, text in zip(columns[1:], rest, strict=True))])
