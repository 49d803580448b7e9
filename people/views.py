"""Sign-in, one's own profile, and the pages that manage people, departments and roles."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from people.audit import StaleVersion
from people.forms import AuditFilterForm, DepartmentForm, PersonForm, RoleForm, SignInForm
from people.models import Department, RoleGrant, User
from people.requests import act_of, user_of
from people.roles import DESCRIPTIONS, Role
from people.selectors import audit_events, entry_of, people_with_roles
from people.services import (
    create_department,
    create_user,
    grant_role,
    revoke_role,
    update_department,
    update_user,
)
from people.tables import Column, csv_response

DEMO_ACCOUNTS = [
    ("owner@demo.example", "Owner", "says how initiatives stand"),
    ("liaison@demo.example", "Department liaison", "sees and keeps what the department promised"),
    ("leader@demo.example", "Leadership", "reads the plan and completes the quarterly report"),
    ("manager@demo.example", "Plan manager", "runs the plan"),
    ("admin@demo.example", "Administrator", "roles, settings, audit log"),
    ("viewer@demo.example", "Viewer", "reads"),
]


class SignIn(auth.LoginView):
    """Django's own sign-in, with e-mail for a name. `next` leads nowhere but to this site."""

    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = DEMO_ACCOUNTS if settings.DEMO else []
        return super().get_context_data(**kwargs) | {"accounts": accounts}


def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here and what I may do."""
    user = user_of(request)
    grants = RoleGrant.objects.filter(user=user, recorded_until__isnull=True).select_related("department")
    held = [(grant, DESCRIPTIONS[grant.role]) for grant in grants]
    return render(request, "people/profile.html", {"person": user, "held": held})


@permission_required("people.change_person", raise_exception=True)
def person_list(request: HttpRequest) -> HttpResponse:
    """Everybody with an account."""
    page = Paginator(people_with_roles(), 100).get_page(request.GET.get("page"))
    return render(request, "people/person_list.html", {"page": page})


@permission_required("people.change_person", raise_exception=True)
def person_create(request: HttpRequest) -> HttpResponseBase:
    """Add a person; they set a password by "Forgot your password?"."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "email", "department")}
        try:
            person = create_user(**values, act=act_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{person.name} was added. Now give a role.")
            return redirect("people:person-detail", pk=person.pk)
    return _form_page(request, form, "Add a person", "people:person-list")


def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, their roles, and what was done to the account."""
    if not user_of(request).has_perm("people.change_person"):
        raise PermissionDenied
    person = get_object_or_404(people_with_roles(), pk=pk)
    return _person_page(request, person, RoleForm())


def _person_page(request: HttpRequest, person: User, form: RoleForm, status: int = 200) -> HttpResponse:
    events = audit_events().filter(target_type="user", target_id=person.pk)[:30]
    context = {
        "person": person,
        "form": form,
        "entries": [entry_of(event) for event in events],
        "can_grant": user_of(request).has_perm("people.grant_role"),
    }
    return render(request, "people/person_detail.html", context, status=status)


@permission_required("people.change_person", raise_exception=True)
def person_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a person, or deactivate and reactivate the account (`active` in the form: yes or no)."""
    person = get_object_or_404(User, pk=pk)
    if _outranked(request, person):
        raise PermissionDenied
    form = PersonForm(request.POST or None, instance=person)
    wanted: dict[str, Any] = {}
    if request.method == "POST" and request.POST.get("active") in {"yes", "no"}:
        wanted = {"is_active": request.POST["active"] == "yes"}
    elif request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("name", "email", "department")}
    if wanted:
        seen = str(request.POST.get("version", ""))
        try:
            person = update_user(
                user=person,
                fields=wanted,
                seen_version=int(seen) if seen.isdecimal() else None,
                act=act_of(request, reason=request.POST.get("reason", "")),
            )
        except StaleVersion as stale:
            return _stale_page(request, form, stale, "people:person-edit", pk)
        except ValidationError as error:
            if "is_active" in wanted:
                messages.error(request, " ".join(error.messages))
                return redirect("people:person-detail", pk=pk)
            form.add_error(None, error)
        else:
            messages.success(request, f"{person.name} was saved.")
            return redirect("people:person-detail", pk=pk)
    return _form_page(request, form, f"Edit {person.name}", "people:person-list")


