"""The views of the list that a person has: their own, and those that are shared with everybody."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from goals.rules import among_readable
from initiatives.models import SavedView
from people.models import User
from records.statements import statement


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
    rows: Iterable[SavedView] = (
        _of_every_plan(reader.pk)
        if reader.reads_every_plan
        else _views(reader.pk).filter(Q(owner=reader.pk, plan__isnull=True) | among_readable(reader))
    )
    found = [
        ViewLink(
            row.pk, row.name, row.owner_id, row.owner.name, row.owner.is_active, row.is_shared,
            row.plan.title if row.plan else "",
            "&".join(filter(None, (urlencode({"plan": row.plan.slug}) if row.plan else "", row.query))),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.owner_id != reader.pk)


def _views(reader_id: int) -> QuerySet[SavedView]:
    alive = Q(plan__isnull=True) | Q(plan__deleted_at__isnull=True)
    rows = SavedView.objects.filter(alive, Q(owner=reader_id) | Q(is_shared=True))
    return rows.select_related("owner", "plan").order_by("folded_name", "pk")


@statement
def _of_every_plan(reader_id: int) -> QuerySet[SavedView]:
    return _views(reader_id)
