"""The files of the newest frozen quarter, each beside the bare library that writes the same words, cells or values.

A grown plan is frozen as it is made; the content is read once, and what is measured is the writing. The slides and the
web page have no limit to stand beside: they are drawn once again, and their line says how much they take.
"""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable

import openpyxl
import xlsxwriter
from django.utils import timezone
from pptx import Presentation

from benchmarks.grown import grow
from benchmarks.measure import Memory, Pair, peak_of, taking_turns
from benchmarks.newest import frozen
from benchmarks.plain_pdf import FOLDER
from goals.models import Plan
from reports.content import ReportContent
from reports.exporters import FORMATS, to_pdf
from reports.exporters.pdf.text import FONTS, Drawable, families

SIZES = (69, 2_001)
AIMS = {"pdf": 3.0, "xlsx": 1.5, "csv": 3.0, "json": 3.0}


def run(size: int) -> list[Pair | Memory]:
    if not Plan.objects.exists():
        grow(size, now=timezone.now())
    content = frozen()
    limits = {"pdf": plain_pdf, "xlsx": plain_xlsx, "csv": plain_csv, "json": plain_json, "pptx": plain_pptx}
    found: list[Pair | Memory] = [
        taking_turns(
            f"{FORMATS[key].label} of {size:,} initiatives", lambda key=key: FORMATS[key].write(content),  # type: ignore[misc]
            limits[key](content), rounds=2, aim=AIMS.get(key),
        )
        for key in limits
    ]  # fmt: skip
    return found + [peak_of(f"{kind.label}, memory", "benchmarks.newest", key) for key, kind in FORMATS.items()]


def plain_pdf(content: ReportContent) -> Callable[[], object]:
    told = Drawable().tree(to_pdf.document(content)) | {"fonts": list(families())}
    data = json.dumps(told, ensure_ascii=False).encode()
    command = [sys.executable, str(FOLDER / "plain_pdf.py"), str(FONTS)]
    return lambda: subprocess.run(command, input=data, check=True)


def plain_xlsx(content: ReportContent) -> Callable[[], object]:
    made = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(content)), read_only=True)
    sheets = [list(sheet.iter_rows(values_only=True)) for sheet in made.worksheets]

    def write() -> None:
        book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for at, item in enumerate(row):
                    sheet.write(number, at, item)
        book.close()

    return write


def plain_csv(content: ReportContent) -> Callable[[], object]:
    rows = list(csv.reader(io.StringIO(FORMATS["csv"].write(content).decode("utf-8-sig"), newline="")))
    return lambda: csv.writer(io.StringIO()).writerows(rows)


def plain_json(content: ReportContent) -> Callable[[], object]:
    values = json.loads(FORMATS["json"].write(content))
    return lambda: json.dumps(values, ensure_ascii=False).encode()


def plain_pptx(content: ReportContent) -> Callable[[], object]:
    """The finished deck opened and saved."""
    made = FORMATS["pptx"].write(content)
    return lambda: Presentation(io.BytesIO(made)).save(io.BytesIO())
