"""Hand out a report as a file, and recognise the file when it comes back."""

import hashlib
from dataclasses import dataclass

from records.audit import Act
from reports.content import ReportContent
from reports.exporters import Progress, format_of, silent
from reports.models import ExportedFile, QuarterSnapshot
from web.tables import file_name


@dataclass(frozen=True)
class Export:
    """A finished file."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def export_report(*, report: ReportContent, format_key: str, snapshot: QuarterSnapshot | None, act: Act) -> Export:
    """Write the report in one format. A frozen quarter's file leaves a fingerprint; `snapshot` None: a draft."""
    file = write_export(report=report, format_key=format_key)
    remember_export(file=file, report=report, format_key=format_key, snapshot=snapshot, act=act)
    return file


def write_export(*, report: ReportContent, format_key: str, progress: Progress = silent) -> Export:
    """Write the file alone; `progress` hears of the rows written, where the format counts them."""
    kind = format_of(format_key)
    content = kind.write(report, progress)
    return Export(
        name=f"{_stem(report)}.{kind.extension}", media_type=kind.media_type, content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def remember_export(
    *, file: Export, report: ReportContent, format_key: str, snapshot: QuarterSnapshot | None, act: Act
) -> None:
    """Keep the fingerprint by which /reports/verify/ knows the file again; a draft has none."""
    if snapshot is not None:
        ExportedFile.objects.get_or_create(
            sha256=file.sha256,
            defaults={
                "snapshot": snapshot, "format": format_key, "is_public": report.is_public,
                "state": report.workflow.state_label, "by": act.by, "exported_at": act.at,
            },
        )  # fmt: skip


def _stem(report: ReportContent) -> str:
    parts = [report.rows.cover.plan_slug, report.quarter.slug]
    parts.append("draft" if report.workflow.is_draft else f"r{report.workflow.revision}")
    if report.is_public:
        parts.append("public")
    if report.rows.cover.sample_note:
        parts.append("sample")
    return file_name("-".join(parts))
