"""Each format of a report read back into the same plain values."""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import openpyxl
from lxml import etree, html
from pptx import Presentation

from tests.reports.pdf_reader import Document
from web.tables import CONTROL

STATUSES = (
    "Completed", "On track", "At risk", "Off track", "On hold", "Not started", "Cancelled", "No current update",
)  # fmt: skip
DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")


@dataclass(frozen=True)
class Reading:
    """What a file says; None where its format does not say it."""

    counts: dict[str, int]
    initiatives: dict[str, tuple[str, str]]  # number: title, status
    due: dict[str, date | None] | None = None
    milestones: list[tuple[str, date | None]] | None = None
    commitments: list[tuple[str, str]] | None = None  # what, state
    areas: dict[str, int] | None = None  # focus area: initiatives under it
    alignment: dict[str, list[int]] | None = None  # focus area: initiatives that serve each priority


@dataclass(frozen=True)
class Reader:
    """How a format is read, which initiatives and milestones it lists, and how exactly it keeps a text."""

    read: Callable[[bytes], Reading]
    initiatives: Callable = lambda report: report.rows.initiatives
    milestones: Callable = lambda report: report.steps
    text: Callable[[str], str] = lambda text: CONTROL.sub("", text)


def flat(text):
    """A page breaks lines where it likes."""
    return " ".join(CONTROL.sub("", text).split())


def bare(text):
    """A PDF is read glyph by glyph: what was typed in plain letters, without blanks."""
    plain = unicodedata.normalize("NFC", text).encode("ascii", "ignore").decode()
    return "".join(CONTROL.sub("", plain).split())


def told_steps(report):
    """The milestones that a report for people tells."""
    return [*report.milestones_met, *report.milestones_missed, *report.milestones_slipped]


def step_day(step):
    return step.milestone.completed_date or step.milestone.due_date


def matrix(rows):
    """Rows of a table, the name first, by name; the parts of a wide table one after the other."""
    found = {}
    for name, *cells in rows:
        found.setdefault(name, []).extend(0 if cell == "–" else int(cell) for cell in cells)
    return found


def day_of(text):
    found = DAY.search(text)
    return datetime.strptime(found.group(), "%d %b %Y").date() if found else None  # noqa: DTZ007 - a day


# Tables and records --------------------------------------------------------------------------------------------------


def read_csv(data):
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    def typed(text):
        return text[1:] if text.startswith("'") else text

    return Reading(
        counts=Counter(row["Status"] for row in rows),
        initiatives={typed(row["Number"]): (typed(row["Initiative"]), row["Status"]) for row in rows},
        due={typed(row["Number"]): date.fromisoformat(row["Due"]) if row["Due"] else None for row in rows},
    )


