"""CSV: one header row, one row an initiative; the last columns say what was corrected and which report it is."""

from typing import Any

from reports.content import ReportContent
from reports.exporters.words import INITIATIVES, cells_of, corrections_of, report_name
from web.tables import Column, csv_blocks


def to_csv(report: ReportContent) -> bytes:
    headings = ("Corrected", "Plan", "Report", "As of", "State", "Content hash")
    columns = [*INITIATIVES, *map(Column, headings)]
    sample = " (sample activity)" if report.rows.cover.sample_note else ""
    about: list[Any] = [
        report.rows.cover.plan_title + sample, report_name(report), report.day, report.workflow.state_label,
        report.workflow.content_hash,
    ]  # fmt: skip
    cells, corrected = cells_of(INITIATIVES), corrections_of(report)
    rows = ([*cells(row), "\n".join(corrected.get(row.source_id, ())), *about] for row in report.rows.initiatives)
    return "".join(csv_blocks(columns, rows)).encode()
