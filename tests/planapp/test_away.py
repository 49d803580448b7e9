"""A database that is away costs a page that says so, with every word that was typed; a mistake of ours stays one."""

import os
import socket
import sqlite3

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.urls import path

from planapp.away import is_away
from planapp.env import SILENCE, cache, database, replica
from planapp.urls import *  # noqa: F403 - the addresses of the product, and one more
from planapp.urls import handler404, handler500, urlpatterns  # noqa: F401
from planapp.views import failed


def gone() -> OperationalError:
    error = OperationalError("server closed the connection unexpectedly at 10.1.2.3")
    error.__cause__ = psycopg.errors.AdminShutdown("terminating connection")
    return error


def fails(request):
    raise gone()


def is_wrong(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


urlpatterns = [
    path("sign-in/gone/", fails), path("api/v1/gone/", fails), path("sign-in/wrong/", is_wrong), *urlpatterns,
]  # fmt: skip


@pytest.fixture
def stranger(client, monkeypatch, db):
    """A browser of nobody, to whom an error is a page."""
    monkeypatch.setattr(settings, "ROOT_URLCONF", __name__)
    monkeypatch.setattr(settings, "MIDDLEWARE", [name for name in settings.MIDDLEWARE if "SignInFirst" not in name])
    client.raise_request_exception = False
    return client


def test_a_page_says_so_and_gives_back_what_was_typed(stranger):
    answer = stranger.post("/sign-in/gone/", {"happened": "Three <more> sites", "password": "hush", "version": "3"})
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "10", "no-store")
    page = answer.content.decode()
    assert "The database does not answer just now" in page
    assert "Three &lt;more&gt; sites" in page
    assert "hush" not in page
    assert "10.1.2.3" not in page


def test_a_page_that_was_looked_at_is_one_press_away(stranger):
    page = stranger.get("/sign-in/gone/?q=1").content.decode()
    assert '<a class="button" href="/sign-in/gone/?q=1">Try again</a>' in page


def test_an_address_that_begins_with_two_slashes_leads_nowhere_else(rf):
    try:
        raise gone()
    except OperationalError:
        page = failed(rf.get("/", PATH_INFO="//evil.example/")).content.decode()
    assert 'href="//' not in page


def test_a_program_is_told_in_json(stranger):
    answer = stranger.get("/api/v1/gone/")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("The database does not answer")


def test_a_body_that_is_broken_is_no_second_fault(rf):
    request = rf.post("/sign-in/", b"--x", content_type="multipart/form-data")  # and nobody has read it yet
    try:
        raise gone()
    except OperationalError:
        assert failed(request).status_code == 503


def test_a_wrong_statement_is_a_fault_of_ours(stranger):
    assert stranger.get("/sign-in/wrong/").status_code == 500


def test_a_lock_on_sqlite_is_no_mistake(tmp_path):
    first, second = (sqlite3.connect(tmp_path / "one.sqlite3", timeout=0) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as locked:
        second.execute("BEGIN IMMEDIATE")
    error = OperationalError("database is locked")
    error.__cause__ = locked.value
    assert is_away(error)
    first.close()
    second.close()


def test_what_came_of_it_is_the_same():
    error = ProgrammingError("Cannot open a new connection in an atomic block.")
    error.__context__ = gone()
    assert is_away(error)
    assert is_away(InterfaceError("connection already closed"))
    assert not is_away(ProgrammingError("no such column"))
    assert not is_away(None)


def test_nobody_waits_long_for_a_server_that_is_away():
    pool = database("postgres://planapp@127.0.0.1/planapp")["OPTIONS"]["pool"]
    assert pool["timeout"] <= 5
    assert pool["reconnect_timeout"] < pool["timeout"]


# A server that falls silent -------------------------------------------------------------------------------------------


def test_a_connection_gives_up_on_a_machine_that_is_silent():
    """What the kernel was told of a real connection: unless a machine says that it is there, waiting for it ends."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is a file of this machine")
    words = connection.get_connection_params()
    words.pop("pool", None)
    words["host"] = words.get("host") or "127.0.0.1"
    with psycopg.connect(**words) as own, socket.socket(fileno=os.dup(own.fileno())) as line:
        known = {name: line.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in KEPT}
        assert known == KEPT
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


KEPT = {"TCP_USER_TIMEOUT": 8_000, "TCP_KEEPIDLE": 3, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 2}
URL = "postgres://planapp@127.0.0.1/planapp"


@pytest.mark.parametrize("pooler", ["", "transaction"])
def test_every_connection_to_a_server_has_such_limits_and_the_url_may_name_others(pooler):
    options = database(URL, pooler)["OPTIONS"]
    assert SILENCE.items() <= options.items()
    assert replica(URL, database(URL))["OPTIONS"].items() >= (SILENCE | {"connect_timeout": 1}).items()
    asked = database(f"{URL}?connect_timeout=9&keepalives_idle=60", pooler)["OPTIONS"]
    assert (int(asked["connect_timeout"]), int(asked["keepalives_idle"])) == (9, 60)
    assert asked["tcp_user_timeout"] == SILENCE["tcp_user_timeout"]


def test_a_file_knows_no_such_limits(tmp_path):
    assert not SILENCE.keys() & database(f"sqlite:///{tmp_path / 'one.sqlite3'}")["OPTIONS"].keys()


def test_a_server_that_takes_a_connection_and_says_nothing_is_away():
    """Nobody ever accepts what waits at this port: the kernel has taken the connection, and no answer comes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgres://planapp@127.0.0.1:{silent.getsockname()[1]}/planapp"
        words = database(f"{url}?connect_timeout=2")["OPTIONS"]
        limits = {name: words[name] for name in SILENCE}
        with pytest.raises(psycopg.OperationalError, match="timeout expired") as refused:
            psycopg.connect(url, **limits)
    error = OperationalError("as Django raises it")
    error.__cause__ = refused.value
    assert is_away(error)


def test_a_cache_that_says_nothing_is_given_up_too():
    options = cache("redis://127.0.0.1:6379/0")["OPTIONS"]
    assert 0 < options["socket_connect_timeout"] <= options["socket_timeout"] <= 5
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = cache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        with pytest.raises(redis.exceptions.TimeoutError):
            RedisCache(there["LOCATION"], {"OPTIONS": there["OPTIONS"] | {"socket_timeout": 0.2}}).get("anything")


def test_mail_server_and_identity_provider_are_given_up():
    assert 0 < settings.EMAIL_TIMEOUT <= 20
    assert 0 < settings.SOCIALACCOUNT_REQUESTS_TIMEOUT <= 5
