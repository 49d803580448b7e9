"""What operators see: an id in every log line and answer, log lines as JSON, and the figures for Prometheus."""

import json
import logging
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jobs.heartbeats import beat
from jobs.models import Heartbeat
from outbox.services import hold_sending, put
from planapp.celery import app
from reports.services import freeze_quarter
from tests.build import act, make_initiative, report
from tests.conftest import NOW
from tests.reports.conftest import Q1
from web.logs import WORK, HideSecrets, Json, Line, NameWork

TOKEN = "a long random text"


@pytest.fixture
def record():
    def make(message, **more):
        made = logging.LogRecord("planapp", logging.WARNING, __file__, 1, message, None, more.pop("exc_info", None))
        made.__dict__.update(more)
        for one in (HideSecrets(), NameWork()):
            one.filter(made)
        return made

    return make


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("address", ["/healthz", "/nowhere/", "/sign-in/", "/api/v1/plans/"])
def test_every_answer_says_the_id_that_its_log_lines_bear(client, caplog, address):
    caplog.handler.addFilter(NameWork())
    one, two = client.get(address), client.get(address)
    assert len(one["X-Request-ID"]) == 32
    assert one["X-Request-ID"] != two["X-Request-ID"]
    assert {line.work for line in caplog.records} <= {one["X-Request-ID"], two["X-Request-ID"]}
    if address == "/nowhere/":
        assert len(caplog.records) == 2


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("behind_proxy", "sent", "is_taken"),
    [(True, "0af7-6519-16cd", True), (False, "0af7-6519-16cd", False), (True, "x", False), (True, "a" * 65, False),
     (True, "one two three", False), (True, "<script>alert</script>", False)],
)  # fmt: skip
def test_an_id_is_taken_from_our_own_proxy_alone_and_only_where_it_is_one(
    client, settings, behind_proxy, sent, is_taken
):
    settings.BEHIND_TLS_PROXY = behind_proxy
    assert (client.get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"] == sent) is is_taken


def test_a_task_names_its_lines():
    seen = []

    @app.task(name="tests.say")
    def say():
        seen.append(WORK.get())

    say.apply(task_id="task-1")
    assert seen == ["task-1"]


def test_a_line_for_a_collector_is_one_json_object_without_what_must_not_be_said(record):
    WORK.set("request-1")
    try:
        raise ValueError("no /answer/sEcrEtkEy/ here")
    except ValueError:
        made = record(
            "asked /invitation/sEcrEtkEy/\nand more", exc_info=sys.exc_info(), request=object(), status_code=404
        )
    line = Json().format(made)
    said = json.loads(line)
    assert "\n" not in line
    assert "sEcrEtkEy" not in line
    assert said.keys() == {"timestamp", "level", "logger", "work", "message", "exception", "status_code"}
    assert (said["level"], said["logger"], said["work"]) == ("WARNING", "planapp", "request-1")
    assert said["timestamp"].endswith("+00:00")


def test_a_traceback_in_a_line_for_people_holds_no_key_either(record):
    try:
        raise ValueError("no /unsubscribe/sEcrEtkEy/ here")
    except ValueError:
        made = record("failed", exc_info=sys.exc_info())
    line = Line("{levelname} {work} {message}", style="{").format(made)
    assert "ValueError" in line
    assert "sEcrEtkEy" not in line


def figures(client, **more):
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, **more)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer wrong", TOKEN])
def test_the_figures_are_for_whoever_has_the_token(client, settings, sent):
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404
    assert figures(client)


def test_the_figures_say_how_the_installation_stands(client, settings, plan, initiative, cast, time_machine):
    settings.METRICS_TOKEN = TOKEN
    time_machine.move_to(NOW, tick=False)
    report(initiative, "on_track", "2026-10-01T12:00", cast.owner)
    make_initiative(plan, number="9.1", owner=cast.owner)
    put(kind="test", person=cast.owner.pk, key="one", at=NOW.replace(hour=13))
    beat(Heartbeat.Name.SEND, at=NOW)
    hold_sending(act=act(NOW, reason="A drill"))
    told = figures(client)
    assert told["planapp_messages", "queued"] == 1
    assert told["planapp_oldest_due_message_seconds",] == 3600
    assert told["planapp_jobs_open", "messages"] == 1
    assert told["planapp_jobs_open", "exports"] == 0
    assert told["planapp_sending_held",] == 1
    assert told["planapp_last_run_timestamp_seconds", "send"] == NOW.timestamp()
    assert told["planapp_initiatives_open", plan.slug] == 2
    assert told["planapp_initiatives_stale", plan.slug] == 1
    assert told["planapp_plan_fresh_ratio", plan.slug] == 0.5
    assert ("planapp_last_run_timestamp_seconds", "freeze") not in told
    freeze_quarter(plan=plan, quarter=Q1, act=act(NOW))
    assert figures(client)["planapp_last_run_timestamp_seconds", "freeze"] == NOW.timestamp()
    assert cast.owner.name not in client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
