"""A saved view: filters, order, groups and columns of the list of initiatives, under a name."""

from django.db import models
from django.db.models import Q

from goals.models import OfAPlan, Plan
from people.models import User
from records.texts import Texts

LONGEST_QUERY = 1_500  # characters of an address, without the plan


class SavedView(Texts, OfAPlan):
    """How somebody looks at the list. No part of a plan: it has no history, and only what is shared is in the log.

    The plan is a link and not part of `query`, so that the view follows where its short name changes.
    """

    name = models.CharField(max_length=80)
    folded_name = models.CharField(max_length=200, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    is_shared = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "folded_name"], name="saved_view_name_once"),
            models.UniqueConstraint(
                fields=["folded_name"], condition=Q(is_shared=True), name="saved_view_shared_name_once"
            ),
        ]
        ordering = ["folded_name", "pk"]

    def __str__(self) -> str:
        return self.name
