"""The least a Django view could do for what a page of ours gives: the floors that `pages` is measured beside.

Plain views behind Django's usual middleware and the same session: one query and a small template; a table of so many
rows; rows as JSON; and what an update writes, by itself. They read the same tables, and write into copies of them.
"""

import json
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from goals.models import Plan
from initiatives.models import Initiative

MIDDLEWARE = [
    "benchmarks.floors.OwnAddresses",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PAGE = (
    "<!doctype html><html lang=en><head><title>{{ plan.title }}</title></head><body><p>{{ user.name }}</p>"
    "<h1>{{ plan.title }}</h1><p>{{ plan.mission }}</p><p>{{ plan.start_date }} to {{ plan.end_date }}</p>"
)
LIST = (
    "<table>{% for row in rows %}<tr><td>{{ row.number }}</td><td>{{ row.title }}</td><td>{{ row.goal.title }}</td>"
    "<td>{{ row.get_reported_status_display }}</td><td>{{ row.owner.name }}</td>"
    "<td>{{ row.due_date|date:'j M Y' }}</td><td>{{ row.last_updated_at|date:'j M Y' }}</td>"
    "<td>{{ row.lead_department.abbreviation }}</td></tr>{% endfor %}</table>"
)
COLUMNS = (
    "id", "plan_id", "number", "title", "summary", "goal_id", "goal__number", "goal__title", "strategy_id",
    "strategy__title", "owner_id", "owner__name", "lead_department_id", "lead_department__abbreviation", "horizon",
    "audience", "visibility", "start_date", "due_date", "baseline_due_date", "slip_count", "override_status",
    "reported_status", "review_date", "percent", "override_reason", "last_updated_at", "latest_update_id", "basis",
    "source",
)  # fmt: skip
WRITTEN = ("initiatives_statusupdate", "initiatives_initiative", "initiatives_initiativeversion", "records_auditevent",
           "outbox_message")  # fmt: skip


class OwnAddresses:
    """These views, whatever ROOT_URLCONF says."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = "benchmarks.floors"  # type: ignore[attr-defined] # Django looks for it
        answer: HttpResponse = self.get_response(request)
        return answer


def handler() -> WSGIHandler:
    with override_settings(MIDDLEWARE=MIDDLEWARE, SESSION_ENGINE="django.contrib.sessions.backends.db"):
        return WSGIHandler()


def _template(text: str) -> Any:
    return engines["django"].from_string(text)


def one_query(request: HttpRequest) -> HttpResponse:
    plan = Plan.objects.order_by("pk").first()
    return HttpResponse(_ONE.render({"plan": plan, "user": request.user}))


def rows(request: HttpRequest, count: int) -> HttpResponse:
    found = Initiative.objects.select_related("goal", "owner", "lead_department").order_by("pk")[:count]
    plan = Plan.objects.order_by("pk").first()
    return HttpResponse(_LIST.render({"plan": plan, "user": request.user, "rows": found}))


def as_json(request: HttpRequest, count: int) -> HttpResponse:
    _ = request.user.is_authenticated
    found = Initiative.objects.order_by("pk")
    total = found.count() if count > 1 else 1
    return JsonResponse({"count": total, "results": list(found.values(*COLUMNS)[:count])})


def update(request: HttpRequest, pk: int) -> HttpResponse:
    """An update, the row it is copied to, its version, its line in the history and a message: five statements."""
    now = timezone.now()
    said = {"i": pk, "by": request.user.pk, "at": now, "words": request.POST["happened"], "status": "on_track"}
    said["changes"] = json.dumps({"status": ["", "on_track"]})
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _UPDATE:
            cursor.execute(statement, said)
    return redirect(f"/rows/{pk}/")


_ONE, _LIST = _template(PAGE), _template(PAGE + LIST)
_LATEST = "currval(pg_get_serial_sequence('bare_initiatives_statusupdate', 'id'))"
_UPDATE = [
    "INSERT INTO bare_initiatives_statusupdate (initiative_id, author_id, status, happened, next_steps, help_needed,"
    " recorded_at, stated_at, channel, is_no_change, correction_reason)"
    " VALUES (%(i)s, %(by)s, %(status)s, %(words)s, '', '', %(at)s, %(at)s, 'web', false, '')",
    "UPDATE bare_initiatives_initiative SET reported_status = %(status)s, last_updated_at = %(at)s,"
    f" latest_update_id = {_LATEST} WHERE id = %(i)s",
    "INSERT INTO bare_records_auditevent (happened_at, actor_id, actor_label, channel, verb, target_type, target_id,"
    " target_label, parent_type, changes, reason) VALUES (%(at)s, %(by)s, 'Somebody', 'web', 'status_update.recorded',"
    " 'initiative', %(i)s, 'An initiative', '', %(changes)s, '')",
]
_AGAIN = (  # the version that held until now is closed, and the next one opened from it
    "WITH old AS (UPDATE bare_initiatives_initiativeversion SET recorded_until = %(at)s WHERE subject_id = %(i)s"
    " AND recorded_until IS NULL RETURNING *) INSERT INTO bare_initiatives_initiativeversion (recorded_from,"
    " latest_update_id, last_updated_at, reported_status, {same}) SELECT %(at)s, {latest}, %(at)s, %(status)s, {same}"
    " FROM old"
)
# What a message holds, and whatever else its table wants filled.
_MESSAGE = {"key": "%(words)s", "message_id": "%(words)s", "person_id": "%(by)s", "kind": "'test'", "state": "'queued'"}
_EMPTY = {"timestamp with time zone": "%(at)s", "date": "%(at)s"} | dict.fromkeys(
    ("integer", "smallint", "bigint"), "0"
)

urlpatterns = [
    path("one/", one_query),
    path("rows/<int:count>/", rows),
    path("json/<int:count>/", as_json),
    path("update/<int:pk>/", update),
]


def prepare_writing() -> None:
    """Copies of the tables an update writes to, with their indexes but without triggers and keys to other tables."""
    with connection.cursor() as cursor:
        for table in WRITTEN:
            copy = f"bare_{table}"
            cursor.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL EXCLUDING GENERATED)")
            cursor.execute(f"INSERT INTO {copy} SELECT * FROM {table}")
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{copy}', 'id'), coalesce(max(id), 1)) FROM {copy}")
            cursor.execute(f"ANALYZE {copy}")
        own = ["id", "recorded_from", "recorded_until", "latest_update_id", "last_updated_at", "reported_status"]
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
            "WHERE table_name = 'initiatives_initiativeversion' AND NOT column_name = ANY (%s)",
            [own],
        )
        (same,) = cursor.fetchone()
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'outbox_message' "
            "AND is_nullable = 'NO' AND column_name <> 'id'"
        )
        needed = {name: _MESSAGE.get(name) or _EMPTY.get(kind, "''") for name, kind in cursor.fetchall()}
    message = f"INSERT INTO bare_outbox_message ({', '.join(needed)}) VALUES ({', '.join(needed.values())})"
    _UPDATE.extend([_AGAIN.format(same=same, latest=_LATEST), message])
