"""PPTX: the report as about ten slides for a meeting, on the template of the City.

Charts and tables can be edited; the speaker notes hold every sentence in full.
"""

import io
import zipfile
from typing import Any

from pptx.oxml import parse_xml

from initiatives.judgement import counted
from reports.content import ReportContent
from reports.content.outline import day_words
from reports.exporters.slides.draw import Deck, draw
from reports.exporters.slides.shapes import BLUE, HEADINGS, WHITE, YELLOW, Run, fit, plain, write
from reports.exporters.words import edition, report_name

FIXED = (1980, 1, 1, 0, 0, 0)  # a zip's earliest date: the same report gives the same bytes
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
MORE = (
    "Speaker notes of these slides hold every line that a slide cuts short.",
    "The page “Verify” under Reports takes this file, or the hash below, and says whether it is unchanged.",
    "This is a draft: the quarter was not frozen, and its figures may still change.",
)


def to_pptx(report: ReportContent) -> bytes:
    deck = Deck(report)
    _cover(deck)
    draw(deck)
    _more(deck)
    _footers(deck)
    _properties(deck)
    return _saved(deck.file)


def _cover(deck: Deck) -> None:
    report, workflow = deck.report, deck.report.workflow
    state = workflow.state_label if workflow.is_draft else f"{workflow.state_label}, revision {workflow.revision}"
    done = (
        f" Completed by {workflow.completed_by} on {day_words(workflow.completed_at)}." if workflow.completed_at else ""
    )
    lines = [
        Run(f"Quarterly report {report.quarter.label}", 26, WHITE, bold=True, font=HEADINGS),
        Run(f"The plan as of {day_words(report.day)}", 18, WHITE),
        Run(f"{state}.{done} {edition(report)}.", 16, WHITE),
    ]
    if report.sample_text:
        lines.append(Run(fit(report.sample_text, deck.area.width, 16, 2)[0], 16, YELLOW, bold=True))
    notes = [
        f"{report.title}.",
        f"{state}.{done} {edition(report)}.",
        report.rows.cover.plan_mission,
        report.sample_text,
    ]
    deck.add_cover(plain(report.rows.cover.plan_title) or "A plan without a title", lines, notes)


def _more(deck: Deck) -> None:
    report, workflow = deck.report, deck.report.workflow
    count = counted(len(report.rows.initiatives), "initiative")
    notes, verify, draft = MORE
    whole = (
        f"The report {report_name(report)} holds {count} with what was reported about each, as a web page, PDF, "
        "spreadsheet, CSV, JSON and StratML: the same figures in each."
    )
    lines = [whole, notes, verify if workflow.content_hash else draft]
    paragraphs = [[Run(line, 16)] for line in lines]
    for name, value in (("Content hash", workflow.content_hash), ("Chain hash", workflow.chain_hash)):
        if value:
            paragraphs += [[Run(name, 12, bold=True)], [Run(value, 14, BLUE, font="Consolas")]]
    deck.add_slide("Where to find more")
    deck.add_paragraphs(paragraphs, "Where to find more")
    deck.note([*lines, f"Content hash {workflow.content_hash}." if workflow.content_hash else ""])


def _footers(deck: Deck) -> None:
    """Footer and slide number on every slide but the first, last in reading order."""
    report = deck.report
    parts = [report_name(report), edition(report), f"as of {day_words(report.day)}", report.rows.cover.plan_title]
    footer = " · ".join(["Sample activity", *parts] if report.rows.cover.sample_note else parts)
    for number, slide in enumerate(list(deck.file.slides)[1:], start=2):
        for shape in slide.slide_layout.placeholders:
            if shape.name in {"Footer", "Slide number"}:
                slide.shapes.clone_placeholder(shape)
        for shape in slide.placeholders:
            kind = shape.element.ph.get("type")
            if kind == "ftr":
                write(shape.text_frame, [[Run(fit(footer, deck.area.width - 1, 10)[0], 10)]])
            elif kind == "sldNum":
                field = '<a:fld {} id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum"><a:t>{}</a:t></a:fld>'
                shape.text_frame.paragraphs[0]._p.append(parse_xml(field.format(DRAWING, number)))


def _properties(deck: Deck) -> None:
    report, properties = deck.report, deck.file.core_properties
    properties.title = plain(report.title)[:255]
    properties.subject = report.workflow.content_hash
    properties.author = properties.last_modified_by = "planapp"
    properties.keywords = "sample activity" if report.rows.cover.sample_note else ""
    properties.language = "en-US"
    properties.revision = 1
    if report.workflow.built_at is not None:  # the same report gives the same bytes
        properties.created = properties.modified = report.workflow.built_at.replace(tzinfo=None)


def _saved(deck: Any) -> bytes:
    """The finished file, with dates of its own taken out of the archive."""
    written, target = io.BytesIO(), io.BytesIO()
    deck.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, FIXED), old.read(item), zipfile.ZIP_DEFLATED)
    return target.getvalue()
