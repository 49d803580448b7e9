"""/readyz: open to strangers, says which part is unwell, and gives no secret away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from celery import Celery
from django.db import OperationalError
from django.utils import timezone

from jobs.heartbeats import beat
from jobs.models import Heartbeat
from outbox.models import Hold
from planapp import readiness


@pytest.fixture
def _worker_alive(db):
    beat(Heartbeat.Name.WORKER, at=timezone.now())


@pytest.mark.usefixtures("_worker_alive")
def test_readyz_is_open_and_well(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert {name: check["ok"] for name, check in answer.json()["checks"].items()} == {
        "database": True, "broker": True, "worker": True, "messages": True, "quarters": True,
    }  # fmt: skip


def test_readyz_without_worker_is_503(client, db):
    beat(Heartbeat.Name.WORKER, at=timezone.now() - timedelta(minutes=6))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "No worker" in answer.json()["checks"]["worker"]["says"]


@pytest.mark.usefixtures("_worker_alive")
@pytest.mark.parametrize(("held", "code"), [(False, 503), (True, 200)])
def test_readyz_with_an_old_message_is_503_unless_held(client, monkeypatch, held, code):
    now = timezone.now()
    told = replace(
        readiness.health(now),
        oldest_due_at=now - timedelta(hours=1),
        waiting=1,
        hold=Hold(since=now, reason="drill") if held else None,
    )
    monkeypatch.setattr(readiness, "health", lambda at: told)
    assert client.get("/readyz").status_code == code


def test_readyz_without_database_is_503_and_keeps_secrets(client, db, monkeypatch):
    class Unreachable:
        def cursor(self):
            raise OperationalError("could not connect as planapp with password hunter2")

    monkeypatch.setattr(readiness, "connection", Unreachable())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["ok"] is False
    assert b"hunter2" not in answer.content


@pytest.mark.usefixtures("_worker_alive")
def test_readyz_without_broker_is_503(client, monkeypatch):
    nobody = Celery("nobody-answers", broker="redis://127.0.0.1:1/0")
    monkeypatch.setattr(readiness, "import_string", lambda name: nobody)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "says": "The broker cannot be reached."}


@pytest.mark.usefixtures("_worker_alive")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_cached(client, path):
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.usefixtures("_worker_alive")
def test_readyz_names_a_quarter_that_cannot_be_frozen(client, monkeypatch, plan):
    quarter = plan.quarter_of(plan.start_date)
    monkeypatch.setattr(readiness, "overdue_quarters", lambda at: [(plan, quarter)])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["quarters"]["waiting"]) == (503, ["test-plan, FY2026 Q1"])
