"""A database that is away costs a page that says so, with every word that was typed; a mistake of ours stays one."""

import sqlite3

import psycopg
import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.urls import path

from planapp.away import is_away
from planapp.env import database
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
