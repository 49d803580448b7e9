"""PPTX: the report as ten to twelve slides for a meeting.

Charts and tables can be edited; the speaker notes hold every sentence in full.
"""

from typing import Any

from reports.content import ReportContent
from reports.exporters.slides.fitting import cut
from reports.exporters.slides.look import (
    BLUE,
    BOTTOM,
    GREY,
    HEADINGS,
    INK,
    LEFT,
    PADDING,
    ROOM,
    TOP,
    WHITE,
    YELLOW,
    plain,
)  # fmt: skip
from reports.exporters.slides.master import new_deck, save
from reports.exporters.slides.parts import (
    Say,
    TableColumn,
    add_cover,
    add_footers,
    add_notes,
    add_slide,
    add_table,
    add_text,
)  # fmt: skip
from reports.exporters.slides.sections import SECTIONS, day, many
from reports.exporters.words import CORRECTION_COLUMNS, correction_row, edition, report_name
from web.markdown import to_plain


def to_pptx(report: ReportContent) -> bytes:
    deck = new_deck()
    _cover(deck, report)
    if report.workflow.summary:
        _summary(deck, report)
    if report.rows.corrections:
        _corrections(deck, report)
    for add in SECTIONS:
        add(deck, report)
    _more(deck, report)
    add_footers(deck, _footer(report))
    _properties(deck, report)
    return save(deck)


def _properties(deck: Any, report: ReportContent) -> None:
    properties = deck.core_properties
    properties.title = plain(report.title)[:255]
    properties.subject = report.workflow.content_hash
    properties.author = "planapp"
    properties.last_modified_by = "planapp"
    properties.keywords = "sample activity" if report.rows.cover.sample_note else ""
    properties.language = "en-US"
    properties.revision = 1
    if report.workflow.built_at is not None:  # the same report gives the same bytes
        properties.created = properties.modified = report.workflow.built_at.replace(tzinfo=None)


def _footer(report: ReportContent) -> str:
    parts = [report_name(report), edition(report), f"as of {day(report.day)}", report.rows.cover.plan_title]
    return " · ".join(["Sample activity", *parts] if report.rows.cover.sample_note else parts)


def _cover(deck: Any, report: ReportContent) -> None:
    cover, workflow = report.rows.cover, report.workflow
    state = workflow.state_label if workflow.is_draft else f"{workflow.state_label}, revision {workflow.revision}"
    done = f" Completed by {workflow.completed_by} on {day(workflow.completed_at)}." if workflow.completed_at else ""
    lines = [
        Say(f"Quarterly report {report.quarter_label}", 26, WHITE, bold=True, font=HEADINGS),
        Say(f"The plan as of {day(report.day)}", 18, WHITE),
        Say(f"{state}.{done} {edition(report)}.", 16, WHITE),
    ]
    if report.sample_text:
        told, _ = cut(report.sample_text, width=ROOM * 72, size=16, lines=2)
        lines.append(Say(told, 16, YELLOW, bold=True))
    slide = add_cover(deck, plain(cover.plan_title) or "A plan without a title", lines)
    add_notes(slide, [f"{report.title}.", f"{state}.{done} {edition(report)}.", cover.plan_mission, report.sample_text])


def _summary(deck: Any, report: ReportContent) -> None:
    workflow = report.workflow
    slide = add_slide(deck, f"Summary of {report.quarter_label}")
    text = to_plain(workflow.summary)
    size = 18 if len(text) > 600 else 24
    lines, left = [], 12 if size == 18 else 8
    for paragraph in text.splitlines():
        if paragraph.strip() and left > 0:
            told, used = cut(plain(paragraph), width=(ROOM - 2 * PADDING) * 72, size=size, lines=left)
            lines.append([Say(told, size)])
            left -= used
    by = f"Written by {workflow.summary_by}" + (f", {day(workflow.summary_at)}" if workflow.summary_at else "")
    add_text(
        slide,
        [*lines, [Say(by, 12, GREY)]],
        left=LEFT,
        top=TOP,
        width=ROOM,
        height=BOTTOM - TOP,
        name="Summary",
        spacing=6,
    )
    add_notes(slide, [*text.splitlines(), f"{by}."])


def _corrections(deck: Any, report: ReportContent) -> None:
    slide = add_slide(deck, f"What revision {report.workflow.revision} corrects")
    widths = (1.2, 2.2, 1.63, 2.4, 2.4, 2.3)
    columns = [TableColumn(name, width) for (name, _, _), width in zip(CORRECTION_COLUMNS, widths, strict=False)]
    rows = [[text or "–" for text in correction_row(row)[: len(widths)]] for row in report.rows.corrections]
    add_table(slide, columns, rows, descr=f"{len(rows)} corrections with both texts and the reason.", size=14, lines=4)
    add_notes(
        slide,
        [
            f"{row.number} {row.title}: “{row.before}” was corrected to “{row.after}”. Reason: {row.reason}."
            for row in report.rows.corrections
        ],
    )


def _more(deck: Any, report: ReportContent) -> None:
    workflow = report.workflow
    slide = add_slide(deck, "Where to find more")
    lines = [
        f"The report {report_name(report)} holds {many(len(report.rows.initiatives), 'initiative')} with what was "
        "reported about each, as a web page, PDF, spreadsheet, CSV, JSON and StratML: the same figures in each.",
        "Speaker notes of these slides hold every line that a slide cuts short.",
    ]
    if workflow.content_hash:
        lines.append(
            "The page “Verify” under Reports takes this file, or the hash below, and says whether it is unchanged."
        )
    told = [[Say(line, 16)] for line in lines]
    if workflow.content_hash:
        told += [[Say("Content hash", 12, GREY, bold=True)], [Say(workflow.content_hash, 14, BLUE, font="Consolas")]]
        told += [[Say("Chain hash", 12, GREY, bold=True)], [Say(workflow.chain_hash, 14, BLUE, font="Consolas")]]
    else:
        told.append(
            [Say("This is a draft: the quarter was not frozen, and its figures may still change.", 16, INK, bold=True)]
        )
    add_text(slide, told, left=LEFT, top=TOP, width=ROOM, height=BOTTOM - TOP, name="Where to find more", spacing=8)
    add_notes(slide, [*lines, f"Content hash {workflow.content_hash}." if workflow.content_hash else ""])
