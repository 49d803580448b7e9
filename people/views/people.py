"""Pages that manage people and their roles."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.forms.pasted import InviteManyForm
from people.forms.people import InviteToPlanForm, PeopleFilterForm, PersonForm, RoleForm
from people.models import RoleGrant, User
from people.roles import DESCRIPTIONS, OF_EVERYTHING, Role
from people.rules import plans_given_in, plans_seen_by, roles_given_by
from people.selectors import (
    HOLDINGS,
    NOT_JOINED,
    audit_events,
    depended_on,
    invitation_to,
    out_of_reach,
    people_at,
    people_with_roles,
    roles_ever,
    unreached,
    with_roles,
)
from people.services import (
    NOT_LET_IN,
    Newcomer,
    create_user,
    grant_role,
    invite_people,
    invite_to_plan,
    revoke_role,
    update_user,
)
from people.views.fresh import asks_again
from records.texts import isolated
from records.verbs import entries
from web.pages import answer_button, answer_form, form_for, seen_number
from web.requests import act_of, user_of


@require_safe
@permission_required("people.view_people", raise_exception=True)
def person_list(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, narrowed by name, role, department or state; of a manager of some plans, theirs."""
    form = PeopleFilterForm(request.GET, auto_id="filter_%s")
    wanted = form.cleaned_data if form.is_valid() else {}
    user = user_of(request)
    found = form.fitting(people_with_roles(**wanted, within=plans_seen_by(user)))
    page = Paginator(found, 100).get_page(request.GET.get("page"))
    context = {
        "page": page, "form": form, "can_read_log": user.has_perm("people.view_audit_log"),
        "can_change_groups": user.has_perm("sign_in.change_groups"),
        "can_add": user.has_perm("people.change_person"),
    }  # fmt: skip
    return render(request, "people/person_list.html", context, status=200 if form.is_valid() else 422)


@permission_required("people.change_person", raise_exception=True)
def person_create(request: HttpRequest) -> HttpResponse:
    """Add a person, who is invited by mail to set a password."""
    form = form_for(request, PersonForm)

    def save() -> str:
        person = create_user(**form.values(), is_invited=True, act=act_of(request))
        messages.success(
            request, f"{isolated(person.name)} was added, and an invitation goes to {person.email}. Now give a role."
        )
        return reverse("people:person-detail", args=[person.pk])

    context = _form_context("Add a person", "Add the person", [_people()], back=reverse("people:person-list"))
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@require_http_methods(["GET", "POST"])
@permission_required("people.invite_to_plan", raise_exception=True)
@asks_again
def person_invite(request: HttpRequest) -> HttpResponse:
    """Let somebody into one plan, by a role for it alone."""
    user = user_of(request)
    plans = plans_seen_by(user)
    form = form_for(request, InviteToPlanForm, plans=plans, gives=_gives(user, plans))

    def save() -> str:
        newcomer = Newcomer(**form.values())
        known = people_at([newcomer.email]).get(newcomer.email.lower())
        if known is not None and plans is None and plans_given_in(user, known) is not None:
            raise ValidationError({"email": NOT_LET_IN.format(known.email)})
        person = invite_to_plan(newcomer=newcomer, act=act_of(request))
        messages.success(request, f"{person.email} has the role now, and is told by mail.")
        return reverse("people:person-detail", args=[person.pk])

    context = _form_context("Invite to a plan", "Invite", [_people()], back=reverse("people:person-list"))
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@require_http_methods(["GET", "POST"])
@permission_required("people.change_person", raise_exception=True)
@asks_again
def people_invite(request: HttpRequest) -> HttpResponse:
    """Invite everybody of a pasted list: shown line by line first, then exactly that is done."""
    form = form_for(request, InviteManyForm, gives=roles_given_by(user_of(request)))

    def preview() -> dict[str, Any] | None:
        found = form.sorted
        if found.new and "apply" in request.POST and form.cleaned_data["seen"] == found.digest:
            return None
        form.show()
        return {"is_shown": True}

    def save() -> str:
        people = invite_people(newcomers=[one for _, one in form.sorted.new], act=act_of(request))
        count = len(people)
        messages.success(
            request, "1 person was added and is invited by mail." if count == 1 else
            f"{count} people were added; an invitation goes to each of them by mail.",
        )  # fmt: skip
        return reverse("people:person-list")

    context = {"form": form, "breadcrumb": [_people(), {"label": "Invite many", "href": ""}]}
    return answer_form(
        request, form=form, save=save, template="people/people_invite.html", context=context, preview=preview
    )


