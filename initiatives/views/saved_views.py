"""Views of the list of initiatives that people keep under a name: own ones, and those that plan managers share."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from goals.models import Plan
from goals.rules import among_readable
from initiatives.forms.saved_views import SavedViewForm
from initiatives.models import SavedView
from initiatives.models.saved_view import LONGEST_QUERY
from initiatives.selectors.saved_views import saved_views
from initiatives.services import delete_view, save_view, update_view
from initiatives.views.lists import SAVED, read_listing
from records.asof import AsOf
from web.pages import answer_button, answer_form, form_for
from web.requests import act_of, kept, user_of

TOO_LONG = "This is more than a view can hold. Take some filters or words off, then save it."


@require_safe
def saved_view_list(request: HttpRequest) -> HttpResponse:
    """All views this person can open; those they may change, to rename, share or delete."""
    user = user_of(request)
    manages = user.has_perm("initiatives.share_view")
    rows = [(row, row.owner_id == user.pk or (manages and row.is_shared)) for row in saved_views(user)]
    context = {"rows": rows, "reader_id": user.pk, "breadcrumb": _crumbs("Saved views")}
    return render(request, "initiatives/saved_view_list.html", context)


@require_http_methods(["GET", "POST"])
def saved_view_create(request: HttpRequest) -> HttpResponse:
    """Keep the list as this address shows it."""
    user = user_of(request)
    if not user.has_perm("people.read"):
        raise PermissionDenied
    listing = read_listing(request, AsOf.now(timezone.now()))
    wrong = [*listing.form.unmet, *(sentence for found in listing.form.errors.values() for sentence in found)]
    query = kept(request, *SAVED).query
    if not wrong and len(query) > LONGEST_QUERY:
        wrong = [TOO_LONG]
    if wrong:
        context = {"wrong": wrong, "breadcrumb": _crumbs("Save this view")}
        return render(request, "initiatives/saved_view_refused.html", context, status=400)
    may_share = user.has_perm("initiatives.share_view")
    form = form_for(request, SavedViewForm, may_share=may_share)

    def save() -> str:
        known = Plan.objects.filter(among_readable(user, "pk"), deleted_at__isnull=True)
        plan = known.filter(slug=request.GET.get("plan", "")).first()
        view = save_view(
            owner=user, name=form.cleaned_data["name"], plan=plan, query=query,
            is_shared=form.cleaned_data.get("is_shared", False), act=act_of(request),
        )  # fmt: skip
        messages.success(request, f"Saved as “{view}”. You find it under “Saved views”.")
        return back

    back = f"{reverse('initiatives:initiative-list')}?{kept(request, *SAVED, 'plan').query}"
    holds = "; ".join(label for _, label in listing.form.chips()) or "no filter"
    context = {
        "title": "Save this view", "label": "Save", "back": back, "breadcrumb": _crumbs("Save this view"),
        "lede": f"It keeps filters, order, groups and columns: {holds}. What it shows follows the plan.",
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@require_http_methods(["GET", "POST"])
def saved_view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, or shared from now on, or no longer."""
    view = _view(request, pk)
    form = form_for(request, SavedViewForm, row=view, may_share=user_of(request).has_perm("initiatives.share_view"))

    def save() -> str:
        update_view(
            view=view, name=form.cleaned_data["name"], is_shared=form.cleaned_data.get("is_shared", view.is_shared),
            seen_version=form.cleaned_data["version"], act=act_of(request),
        )  # fmt: skip
        messages.success(request, "Saved.")
        return reverse("initiatives:saved-view-list")

    context = {
        "title": "Rename the view", "label": "Save", "back": reverse("initiatives:saved-view-list"),
        "breadcrumb": _crumbs(view.name),
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="form.html", context=context)


def saved_view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """One button; the initiatives are not touched."""
    view = _view(request, pk)

    def do() -> str:
        delete_view(view=view, act=act_of(request))
        return f"Deleted: “{view}”. Initiatives are not touched."

    return answer_button(request, do=do, where=reverse("initiatives:saved-view-list"))


def _view(request: HttpRequest, pk: int) -> SavedView:
    view = get_object_or_404(SavedView.objects.select_related("owner", "plan"), pk=pk)
    if not user_of(request).has_perm("initiatives.keep_view", view):
        raise PermissionDenied
    return view


def _crumbs(here: str) -> list[dict[str, Any]]:
    first = {"label": "Initiatives", "href": reverse("initiatives:initiative-list")}
    views = {"label": "Saved views", "href": reverse("initiatives:saved-view-list")}
    return [first, {"label": here}] if here == "Saved views" else [first, views, {"label": here}]
