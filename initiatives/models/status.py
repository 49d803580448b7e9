"""The status words. Reported: what a person said. Effective: what lists and reports show (rule G5)."""

from django.db import models


class Status(models.TextChoices):
    """What a person can report."""

    NOT_STARTED = "not_started", "Not started"
    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    OFF_TRACK = "off_track", "Off track"
    ON_HOLD = "on_hold", "On hold"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class EffectiveStatus(models.TextChoices):
    """What is shown: a reported word, or that there is no current one. Order: how the page lists them."""

    OFF_TRACK = "off_track", "Off track"
    AT_RISK = "at_risk", "At risk"
    NO_CURRENT_UPDATE = "no_current_update", "No current update"
    ON_TRACK = "on_track", "On track"
    NOT_STARTED = "not_started", "Not started"
    ON_HOLD = "on_hold", "On hold"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


CLOSED = (Status.COMPLETED, Status.CANCELLED)
SILENT = (*CLOSED, Status.ON_HOLD)  # effective statuses of which nobody is reminded
REPORTABLE = tuple(Status.values)
