"""Files that say themselves what their rows are: JSON as planapp writes it, and bundles of CSV files."""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from imports.kinds import KINDS
from imports.reading.archives import open_archive, part_of
from imports.reading.delimited import read_delimited
from imports.reading.sheets import MOST_ROWS, MOST_SHEETS, CannotRead, Sheet, plain, stem, too_many

FORMAT = "planapp-plan"
CSV = (".csv", ".tsv", ".txt")  # endings of what an archive can hold
NOT_OURS = "This JSON file was not written by planapp. Save the plan as XLSX or CSV and choose that."


def together(files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Files that were chosen together as one: its name, and an archive of them. Raises CannotRead."""
    if len(files) == 1:
        return files[0]
    names = [name.replace("\\", "/").rpartition("/")[2] for name, _ in files]
    if len(names) > MOST_SHEETS:
        raise too_many("files", len(names), MOST_SHEETS)
    others = [name for name in names if not name.lower().endswith(CSV)]
    if others:
        raise CannotRead(
            f"Only CSV files can be chosen together, and “{others[0][:60]}” is none. Choose it alone, or save its "
            "sheets as CSV."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CannotRead(f"Two of the files are called “{twice[0][:60]}”. Give one another name.")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, (_, data) in zip(names, files, strict=True):
            archive.writestr(name, data)
    return f"{names[0][:150]} and {len(names) - 1} more", target.getvalue()


def read_bundle(data: bytes) -> list[Sheet]:
    """Every CSV file of an archive, as a sheet; under its path where two have one name."""
    archive = open_archive(data)
    names = [part.filename for part in archive.infolist() if part.filename.lower().endswith(CSV)]
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if not names:
        raise CannotRead("There is no CSV file in this archive, and it is no workbook.")
    if len(names) > MOST_SHEETS:
        raise too_many("files", len(names), MOST_SHEETS)
    stems = [stem(name) for name in names]
    called = {name: name.rpartition(".")[0] if stems.count(stem(name)) > 1 else stem(name) for name in names}
    return [sheet for name in names for sheet in read_delimited(part_of(archive, name), called[name])]


def read_json(data: bytes) -> list[Sheet]:
    """The kinds of a plan, each a list of objects. `data` begins with a brace: it is an object or is damaged."""
    try:
        told: Any = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise CannotRead("This JSON file is damaged. Download it again, and choose that.") from None
    if told.get("format") != FORMAT:
        raise CannotRead(NOT_OURS)
    return [_sheet(key, told[key]) for key in KINDS if told.get(key)]


def _sheet(key: str, rows: Any) -> Sheet:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CannotRead(NOT_OURS)
    if len(rows) > MOST_ROWS:
        raise too_many("rows", f"{len(rows):,}", MOST_ROWS)
    names = [one.key for one in KINDS[key].fields]
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    return Sheet(KINDS[key].label, [list(names), *cells], kind=key)


def _cell(value: Any) -> Any:
    return plain(value) if value is None or isinstance(value, str | int | float | bool) else json.dumps(value)
