"""How long requests take, by view: counted once, whichever process answered, and whichever is asked."""

import os
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.chaos.sink import free_port
from web import timings
from web.timings import BOUNDS, Timing


@pytest.fixture
def shared(monkeypatch):
    """Nothing counted yet."""
    monkeypatch.setattr(timings, "_shared", timings._Shared())
    return timings._shared


def told() -> dict[str, Timing]:
    return {one.view: one for one in timings.timings()}


def test_requests_are_counted_by_view(client, shared, db):
    for path in ("/healthz", "/healthz", "/sign-in/", "/nowhere/at/all/"):
        client.get(path)
    assert {view: one.requests for view, one in told().items()} == {"healthz": 2, "people:sign-in": 1, "other": 1}
    assert 0 < told()["healthz"].mean < 10


def test_what_the_figures_mean(shared):
    for seconds in (*[0.02] * 18, 0.2, 60):
        shared.add("healthz", seconds)
    shared.add("no such view", 0.15)
    one = told()["healthz"]
    assert one.counts == (18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 20)
    assert (one.most_within, round(one.mean, 3)) == (0.25, 3.028)
    assert told()["other"].counts[BOUNDS.index(0.15)] == 1


def test_no_process_undoes_what_another_counts(shared):
    shared.add("healthz", 0.01)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            with ThreadPoolExecutor(4) as threads:
                list(threads.map(lambda _: shared.add("healthz", 0.01), range(250)))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert told()["healthz"].requests == 1001


def test_a_process_that_is_killed_while_it_counts_stops_nobody(shared):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        timings.fcntl.lockf(shared.file, timings.fcntl.LOCK_EX)
        os.write(writing, b"x")
        time.sleep(60)
    os.read(reading, 1)
    os.kill(child, 9)
    os.waitpid(child, 0)
    shared.add("healthz", 0.01)
    assert told()["healthz"].requests == 1


@pytest.mark.slow
def test_either_of_two_processes_of_a_real_server_knows_of_both(start, cast):
    port = free_port()
    own = {
        "HOST": "127.0.0.1", "PORT": str(port), "DJANGO_SETTINGS_MODULE": "planapp.settings_test",
        "METRICS_TOKEN": "a long random text", "WEB_WORKERS": "2",
    }  # fmt: skip
    server = start("gunicorn", "planapp.wsgi", "-c", "planapp/gunicorn.py", **own)

    def get(path: str) -> bytes:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            headers={"Host": "localhost", "Authorization": "Bearer a long random text"},
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return answer.read()

    for _ in range(300):
        try:
            get("/readyz?first")
        except OSError as error:
            if getattr(error, "code", 0) == 503:
                break
            assert server.poll() is None
            time.sleep(0.1)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(get, ["/healthz"] * 60))
    for _ in range(6):
        families = {one.name: one for one in text_string_to_metric_families(get("/metrics").decode())}
        counted = {
            sample.labels["view"]: sample.value for sample in families["planapp_request_seconds"].samples
            if sample.name.endswith("_count")
        }  # fmt: skip
        assert counted["healthz"] == 60
    assert len([pid for pid in os.listdir("/proc") if pid.isdigit() and _parent(pid) == server.pid]) == 2


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return 0