@require_POST
@permission_required("people.grant_role", raise_exception=True)
def role_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role."""
    person = get_object_or_404(people_with_roles(), pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            grant_role(user=person, **form.cleaned_data, act=act_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{person.name} is now {Role(form.cleaned_data['role']).label.lower()}.")
            return redirect("people:person-detail", pk=pk)
    return _person_page(request, person, form, status=422)


@require_POST
@permission_required("people.grant_role", raise_exception=True)
def role_revoke(request: HttpRequest, pk: int, grant_pk: int) -> HttpResponse:
    """Take a role away; it counts from the person's next page."""
    grant = get_object_or_404(RoleGrant, pk=grant_pk, user_id=pk)
    try:
        revoke_role(grant=grant, act=act_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{grant.user.name} is no longer {grant.get_role_display().lower()}.")
    return redirect("people:person-detail", pk=pk)


@permission_required("people.change_department", raise_exception=True)
def department_list_admin(request: HttpRequest) -> HttpResponse:
    """Departments and offices, to edit."""
    rows = Department.objects.filter(deleted_at__isnull=True).select_related("parent").order_by("name", "pk")
    page = Paginator(rows, 100).get_page(request.GET.get("page"))
    return render(request, "people/department_list_admin.html", {"page": page})


@permission_required("people.change_department", raise_exception=True)
def department_create(request: HttpRequest) -> HttpResponseBase:
    """Add a department."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "abbreviation", "parent")}
        try:
            row = create_department(**values, act=act_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{row.name} was added.")
            return redirect("people:department-list-admin")
    return _form_page(request, form, "Add a department", "people:department-list-admin")


@permission_required("people.change_department", raise_exception=True)
def department_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Rename or move a department; frozen reports keep the old name."""
    row = get_object_or_404(Department, pk=pk, deleted_at__isnull=True)
    form = DepartmentForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "abbreviation", "parent")}
        try:
            update_department(
                department=row, fields=values, seen_version=form.cleaned_data["version"], act=act_of(request)
            )
        except StaleVersion as stale:
            return _stale_page(request, form, stale, "people:department-edit", pk)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{values['name']} was saved.")
            return redirect("people:department-list-admin")
    return _form_page(request, form, f"Edit {row.abbreviation}", "people:department-list-admin")


@permission_required("people.view_audit_log", raise_exception=True)
def audit_log(request: HttpRequest) -> HttpResponseBase:
    """Every act, newest first; as CSV with `?format=csv`."""
    form = AuditFilterForm(request.GET or None)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    events = audit_events(person=chosen.get("person"), verb=chosen.get("verb", ""), day=chosen.get("day"))
    if request.GET.get("format") == "csv":
        columns = [Column(name) for name in ("When", "Who", "What", "On", "Channel", "Changes", "Reason")]
        return csv_response("audit log", columns, (_line(event) for event in events[:50_000].iterator(chunk_size=2000)))
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    entries = [entry_of(event) for event in page]
    status = 422 if form.is_bound and not form.is_valid() else 200
    context = {"form": form, "page": page, "entries": entries}
    return render(request, "people/audit_log.html", context, status=status)


def _line(event: Any) -> list[Any]:
    entry = entry_of(event)
    changes = "; ".join(f"{change.label}: {change.old} → {change.new}" for change in entry.changes)
    return [entry.at, entry.who, entry.what, entry.target, event.get_channel_display(), changes, entry.reason]


def _outranked(request: HttpRequest, person: User) -> bool:
    """Only an administrator changes an administrator's account: a new e-mail would be a way to take it over."""
    return person.has_role(Role.ADMINISTRATOR) and not user_of(request).has_role(Role.ADMINISTRATOR)


def _form_page(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "people/form.html", {"form": form, "title": title, "back": back}, status=status)


def _stale_page(request: HttpRequest, form: Any, stale: StaleVersion, again: str, pk: int) -> HttpResponse:
    """Both texts side by side; saving again overwrites theirs knowingly."""
    names = [name for name in form.fields if name != "version"]
    rows = [
        (
            form.fields[name].label or name.replace("_", " ").capitalize(),
            getattr(stale.row, name),
            form.cleaned_data[name],
        )
        for name in names
    ]
    hidden = [(name, form.data.get(name, "")) for name in names] + [("version", stale.row.version)]
    context = {"rows": rows, "hidden": hidden, "again": again, "pk": pk}
    return render(request, "people/stale.html", context, status=409)
