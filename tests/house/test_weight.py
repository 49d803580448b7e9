"""How much a page weighs on the wire: at most 150 kB at first, 30 kB once styles, scripts and fonts are cached."""

import os
import posixpath
import re
import subprocess
import sys

import pytest
from django.contrib.staticfiles import storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.functional import empty

from tests.build import make_initiative, make_milestone, report

FIRST, NEXT = 150_000, 30_000  # bytes
ASSET = re.compile(r'(?:src|href)="(/static/[^"?]+)')
HEAVY = {"typst", "pptx", "fontTools", "xlsxwriter", "openpyxl", "lxml", "PIL", "pikepdf"}
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
    """All rooms, all addresses, all tasks: a format's module is loaded for the first file of it."""
    code = "import django, sys; django.setup(); import planapp.urls, planapp.celery; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "planapp.settings_test"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert {"imports", "reports", "initiatives"} <= loaded
    assert not loaded & HEAVY
