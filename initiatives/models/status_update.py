"""StatusUpdate: one dated report on an initiative. Append-only; a correction is a new row."""

import hashlib
import json

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from goals.models import OfAPlan
from initiatives.models.initiative import Initiative
from initiatives.models.status import Status
from people.models import User
from records.models import Channel
from records.texts import Searched, Texts

WORDS = ("status", "review_date", "percent", "happened", "next_steps", "help_needed")  # what a person says
UPDATES = "status_update."  # how the verbs of their events begin; of an initiative they change what is reported alone
TEXT_LIMIT = 10_000  # characters of each text of an update


class StatusWords(Texts):
    """What a person says in an update."""

    status = models.CharField(max_length=12, choices=Status.choices)
    percent = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    happened = models.TextField(blank=True, max_length=TEXT_LIMIT)
    next_steps = models.TextField(blank=True, max_length=TEXT_LIMIT)
    help_needed = models.TextField(blank=True, max_length=TEXT_LIMIT)
    review_date = models.DateField(null=True, blank=True)  # on hold: the day by which somebody looks at it again

    class Meta:
        abstract = True


class StatusUpdate(StatusWords, Searched, OfAPlan):
    """A published update.

    `recorded_at` is when the server took it. `stated_at` is the moment it counts from: the same, or for a correction
    the moment of the row it corrects, so that mending a text does not make a status look fresh.
    """

    belongs_to = "initiative"

    told_by = ("happened", "next_steps", "help_needed")

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="status_updates")
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    stated_at = models.DateTimeField()
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.WEB)
    is_no_change = models.BooleanField(default=False)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    correction_reason = models.TextField(blank=True, max_length=2_000)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__range=(0, 100)), name="status_update_percent_0_100"
            ),
            models.CheckConstraint(
                condition=Q(review_date__isnull=True) | Q(status=Status.ON_HOLD), name="status_update_review_on_hold"
            ),
            models.CheckConstraint(
                condition=Q(stated_at__lte=F("recorded_at")), name="status_update_stated_then_recorded"
            ),
        ]
        indexes = [
            models.Index(fields=["initiative", "-recorded_at", "-id"], name="status_update_latest"),
            models.Index(fields=["id"], condition=Q(help_needed__gt=""), name="status_update_asks_for_help"),
        ]
        ordering = ["-recorded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_status_display()} ({self.initiative_id})"


class StatusDraft(models.Model):
    """What a person has typed and not published yet. Counts for nothing and only its author sees it (rule B-11).

    Two tabs that were typed into have one each: neither replaces what the other never saw.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=100, default="", db_default="")  # the one-time key of what it is typed into
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["initiative", "author", "form"], name="status_draft_one_a_form")]

    def __str__(self) -> str:
        return f"draft by {self.author_id} on {self.initiative_id}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its words: whoever names it has seen them."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()


class Acknowledgement(models.Model):
    """The focus area's lead has read an update; once."""

    update = models.OneToOneField(StatusUpdate, on_delete=models.PROTECT, related_name="acknowledgement")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.by_id} read {self.update_id}"


def reader_of(*, author_id: int | None, lead_id: int | None, owner_id: int | None) -> int | None:
    """Whom an update waits for: the focus area's lead, for the lead's own the owner, never its author (rule B-15)."""
    reader = lead_id if lead_id is None or author_id != lead_id else owner_id
    return None if reader == author_id else reader