@require_safe
@permission_required("people.change_person", raise_exception=True)
def people_unreached(request: HttpRequest) -> HttpResponse:
    """Whom mail does not reach though something depends on them, with the reason and what to do about it."""
    at = timezone.now()
    away = out_of_reach(at)
    held = depended_on(away)
    people = with_roles(away.filter(pk__in=held)).order_by("name", "pk")
    page = Paginator(people, 100).get_page(request.GET.get("page"))
    given = roles_given_by(user_of(request))
    ever = roles_ever([person.pk for person in page])
    rows = [(one, given.issuperset(ever[one.person.pk])) for one in unreached(list(page), held, at)]
    context = {
        "page": page, "rows": rows,
        "others": User.objects.filter(NOT_JOINED, is_active=True).exclude(pk__in=held).count(),
        "breadcrumb": [_people(), {"label": "Cannot be reached", "href": ""}],
    }  # fmt: skip
    return render(request, "people/people_unreached.html", context)


@require_safe
@permission_required("people.view_people", raise_exception=True)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, their roles, and what was done to the account; to a manager of some plans as far as it is theirs."""
    person = _seen_or_404(request, pk)
    return _person_page(request, person, _role_form(request, person))


@permission_required("people.change_person", raise_exception=True)
@asks_again
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, e-mail and department."""
    person = person_in_reach(request, pk)
    form = form_for(request, PersonForm, row=person)
    back = reverse("people:person-detail", args=[pk])

    def save() -> str:
        seen = form.cleaned_data["version"]
        saved = update_user(user=person, fields=form.values(), seen_version=seen, act=act_of(request))
        messages.success(request, f"{isolated(saved.name)} was saved.")
        return back

    trail = [_people(), {"label": person.name, "href": back}]
    context = _form_context(f"Edit {isolated(person.name)}", "Save", trail, back=back)
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@permission_required("people.change_person", raise_exception=True)
@asks_again
def person_activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate the account, or reactivate it (`active` is "no" or "yes")."""
    person = person_in_reach(request, pk)
    active = request.POST.get("active")

    def do() -> str:
        if active not in {"yes", "no"}:
            raise ValidationError("Account: say whether it is to be active.")
        update_user(
            user=person, fields={"is_active": active == "yes"}, seen_version=seen_number(request, "version"),
            act=act_of(request),
        )  # fmt: skip
        return (
            f"{isolated(person.name)} can sign in again."
            if active == "yes"
            else f"{isolated(person.name)} can no longer sign in."
        )

    return answer_button(request, do=do, where=reverse("people:person-detail", args=[pk]))


@permission_required("people.view_people", raise_exception=True)
@asks_again
def role_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role that the giver may give."""
    person = _seen_or_404(request, pk)
    if not user_of(request).has_perm("people.grant_role", person):
        raise PermissionDenied
    form = _role_form(request, person)
    page = reverse("people:person-detail", args=[pk])

    def save() -> str:
        seen = form.cleaned_data["version"]
        grant = grant_role(user=person, **form.values(), seen_changes=seen, seen_within=form.sees, act=act_of(request))
        messages.success(
            request, f"{isolated(person.name)} is now {grant.get_role_display().lower()}{for_plan(grant)}."
        )
        return page

    def draw(more: dict[str, Any], status: int) -> HttpResponse:
        return _person_page(request, person, form, status, **more)

    return answer_form(request, form=form, save=save, draw=draw, page=page)


