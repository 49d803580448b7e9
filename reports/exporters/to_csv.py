"""CSV: one header row, one row an initiative; the last columns say which report a row belongs to."""

from typing import Any, cast

from reports.content import ReportContent
from reports.exporters.words import INITIATIVE_COLUMNS, initiative_row, report_name
from web.tables import Column, Kind, csv_blocks


def to_csv(report: ReportContent) -> bytes:
    columns = [Column(heading, cast(Kind, kind)) for heading, kind, _ in INITIATIVE_COLUMNS]
    columns += [Column("Plan"), Column("Report"), Column("As of", "date"), Column("State"), Column("Content hash")]
    sample = " (sample activity)" if report.rows.cover.sample_note else ""
    about: list[Any] = [
        report.rows.cover.plan_title + sample, report_name(report), report.day, report.workflow.state_label,
        report.workflow.content_hash,
    ]  # fmt: skip
    return "".join(csv_blocks(columns, ([*initiative_row(row), *about] for row in report.rows.initiatives))).encode()
