"""The formats of a whole plan: a workbook, a bundle of CSV files, JSON, StratML."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

from imports.exporting.content import PlanContent, Writer
from imports.kinds import Field, Kind
from web.tables import XLSX_TYPE, Column, csv_blocks, csv_value, open_book, write_sheet
from web.tables import Kind as Cells

DATES = {"date", "end"}
FORMAT = "planapp-plan"
BEGAN = (1980, 1, 1, 0, 0, 0)  # of every part of a bundle, so that the same plan is the same file


@dataclass(frozen=True)
class Format:
    """A format: its word on the page, its ending and its media type."""

    label: str
    extension: str
    media_type: str
    writer: str

    def write(self, content: PlanContent) -> bytes:
        module, _, name = self.writer.rpartition(".")
        write: Writer = getattr(import_module(module), name)
        return write(content)


FORMATS = {
    "xlsx": Format("Workbook", "xlsx", XLSX_TYPE, f"{__name__}.to_workbook"),
    "csv": Format("CSV bundle", "zip", "application/zip", f"{__name__}.to_bundle"),
    "json": Format("JSON", "json", "application/json", f"{__name__}.to_json"),
    "stratml": Format("StratML", "xml", "application/xml", "imports.exporting.to_stratml.to_stratml"),
}


def columns(kind: Kind) -> list[Column]:
    return [Column(one.label, _cells(one), 40 if one.shape == "text" else 18) for one in kind.fields]


def _cells(one: Field) -> Cells:
    return "date" if one.shape in DATES else "percent" if one.shape == "percent" else "text"


def to_workbook(content: PlanContent) -> bytes:
    target = io.BytesIO()
    book = open_book(target)
    book.set_properties({"title": content.plan.title, "created": datetime(*BEGAN, tzinfo=UTC)})
    for kind in content.kinds:
        write_sheet(book, kind.label, columns(kind), content.rows[kind.key], lines=3)
    book.close()
    return target.getvalue()


def to_bundle(content: PlanContent) -> bytes:
    """A CSV file for each kind, and a data package that says what their columns are."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(_part("datapackage.json"), json.dumps(_package(content), indent=1, ensure_ascii=False))
        for kind in content.kinds:
            text = "".join(csv_blocks(columns(kind), content.rows[kind.key]))
            bundle.writestr(_part(f"{kind.label}.csv"), text)
    return target.getvalue()


def _part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, BEGAN)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _package(content: PlanContent) -> dict[str, Any]:
    """What a program reads first: https://specs.frictionlessdata.io/tabular-data-package/."""
    return {
        "profile": "tabular-data-package",
        "name": content.plan.slug,
        "title": content.plan.title,
        **({"description": content.plan.sample_note} if content.plan.sample_note else {}),
        "resources": [
            {
                "name": kind.key, "title": kind.label, "path": f"{kind.label}.csv", "encoding": "utf-8",
                "profile": "tabular-data-resource",
                "schema": {"fields": [{"name": one.label, "type": _type(kind, one)} for one in kind.fields]},
            }
            for kind in content.kinds
        ],
    }  # fmt: skip


def _type(kind: Kind, one: Field) -> str:
    """A milestone may be due in a month, which is no date to a program."""
    is_date = one.shape in DATES and not (kind.key == "milestone" and one.key == "due_date")
    if one.shape in {"percent", "share"}:
        return "integer" if one.shape == "percent" else "number"
    return "date" if is_date else "string"


def to_json(content: PlanContent) -> bytes:
    """Each kind as a list of objects; the keys are those of the fields."""
    kinds = {
        kind.key: [
            {one.key: _plain(value) for one, value in zip(kind.fields, row, strict=True) if value not in (None, "")}
            for row in content.rows[kind.key]
        ]
        for kind in content.kinds
    }
    told = {"format": FORMAT, "version": 1, "note": content.plan.sample_note, **kinds}
    return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    return csv_value(value) if isinstance(value, date) else value
