"""CSV: one header row, one row an initiative; the last columns say which report a row belongs to."""

from typing import Any

from reports.content import ReportContent
from reports.exporters.words import INITIATIVES, cells_of, report_name
from web.tables import Column, csv_blocks


def to_csv(report: ReportContent) -> bytes:
    headings = ("Plan", "Report", "As of", "State", "Content hash")
    columns = [*INITIATIVES, *map(Column, headings)]
    sample = " (sample activity)" if report.rows.cover.sample_note else ""
    about: list[Any] = [
        report.rows.cover.plan_title + sample, report_name(report), report.day, report.workflow.state_label,
        report.workflow.content_hash,
    ]  # fmt: skip
    cells = cells_of(INITIATIVES)
    return "".join(csv_blocks(columns, ([*cells(row), *about] for row in report.rows.initiatives))).encode()
