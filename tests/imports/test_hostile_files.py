"""Files made to hurt whoever reads them: refused in a sentence, in bounded memory; nothing of them is believed."""

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.conf import settings

from imports.reading.files import read_file
from imports.reading.sheets import MOST_BYTES, MOST_CELLS, MOST_ROWS, MOST_SHEETS, CannotRead
from tests.hostile_files import FILES
from tests.imports.files import csv_file, xlsx_file

GOOD = xlsx_file(("Plan", [("Number", "Initiative"), ("1.1", "Lend laptops")]))
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
ELSEWHERE = b'<a><Relationship Type="x/worksheet" Target="http://x.example/" TargetMode="External"/></a>'


def book(parts: dict[str, bytes], *, more: dict[str, bytes] | None = None) -> bytes:
    """A good workbook with other parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, parts.get(part.filename, old.read(part.filename)))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return target.getvalue()


def rows(row: bytes, count: int) -> bytes:
    return b"".join(row % number for number in range(1, count + 1))


def lying(data: bytes) -> bytes:
    """The directory says that every part is ten bytes."""
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data = data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]
        at = data.find(b"PK\x01\x02", at + 4)
    return data


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb": (lambda: book({SHEET: HEAD + b" " * 200_000_000 + TAIL}), "larger than"),
    "a zip bomb that lies": (lambda: lying(book({SHEET: HEAD + b" " * 200_000_000 + TAIL})), "damaged"),
    "one cell at XFD1048576": (
        lambda: book({SHEET: HEAD + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + TAIL}), "XFD1048576"),
    "one cell far below, without a row number": (
        lambda: book({SHEET: HEAD + b'<row><c r="A999999"><v>1</v></c></row>' + TAIL}), "A999999"),
    "a million empty rows": (
        lambda: book({SHEET: HEAD + rows(b'<row r="%d"/>', 1_000_000) + TAIL}), "1,000,000 rows"),
    "rows as wide as can be": (
        lambda: book({SHEET: HEAD + rows(b'<row r="%d"><c r="ZZ1"><v>1</v></c></row>', 40_000) + TAIL}),
        "columns"),
    "entities in a sheet": (
        lambda: book({SHEET: b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 900 + b'">]>' + HEAD + TAIL}), "entities"),
    "entities in the texts": (
        lambda: book({"xl/sharedStrings.xml": OUTSIDE + b"<a>&b;</a>"}),
        "entities"),
    "entities hidden in UTF-16": (
        lambda: book({"xl/sharedStrings.xml": OUTSIDE.decode().encode("utf-16")}),
        "entities"),
    "links to other files": (
        lambda: book({}, more={"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}), "other files"),
    "a sheet somewhere else": (
        lambda: book({}, more={"xl/_rels/x.xml.rels": ELSEWHERE}),
        "other files"),
    "a part out of its folder": (lambda: book({}, more={"../../etc/cron.d/x": b"x"}), "outside"),
    "a part with a drive": (lambda: book({}, more={"C:/x": b"x"}), "outside"),
    "a part at the root of everything": (lambda: book({}, more={"/etc/x": b"x"}), "outside"),
    "a part with the slashes of Windows": (lambda: book({}, more={"a\\x": b"x"}), "outside"),
    "a directory that says it is endless": (
        lambda: b"PK\x05\x06" + bytes(8) + b"\0\0\x10\0" * 2 + bytes(2), "too many parts"),
    "a directory that is cut off": (lambda: b"PK" + bytes(40) + b"PK\x05\x06" + b"\xff" * 14, "damaged"),
    "an archive without a directory": (lambda: b"PK" + b"\xff" * 60, "damaged"),
    "more parts than a plan can have": (
        lambda: zipped({f"{n}.csv": b"a" for n in range(1_001)}), "too many parts"),
    "two parts of one name": (
        lambda: zipped({"a.csv": b"a,b", "b.csv": b"a,b"}).replace(b"b.csv", b"a.csv"), "too many parts"),
    "a part packed as nobody does": (lambda: zipped({"a.csv": b"a,b"}, zipfile.ZIP_BZIP2), "damaged"),
    "more CSV files than can be read": (
        lambda: zipped({f"{n}.csv": b"a,b" for n in range(MOST_SHEETS + 1)}), "61 files"),
    "more sheets than can be read": (
        lambda: xlsx_file(*((f"S{n}", [("a", "b")]) for n in range(MOST_SHEETS + 1))), "61 sheets"),
    "more cells than can be read": (
        lambda: book({SHEET: HEAD + b'<c r="A1"/>' * (MOST_CELLS + 1) + TAIL}), "has 1,500,001 cells"),
    "a row far below the last": (
        lambda: book({SHEET: HEAD + b'<row r="60000"><c r="A60000"><v>1</v></c></row>' + TAIL}),
        "has more than 50,000 rows"),
    "gaps that are more than can be read": (
        lambda: book({SHEET: HEAD + rows(b'<row r="%d"><c r="IP1"><v>1</v></c></row>', 7_000) + TAIL}),
        "has more than 1,500,000 cells"),
    "formulas without an end": (lambda: book({SHEET: HEAD + b'<c r="A1"><f>' * 2_000_000 + TAIL}), ""),
    "a CSV of a million rows": (lambda: b"a,b\n" * 1_000_000, "has more than 50,000 rows"),
    "a CSV that is too wide": (lambda: b",".join([b"a"] * 300), "has 300 columns"),
    "a CSV of one endless cell": (lambda: b'a,b\n"' + b"x" * 5_000_000, "no end"),
    "a CSV of 9 MB of commas": (lambda: b"," * 9_000_000, "has more than 1,500,000 cells"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), "neither"),
    "names with values and no table": (
        lambda: b"# plan\nplan:\n  title: Ours, and yours\nitems:\n  - {number: 1, title: Fiber}\n  - number: 2\n" * 9,
        "YAML"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "old XLS"),
    "nothing": (lambda: b"", "empty"),
    "blanks": (lambda: b" \n" * 900, "file is empty"),
    "a table of nothing": (lambda: b",,\n" * 900, "nothing in the file"),
    "a file that is too large": (lambda: b"x" * (MOST_BYTES + 1), "larger"),
    "XML: billion laughs": (
        lambda: b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]><StrategicPlan>&c;</StrategicPlan>', "DOCTYPE"),
    "XML: an outside entity": (
        lambda: OUTSIDE + b"<StrategicPlan>&b;</StrategicPlan>", "DOCTYPE"),
    "XML: a DOCTYPE alone": (lambda: b"<!DOCTYPE a><StrategicPlan/>", "DOCTYPE"),
    "XML: nested without end": (lambda: b"<a>" * 300_000, "parts"),
    "XML: three million nodes": (lambda: b"<a>" + b"<b/>" * 2_300_000, "parts"),
    "XML: a lone ampersand": (
        lambda: b"<StrategicPlan>\n<Name>Parks & Recreation</Name></StrategicPlan>", "line 2, column"),
    "XML: an ampersand that stands alone": (
        lambda: b"<StrategicPlan><Name>Parks & Recreation</Name></StrategicPlan>", "must be written “&amp;”"),
    "XML: a name from nowhere": (lambda: b"<StrategicPlan><a:Name/></StrategicPlan>", "cannot be read"),
    "XML: letters of nowhere": (lambda: b'<?xml version="1.0" encoding="klingon"?><a/>', "encoding"),
    "XML: the format of one author": (
        lambda: b"<OrganizationalStrategyDocument><Goal/></OrganizationalStrategyDocument>", "StratML 3.5"),
    "XML: of something else": (lambda: b"<html><body/></html>", "no StratML"),
    "XML: a plan without goals": (lambda: b"<StrategicPlan><Name>x</Name></StrategicPlan>", "no goal"),
    "JSON: of something else": (lambda: b'{"a": 1}', "not written by planapp"),
    "JSON: damaged": (lambda: b'{"format": "planapp-plan", ', "damaged"),
    "JSON: nested without end": (lambda: b'{"a":' * 200_000, "damaged"),
    "JSON: rows of something else": (lambda: b'{"format": "planapp-plan", "goal": [1]}', "not written by planapp"),
    "JSON: a number for rows": (lambda: b'{"format": "planapp-plan", "goal": 5}', "not written by planapp"),
    "JSON: more rows than can be read": (
        lambda: b'{"format": "planapp-plan", "goal": [' + b"{}," * MOST_ROWS + b"{}]}", "has 50,001 rows"),
    "an archive without a CSV file": (lambda: zipped({"a.txt.exe": b"x"}), "no CSV"),
    "an archive of a bomb": (lambda: zipped({"a.csv": b" " * 200_000_000}), "larger than"),
    "an archive with a password": (lambda: protected(zipped({"a.csv": b"x"})), "password"),
}  # fmt: skip


def zipped(parts: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packed) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def protected(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02")
    return data[: at + 8] + b"\x01\x00" + data[at + 10 :]


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_refused_in_a_sentence(name):
    make, said = BOMBS[name]
    with pytest.raises(CannotRead) as refused:
        read_file(make(), "plan.xlsx")
    assert said in str(refused.value)
    assert str(refused.value)[-1] in ".;" or str(refused.value).endswith("”")


@pytest.mark.parametrize("name", FILES)
def test_whatever_hurts_a_reader_of_reports_hurts_none_here(name):
    """Refused, or taken for a text with hardly anything in it."""
    data = FILES[name]()
    with suppress(CannotRead):
        assert sum(sheet.filled for sheet in read_file(data[:MOST_BYTES], "plan.xlsx")) < 200_000


MEASURE = """
import resource, sys, time
from imports.reading.files import read_file
from imports.reading.sheets import CannotRead
from tests.imports.test_hostile_files import BOMBS
data = BOMBS[sys.argv[1]][0]()
def held():
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
open("/proc/self/clear_refs", "w").write("5")
before, start = held(), time.process_time()
try:
    read_file(data, "plan.xlsx")
