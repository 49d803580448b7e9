"""What the pages of the room share: finding a row one may touch, the day a page speaks for, links and crumbs."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from initiatives.models import Commitment, Initiative, Milestone, OwnerRequest, StatusDraft, StatusUpdate
from records.asof import AsOf
from records.statements import statement
from web.requests import user_of

M = TypeVar("M", bound=Model)


def get_initiative_or_404(request: HttpRequest, pk: int, needs: str = "view_initiative") -> Initiative:
    """The initiative, if this person may see it (else 404) and may do what the page needs (else 403).

    `has_draft` says whether this person has an unpublished update of it.
    """
    row: Initiative = _only(_initiative(pk, user_of(request).pk))
    if not user_of(request).has_perm("initiatives.view_initiative", row):
        raise Http404
    return _allowed(request, needs, row, row)


@statement
def _initiative(pk: int, reader_id: int) -> QuerySet[Any]:
    draft = StatusDraft.objects.filter(initiative=OuterRef("pk"), author=reader_id)
    found = Initiative.objects.select_related("plan", "goal").annotate(has_draft=Exists(draft))
    return found.filter(pk=pk, deleted_at__isnull=True)


def get_milestone_or_404(request: HttpRequest, pk: int) -> Milestone:
    """The milestone, for who may change it."""
    found = Milestone.objects.select_related("initiative__plan", "initiative__goal", "owner", "department")
    row = _found(found.filter(deleted_at__isnull=True, initiative__deleted_at__isnull=True), pk)
    return _allowed(request, "keep_milestone", row, row)


def get_commitment_or_404(request: HttpRequest, pk: int, needs: str) -> Commitment:
    """The commitment, for who may do what the page needs."""
    found = Commitment.objects.select_related("initiative__plan", "initiative__goal", "department")
    row = _found(found.filter(deleted_at__isnull=True, initiative__deleted_at__isnull=True), pk)
    return _allowed(request, needs, row, row)


def get_owner_request_or_404(request: HttpRequest, pk: int, needs: str) -> OwnerRequest:
    """What an owner was asked; also when it has ended, for whoever was asked to read why and keep what they typed."""
    found = OwnerRequest.objects.select_related("initiative__plan", "initiative__goal", "person", "answer")
    row: OwnerRequest = _found(found.filter(initiative__deleted_at__isnull=True), pk)
    return _allowed(request, needs, row, row if needs == "answer_owner_request" else row.initiative)


def get_update_or_404(request: HttpRequest, pk: int, needs: str) -> StatusUpdate:
    """The status update, for who may do what the page needs."""
    found = StatusUpdate.objects.select_related("initiative__plan", "initiative__goal", "author")
    row = _found(found.filter(initiative__deleted_at__isnull=True), pk)
    return _allowed(request, needs, row, row)


def _found(rows: QuerySet[M], pk: int) -> M:
    return _only(rows.filter(pk=pk)[:1])


def _only(rows: Iterable[M]) -> M:
    row = next(iter(rows), None)
    if row is None:
        raise Http404
    return row


def _allowed(request: HttpRequest, needs: str, row: M, judged: Model) -> M:
    if not user_of(request).has_perm(f"initiatives.{needs}", judged):
        raise PermissionDenied
    return row


def address_of(initiative: Initiative) -> str:
    return reverse("initiatives:initiative-detail", args=[initiative.pk])


def link(name: str, *args: object, when: AsOf | None = None) -> str:
    """An address, on the same day as this page."""
    address = reverse(name, args=args)
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


def form_page(initiative: Initiative, title: str, label: str, *, anchor: str = "", **more: Any) -> dict[str, Any]:
    """What form.html needs for a form about an initiative; `anchor` is where on its page one came from."""
    back = address_of(initiative) + (f"#{anchor}" if anchor else "")
    page = {"eyebrow": str(initiative), "title": title, "label": label, "back": back}
    return {**page, "breadcrumb": crumbs(initiative, title), **more}
