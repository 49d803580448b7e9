"""Comment: what people say to one another about a status update. It says nothing of how the initiative stands."""

from django.db import models

from goals.models import OfAPlan
from initiatives.models.status_update import StatusUpdate
from people.models import User
from records.history import Recorded, Version
from records.texts import Searched, Texts

LONGEST_COMMENT = 2_000  # characters
LONGEST_THREAD = 200  # comments on one update


class CommentFields(Searched, Texts):
    """What is recorded of a comment. `mentioned` is whom it is for; `recorded_at` when it was first said."""

    told_by = ("text",)
    update = models.ForeignKey(StatusUpdate, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    mentioned = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=LONGEST_COMMENT)
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True


class Comment(CommentFields, Recorded, OfAPlan):
    """A comment as it is now; one that was withdrawn is deleted, and its past stays (docs/adr/0027)."""

    belongs_to = "update"

    class Meta:
        indexes = [
            models.Index(fields=["update", "recorded_at"], name="comment_in_order"),
            models.Index(fields=["recorded_at"], name="comment_latest"),
        ]
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"Comment on {self.update.initiative}"


class CommentVersion(Version, CommentFields):
    subject = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="versions")

    class Meta(Version.Meta):
        indexes = [
            *Version.Meta.indexes,
            models.Index(fields=["update", "recorded_from"], name="commentversion_update"),
        ]
