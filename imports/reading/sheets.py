"""What every file becomes: sheets of cells, with the limits that hold for all of them. No Django here."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE  # of a file that is uploaded
MOST_ROWS = 50_000  # of one sheet
MOST_COLUMNS = 256
MOST_CELLS = 1_500_000  # of a file, gaps counted
MOST_SHEETS = 60
SEARCHED = 30  # rows from the top in which the headings are looked for

# What a spreadsheet program shows where a formula has no answer. Never a blank: somebody must say what it means.
ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#ERROR!"})

# A cell is a text, a number, yes or no, nothing, or {"formula": …}: a formula whose answer the file does not hold.
# A date is a text such as 2026-09-30, a percentage one such as 35%.
Cell = str | int | float | bool | dict[str, str] | None


class CannotRead(Exception):
    """Why a file is refused, in a sentence for whoever chose it."""


@dataclass(slots=True)
class Sheet:
    """The cells of one sheet. `rows[0]` is row 1 of the file, so that every row can be named by its number.

    `kind` is set where the format itself says what its rows are, and row 1 then names fields, not headings.
    """

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    kind: str = ""
    is_hidden: bool = False
    notes: list[str] = field(default_factory=list)  # what of the file could not be kept, in sentences

    @property
    def filled(self) -> int:
        """How many rows hold anything."""
        return sum(1 for row in self.rows if any(cell not in (None, "") for cell in row))


def too_many(what: str, found: int | str, most: int) -> CannotRead:
    return CannotRead(
        f"The file has {found} {what}; at most {most:,} can be read. Delete what is empty below and beside your rows, "
        "or split the file, and choose it again."
    )


def plain(value: Any) -> Cell:
    """A value of a library as a cell."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def trimmed(row: list[Any]) -> list[Any]:
    """A row without the empty cells at its end."""
    last = len(row)
    while last and row[last - 1] in (None, ""):
        last -= 1
    return row[:last]


def text_of(cell: Cell) -> str:
    """A cell as a person reads it. A number has no more digits than a spreadsheet shows."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return format(cell, ".15g")
    return cell["formula"] if isinstance(cell, dict) else str(cell)


def stem(name: str) -> str:
    """The name of a file without its folder and ending."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.rpartition(".")[0] or last
