"""Health for load balancers and people, and the page for a form that came back with an old token."""

import logging
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found, server_error
from drf_spectacular.generators import SchemaGenerator

from jobs.files import FileTrouble, StoreAway
from planapp.away import is_away
from planapp.gallery import sample
from planapp.readiness import readiness
from planapp.standing import standing
from web.request_checks import asks_the_api, typed_words

TOO_OLD = (
    "The page you had open was too old to be trusted, most likely because you signed in again in another tab. "
    "Nothing was changed."
)
AWAY = (
    "The database does not answer just now; most likely it is being restarted. What was saved before is safe. Try "
    "again in a minute. If you were saving something, look first whether it is there: the last step may have been kept."
)
SHORTLY = "10"  # seconds after which a program may ask again

log = logging.getLogger(__name__)


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process is alive. Touches nothing else."""
    return JsonResponse({"status": "alive"})


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """This installation can do its work: 200, else 503 with the part that cannot. Says nothing that is secret."""
    checks = readiness(timezone.now())
    is_ready = all(check["ok"] for check in checks.values())
    content = {"status": "ready" if is_ready else "not ready", "checks": checks}
    return JsonResponse(content, status=200 if is_ready else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """How the installation stands, for Prometheus: for whoever sends METRICS_TOKEN, and there where it is set."""
    token, sent = settings.METRICS_TOKEN, request.headers.get("authorization", "")
    if not token or not constant_time_compare(sent, f"Bearer {token}"):
        raise Http404
    from planapp import metrics as told  # noqa: PLC0415 - loaded where somebody asks

    return HttpResponse(told.metrics(timezone.now()), content_type=told.CONTENT_TYPE)


@require_safe
@permission_required("planapp.view_operations", raise_exception=True)
def operations(request: HttpRequest) -> HttpResponse:
    """How the installation runs, for administrators."""
    at = timezone.now()
    return render(request, "planapp/operations.html", {"standing": standing(at), "at": at})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token was renewed (a sign-in in another tab): say so and give back every word that was typed."""
    request.csrf_refused = True  # type: ignore[attr-defined] # read by people.middleware, for the security log
    came_from = request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    back = came_from if is_ours else escape_leading_slashes(request.path)
    context = {"title": "Please send that again", "sentence": TOO_OLD, "typed": typed_words(request), "back": back}
    return render(request, "web/request_refused.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address, or nothing there: a page for a person, JSON for a program."""
    if asks_the_api(request):
        return JsonResponse({"detail": "There is nothing at this address."}, status=404)
    return page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours: a page for a person, JSON for a program. Django calls it while the fault is being handled."""
    error = sys.exc_info()[1]
    if isinstance(error, FileTrouble):
        return _try_again(request, str(error), status=503 if isinstance(error, StoreAway) else 500)
    if is_away(error):
        log.warning("The database did not answer, so a request was answered with 503.")
        return _try_again(request, AWAY, status=503)
    if asks_the_api(request):
        return JsonResponse({"detail": "This could not be answered; the fault is ours, and is logged."}, status=500)
    return server_error(request)


def _try_again(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    """With every word that was typed. Asks the database nothing: the frame of other pages would."""
    answer: HttpResponse
    if asks_the_api(request):
        answer = JsonResponse({"detail": sentence}, status=status)
    else:
        again = request.get_full_path() if request.method == "GET" else request.path
        title = "Please try again in a minute" if status == 503 else "This file cannot be had"
        context = {"title": title, "sentence": sentence, "typed": _typed(request)}
        context |= {"back": escape_leading_slashes(again), "action": "Try again"}
        answer = HttpResponse(render_to_string("web/request_refused.html", context), status=status)
    if status == 503:
        answer["Retry-After"] = SHORTLY
    answer["Cache-Control"] = "no-store"
    return answer


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        return typed_words(request)
    except (OSError, MultiPartParserError, RequestDataTooBig):  # the body is broken too
        return []


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The API's operations, read from its own description; no script needed."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "text": operation.get("description", "").strip(),
            "parameters": [
                {"name": item["name"], "where": item["in"], "text": item.get("description", "")}
                for item in operation.get("parameters", [])
            ],
        }
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "planapp/api_docs.html", {"operations": operations})


@require_safe
@permission_required("people.change_person", raise_exception=True)
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for who builds pages. Sample values, no database."""
    return render(request, "_components/gallery.html", sample())
