"""Hand over the work of someone who leaves."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from goals.rules import among_managed, managed
from initiatives.forms.work import HandOverForm, LeaverForm
from initiatives.models import CLOSED, Contribution, Initiative, Milestone
from initiatives.models.milestone import OPEN_MILESTONE
from initiatives.services import hand_over
from people.models import User
from records.texts import isolated
from web.pages import answer_form, form_for
from web.requests import act_of, user_of

TEMPLATE = "initiatives/initiative_hand_over.html"


@require_http_methods(["GET", "POST"])
def initiative_hand_over(request: HttpRequest) -> HttpResponse:
    """First who leaves (`?leaver=`), then what they hold and who takes it on."""
    user = user_of(request)
    if not user.has_perm("initiatives.hand_over"):
        raise PermissionDenied
    choice = LeaverForm(request.GET or None, user=user)
    context: dict[str, Any] = {
        "choice": choice,
        "breadcrumb": [{"label": "My work", "href": reverse("my-work")}, {"label": "Hand over work", "href": ""}],
    }
    leaver: User | None = choice.cleaned_data["leaver"] if choice.is_valid() else None
    if leaver is None:
        return render(request, TEMPLATE, context, status=422 if choice.errors else 200)
    form = form_for(request, HandOverForm, leaver=leaver)

    def save() -> str:
        to: User | None = form.cleaned_data["to"]
        moved = hand_over(
            leaver=leaver, to=to, only=managed(user), act=act_of(request, reason=form.cleaned_data["reason"])
        )
        messages.success(
            request, f"{moved} handed over from {isolated(leaver.name)} to {isolated(to.name) if to else 'nobody yet'}."
        )
        return f"{request.path}?leaver={leaver.pk}"

    return answer_form(request, form=form, save=save, template=TEMPLATE, context=context | _held_by(leaver, user))


def _held_by(leaver: User, user: User) -> dict[str, Any]:
    """What would move, in plans that this user manages: open initiatives, open milestones, contributions."""
    alive = Initiative.objects.filter(among_managed(user), deleted_at__isnull=True)
    contributed = Contribution.objects.filter(person=leaver, recorded_until__isnull=True).values("initiative")
    return {
        "leaver": leaver,
        "owned": list(alive.filter(owner=leaver).exclude(reported_status__in=CLOSED)),
        "milestones": list(
            Milestone.objects.filter(OPEN_MILESTONE, owner=leaver, deleted_at__isnull=True, initiative__in=alive)
            .select_related("initiative")
        ),
        "contributed": list(alive.filter(pk__in=contributed)),
    }  # fmt: skip