@permission_required("people.view_people", raise_exception=True)
@asks_again
def role_revoke(request: HttpRequest, pk: int, grant_pk: int) -> HttpResponse:
    """Take a role away; it counts from the person's next page."""
    user, person = user_of(request), _seen_or_404(request, pk)
    if not user.has_perm("people.grant_role", person):
        raise PermissionDenied
    plans = plans_given_in(user, person)
    held = RoleGrant.objects.select_related("user", "plan_access")
    held = held if plans is None else held.filter(plan_access__in=plans)
    grant = get_object_or_404(held, pk=grant_pk, user_id=pk)

    def do() -> str:
        seen = seen_number(request, "version")
        revoke_role(grant=grant, seen_changes=seen, seen_within=plans_seen_by(user), act=act_of(request))
        return f"{isolated(grant.user.name)} is no longer {grant.get_role_display().lower()}{for_plan(grant)}."

    # Whoever has lost the last role that the reader is told of is nobody to them any more.
    is_seen = plans_seen_by(user) is None or any(one.pk != grant_pk for one in person.current_grants)
    where = reverse("people:person-detail", args=[pk]) if is_seen else reverse("people:person-list")
    return answer_button(request, do=do, where=where)


def for_plan(grant: RoleGrant) -> str:
    return f" for “{isolated(grant.plan_access.name)}”" if grant.plan_access else ""


def _seen_or_404(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(people_with_roles(within=plans_seen_by(user_of(request))), pk=pk)


def _gives(user: User, plans: frozenset[int] | None) -> frozenset[str]:
    """The roles that can be given for one of these plans; None: for any."""
    if plans is None:
        return roles_given_by(user) - OF_EVERYTHING
    return frozenset[str]().union(*(roles_given_by(user, plan) for plan in plans))


def _role_form(request: HttpRequest, person: User) -> RoleForm:
    user, at = user_of(request), reverse("people:role-grant", args=[person.pk])
    plans = plans_given_in(user, person)
    gives = roles_given_by(user) if plans is None else _gives(user, plans)
    return form_for(request, RoleForm, at=at, row=person, gives=gives, plans=plans, sees=plans_seen_by(user))


def _person_page(request: HttpRequest, person: Any, form: RoleForm, status: int = 200, **more: Any) -> HttpResponse:
    user = user_of(request)
    seen, plans = plans_seen_by(user), form.plans
    can_change = user.has_perm("people.change_account", person)
    events = audit_events().filter(target_type="user", target_id=person.pk)
    if seen is not None:
        events = events.filter(parent_type="planaccess", parent_id__in=seen)
    holdings = [one for of in HOLDINGS for one in of(person, user)]
    context = {
        "person": person,
        "form": form,
        "holdings": [one for one in holdings if not one.is_owed],
        "owed": [one for one in holdings if one.is_owed],
        "held": [
            (grant, DESCRIPTIONS[grant.role], plans is None or grant.plan_access_id in plans)
            for grant in person.current_grants
        ],
        "entries": entries(events[:30], user, own="user"),
        "roles": [(Role(role).label, text) for role, text in DESCRIPTIONS.items()],
        "invited": invitation_to(person, timezone.now()),
        "can_grant": plans is None or bool(plans),
        "can_change": can_change,
        "can_invite": can_change or user.has_perm("people.send_invitation", person),
        "keeps_accounts": seen is None,
        "can_end_sessions": user.has_perm("people.end_sessions"),
        "can_take_off": _has_factor(person) if user.has_perm("people.take_off_factors") else None,
        "breadcrumb": [_people(), {"label": person.name, "href": ""}],
        **more,
    }
    return render(request, "people/person_detail.html", context, status=status)


def _has_factor(person: User) -> bool:
    return bool(Authenticator.objects.filter(user=person).exists())


def person_in_reach(request: HttpRequest, pk: int) -> User:
    person = get_object_or_404(User, pk=pk)
    if not user_of(request).has_perm("people.change_account", person):
        raise PermissionDenied("Only an administrator changes the account of somebody who is one, or was.")
    return person


def _people() -> dict[str, str]:
    return {"label": "People", "href": reverse("people:person-list")}


def _form_context(title: str, label: str, trail: list[dict[str, str]], *, back: str) -> dict[str, Any]:
    return {"title": title, "label": label, "back": back, "breadcrumb": [*trail, {"label": title, "href": ""}]}
