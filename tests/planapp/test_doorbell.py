"""A broker that is gone, or there and silent, costs whoever saves seconds at most."""

import socket
import threading
import time

import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from jobs import doorbell
from planapp.env import celery_broker
from tests.chaos.sink import free_port

LONG = 30  # seconds; a silent broker would keep it for ever
app = Celery("silent", set_as_current=False)


@pytest.fixture
def broker(settings, tmp_path):
    """broker(port): what rings is led to a Redis there."""

    def lead(port):
        app.conf.broker_url, app.conf.broker_transport_options = celery_broker(f"redis://127.0.0.1:{port}/0", tmp_path)
        settings.WORKER_APP = f"{__name__}.app"

    yield lead
    app.close()


@pytest.fixture
def silent():
    """The port of a server that lets everybody in and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


def rung() -> float:
    """Seconds for ringing; that it fails is nothing to whoever saved, for it is done after the commit (`robust`)."""
    took = []

    def ring():
        began = time.monotonic()
        with pytest.raises(OperationalError):
            doorbell._send("reports.build_exports")
        took.append(time.monotonic() - began)

    ringing = threading.Thread(target=ring, daemon=True)
    ringing.start()
    ringing.join(LONG)
    assert took, "whoever saved still waits for the broker"
    return took[0]


def test_one_that_is_gone_costs_nothing(broker):
    broker(free_port())
    assert rung() < LONG


@pytest.mark.slow
def test_one_that_is_silent_costs_seconds(broker, silent):
    broker(silent)
    assert rung() < LONG


def test_a_broker_is_waited_for_in_seconds(tmp_path):
    _, options = celery_broker("redis://127.0.0.1:6379/0", tmp_path)
    assert options["socket_timeout"] <= 5
    assert options["socket_connect_timeout"] <= 5
