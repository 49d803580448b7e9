"""What is kept for some time only."""

from datetime import datetime, timedelta

from imports.services import remove_old_files
from jobs.retention import register


@register("imports", "Files of imports")
def remove_files(at: datetime, kept: timedelta) -> int:
    return remove_old_files(at=at)
