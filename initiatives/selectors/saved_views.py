"""The views of the list that a person has: their own, and those that are shared with everybody."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from goals.rules import among_readable
from initiatives.models import SavedView
from people.models import User


@dataclass(frozen=True)
class ViewLink:
    """A view as a link to the list. `is_there` is False where its plan was retired: then it leads nowhere."""

    id: int
    name: str
    owner_id: int
    owner_name: str
    is_owner_active: bool
    is_shared: bool
    plan_title: str
    query: str  # of the address it leads to

    @property
    def href(self) -> str:
        return reverse("initiatives:initiative-list") + (f"?{self.query}" if self.query else "")


def saved_views(reader: User) -> list[ViewLink]:
    """Own ones first, then those that others share, each by name; none of a plan that is not there any more.

    Whoever sees some plans alone sees what is shared of these, and nothing that is about all of them.
    """
    rows = SavedView.objects.filter(Q(owner=reader.pk) | Q(is_shared=True)).filter(
        Q(plan__isnull=True) | Q(plan__deleted_at__isnull=True)
    )
    if not reader.reads_every_plan:
        rows = rows.filter(Q(owner=reader.pk, plan__isnull=True) | among_readable(reader))
    found = [
        ViewLink(
            row.pk, row.name, row.owner_id, row.owner.name, row.owner.is_active, row.is_shared,
            row.plan.title if row.plan else "",
            "&".join(filter(None, (urlencode({"plan": row.plan.slug}) if row.plan else "", row.query))),
        )
        for row in rows.select_related("owner", "plan").order_by("folded_name", "pk")
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.owner_id != reader.pk)