except CannotRead:
    pass
print(time.process_time() - start, (held() - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["a zip bomb", "one cell at XFD1048576", "a million empty rows", "rows as wide as can be"]
)
def test_memory_stays_small(name):
    """In a process of its own; bytes, for seconds depend on the machine."""
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'planapp.settings_test'\n"
         "django.setup()\n" + MEASURE, name],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    _, megabytes = told.stdout.split()
    assert float(megabytes) <= 150


def test_a_formula_without_its_answer_is_named_and_never_blank():
    xml = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Number</t></is></c></row><row r="2"><c r="A2"><f>B2&amp;C2</f></c>'
    )
    (sheet,) = read_file(book({SHEET: HEAD + xml + b"</row>" + TAIL}), "plan.xlsx")
    assert sheet.rows[1] == [{"formula": "=B2&C2"}]
    (sheet,) = read_file(csv_file(("Number",), ("=A2 & B2",)), "plan.csv")
    assert sheet.rows[1] == [{"formula": "=A2 & B2"}]


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", ";"), ("utf-16-le", ","), ("utf-8", "|")],
)
def test_letters_and_separators_are_found(encoding, separator):
    rows = [("Nummer", "Título", "Text"), ("1.1", "Año nuevo, café", "a;b"), ("1.2", "Über", "x, y")]
    (sheet,) = read_file(csv_file(*rows, encoding=encoding, separator=separator), "plan.csv")
    assert [tuple(row) for row in sheet.rows] == rows
