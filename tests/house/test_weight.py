"""How much a page weighs on the wire: at most 125 kB at first, 30 kB once styles, scripts and fonts are cached."""

import os
import posixpath
import re
import subprocess
import sys

import pytest
from celery.signals import task_postrun
from django.contrib.staticfiles import storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.functional import empty

from planapp import celery, gunicorn
from planapp.memory import Resident, resident
from tests.build import make_initiative, make_milestone, report

FIRST, NEXT = 125_000, 30_000  # bytes
ASSET = re.compile(r'(?:src|href)="(/static/[^"?]+)')
HEAVY = {"typst", "pptx", "fontTools", "xlsxwriter", "openpyxl", "lxml", "PIL", "pikepdf", "redis"}
FONT = re.compile(r"url\(\"?([^)\"]+\.woff2)\"?\)")


@pytest.fixture
def served(settings, tmp_path, monkeypatch):
    """Static files as production serves them: hashed and compressed."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_AUTOREFRESH = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    storage.staticfiles_storage._wrapped = empty
    call_command("collectstatic", interactive=False, verbosity=0)
    yield
    storage.staticfiles_storage._wrapped = empty


def wire(client: Client, path: str) -> tuple[int, str]:
    """Bytes sent for an address, and its text."""
    packed = client.get(path, headers={"accept-encoding": "gzip, br"})
    plain = client.get(path)
    assert plain.status_code == 200, path
    size = len(b"".join(packed.streaming_content) if packed.streaming else packed.content)
    body = b"".join(plain.streaming_content) if plain.streaming else plain.content
    return size, body.decode("utf-8", "ignore")


def test_pages_are_light(served, plan, cast):
    for number in range(70):
        row = make_initiative(plan, number=f"1.{number + 1}", owner=cast.owner, lead_department=cast.streets)
        make_milestone(row, None)
        report(row, "on_track", "2026-09-01T12:00", cast.owner, happened="Three sites were fitted out. " * 5)
    client = Client()
    client.force_login(cast.manager)
    pages = ["my-work", "initiatives:current-plan", "initiatives:initiative-list", "reports:report-list"]
    for name in pages:
        path = client.get(reverse(name), follow=True).request["PATH_INFO"]
        html, text = wire(client, path)
        assert html <= NEXT, f"{path}: {html} bytes of HTML"
        total, seen = html, set()
        queue = ASSET.findall(text)
        while queue:
            asset = queue.pop()
            if asset in seen:
                continue
            seen.add(asset)
            size, content = wire(client, asset)
            total += size
            if asset.endswith(".css"):
                base = asset.rsplit("/", 1)[0]
                queue += [posixpath.normpath(posixpath.join(base, font)) for font in FONT.findall(content)]
        assert total <= FIRST, f"{path}: {total} bytes in all"


def test_a_process_that_has_read_and_written_no_file_has_no_library_of_files():
    """All rooms, addresses and tasks: a format's module is loaded for the first file of it, Redis for the cache."""
    told = said_by("import django, sys; django.setup(); import planapp.urls, planapp.celery; print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in told.split()}
    assert {"imports", "reports", "initiatives"} <= loaded
    assert not loaded & HEAVY


def test_a_command_starts_without_celery():
    """It is a third of a start, and only who wakes a worker needs it."""
    told = said_by("import django, sys; django.setup(); import planapp.urls; print(*sys.modules)")
    assert not {name.partition(".")[0] for name in told.split()} & {"celery", "kombu"}


def test_web_processes_share_what_the_server_loaded_for_all_of_them():
    """The server loads every page's code before it forks, and takes it out of the search for circles."""
    assert gunicorn.preload_app
    told = said_by(
        "import planapp.wsgi, gc, sys; print('initiatives.views.overview' in sys.modules, gc.get_freeze_count())"
    )
    is_loaded, kept = told.split()
    assert is_loaded == "True"
    assert int(kept) > 50_000


def test_children_of_the_worker_share_what_it_loaded():
    told = said_by(
        "import django, gc; django.setup()\n"
        "from celery.signals import worker_init; import planapp.celery\n"
        "worker_init.send(sender=None); print(gc.get_freeze_count())"
    )
    assert int(told) > 50_000


def test_what_a_large_request_took_is_given_back_and_a_small_one_costs_no_search(monkeypatch):
    looked, held = [], iter([100, 105, 130, 101, 102, 98, 107, 99])
    one = Resident()
    monkeypatch.setattr(one, "bytes", lambda: next(held) * 1024 * 1024)
    monkeypatch.setattr(one, "trim", looked.append)
    assert [one.give_back() for _ in range(2)] == [False, False]
    assert one.give_back()  # 130, and 101 once it was given back
    assert looked == [0]
    assert [one.give_back() for _ in range(2)] == [False, False]
    assert one.give_back()  # 107 is more than a little above 98, the least since


@pytest.mark.parametrize(
    "after", [lambda: gunicorn.post_request(None, None, {}, None), lambda: task_postrun.send(celery.app)]
)
def test_it_is_asked_for_after_each_request_and_each_task(after, monkeypatch):
    asked = []
    monkeypatch.setattr(Resident, "give_back", lambda self: asked.append(self))
    after()
    assert asked == [resident]


def said_by(code: str) -> str:
    """What a process of its own prints."""
    key = "".join(chr(33 + number) for number in range(60))
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "planapp.settings_test", "SECRET_KEY": key},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
