"""A store that accepts whoever comes and never answers does not keep the threads of a web process."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache

from jobs import patience
from jobs.files import StoreAway, fetched, put_object
from planapp.gunicorn import threads
from tests.object_storage import bad_store, use

NAME = "0" * 64


@pytest.fixture
def web(monkeypatch):
    """This process is one of the web server's, and as patient with a store as a test can wait for."""
    monkeypatch.setattr(patience, "_of_web", None)
    monkeypatch.setattr(patience, "WEB", patience.Limits(1, 1, 1))
    monkeypatch.setattr(patience, "TURN", 0.2)
    patience.serve_people()
    cache.delete("files:away")


def told(ask):
    """What was said, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(StoreAway) as said:
        ask()
    return str(said.value), time.monotonic() - began


def at_once(count, ask):
    with ThreadPoolExecutor(count) as many:
        return list(many.map(lambda _: told(ask), range(count)))


def test_eight_downloads_from_a_silent_store_wait_shortly_and_the_ninth_not_at_all(web, settings):
    with bad_store("slow") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(StoreAway):
            fetched(NAME)  # its libraries are loaded
        patience.serve_people()
        found = at_once(8, lambda: fetched(NAME))
        waited = sorted(seconds for words, seconds in found if "has more to do than it can" in words)
        asked = [seconds for words, seconds in found if "does not answer" in words]
        assert (len(asked), len(waited)) == (patience.AT_ONCE, 8 - patience.AT_ONCE)
        assert max(waited) < 0.8 < min(asked)
        assert max(asked) < 3
        assert cache.get("files:away") == 9
        for ask in (lambda: fetched(NAME), lambda: put_object(b"x")):
            words, seconds = told(ask)
            assert "does not answer" in words
            assert seconds < 0.1


def test_who_waited_for_a_turn_while_the_store_fell_silent_does_not_ask_it(web, monkeypatch):
    monkeypatch.setattr(patience, "TURN", 5)
    door = patience.Door()
    for _ in range(patience.AT_ONCE):
        door.enter()
    with ThreadPoolExecutor(1) as other:
        waits = other.submit(door.enter)
        time.sleep(0.1)
        door.was_silent()
        door.leave()
        with pytest.raises(patience.NoTurn, match="does not answer"):
            waits.result(5)
    monkeypatch.setattr(door, "_silent_until", 0.0)
    door.enter()  # the place that it had is free again


def test_a_store_that_is_well_again_is_asked_again(web, settings, bucket, monkeypatch):
    monkeypatch.setattr(patience, "SILENT", 1)
    monkeypatch.setattr(patience, "TURN", 20)
    with bad_store("slow") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        told(lambda: fetched(NAME))
    use(settings, bucket.url)
    time.sleep(1)
    name = put_object(b"x")
    with ThreadPoolExecutor(8) as many:  # each has its turn
        assert list(many.map(fetched, [name] * 24)) == [b"x"] * 24


def test_whoever_asks_for_a_file_meanwhile_reads_that_and_when_to_come_again(files, in_storage, plan, web, client):
    files()
    client.raise_request_exception = False
    patience.note_silence()
    got = client.get(f"/public/{plan.slug}/FY2027-Q1/export.csv")
    assert (got.status_code, got["Retry-After"]) == (503, "10")
    assert (
        "The place where files lie does not answer. Nothing was changed, and no file is lost." in got.content.decode()
    )


def test_pages_have_threads_left_and_a_worker_waits_longer(web):
    assert threads > patience.AT_ONCE
    assert patience.limits() == patience.WEB
    patience._of_web = None
    assert patience.limits() == patience.WORKER
    patience.note_silence()
    with patience.turn(), patience.turn(), patience.turn():
        pass
