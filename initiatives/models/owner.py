"""OwnerRequest: who was named the owner of an initiative by somebody else, and what they answered."""

from django.db import models
from django.db.models import Q

from goals.models import OfAPlan
from initiatives.models.initiative import Initiative
from people.models import User
from records.history import Span
from records.texts import Texts


class OwnerRequest(Span, OfAPlan):
    """A person is asked whether they take an initiative on; open as long as they own it and were not asked anew.

    Whoever names themselves is not asked, and the system asks nobody. So an owner without an open request counts as
    confirmed (docs/adr/0024).
    """

    belongs_to = "initiative"

    class State(models.TextChoices):
        WAITING = "waiting", "Not confirmed"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative"], condition=Q(recorded_until__isnull=True), name="owner_request_one_open"
            )
        ]

    def __str__(self) -> str:
        return str(self.initiative)

    @property
    def state(self) -> State:
        answer: OwnerAnswer | None = getattr(self, "answer", None)
        if answer is None:
            return self.State.WAITING
        return self.State.ACCEPTED if answer.accepts else self.State.DECLINED

    @property
    def version(self) -> int:
        """Counts what became of it, as in records.history: asked, answered, ended."""
        return 1 + (self.state != self.State.WAITING) + (self.recorded_until is not None)


class OwnerAnswer(Texts):
    """What the person said to it; once. Who declines says why, and may propose somebody else."""

    request = models.OneToOneField(OwnerRequest, on_delete=models.PROTECT, related_name="answer")
    accepts = models.BooleanField()
    reason = models.TextField(blank=True, max_length=2_000)
    proposed = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepts=True, proposed__isnull=True) | (Q(accepts=False) & ~Q(reason="")),
                name="owner_answer_declined_with_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {'accepted' if self.accepts else 'declined'}"
