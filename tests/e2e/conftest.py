"""The system's own Chromium against a live server, with an accessibility scan and a look for sideways scroll."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from people.models import User
from people.sessions import SessionStore
from people.signed_in import SINCE

AXE = Axe()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """launch(…options of the driver) → the system's Chromium, closed with the session."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium on this machine: install the package `chromium` or set CHROMIUM")
    with sync_playwright() as driver:
        browsers = []

        def _launch(**options: Any) -> Browser:
            browsers.append(driver.chromium.launch(executable_path=path, args=FLAGS, **options))
            return browsers[-1]

        yield _launch
        for browser in browsers:
            browser.close()


@pytest.fixture(scope="session")
def chromium(launch) -> Browser:
    return launch()


@pytest.fixture
def visit(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """visit(user, path, width=1280, dark=False, javascript=True) → an open page, signed in as that person."""
    contexts = []

    def _visit(user: User | None, path: str, *, width: int = 1280, dark: bool = False, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            timezone_id="America/New_York",
        )
        contexts.append(context)
        if user is not None:
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session[SINCE] = timezone.now().isoformat()
            session.save()
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}]
            )
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.problems = problems  # type: ignore[attr-defined]
        page.goto(live_server.url + path)
        return page

    yield _visit
    for context in contexts:
        context.close()


def follow(page: Page, leads_on: Locator) -> None:
    """Presses what leads to another page and waits until that one is loaded: judged sooner, the old one is judged."""
    with page.expect_navigation():
        leads_on.click()


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds on the page as it stands, one line each; `rules` looks for these alone."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    if not page.evaluate("'axe' in window"):  # half a megabyte: once a page is enough
        page.evaluate(AXE.axe_script)
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def uneven_tables(page: Page) -> list[str]:
    """Headings of tables that stand on one page with the same columns, and not with the same widths."""
    widths: dict[str, list[list[int]]] = {}
    for names, found in page.evaluate(
        """() => [...document.querySelectorAll("table")].map((table) => [...(table.tHead?.rows[0]?.cells || [])])
          .map((cells) => [cells.map((cell) => cell.textContent).join("|"), cells.map((cell) => cell.offsetWidth)])"""
    ):
        widths.setdefault(names, []).append(found)
    return [
        names
        for names, some in widths.items()
        if any(abs(one - first) > 1 for each in some for one, first in zip(each, some[0], strict=True))
    ]


def assert_well_made(page: Page) -> None:
    """No accessibility violation, no sideways scroll, even tables, no error in the console (a CSP report is one)."""
    assert violations(page) == []
    assert uneven_tables(page) == []
    assert not scrolls_sideways(page)
    assert page.problems == []  # type: ignore[attr-defined]
