"""Pages that edit departments. What a department has promised is shown in the initiatives room."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from people.forms.people import DepartmentForm
from people.models import Department
from people.services import create_department, update_department
from records.texts import isolated
from web.pages import answer_form, form_for
from web.requests import act_of


@require_safe
@permission_required("people.change_department", raise_exception=True)
def department_list_admin(request: HttpRequest) -> HttpResponse:
    """Departments and offices, to edit."""
    rows = Department.objects.filter(deleted_at__isnull=True).select_related("parent").order_by("name", "pk")
    page = Paginator(rows, 100).get_page(request.GET.get("page"))
    context = {"page": page, "breadcrumb": _trail()}
    return render(request, "people/department_list_admin.html", context)


@permission_required("people.change_department", raise_exception=True)
def department_create(request: HttpRequest) -> HttpResponse:
    """Add a department."""
    form = form_for(request, DepartmentForm)

    def save() -> str:
        row = create_department(**form.values(), act=act_of(request))
        messages.success(request, f"{isolated(row.name)} was added.")
        return reverse("people:department-list-admin")

    context = _form_context("Add a department", "Add the department")
    return answer_form(request, form=form, save=save, template="form.html", context=context)


@permission_required("people.change_department", raise_exception=True)
def department_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or move a department; frozen reports keep the old name."""
    row = get_object_or_404(Department, pk=pk, deleted_at__isnull=True)
    form = form_for(request, DepartmentForm, row=row)

    def save() -> str:
        seen = form.cleaned_data["version"]
        saved = update_department(department=row, fields=form.values(), seen_version=seen, act=act_of(request))
        messages.success(request, f"{isolated(saved.name)} was saved.")
        return reverse("people:department-list-admin")

    context = _form_context(f"Edit {isolated(row.abbreviation)}", "Save")
    return answer_form(request, form=form, save=save, template="form.html", context=context)


def _trail(here: str = "") -> list[dict[str, str]]:
    trail = [
        {"label": "People", "href": reverse("people:person-list")},
        {"label": "Departments and offices", "href": reverse("people:department-list-admin")},
    ]
    return [*trail, {"label": here, "href": ""}] if here else trail


def _form_context(title: str, label: str) -> dict[str, Any]:
    back = reverse("people:department-list-admin")
    return {"title": title, "label": label, "back": back, "breadcrumb": _trail(title)}
