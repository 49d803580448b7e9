"""Errors and traces as a collector gets them from a real web server and a real worker; and nothing of it unasked."""

import gzip
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from itertools import pairwise

import brotli
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from people.models import User
from people.services import create_user
from planapp import telemetry
from planapp.standing import own_version
from reports.services import freeze_quarter
from tests.build import act
from tests.chaos.sink import free_port
from tests.reports.conftest import Q1
from web.logs import WORK

PATIENCE = 40  # seconds
PASSWORD = "a long secret that was typed"
TYPED = "wordsthatweretyped"


class Collector(BaseHTTPRequestHandler):
    """Takes what Sentry and OpenTelemetry send, and keeps each body as it came."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
        body = unpack[self.headers.get("Content-Encoding")](body)
        self.server.taken.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Says nothing."""


@pytest.fixture
def collector() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.taken = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def spans_of(collector) -> list[dict]:
    """Each span that came, with its attributes beside what it is."""
    found = []
    for path, body in list(collector.taken):
        if path != "/v1/traces":
            continue
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            assert "planapp" in {one.value.string_value for one in group.resource.attributes}
            for span in (span for scope in group.scope_spans for span in scope.spans):
                told = {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
                found.append(
                    told | {"name": span.name, "trace_id": span.trace_id.hex(), "failed": span.status.code == 2}
                )
    return found


def events_of(collector) -> list[dict]:
    found = []
    for path, body in list(collector.taken):
        if path == "/api/7/envelope/":
            lines = [json.loads(line) for line in body.splitlines() if line.startswith(b"{")]
            found += [item for head, item in pairwise(lines) if head.get("type") == "event"]
    return found


def waited_for(look):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("It never came.")


@contextmanager
def table_gone(name: str) -> Iterator[None]:
    """While it lasts, whoever asks this table meets an error that nobody expected."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO {name}_gone")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {name}_gone RENAME TO {name}")


class Browser:
    """As much of one as signing in needs."""

    def __init__(self, port: int) -> None:
        self.jar = CookieJar()
        self.site = f"http://localhost:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str):
        with self.opener.open(self.site + path, timeout=PATIENCE) as answer:
            return answer.read().decode(), answer.headers["X-Request-ID"]

    def post(self, path: str, **fields: str):
        token = next(one.value for one in self.jar if one.name == "csrftoken")
        body = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": self.token or token}).encode()
        with self.opener.open(self.site + path, body, timeout=PATIENCE) as answer:
            return answer.read().decode(), answer.headers["X-Request-ID"]

    token = ""


@pytest.mark.slow
def test_a_request_and_its_task_are_one_trace_and_errors_come_without_anything_of_people(
    start, collector, cast, plan, initiative, tmp_path
):
    cast.viewer.set_password(PASSWORD)
    cast.viewer.save()
    freeze_quarter(plan=plan, quarter=Q1, act=act("2026-10-05T14:00"))
    port, own = free_port(), {
        "DJANGO_SETTINGS_MODULE": "planapp.settings_test", "SECRET_KEY": "0123456789abcdefghij" * 4,
        "SENTRY_DSN": f"http://key@127.0.0.1:{collector.server_port}/7", "SENTRY_ENVIRONMENT": "drill",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}", "OTEL_BSP_SCHEDULE_DELAY": "200",
    }  # fmt: skip
    start("celery", "-A", "planapp", "worker", "-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle", **own)
    server = start("gunicorn", "planapp.wsgi", "-c", "planapp/gunicorn.py", HOST="127.0.0.1", PORT=str(port), **own)
    browser = Browser(port)
    for _ in range(200):
        try:
            page, _ = browser.get("/sign-in/")
            break
        except OSError:
            assert server.poll() is None
            time.sleep(0.1)
    browser.token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    browser.post("/sign-in/", username=cast.viewer.email, password=PASSWORD)
    page, _ = browser.get(f"/search/?q={TYPED}")
    browser.token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    # A request asks for a file, a worker builds it.
    browser.post(f"/reports/{plan.slug}/FY2027-Q1/export.csv", note=TYPED)

    def built():
        return [one for one in spans_of(collector) if one["name"] == "reports.build_exports"]

    task = waited_for(built)[0]
    trace = [one for one in waited_for(lambda: spans_of(collector)) if one["trace_id"] == task["trace_id"]]
    (asked,) = [one for one in trace if one.get("planapp.view") == "reports:report-export"]
    assert asked["http.response.status_code"] == 302
    log = "".join((tmp_path / f"log{number}").read_text() for number in (0, 1))
    assert asked["planapp.work"] in log
    assert task["planapp.work"] in log
    assert any("INSERT INTO" in one.get("db.query.text", "") for one in trace)

    # Something nobody expected, in the web server and in the worker.
    with table_gone("people_user"), pytest.raises(urllib.error.HTTPError) as met:
        browser.post(f"/sign-in/?next=/{TYPED}/", username=cast.viewer.email, password=PASSWORD)
    work = met.value.headers["X-Request-ID"]
    met.value.close()
    with table_gone("reports_exportjob"):
        assert start("celery", "-A", "planapp", "call", "reports.build_exports", **own).wait(PATIENCE) == 0
        waited_for(lambda: [one for one in spans_of(collector) if one["failed"] and one["name"] == task["name"]])
        of_worker = waited_for(lambda: [one for one in events_of(collector) if one["logger"].startswith("celery")])[0]
    of_web = waited_for(lambda: [one for one in events_of(collector) if one["tags"]["work"] == work])[0]
    assert of_web["tags"]["work"] == work
    assert of_web["tags"]["trace"] in {one["trace_id"] for one in waited_for(lambda: spans_of(collector))}
    assert of_web["exception"]["values"][-1]["type"] == "ProgrammingError"
    assert of_web["exception"]["values"][-1]["stacktrace"]["frames"]
    assert (of_web["release"], of_web["environment"]) == (f"planapp@{own_version()}", "drill")
    assert of_worker["exception"]["values"][-1]["type"] == "ProgrammingError"

    cookies = [one.value for one in browser.jar if one.name in {"sessionid", "csrftoken"}]
    assert len(cookies) == 2
    never = [
        cast.viewer.email,
        "@test.example",
        PASSWORD,
        TYPED,
        cast.viewer.name,
        browser.token,
        "csrfmiddleware",
        *cookies,
    ]
    everything = b"\n".join(body for _, body in collector.taken)
    assert [word for word in never if word.encode() in everything] == []


ASKED = """
import django, sys
django.setup()
import planapp.urls
print([name for name in sys.modules if name.startswith(("sentry_sdk", "opentelemetry", "planapp.telemetry"))])
"""


def test_what_is_not_asked_for_is_not_loaded():
    own = {"DJANGO_SETTINGS_MODULE": "planapp.settings_test", "SENTRY_DSN": "", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", ASKED], env=os.environ | own, cwd=settings.BASE_DIR, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_where_it_is_not_installed_a_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    monkeypatch.delitem(sys.modules, "planapp.telemetry", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"is not installed: pip install -r requirements\.txt"):
        import_module("planapp.telemetry")


def test_an_event_keeps_what_the_code_says(settings):
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = ""
    record = logging.LogRecord(
        "x", logging.ERROR, "x.py", 1, "to %s of a@b.example by /answer/sEcrEtkEy/", ("Ann",), None
    )
    event = {
        "logger": "x", "user": {"id": 1}, "request": {"url": "/?q=x"}, "extra": {"a": "b"},
        "exception": {"values": [{"type": "ValueError", "value": "Ann"}]},
    }  # fmt: skip
    assert import_module("planapp.telemetry").without_people(event, {"log_record": record}) == {
        "logger": "x", "exception": {"values": [{"type": "ValueError"}]}, "message": "to %s of … by /answer/…/",
        "tags": {"work": WORK.get()},
    }  # fmt: skip


@pytest.fixture
def exported(monkeypatch):
    """The spans that would be sent."""
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(telemetry, "_tracer", lambda: provider.get_tracer("planapp"))
    return spans


def test_the_text_of_a_databases_error_leaves_in_no_span(db, exported, monkeypatch):
    """PostgreSQL quotes the value: `Key (lower(email))=(…) already exists.`"""
    create_user(email="jane@test.example", name="Jane", act=act())
    again = User.objects.create(email="other@test.example")

    with (
        telemetry._span("request", telemetry.trace.SpanKind.SERVER),
        connection.execute_wrapper(telemetry._statement),
        pytest.raises(IntegrityError),
        transaction.atomic(),
    ):
        User.objects.filter(pk=again.pk).update(email="jane@test.example")
    failed = [span for span in exported.get_finished_spans() if not span.status.is_ok]
    assert [(span.name, span.attributes["error.type"]) for span in failed] == [("UPDATE", "IntegrityError")]
    assert [(span.status.description, list(span.events)) for span in failed] == [(None, [])]
    assert "jane" not in "".join(span.to_json() for span in exported.get_finished_spans())


def test_what_django_refuses_by_itself_is_no_event(client):
    record = logging.LogRecord("django.security.DisallowedHost", logging.ERROR, "", 0, "Host: 'jane.example'", (), None)
    assert telemetry.without_people({"logger": record.name, "level": "error"}, {"log_record": record}) is None
    assert telemetry.without_people({"logger": "planapp", "level": "error"}, {"log_record": record}) is not None
