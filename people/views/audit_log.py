"""The audit log: every act, who, when, through which channel and why."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from people.forms.people import AuditFilterForm
from people.rules import plans_seen_by
from people.selectors import audit_events
from records.models import AuditEvent
from records.seals import FIELDS
from records.verbs import entries, entry_of
from web.requests import user_of
from web.tables import Column, csv_response, json_lines_response

COLUMNS = [
    Column("When", "instant"), Column("Who"), Column("What"), Column("On"), Column("Channel"), Column("Changes"),
    Column("Reason"),
]  # fmt: skip


@require_safe
@permission_required("people.view_audit_log", raise_exception=True)
def audit_log(request: HttpRequest) -> HttpResponseBase:
    """Newest first; to a manager of some plans what is about those. `?format=csv` or `jsonl` gives a file."""
    user = user_of(request)
    within = plans_seen_by(user)
    form = AuditFilterForm(request.GET, auto_id="filter_%s", within=within)
    if not form.is_valid():
        return render(request, "people/audit_log.html", {"form": form, "entries": ()}, status=422)
    events = form.fitting(audit_events(**form.cleaned_data, within=within))
    if request.GET.get("format") == "csv":
        return csv_response("audit log", COLUMNS, _lines(events))
    if request.GET.get("format") == "jsonl":
        return json_lines_response("audit log", _facts(events))
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "entries": entries(page, user), "is_of_plans": within is not None}
    return render(request, "people/audit_log.html", context)


def _lines(events: Any) -> Iterator[list[Any]]:
    event: AuditEvent
    for event in events.iterator(chunk_size=2_000):
        entry = entry_of(event)
        changes = "; ".join(f"{change.label}: {change.old} → {change.new}" for change in entry.changes)
        yield [entry.at, entry.who, entry.what, entry.target, event.get_channel_display(), changes, entry.reason]


def _facts(events: Any) -> Iterator[dict[str, Any]]:
    """Each event as it is kept, for a program: numbers, names of fields and verbs."""
    return iter(events.values(*FIELDS).iterator(chunk_size=2_000))
