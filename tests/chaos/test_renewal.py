"""Every part is renewed while people save, and Redis goes: real processes, in the pass on PostgreSQL."""

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.chaos.proxy import Proxy
from tests.chaos.renewal import Renewal
from tests.chaos.sink import free_port
from tests.chaos.test_outage import service
from tests.chaos.test_storm import folder

__all__ = ["folder", "service"]


@pytest.mark.slow
def test_nobody_is_cut_off_while_every_part_is_renewed_and_saves_need_no_redis(service):
    renewed = Renewal(service, seed=1, patience=600, say=print).run()
    print(renewed.table())
    assert renewed.callers.answers.ill == []
    assert set(renewed.callers.answers.seen) == {"200", "302"}
    assert renewed.verdict == dict.fromkeys(renewed.verdict, 0)
    assert set(renewed.ends.values()) == {0}
    assert renewed.without_redis > 0
    assert renewed.mails_by_cron > 0


# The proxy, for what the run relies on --------------------------------------------------------------------------------


class Named(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(body)
        self.server.may_answer.wait(10)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.name.encode())

    def log_message(self, *words):
        """Nothing."""


@pytest.fixture
def two():
    """Two servers that say their name, and a proxy before them and a third that nobody listens for."""
    servers = {}
    for name in ("a", "b"):
        servers[name] = HTTPServer(("127.0.0.1", 0), Named)
        servers[name].name, servers[name].seen, servers[name].may_answer = name, [], threading.Event()
        servers[name].may_answer.set()
        threading.Thread(target=servers[name].serve_forever, daemon=True).start()
    proxy = Proxy(free_port(), {name: server.server_port for name, server in servers.items()} | {"gone": free_port()})
    proxy.start()
    yield proxy, servers
    proxy.stop()
    for server in servers.values():
        server.may_answer.set()
        server.shutdown()
        server.server_close()


def asked(proxy, body=b"x=1"):
    link = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
    link.request("POST", "/", body)
    answer = link.getresponse()
    return answer.status, answer.read().decode()


def test_requests_go_to_those_that_are_in_and_listen(two):
    proxy, servers = two
    assert {asked(proxy) for _ in range(6)} == {(200, "a"), (200, "b")}
    proxy.take_out("a")
    assert {asked(proxy) for _ in range(4)} == {(200, "b")}
    assert len(servers["a"].seen) + len(servers["b"].seen) == 10
    proxy.take_out("b")
    assert asked(proxy)[0] == 502
    proxy.put_in("a")
    assert asked(proxy) == (200, "a")


def test_one_that_is_out_is_idle_when_it_has_answered(two):
    proxy, servers = two
    for name in ("b", "gone"):
        proxy.take_out(name)
    servers["a"].may_answer.clear()
    answers = []
    asking = threading.Thread(target=lambda: answers.append(asked(proxy)))
    asking.start()
    end = time.monotonic() + 10
    while not servers["a"].seen and time.monotonic() < end:
        time.sleep(0.01)
    proxy.take_out("a")
    assert not proxy.is_idle("a")
    servers["a"].may_answer.set()
    asking.join(10)
    assert answers == [(200, "a")]
    while not proxy.is_idle("a") and time.monotonic() < end:
        time.sleep(0.01)
    assert proxy.is_idle("a")
