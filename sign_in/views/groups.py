"""What groups of the city's provider mean here: shown first, then exactly that is done."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Department
from people.roles import Role
from people.views.fresh import asks_again
from records.texts import isolated
from sign_in.forms.groups import GroupRoleForm
from sign_in.models import FailedSignIn, GroupRole
from sign_in.selectors import Effect, Held, Meaning, effects, meanings, without
from sign_in.services import add_group_role, remove_group_role
from web.pages import answer_form, form_for
from web.requests import act_of

SHOWN = 200  # names on the page; the sentence counts all
PERMISSION = permission_required("sign_in.change_groups", raise_exception=True)


@require_safe
@PERMISSION
def overview(request: HttpRequest) -> HttpResponse:
    """How people come by the provider: what it must be told, the table of groups, what went wrong of late."""
    context = {
        "providers": [_told(request, one) for one in settings.SIGN_IN_PROVIDERS],
        "rows": GroupRole.objects.select_related("department"),
        "failures": FailedSignIn.objects.all(),
        "is_emergency_only": settings.PASSWORDS_FOR_EMERGENCIES,
        "emergency": sorted(settings.EMERGENCY_ADMINISTRATORS),
    }
    return render(request, "sign_in/overview.html", context)


@require_http_methods(["GET", "POST"])
@PERMISSION
@asks_again
def group_add(request: HttpRequest) -> HttpResponse:
    """Let a group give a role. Who would gain or lose it is shown before anything is done."""
    form = form_for(request, GroupRoleForm)

    def preview() -> dict[str, Any] | None:
        group, role, department = form.meaning()
        found = effects([*meanings(), Meaning(group, Held(role, department))])
        return None if request.POST.get("seen") == _digest(found) else _shown(found)

    def save() -> str:
        row = add_group_role(**form.values(), act=act_of(request))
        messages.success(request, f"{isolated(row.group)} gives a role from now on: {row.words}.")
        return reverse("sign-in-groups")

    context = {"title": "Let a group give a role", "breadcrumb": _trail("Let a group give a role")}
    return answer_form(
        request, form=form, save=save, template="sign_in/group_add.html", context=context, preview=preview
    )


@require_http_methods(["GET", "POST"])
@PERMISSION
@asks_again
def group_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a group give a role no longer: asked, with who would lose it."""
    row = get_object_or_404(GroupRole.objects.select_related("department"), pk=pk)
    found = effects(without(meanings(), row))
    if request.method == "POST" and request.POST.get("seen") == _digest(found):
        remove_group_role(row=row, act=act_of(request))
        messages.success(request, f"{isolated(row.group)} gives no role of {row.words} any more.")
        return redirect("sign-in-groups")
    context = _shown(found) | {"row": row, "breadcrumb": _trail("Take a line away")}
    return render(request, "sign_in/group_remove.html", context)


def _shown(found: Sequence[Effect]) -> dict[str, Any]:
    """In sentences (“12 people lose Plan manager”), then by name."""
    offices = Department.objects.in_bulk({held.department_id for one in found for held in one.gains | one.losses})
    told = {
        "lose": Counter(_words(held, offices) for one in found for held in one.losses),
        "gain": Counter(_words(held, offices) for one in found for held in one.gains),
    }
    people = [
        {
            "person": one.person,
            "gains": sorted(_words(held, offices) for held in one.gains),
            "losses": sorted(_words(held, offices) for held in one.losses),
        }
        for one in found[:SHOWN]
    ]
    sentences = [
        f"{count} {'person' if count == 1 else 'people'} would {verb} {role}."
        for verb, counted in told.items()
        for role, count in sorted(counted.items())
    ]
    return {
        "is_shown": True, "seen": _digest(found), "sentences": sentences, "people": people,
        "more": max(0, len(found) - SHOWN),
    }  # fmt: skip


def _words(held: Held, offices: dict[int, Department]) -> str:
    label = str(Role(held.role).label)
    return f"{label}, {offices[held.department_id].name}" if held.department_id else label


def _digest(found: Sequence[Effect]) -> str:
    """What was seen is what is done: where somebody came or went meanwhile, it is shown again."""
    told = "\n".join(f"{one.person.pk} {sorted(one.gains, key=str)} {sorted(one.losses, key=str)}" for one in found)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _told(request: HttpRequest, provider: Any) -> dict[str, Any]:
    """What whoever runs the provider asks for."""
    if provider.kind == "saml":
        places = {"Metadata": "saml_metadata", "Answers go to (ACS)": "saml_acs"}
        kwargs = {"organization_slug": "city"}
    else:
        places, kwargs = {"Redirect address": "openid_connect_callback"}, {"provider_id": "city"}
    addresses = [(label, request.build_absolute_uri(reverse(name, kwargs=kwargs))) for label, name in places.items()]
    app = get_adapter().get_app(request, provider=provider.kind)
    source = app.settings.get("server_url") or app.settings["idp"]["metadata_url"]
    return {"label": provider.label, "addresses": addresses, "source": source, "groups": provider.groups}


def _trail(here: str) -> list[dict[str, str]]:
    return [
        {"label": "People", "href": reverse("people:person-list")},
        {"label": "Sign-in", "href": reverse("sign-in-groups")},
        {"label": here, "href": ""},
    ]
