"""The status words. Reported: what a person said. Effective: what lists and reports show (rule G5)."""

from django.db import models

from initiatives.judgement import CLOSED, SILENT

__all__ = ["CLOSED", "REPORTABLE", "SILENT", "EffectiveStatus", "Status"]


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
    NO_CURRENT_UPDATE = "no_current_update", "No current update"
    AT_RISK = "at_risk", "At risk"
    ON_TRACK = "on_track", "On track"
    NOT_STARTED = "not_started", "Not started"
    ON_HOLD = "on_hold", "On hold"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


REPORTABLE = tuple(Status.values)
