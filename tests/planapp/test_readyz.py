"""/readyz: open to strangers, says which part is unwell, and gives no secret away."""

import pytest
from celery import Celery
from django.db import OperationalError

from planapp import readiness


def test_readyz_is_open_and_well(client, db):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (200, {"ok": True})
    assert answer.json()["checks"]["broker"] == {"ok": True}


def test_readyz_without_database_is_503_and_keeps_secrets(client, db, monkeypatch):
    class Unreachable:
        def cursor(self):
            raise OperationalError("could not connect as planapp with password hunter2")

    monkeypatch.setattr(readiness, "connection", Unreachable())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["ok"] is False
    assert b"hunter2" not in answer.content


def test_readyz_without_broker_is_503(client, db, monkeypatch):
    monkeypatch.setattr(readiness, "app", Celery("nobody-answers", broker="redis://127.0.0.1:1/0"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "says": "The broker cannot be reached."}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_cached(client, db, path):
    assert "no-store" in client.get(path)["Cache-Control"]
