"""Change many initiatives together: chosen on the list, previewed one by one, then exactly that is done."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from goals.rules import among_managed, managed
from initiatives.forms.lists import MOST_AT_ONCE, BulkForm
from initiatives.models import Initiative
from initiatives.services import BulkMoved, change_bulk
from initiatives.services.bulk import Outcome, digest_of, preview_bulk
from initiatives.views.lists import read_listing
from people.models import User
from records.asof import AsOf
from records.models import Channel
from records.texts import whole_number
from web.pages import OUTDATED, form_for
from web.requests import act_of, once, user_of

FILTERS = "bulk_filters"  # session key: what the list showed from which the chosen ones were taken
RESULT = "bulk_result"  # session key: what came of the last one, for the page that follows
NOT_FILTERS = ("pick", "all", "page", "view", "as_of", "csrfmiddlewaretoken")
MOVED = "The plan has moved since this was shown to you. Nothing was changed. Look at what would change now."


@require_http_methods(["GET", "POST"])
def initiative_bulk(request: HttpRequest) -> HttpResponse:
    """What becomes of the chosen ones; a POST shows it one by one, and with `apply` does what was shown."""
    user = _managers_only(request)
    if request.method != "POST":
        return _begin(request, user)
    form = form_for(request, BulkForm)
    if form.catch_up():
        messages.warning(request, OUTDATED)
        return _draw(request, form, 409)
    if not form.is_valid():
        return _draw(request, form, 422)
    chosen, change = _theirs(form.cleaned_data["chosen"], user), form.change()
    act = act_of(request, reason=form.cleaned_data["reason"], channel=Channel.BULK)
    if "apply" not in request.POST:
        return _preview(request, form, preview_bulk(chosen=chosen, change=change, act=act))

    def effect() -> str:
        outcomes = change_bulk(chosen=chosen, change=change, seen=form.cleaned_data["seen"], act=act)
        request.session[RESULT] = [_kept(one) for one in outcomes]
        return reverse("initiatives:initiative-bulk-result")

    try:
        with transaction.atomic():
            return redirect(once(request, effect))
    except BulkMoved as moved:
        messages.warning(request, MOVED)
        return _preview(request, form, moved.outcomes, status=409)


@require_safe
def initiative_bulk_result(request: HttpRequest) -> HttpResponse:
    """What came of each, as far as its plan is still one that the user manages."""
    user = _managers_only(request)
    rows = request.session.get(RESULT) or []
    still = _theirs({row["link_id"]: 0 for row in rows}, user)
    found = [row for row in rows if row["link_id"] in still]
    if not found:
        return redirect("initiatives:initiative-list")
    context = {
        "rows": found,
        "filters": request.session.get(FILTERS, ""),
        "done": sum(row["is_done"] for row in found),
        "refused": sum(bool(row["refused"]) for row in found),
        "breadcrumb": _crumbs("What was changed"),
    }
    return render(request, "initiatives/bulk_result.html", context)


def _managers_only(request: HttpRequest) -> User:
    user = user_of(request)
    if not user.has_perm("initiatives.change_many"):
        raise PermissionDenied
    return user


def _theirs(chosen: dict[int, int], user: User) -> dict[int, int]:
    """Those in plans that this user manages; the others are nothing of theirs."""
    if managed(user) is None:
        return chosen
    rows = Initiative.objects.filter(among_managed(user), pk__in=chosen)
    return {key: chosen[key] for key in rows.values_list("pk", flat=True)}


def _begin(request: HttpRequest, user: User) -> HttpResponse:
    """The form, for what was ticked on the list, or for all that its filters show, in plans that the user manages."""
    rows = Initiative.objects.filter(among_managed(user), deleted_at__isnull=True)
    if request.GET.get("all"):
        listing = read_listing(request, AsOf.now(timezone.now()))
        keys: Any = listing.rows.order_by().values("subject_id")
    else:
        keys = [key for key in map(whole_number, request.GET.getlist("pick")) if key is not None]
    found = list(rows.filter(pk__in=keys).values_list("pk", "version")[: MOST_AT_ONCE + 1])
    kept = form_for(request, BulkForm)  # what was typed before a session ended names what was chosen then
    if kept["chosen"].value():
        return _draw(request, kept, 200)
    if not found or len(found) > MOST_AT_ONCE:
        said = f"More than {MOST_AT_ONCE} are too many at once. Filter the list first."
        messages.warning(request, said if found else "Nothing is chosen. Tick initiatives in the list first.")
        return redirect(f"{reverse('initiatives:initiative-list')}?{_filters(request.GET)}")
    request.session[FILTERS] = _filters(request.GET)
    form = form_for(request, BulkForm, initial={"chosen": ",".join(f"{key}:{version}" for key, version in found)})
    return _draw(request, form, 200)


def _filters(asked: QueryDict) -> str:
    rest = asked.copy()
    for name in NOT_FILTERS:
        rest.pop(name, None)
    return rest.urlencode()


def _preview(request: HttpRequest, form: BulkForm, outcomes: Sequence[Outcome], *, status: int = 200) -> HttpResponse:
    data: Any = form.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
    data["seen"] = digest_of(outcomes)
    form.data = data
    return _draw(
        request, form, status, outcomes=[_kept(one) for one in outcomes], done=sum(one.is_done for one in outcomes)
    )


def _draw(request: HttpRequest, form: BulkForm, status: int, **more: Any) -> HttpResponse:
    text = str(form["chosen"].value() or "")
    context = {
        "form": form, "count": text.count(",") + bool(text), "breadcrumb": _crumbs("Change many"), **more,
    }  # fmt: skip
    return render(request, "initiatives/bulk.html", context, status=status)


def _kept(one: Outcome) -> dict[str, Any]:
    """An outcome as the page shows it and the session holds it."""
    return {
        "link_id": one.initiative.pk, "name": str(one.initiative), "is_done": one.is_done, "is_retired": one.is_retired,
        "changes": [(change.label, change.old[:200], change.new[:200]) for change in one.changes],
        "refused": list(one.refused),
    }  # fmt: skip


def _crumbs(here: str) -> list[dict[str, str]]:
    return [{"label": "Initiatives", "href": reverse("initiatives:initiative-list")}, {"label": here}]
