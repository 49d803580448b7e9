"""ReportAct: what people did with a report. Its state is read from these rows and kept nowhere else."""

from django.db import models
from django.db.models import Q

from people.models import User
from records.models import Channel
from reports.models.snapshot import QuarterSnapshot

SUMMARY_LIMIT = 20_000  # characters


class ActKind(models.TextChoices):
    """Each names what was done, in the past tense."""

    SUMMARY_WRITTEN = "summary_written", "Summary written"
    SIGNED_OFF = "signed_off", "Signed off"
    COMPLETED = "completed", "Completed"
    PUBLISHED = "published", "Published"
    UNPUBLISHED = "unpublished", "Taken back from publication"
    REOPENED = "reopened", "Reopened"
    CORRECTED = "corrected", "Corrected"


class ReportAct(models.Model):
    """One act on one revision of a report; never changed, never deleted. Text: the summary, or the reason."""

    snapshot = models.ForeignKey(QuarterSnapshot, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=20, choices=ActKind.choices)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    channel = models.CharField(max_length=20, choices=Channel.choices)
    text = models.TextField(blank=True, max_length=SUMMARY_LIMIT)
    initiative_id = models.BigIntegerField(null=True)
    initiative_label = models.CharField(max_length=300, blank=True)
    # Of a publication: the ids of the plan's initiatives that were internal at that moment, so no edition tells them.
    withheld = models.JSONField(default=list)
    # Of a correction: kind and id of the row, and its values as they are now to be told. The reason is the text.
    corrected = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot"], condition=Q(kind="completed"), name="report_completed_once_a_revision"
            ),
            models.UniqueConstraint(
                fields=["snapshot"], condition=Q(kind="reopened"), name="report_reopened_once_a_revision"
            ),
            models.UniqueConstraint(
                fields=["snapshot", "initiative_id", "by"],
                condition=Q(kind="signed_off"),
                name="report_signed_off_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="signed_off", initiative_id__isnull=False)
                | (~Q(kind="signed_off") & Q(initiative_id__isnull=True)),
                name="report_sign_off_names_item",
            ),
            models.CheckConstraint(condition=~Q(kind="reopened") | ~Q(text=""), name="report_reopened_with_reason"),
            models.CheckConstraint(condition=~Q(kind="corrected") | ~Q(text=""), name="report_corrected_with_reason"),
        ]
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.snapshot_id}"
