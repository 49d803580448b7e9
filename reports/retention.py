"""What is kept for some time only. Frozen quarters, published files and fingerprints stay for good."""

from datetime import datetime, timedelta

from jobs.retention import register
from reports.services import remove_old_exports


@register("exports", "Files of reports built on request")
def remove_files(at: datetime, kept: timedelta) -> int:
    return remove_old_exports(at=at)
