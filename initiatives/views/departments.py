"""Departments, and the page a liaison comes to."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from goals.models import Plan
from goals.rules import own_plans, readable
from initiatives.models import Commitment, Initiative
from initiatives.rendering import initiative_rows
from initiatives.selectors.departments import (
    COMMITMENT_COLUMNS,
    DepartmentPage,
    commitment_file_rows,
    department_files,
    department_lines,
    department_page,
    find_department,
)
from initiatives.selectors.lists import columns, file_rows
from initiatives.selectors.rows import CommitmentRow, stream_commitments
from initiatives.views.as_of import day_query, not_kept, on_day, speaks_for_a_day
from initiatives.views.asking import asking
from initiatives.views.downloads import FORMATS, table_response
from initiatives.views.lookups import link
from people.models import DepartmentVersion, User
from records.asof import AsOf
from web.pages import moved
from web.requests import most_rows, user_of

LISTS = ("commitments", "initiatives")


@dataclass(frozen=True)
class Promise:
    """A commitment and what this reader may do about it today."""

    row: CommitmentRow
    may_accept: bool
    may_deliver: bool
    may_move: bool
    may_ask: bool


@require_safe
@speaks_for_a_day
def department_list(request: HttpRequest, *, when: AsOf) -> HttpResponse:
    """Who leads and has promised what."""
    lines = department_lines(when, readable(user_of(request)))
    own = user_of(request).liaison_departments_somewhere or {user_of(request).department_id}
    context = {
        **on_day(request, when),
        "can_add": user_of(request).has_perm("people.change_department"),
        "lines": [line for line in lines if line.has_any],
        "silent": [line for line in lines if not line.has_any],
        "own": [line.department for line in lines if line.department.subject_id in own],
    }
    return render(request, "initiatives/department_list.html", context)


@require_safe
@speaks_for_a_day
def department_detail(request: HttpRequest, abbreviation: str, *, when: AsOf) -> HttpResponse:
    """What a department leads and has promised, what is late and what is next."""
    department_id = find_department(abbreviation, when)
    page = None
    if department_id is not None:
        page = department_page(department_id, when, limit=most_rows(request), only=readable(user_of(request)))
    if page is not None and when.is_live and page.department.abbreviation.lower() != abbreviation.lower():
        return moved(request, link("initiatives:department-detail", page.department.abbreviation))  # it was renamed
    if page is None:
        return not_kept(request, "department", DepartmentVersion.objects.filter(subject=department_id))
    user, asks = user_of(request), asking(request, when)
    context = {
        **on_day(request, when),
        "page": page,
        "week": [_promise(row, user, when) for row in page.week],
        "later": [_promise(row, user, when) for row in page.later],
        "late_led": [(*one, SafeString(asks.link(one[0]) if asks else "")) for one in page.late_initiatives],
        "figures": _figures(page),
        "lines": initiative_rows(page.led, when, day_query(request), asks),
        "is_mine": page.department.subject_id in user.liaison_departments_somewhere,
        "shows_addresses": user.has_perm("people.change_person"),
        "breadcrumb": [
            {"label": "Departments", "href": reverse("initiatives:department-list") + day_query(request)},
            {"label": page.department.name},
        ],
        "downloads": {name: _downloads(request, page, name) for name in LISTS},
    }
    return render(request, "initiatives/department_detail.html", context)


@require_safe
@speaks_for_a_day
def department_export(
    request: HttpRequest, abbreviation: str, listing: str, format: str, *, when: AsOf
) -> HttpResponseBase:
    """A department's commitments, or the initiatives it leads, as a file."""
    if listing not in LISTS or format not in FORMATS:
        raise Http404
    department_id = find_department(abbreviation, when)
    seen = readable(user_of(request))
    files = department_files(department_id, when, seen) if department_id is not None else None
    if files is None:
        raise Http404
    name = f"{files.department.abbreviation} {listing}"
    if listing == "commitments":
        rows = commitment_file_rows(stream_commitments(files.commitments), when)
        return table_response(format, name, COMMITMENT_COLUMNS, rows, when=when)
    return table_response(format, name, columns("Focus area"), file_rows(files.led), when=when)


def _promise(row: CommitmentRow, user: User, when: AsOf) -> Promise:
    """The past is read-only."""
    # Plain values: the rules are asked with unsaved rows.
    needs = Initiative(pk=row.initiative_id, plan=Plan(pk=row.plan_id, access_id=own_plans(user).get(row.plan_id)))
    moved = Commitment(initiative=needs, department_id=row.department_id, state=row.state)
    may = when.is_live and user.has_perm("initiatives.keep_commitment", moved)
    return Promise(
        row,
        may_accept=may and row.state == "proposed",
        may_deliver=may and row.state == "accepted",
        may_move=when.is_live and row.state == "accepted" and user.has_perm("initiatives.withdraw_commitment", moved),
        may_ask=when.is_live and user.has_perm("initiatives.ask_for_update", needs),
    )


def _figures(page: DepartmentPage) -> list[dict[str, Any]]:
    return [
        {"label": "Initiatives led", "value": page.rollup.total, "href": "#led"},
        {"label": "Open commitments", "value": page.open_commitments.total, "href": "#commitments"},
        {"label": "Not accepted yet", "value": page.waiting, "href": "#commitments"},
        {"label": "Late", "value": page.late_count, "href": "#late"},
    ]


def _downloads(request: HttpRequest, page: DepartmentPage, listing: str) -> list[dict[str, str]]:
    return [
        {
            "label": kind.upper(),
            "href": reverse("initiatives:department-export", args=[page.department.abbreviation, listing, kind])
            + day_query(request),
        }
        for kind in FORMATS
    ]
