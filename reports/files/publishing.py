"""Files of published reports: built once for every revision that may be read outside, and kept."""

import hashlib
import logging
from datetime import datetime

from django.db import transaction

from jobs.files import keep
from records.audit import Act
from records.models import Channel
from reports.exporters import FORMATS
from reports.files.writing import export_report
from reports.models import ExportedFile, PublishedFile, QuarterSnapshot
from reports.workflow.published import unbuilt
from reports.workflow.report import Quarters
from reports.workflow.selectors import Report

log = logging.getLogger(__name__)


def build_published_files(*, at: datetime) -> list[PublishedFile]:
    """Build what is missing. A format that cannot be written does not hold up the others; it is tried again."""
    act = Act(by=None, at=at, channel=Channel.SYSTEM)
    built = []
    for report, snapshot, format_key in unbuilt(FORMATS):
        try:
            built.append(_build(report, snapshot, format_key, act))
        except Exception:
            log.exception("%s of %s could not be built.", format_key, snapshot)
    return built


@transaction.atomic
def _build(report: Report, snapshot: QuarterSnapshot, format_key: str, act: Act) -> PublishedFile:
    content = Quarters(snapshot.plan).published(report, snapshot)
    file = export_report(report=content, format_key=format_key, snapshot=snapshot, act=act)
    kept, _ = PublishedFile.objects.get_or_create(
        snapshot=snapshot, format=format_key,
        defaults={
            "fingerprint": ExportedFile.objects.get(sha256=hashlib.sha256(file.content).hexdigest()),
            "name": file.name, "size": len(file.content), "built_at": act.at,
            **keep(PublishedFile, file.content),
        },
    )  # fmt: skip
    return kept
