"""The outline of a report: its sections, their words, and which format has which."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from goals.quarters import Quarter
from goals.services import create_evidence, retire_evidence, update_evidence
from records.asof import AsOf
from reports.content import WorkflowState, content_hash, lines, outline
from reports.content.outline import Prose, Table, lateness, plain_cell, sentences
from reports.content.sections import SECTIONS
from reports.services import freeze_quarter
from reports.snapshots.rows import snapshots_of
from reports.workflow.report import Quarters, evidence_at
from tests.build import act, at
from tests.reports.conftest import Q1, Q2

ORDER = ["changes", "status", "attention", "milestones", "ahead", "commitments", "alignment", "freshness"]


def keys(report, fmt):
    return [section.key for section in outline(report, fmt)]


def by_key(report, fmt="pdf"):
    return {section.key: section for section in outline(report, fmt)}


def test_each_format_has_its_sections_in_one_order(story, content_of):
    report = content_of()
    assert keys(report, "page") == [*ORDER, "appendix"]
    assert keys(report, "pdf") == ["summary", *ORDER, "appendix"]
    assert keys(report, "slides") == ORDER  # nobody wrote a summary
    written = replace(report, workflow=replace(report.workflow, summary="Good."))
    assert keys(written, "slides") == ["summary", *ORDER]


def test_a_report_of_nothing_says_so_in_every_section(story, content_of):
    report = content_of()
    empty = replace(report, rows=replace(report.rows, headings=()).kept([]), before=None, workflow=WorkflowState())
    said = {key: section.empty for key, section in by_key(empty).items() if not section.blocks}
    assert said == {
        "summary": "No summary was written yet.",
        "changes": "No earlier quarter was frozen, so there is nothing to compare with.",
        "attention": "Nothing: every open initiative is on time, current and owned.",
        "ahead": "No open date lies in FY2027 Q3.",
        "commitments": "No department had promised anything.",
        "alignment": "The plan names no priorities.",
    }


def test_a_section_says_its_figures_beside_its_heading_and_on_a_slide(story, content_of):
    sections = by_key(content_of())
    assert (sections["attention"].heading, sections["attention"].aside) == (
        "Needs attention",
        "4 of 5 open initiatives",
    )
    assert sections["milestones"].headline == "Milestones: 0 met, 0 past their date, 1 slipped"
    assert sections["freshness"].aside == "1 without a current update, 1 without an owner"


def test_every_row_has_a_cell_for_every_column_and_an_entry_for_every_initiative(story, content_of):
    report = content_of()
    blocks = [block for section in outline(report, "pdf") for block in section.blocks]
    tables = [block for block in blocks if isinstance(block, Table)]
    assert all(len(row.cells) == len(table.columns) for table in tables for row in table.rows)
    (entries,) = (table for table in tables if table.is_entries)
    assert {row.initiative_id for row in entries.rows} == {row.source_id for row in report.rows.initiatives}


def test_what_was_typed_is_markdown_in_an_entry_and_words_in_a_sentence(story, content_of):
    report = content_of()
    row = replace(report.rows.initiatives[0], happened="**Bold**\nand plain", override_reason="")
    rows = replace(report.rows, initiatives=(row, *report.rows.initiatives[1:]))
    (table,) = by_key(replace(report, rows=rows))["appendix"].blocks
    said = table.rows[0].cells[2]
    assert said[0] == Prose("**Bold**\nand plain", "", "")
    assert plain_cell(said).startswith("Bold and plain, ")
    assert ". Last update: Bold and plain, " in sentences(table)[0]


@pytest.mark.parametrize("fmt", ["page", "pdf", "slides"])
def test_names_lead_to_entries_that_are_there(story, content_of, fmt):
    report = content_of()
    entries = {f"initiative-{row.source_id}" for row in report.rows.initiatives}
    blocks = [block for section in outline(report, fmt) for block in section.blocks if isinstance(block, Table)]
    cells = [cell for table in blocks for row in table.rows for cell in row.cells]
    pieces = [piece for cell in cells for line in cell if not isinstance(line, Prose) for piece in line]
    targets = {piece.to for piece in pieces if getattr(piece, "to", "").startswith("initiative-")}
    assert targets
    assert targets <= entries


def test_the_keys_of_sections_are_their_functions_names():
    assert [build.__name__ for build, _ in SECTIONS] == ["summary", "corrections", *ORDER, "why", "appendix"]


def test_lateness_reads_as_a_person_says_it():
    assert [lateness(days) for days in (-41, -1, 0, 1, 12)] == [
        "41 days late", "1 day late", "today", "tomorrow", "in 12 days",
    ]  # fmt: skip


def test_why_this_plan_is_as_recorded_by_the_quarters_end_and_in_no_hash(story, plan, goal, content_of):
    hashes = [snapshot.content_hash for snapshot in snapshots_of(plan)]
    assert "why" not in keys(content_of(), "page")
    fields = {"text": "Few are online", "share": Decimal("14.7"), "source": "Survey"}
    early = create_evidence(plan=plan, fields=fields, goals=[goal], act=act("2026-09-20T12:00"))
    update_evidence(evidence=early, fields={"text": "Many are online"}, act=act("2027-01-20T12:00"))
    told = {quarter: content_of(quarter).evidence for quarter in (Q1, Q2)}
    assert told == {Q1: (), Q2: ()}  # both quarters are closed: it is recorded after them, whatever day it names
    late = evidence_at(plan, AsOf.end_of(date(2027, 1, 31)))
    report = replace(content_of(), evidence=late)
    section = by_key(report)["why"]
    (table,) = section.blocks
    assert [[plain_cell(one) for one in row.cells] for row in table.rows] == [
        ["Many are online", "14.7%", "Survey", str(goal)]
    ]
    assert "why" not in keys(report, "slides")
    assert "why" not in keys(report.for_public(), "page")
    assert [content_hash(lines(content_of(one).rows)) for one in (Q2, Q1)] == hashes


def test_a_report_tells_the_evidence_of_its_quarters_end(plan, cast, goal):
    fields = {"text": "Few are online"}
    early = create_evidence(plan=plan, fields=fields, goals=[goal], act=act("2026-09-20T12:00"))
    update_evidence(evidence=early, fields={"text": "Many are online"}, goals=[], act=act("2026-10-02T12:00"))
    for quarter in (Q1, Q2):
        freeze_quarter(plan=plan, quarter=quarter, act=act("2027-01-05T14:00"))
    retire_evidence(evidence=early, act=act("2027-01-06T14:00"))
    quarters = Quarters(plan)
    told = [quarters.frozen(quarters.report(quarter)).evidence for quarter in (Q1, Q2)]
    assert [[(one.text, one.areas) for one in several] for several in told] == [
        [("Few are online", (str(goal),))], [("Many are online", ())],
    ]  # fmt: skip
    assert quarters.preview(Quarter(2027, 3), at=at("2027-01-10T12:00")).evidence == ()
