"""Rows of sheets as entries: cells by field, under the headings that the file has for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from imports.kinds import KINDS, Kind
from imports.meaning.cells import Problem, Reader, Wrong
from imports.meaning.dates import Fashion, day_first, read_date
from imports.meaning.headings import columns_of
from imports.reading.sheets import Sheet, text_of

DIFFERS = "Make both the same, or leave one of the two columns out."


@dataclass(slots=True)
class Entry:
    """One row: its cells by field, where they stand, and how its columns write dates and figures."""

    kind: Kind
    sheet: str
    row: int
    cells: dict[str, Any]
    headings: Mapping[str, str]
    fashions: Mapping[str, Fashion]
    problems: list[Problem] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)  # of a cell that came from another sheet: where it stands

    def text(self, key: str) -> str:
        """A cell as it is written; "" where there is none, or where it holds no value of its own."""
        cell = self.cells.get(key)
        return "" if isinstance(cell, dict) else text_of(cell)

    def is_whole(self, key: str) -> bool:
        """Whether a date cell names one day rather than a month, quarter or year."""
        return read_date(self.cells[key], self.fashions[key], end=True).is_whole

    def said(self, key: str, reader: Reader) -> Any:
        """What a cell says, whatever way it is written; as it is written where it cannot be read."""
        try:
            return reader.read(self.kind.field(key), self.cells[key], self.fashions.get(key))
        except Wrong:
            return self.text(key)

    def values(self, reader: Reader) -> dict[str, Any]:
        """The value of every column that is there; what cannot be read becomes a problem of the row."""
        found: dict[str, Any] = {}
        for key, cell in self.cells.items():
            try:
                found[key] = reader.read(self.kind.field(key), cell, self.fashions.get(key))
            except Wrong as wrong:
                if wrong.asks is not None:
                    reader.words.ask(*wrong.asks)
                label = self.headings[key]
                where = f"{label} in {self.elsewhere[key]}" if key in self.elsewhere else label
                self.problems.append(Problem(label, text_of(cell)[:200], f"{where} {wrong.sentence}."))
        return found


def entries_of(sheets: Sequence[Sheet], mapping: Sequence[Mapping[str, Any]], reader: Reader) -> dict[str, list[Entry]]:
    """Every row that says anything, by kind, in the order of the file."""
    found: dict[str, list[Entry]] = {key: [] for key in KINDS}
    for sheet, said in zip(sheets, mapping, strict=True):
        if said["kind"]:
            found[said["kind"]] += _rows(sheet, said, reader)
    for several in found.values():
        _merge(several, reader)
    return found


def _rows(sheet: Sheet, said: Mapping[str, Any], reader: Reader) -> Iterator[Entry]:
    kind, header = KINDS[said["kind"]], said["header"]
    columns = {int(index): key for index, key in said["columns"].items() if key}
    named = columns_of(sheet, header)
    columns = {index: key for index, key in columns.items() if index < len(named)}
    headings = {key: named[index][0] or kind.field(key).label for index, key in columns.items()}
    fashions = {}
    for index, key in columns.items():
        shape = kind.field(key).shape
        texts = [text_of(cell) for cell in named[index][1] if isinstance(cell, str)] if shape in {"date", "end"} else []
        if shape in {"date", "end"}:
            fashions[key] = replace(reader.fashion, day_first=day_first(texts))
        if shape == "percent" and _are_parts(named[index][1]):
            reader.parts |= {key}
    left_out = frozenset(said.get("left_out", ()))
    for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        if number in left_out:
            continue
        cells = {key: row[index] if index < len(row) else None for index, key in columns.items()}
        if any(cell not in (None, "") for cell in cells.values()):
            yield Entry(kind, sheet.name, number, cells, headings, fashions)


def _are_parts(cells: Sequence[Any]) -> bool:
    """Whether a column of figures counts to 1 rather than to 100: none above 1, and some between."""
    figures = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    return bool(figures) and all(0 <= one <= 1 for one in figures) and any(0 < one < 1 for one in figures)


def _merge(entries: list[Entry], reader: Reader) -> None:
    """Rows of two sheets about the same number become one; in one sheet, the second is refused."""
    first: dict[str, Entry] = {}
    for entry in list(entries):
        number = entry.text("number")
        if not number or entry.kind.key == "strategy":
            continue
        if number not in first:
            first[number] = entry
            continue
        earlier, label = first[number], entry.headings["number"]
        both = [
            key for key in entry.cells if key in earlier.cells and entry.said(key, reader) != earlier.said(key, reader)
        ]
        if entry.sheet == earlier.sheet:
            entry.problems.append(
                Problem(
                    label, number, f"{label} {number} stands in row {earlier.row} too. Every number may stand once."
                )
            )
        elif both:
            where = f"row {earlier.row} of “{earlier.sheet}”"
            entry.problems += [
                Problem(
                    entry.headings[key],
                    entry.text(key),
                    f"{entry.headings[key]} differs from “{earlier.headings[key]}” in {where}: "
                    f"{earlier.text(key)[:60].removesuffix(' 00:00:00')}. {DIFFERS}",
                )
                for key in both
            ]
        else:
            place = f"row {entry.row} of “{entry.sheet}”"
            earlier.elsewhere |= {key: place for key in entry.cells if key not in earlier.cells}
            earlier.headings = {**entry.headings, **earlier.headings}
            earlier.fashions = {**entry.fashions, **earlier.fashions}
            earlier.cells = {**entry.cells, **earlier.cells}
            entries.remove(entry)