def unescaped(value):
    """A cell's text as a spreadsheet program shows it."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), value or "")


def read_xlsx(data):
    book = openpyxl.load_workbook(io.BytesIO(data))

    def rows(name):
        headings, *lines = book[name].iter_rows(values_only=True)
        return [dict(zip(headings, line, strict=True)) for line in lines if any(line)]

    *areas, whole = rows("Overview")
    served = book["Alignment"].iter_rows(min_row=2, values_only=True) if "Alignment" in book.sheetnames else ()
    initiatives = rows("Initiatives")
    return Reading(
        counts={label: whole[label] for label in whole if label in STATUSES},
        initiatives={unescaped(row["Number"]): (unescaped(row["Initiative"]), row["Status"]) for row in initiatives},
        due={unescaped(row["Number"]): row["Due"].date() if row["Due"] else None for row in initiatives},
        milestones=[
            (unescaped(row["Milestone"]), (row["Done"] or row["Due"]).date() if row["Done"] or row["Due"] else None)
            for row in rows("Milestones")
        ],
        commitments=[(unescaped(row["Commitment"]), row["State"]) for row in rows("Commitments")],
        areas={unescaped(row["Focus area"]): row["All"] for row in areas},
        alignment=matrix((unescaped(name), *cells) for name, *cells in served),
    )


def read_json(data):
    records = json.loads(data)["records"]

    def of(kind):
        return [row for row in records if row["record"] == kind]

    def day(text):
        return date.fromisoformat(text) if text else None

    return Reading(
        counts=Counter(row["effective_label"] for row in of("initiative")),
        initiatives={row["number"]: (row["title"], row["effective_label"]) for row in of("initiative")},
        due={row["number"]: day(row["due_date"]) for row in of("initiative")},
        milestones=[(row["title"], day(row["completed_date"] or row["due_date"])) for row in of("milestone")],
        commitments=[
            (row["what"], row["state_label"])
            for row in of("commitment")
            if row["state"] not in {"declined", "withdrawn"}
        ],
    )


def read_stratml(data):
    root = etree.fromstring(data)
    ns = {"s": root.nsmap[None]}

    def text(node, path):
        return node.findtext(path, "", ns)

    def day(node, path):
        return date.fromisoformat(text(node, path)) if text(node, path) else None

    def indicators(node, unit):
        return [
            one for one in node.iterfind(".//s:PerformanceIndicator", ns) if text(one, "s:UnitOfMeasurement") == unit
        ]

    initiatives, due = {}, {}
    for node in root.iterfind(".//s:Objective", ns):
        number = text(node, "s:SequenceIndicator")
        (status,), (percent,) = indicators(node, "Status"), indicators(node, "percent")
        initiatives[number] = (text(node, "s:Name"), text(status, ".//s:Descriptor/s:DescriptorValue"))
        due[number] = day(percent, ".//s:TargetResult/s:EndDate")
    return Reading(
        counts=Counter(status for _, status in initiatives.values()),
        initiatives=initiatives,
        due=due,
        milestones=[
            (
                text(node, "s:MeasurementDimension"),
                day(node, ".//s:ActualResult/s:EndDate") or day(node, ".//s:TargetResult/s:EndDate"),
            )
            for node in indicators(root, "Milestone")
        ],
        commitments=[
            (text(node, "s:MeasurementDimension"), text(node, ".//s:ActualResult/s:Descriptor/s:DescriptorValue"))
            for node in indicators(root, "Commitment")
            if text(node, ".//s:ActualResult/s:Descriptor/s:DescriptorValue") != "Withdrawn"
        ],
        areas={
            f"{text(node, 's:SequenceIndicator')} {text(node, 's:Name')}".strip(): len(node.findall("s:Objective", ns))
            for node in root.iterfind(".//s:Goal", ns)
        },
    )


# Documents -----------------------------------------------------------------------------------------------------------


def read_html(data):
    page = html.document_fromstring(data.decode())

    def rows(name):
        return page.xpath(f'//table[@aria-labelledby="{name}"]/tbody/tr[th]')

    def day(cell):
        found = cell.xpath(".//time/@datetime")
        return date.fromisoformat(found[0]) if found else None

    initiatives, due, areas = {}, {}, Counter()
    for row in page.xpath('//tr[starts-with(@id, "initiative-")]'):
        areas[row.xpath('string(preceding-sibling::tr[@class="row-group"][1])')] += 1
        number, _, title = row.xpath("string(th/text()[1])").partition(" ")
        initiatives[number] = (title, row.xpath('string(.//*[contains(@class, "status ")])').strip())
        due[number] = day(row.xpath('td[@data-label="Due"]')[0])
    whole = page.xpath('//table[@aria-labelledby="status-title"]//tr[@class="total"]/td[@data-label]')
    told = {cell.get("data-label"): cell.text_content() for cell in whole}
    return Reading(
        counts={label: int(told[label]) for label in told if label in STATUSES},
        initiatives=initiatives,
        due=due,
        milestones=[
            (row.xpath("string(th)"), day(row.xpath('td[@data-label="Done" or @data-label="Now due"]')[0]))
            for name in ("met", "missed", "slipped")
            for row in rows(f"milestones-{name}")
        ],
        commitments=[
            (row.xpath("string(th)"), row.xpath('string(td[@data-label="State"])').split(",")[0])
            for row in rows("commitments-title")
        ],
        areas=areas,
        alignment=matrix([cell.text_content() for cell in row] for row in rows("alignment-title")),
    )


def read_pdf(data):
    document = Document(data)
    (overview,) = document.section("Status by focus area").all("Table")
    head, *_, whole = [[cell.text for cell in row.all("TH", "TD")] for row in overview.all("TR")]
    initiatives, due, entry, area, areas = {}, {}, "", "", Counter()
    for part in document.section("All initiatives").parts:
        area = part.text if part.tag == "H2" else area
        for heading in part.all("H3"):
            areas[area] += 1
            entry = re.match(r"[\d.]+", heading.text)[0]  # a title written from the right may stand close to it
            initiatives[entry] = (heading.text[len(entry) :], "")
        if not entry or part.tag in {"H2", "H3"}:
            continue
        title, status = initiatives[entry]
        label = next((label for label in STATUSES if part.text.startswith(label)), "")
        initiatives[entry] = (title, status or label)
        if "Due:" in part.text:
            due[entry] = day_of(part.text.split("Due:")[1].split("Milestones:")[0])

    def rows(section):
        found = document.section(section).all("TR")
        return [[cell.text for cell in row.all("TH", "TD")] for row in found if row.all("TD")]

    return Reading(
        counts={label: int(count) for label, count in zip(head, whole, strict=True) if label in STATUSES},
        initiatives=initiatives,
        due=due,
        milestones=[(row[0], day_of(row[3])) for row in rows("Milestones")],
        commitments=[(row[0], row[2].split(",")[0]) for row in rows("Commitments by department")],
        areas=areas,
        alignment=matrix(rows("Alignment with priorities")),
    )


def read_pptx(data):
    """Counts from the chart, as PowerPoint draws it; the rest from the speaker notes, which leave nothing out."""
    slides = list(Presentation(io.BytesIO(data)).slides)
    notes = [slide.notes_slide.notes_text_frame.text.split("\n") for slide in slides]

    def spoken(words):
        """The sentences of a section, which begin with its title on a slide of its own or of another's."""
        lines = next(lines for lines in notes if any(words in line for line in lines))
        return lines[next(index for index, line in enumerate(lines) if words in line) :]

    def shapes(title, kind):
        slide = next(
            one for one in slides if title in [shape.text_frame.text for shape in one.shapes if shape.has_text_frame]
        )
        above = max(s.top for s in slide.shapes if s.has_text_frame and s.text_frame.text == title)
        return [shape for shape in slide.shapes if getattr(shape, f"has_{kind}") and shape.top > above]

    chart = shapes("Status by focus area", "chart")[0].chart
    words = "|".join(STATUSES)
    attention = [re.match(rf"(\S+) (.*?)\. Status: ({words})[,.]", line) for line in spoken("need attention")]
    steps = [
        re.match(r"(.*)\. Initiative: .*\. First agreed: .*\. (?:Done|Now due): (.*)\. Slip", line)
        for line in spoken("Milestones:")
    ]
    served = shapes("Alignment with priorities", "table")[0].table
    promises = [
        re.match(r"(.*)\. Initiative: .*\. State: (Proposed|Accepted|Delivered)(?:, overdue)?\. First", line)
        for line in spoken("Commitments:")
    ]
    return Reading(
        counts={series.name: int(sum(series.values)) for series in chart.plots[0].series},
        initiatives={found[1]: (found[2], found[3]) for found in attention if found},
        milestones=[(found[1], day_of(found[2])) for found in steps if found],
        commitments=[(found[1], found[2]) for found in promises if found],
        areas={
            name: int(sum(counts))
            for name, *counts in zip(
                chart.plots[0].categories, *(one.values for one in chart.plots[0].series), strict=True
            )
        },
        alignment=matrix([cell.text for cell in row.cells] for row in list(served.rows)[1:]),
    )


READERS = {
    "csv": Reader(read_csv),
    "xlsx": Reader(read_xlsx),
    "json": Reader(read_json, text=str),
    "stratml": Reader(read_stratml),
    "html": Reader(read_html, milestones=told_steps, text=flat),
    "pdf": Reader(read_pdf, milestones=told_steps, text=bare),
    "pptx": Reader(
        read_pptx,
        initiatives=lambda report: [item.initiative for item in report.attention],
        milestones=told_steps,
        text=flat,
    ),
}
