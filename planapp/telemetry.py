"""Errors for Sentry and traces for an OpenTelemetry collector, where the environment names one; else never loaded.

What goes out is put together here and holds what the code says, never what people do: names of addresses and tasks,
statements without their values, times, and the id that the log's lines bear. The ready-made instrumentation of Django
and Celery tells addresses with their query, clients and browsers, and loses its place where a task is sent by name, as
ours are; so it is not used.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

from planapp.standing import own_version
from web.logs import WORK, without_secrets

try:
    import sentry_sdk
    from opentelemetry import context, propagate, trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration
except ImportError as error:
    raise ImproperlyConfigured(
        "SENTRY_DSN or OTEL_EXPORTER_OTLP_ENDPOINT is set, and what it needs is not installed: "
        f"pip install -r requirements.txt ({error})"
    ) from error

MAIL_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
LONGEST_STATEMENT = 2000  # characters
# Asked every few seconds by machines; a trace of each would bury the others.
NOT_TRACED = ("/healthz", "/readyz", "/metrics")
KEPT_OF_EVENT = (
    "event_id", "timestamp", "level", "logger", "platform", "release", "environment", "server_name", "sdk", "contexts",
    "exception", "threads",
)  # fmt: skip


def start() -> None:
    """Begin with whatever the settings name; once in a process, or in the one that the others are forked from."""
    if settings.SENTRY_DSN:
        _start_errors()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _start_traces()


# Errors ---------------------------------------------------------------------------------------------------------------


def _start_errors() -> None:
    """Every line of level ERROR becomes an event: Django and Celery write one for whatever they did not expect."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"planapp@{own_version()}",
        environment=settings.SENTRY_ENVIRONMENT,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR), AtexitIntegration(lambda *_: None)],
        send_default_pii=False,
        include_local_variables=False,  # of each frame; they hold what people typed
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=without_people,
    )


def without_people(event: Any, hint: Any) -> Any:
    """The event with what the code says alone: kinds of errors, places in the code, texts of log lines before values.

    None for what Django refused by itself (`django.security.…`): that quotes what a stranger sent, and at their will.
    The message of an error is left out as well: many a one quotes the value that was wrong.
    """
    if str(event.get("logger", "")).startswith("django.security."):
        return None
    kept = {name: event[name] for name in KEPT_OF_EVENT if name in event}
    for one in (kept.get("exception") or {}).get("values") or ():
        one.pop("value", None)
    record = hint.get("log_record")
    if record is not None:
        text = str(record.msg)
        kept["message"] = MAIL_ADDRESS.sub("…", without_secrets(text))
    kept["tags"] = {"work": WORK.get()}
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        kept["tags"]["trace"] = trace.format_trace_id(trace.get_current_span().get_span_context().trace_id)
    return kept


# Traces ---------------------------------------------------------------------------------------------------------------


def _start_traces() -> None:
    """The other variables of OpenTelemetry hold as well, such as OTEL_EXPORTER_OTLP_HEADERS or OTEL_TRACES_SAMPLER."""
    about = {"service.name": settings.OTEL_SERVICE_NAME, "service.version": own_version()}
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    connection_created.connect(_watch_statements, dispatch_uid="planapp.telemetry")
    _watch_tasks()


def _tracer() -> trace.Tracer:
    return trace.get_tracer("planapp")


@contextmanager
def _span(name: str, kind: trace.SpanKind) -> Iterator[trace.Span]:
    """A span that tells of an error by its kind alone: the library would add its text, which may quote a value."""
    with _tracer().start_as_current_span(
        name, kind=kind, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as error:
            _mark_failed(span, error)
            raise


def _mark_failed(span: trace.Span, error: BaseException | None) -> None:
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(trace.StatusCode.ERROR)


class Spans:
    """Middleware: a span for each request that reaches Django. A client's own trace is not gone on with."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in NOT_TRACED:
            return self.get_response(request)
        with _span("request", trace.SpanKind.SERVER) as span:
            response = self.get_response(request)
            found = request.resolver_match
            method = request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "OTHER"
            span.update_name(f"{method} {found.route if found else ''}".rstrip())
            span.set_attributes({
                "http.request.method": method, "http.response.status_code": response.status_code,
                "http.route": found.route if found else "", "planapp.view": found.view_name if found else "",
                "planapp.work": WORK.get(),
            })  # fmt: skip
            if response.status_code >= 500:
                span.set_status(trace.StatusCode.ERROR)
        return response


def _watch_statements(connection: Any, **kwargs: Any) -> None:
    """Called for each new connection to the database."""
    connection.execute_wrappers.append(_statement)


def _statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, about: dict[str, Any]) -> Any:
    """A span for a statement of a request or task, without its values; a statement of nobody's has none."""
    if not trace.get_current_span().is_recording():
        return execute(sql, params, many, about)
    text = str(sql)
    name = text.split(None, 1)[0].upper() if text.strip() else "SQL"
    with _span(name, trace.SpanKind.CLIENT) as span:
        span.set_attributes({
            "db.system.name": about["connection"].vendor, "db.query.text": text[:LONGEST_STATEMENT],
            "planapp.work": WORK.get(),
        })  # fmt: skip
        return execute(sql, params, many, about)


def _watch_tasks() -> None:
    """A task goes on with the trace of the request or task that asked for it."""
    from celery.signals import (  # noqa: PLC0415 - a command without a task does without Celery
        before_task_publish,
        task_failure,
        task_postrun,
        task_prerun,
    )

    under_way: dict[str, Any] = {}

    def publish(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
        if headers is not None:
            propagate.inject(headers)

    def begin(task_id: str = "", task: Any = None, **kwargs: Any) -> None:
        under_way[task_id] = span = _task_span(task, task_id)
        span.__enter__()

    def fail(exception: BaseException | None = None, **kwargs: Any) -> None:
        _mark_failed(trace.get_current_span(), exception)

    def end(task_id: str = "", **kwargs: Any) -> None:
        span = under_way.pop(task_id, None)
        if span is not None:
            span.__exit__(None, None, None)

    for signal, listener in (
        (before_task_publish, publish), (task_prerun, begin), (task_failure, fail), (task_postrun, end),
    ):  # fmt: skip
        signal.connect(listener, weak=False, dispatch_uid=f"planapp.telemetry.{listener.__name__}")


@contextmanager
def _task_span(task: Any, task_id: str) -> Iterator[None]:
    came_with = {"traceparent": getattr(task.request, "traceparent", None) or ""}
    token = context.attach(propagate.extract(came_with))
    try:
        with _span(task.name, trace.SpanKind.CONSUMER) as span:
            span.set_attributes({"planapp.task": task.name, "planapp.work": task_id})
            yield
    finally:
        context.detach(token)
