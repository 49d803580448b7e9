"""What the pages of the room share: finding a row one may touch, and taking a form in."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from initiatives.forms.base import PageForm, RowForm
from initiatives.models import Commitment, Initiative, Milestone, StatusUpdate
from people.asof import AsOf
from people.audit import StaleVersion
from people.requests import as_of, kept_words, once, user_of

M = TypeVar("M", bound=Model)
LONGEST_NEXT = 300  # characters of an address to come back to


def get_initiative_or_404(request: HttpRequest, pk: int, needs: str = "view_initiative") -> Initiative:
    """The initiative, if this person may see it (else 404) and may do what the page needs (else 403)."""
    found = Initiative.objects.select_related("plan", "goal", "owner", "lead_department", "latest_update__author")
    row = _found(found.filter(deleted_at__isnull=True), pk)
    if not user_of(request).has_perm("initiatives.view_initiative", row):
        raise Http404
    return _allowed(request, needs, row, row)


def get_milestone_or_404(request: HttpRequest, pk: int) -> Milestone:
    """The milestone, for who may change it."""
    found = Milestone.objects.select_related("initiative__plan", "initiative__goal", "owner", "department")
    row = _found(found.filter(deleted_at__isnull=True, initiative__deleted_at__isnull=True), pk)
    return _allowed(request, "change_milestone", row, row.initiative)


def get_commitment_or_404(request: HttpRequest, pk: int, needs: str) -> Commitment:
    """The commitment, for who may do what the page needs."""
    found = Commitment.objects.select_related("initiative__plan", "initiative__goal", "department")
    row = _found(found.filter(deleted_at__isnull=True, initiative__deleted_at__isnull=True), pk)
    return _allowed(request, needs, row, row)


def get_update_or_404(request: HttpRequest, pk: int, needs: str) -> StatusUpdate:
    """The status update, for who may do what the page needs."""
    found = StatusUpdate.objects.select_related("initiative__plan", "initiative__goal", "author")
    row = _found(found.filter(initiative__deleted_at__isnull=True), pk)
    return _allowed(request, needs, row, row)


def _found(rows: QuerySet[M], pk: int) -> M:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _allowed(request: HttpRequest, needs: str, row: M, judged: Model) -> M:
    if not user_of(request).has_perm(f"initiatives.{needs}", judged):
        raise PermissionDenied
    return row


def address_of(initiative: Initiative) -> str:
    return reverse("initiatives:initiative-detail", args=[initiative.pk])


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the person came from (`next`), if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and len(wanted) <= LONGEST_NEXT else otherwise


def seen_number(request: HttpRequest, name: str) -> int | None:
    """A hidden number of a one-button form; None where it is missing or mangled."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def point_of_view(request: HttpRequest) -> AsOf | HttpResponse:
    """The day the page speaks for, or the answer to a day that is none."""
    try:
        return as_of(request)
    except ValidationError as error:
        return render(request, "initiatives/_day_refused.html", {"sentences": error.messages}, status=400)


F = TypeVar("F", bound=PageForm)


def words_for(request: HttpRequest, form: type[F], **more: Any) -> F:
    """The form as it comes in: what was sent, or what was typed before the session ended, or fresh."""
    user = user_of(request)
    if request.method == "POST":
        return form(request.POST, user=user, **more)
    kept = kept_words(request)
    if kept is None:
        return form(user=user, **more)
    messages.warning(request, "Your session had ended. What you typed is back in the form; it is not saved yet.")
    drawn = form(user=user, **more)
    for name, field in drawn.fields.items():
        if name not in {"submission", "typed_by"}:  # `version` too: saved against what was on the screen then
            drawn.initial[name] = field.widget.value_from_datadict(kept, {}, name)
    return drawn


def take_form(
    request: HttpRequest, *, form: PageForm, save: Callable[[], str], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Draw the form, or save it and go where `save` says.

    Wrong input comes back with 422, somebody else's newer row with 409 and both texts; nothing typed is lost.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(once(request, save))
            except ValidationError as error:
                form.add_refusal(error)
            except StaleVersion as stale:
                status = 409
                if isinstance(form, RowForm):
                    context = context | {"differences": form.differences(stale.row), "is_conflict": True}
                    form.see(stale.row)
    return render(request, template, context | {"form": form}, status=status)


def press(request: HttpRequest, *, do: Callable[[], str], where: str) -> HttpResponse:
    """A form of one button: do it, say so, go back. A GET (a sign-in came in between) only goes back."""
    if request.method == "POST":
        try:
            messages.success(request, do())
        except ValidationError as error:
            for sentence in error.messages:
                messages.error(request, sentence)
        except StaleVersion as stale:
            messages.warning(
                request, f"Somebody else changed “{stale.row}” in the meantime. Look again; nothing was saved."
            )
    return redirect(where)


def link(name: str, *args: object, when: AsOf | None = None) -> str:
    """An address, on the same day as this page."""
    try:
        address = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return address if when is None or when.is_live else f"{address}?as_of={when.day}"


def crumbs(initiative: Initiative, here: str = "") -> list[dict[str, str]]:
    """The way to an initiative and, with `here`, to a page below it."""
    plan, goal = initiative.plan, initiative.goal
    way = [
        {"label": plan.title, "href": link("initiatives:plan-detail", plan.slug)},
        {"label": str(goal), "href": link("initiatives:goal-detail", plan.slug, goal.number)},
        {"label": str(initiative), "href": address_of(initiative)},
    ]
    return [*way, {"label": here, "href": ""}] if here else way
