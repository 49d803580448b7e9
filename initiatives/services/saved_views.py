"""Views of the list that people keep under a name. Who may is asked by the page; only what is shared is in the log."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from goals.models import Plan
from initiatives.models import SavedView
from people.models import User
from records.audit import Act, check_version, record_event
from records.texts import folded, normalised

OWN_NAME = "You have a view called “{}” already. Give this one another name."
SHARED_NAME = "There is a shared view called “{}” already. Give this one another name."


@transaction.atomic
def save_view(*, owner: User, name: str, plan: Plan | None, query: str, is_shared: bool, act: Act) -> SavedView:
    """Keep how the list looks; `query` is the address without the plan, as the list's own filters understood it."""
    view = SavedView(owner=owner, plan=plan, query=query, saved_at=act.at)
    _name(view, name, is_shared)
    if view.is_shared:
        record_event(verb="saved_view.shared", target=view, act=act)
    return view


@transaction.atomic
def update_view(*, view: SavedView, name: str, is_shared: bool, seen_version: int | None, act: Act) -> SavedView:
    """Another name, or shared from now on, or no longer."""
    row = SavedView.objects.select_for_update(of=("self",)).get(pk=view.pk)
    check_version(row, seen_version)
    was = (row.name, row.is_shared)
    if was == (normalised(name, one_line=True), is_shared):
        return row
    row.version += 1
    _name(row, name, is_shared)
    if was[1] and is_shared:
        record_event(verb="saved_view.changed", target=row, act=act, changes={"name": [was[0], row.name]})
    elif was[1] or is_shared:
        record_event(verb="saved_view.shared" if is_shared else "saved_view.unshared", target=row, act=act)
    return row


@transaction.atomic
def delete_view(*, view: SavedView, act: Act) -> None:
    """Gone; the initiatives it showed are not touched. Already gone is done."""
    row = SavedView.objects.select_for_update(of=("self",)).filter(pk=view.pk).first()
    if row is None:
        return
    if row.is_shared:
        record_event(verb="saved_view.deleted", target=row, act=act)
    row.delete()


def _name(view: SavedView, name: str, is_shared: bool) -> None:
    """Store it under this name, once for its owner and once among those that are shared: the database decides."""
    view.name, view.folded_name, view.is_shared = name, folded(name), is_shared
    view.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        own = SavedView.objects.exclude(pk=view.pk).filter(folded_name=view.folded_name, owner=view.owner)
        taken = OWN_NAME if own.exists() else SHARED_NAME
        raise ValidationError({"name": taken.format(view.name)}) from error
