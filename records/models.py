"""The audit log, and the lock that settles what a closed quarter holds."""

from django.db import models


class Channel(models.TextChoices):
    """How a change came in."""

    WEB = "web", "Web page"
    EMAIL_LINK = "email_link", "E-mail link"
    API = "api", "API"
    IMPORT = "import", "Import"
    BULK = "bulk", "Many at once"
    SYSTEM = "system", "System"


class AuditEvent(models.Model):
    """One act: what was done to which row, by whom, when, how and why. Written by `records.audit`, never changed.

    Holds no foreign key to the row or to the person, so it stays readable whatever becomes of them, and this room
    needs to know no other. `changes` maps a field to its [before, after] in words.
    """

    happened_at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True, db_index=True)  # the person; None: the system
    actor_label = models.CharField(max_length=200)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    verb = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.BigIntegerField()
    target_label = models.CharField(max_length=300)
    parent_type = models.CharField(max_length=40, blank=True)
    parent_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-happened_at", "-pk"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-happened_at"], name="auditevent_target"),
            models.Index(fields=["parent_type", "parent_id", "-happened_at"], name="auditevent_parent"),
            models.Index(fields=["-happened_at", "-id"], name="auditevent_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_label}"


class RecordLock(models.Model):
    """One row that every recorded change passes: nothing may be recorded as earlier than `closed_until` any more.

    Closing a quarter moves it to the quarter's end, so a change that was in flight at the cut-off is either in the
    quarter for every later reader or after it, never in between (docs/adr/0005).
    """

    closed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"closed until {self.closed_until}"


class AuditSeal(models.Model):
    """A block of the audit log, closed: how many events there were, and a hash of them and of the seal before.

    `to_id` of one and the next one's `from_id` have no number between them, so no event stands outside the chain but
    those that wait for the next seal. Written by `records.seals`, never changed.
    """

    number = models.PositiveIntegerField(unique=True)
    from_id = models.BigIntegerField()
    to_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"block {self.number}, events {self.from_id} to {self.to_id}"


class AuditCheck(models.Model):
    """What came of checking the chain of the audit log on schedule. `finding` is empty where all is as sealed."""

    at = models.DateTimeField()
    blocks = models.PositiveIntegerField()
    finding = models.CharField(max_length=500, blank=True)

    class Meta:
        get_latest_by = "at"

    def __str__(self) -> str:
        return f"checked at {self.at}"
