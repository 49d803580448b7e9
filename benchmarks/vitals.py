"""What a browser with a slow processor feels on a running demo. By hand: `make demo` first, then `make vitals`.

For each kind of page that an administrator reaches by links, with the processor slowed four times: the largest paint,
how far things shift, how long the slowest of its controls takes from press to the next paint, and the kilobytes of the
first load and of the next. `python -m benchmarks.vitals ADDRESS WORD` looks at addresses with that word alone.
"""

import os
import re
import shutil
import sys
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

SLOWED = 4
ROUNDS = 5
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PLAN = "/plans/oit-2024-2025/"
PAGES = [  # what most people open on most days
    "/",
    PLAN,
    "/initiatives/",
    "/initiatives/?view=timeline",
    "/initiatives/44/",
    PLAN + "goals/4/",
    "/departments/",
    "/reports/",
]
LINK = re.compile(r'href="(/[^"#]*)')
NOT_A_PAGE = re.compile(r"\.\w+($|\?)|^/static/|^/api/|format=|/html/$")
# Numbers, short names of plans and departments, quarters: what differs between two pages of one kind.
OWN = re.compile(r"(?<=/plans/)[^/]+|(?<=/departments/)[^/]+|(?<=/reports/)[\w-]+/[Ff][Yy][^/]+|(?<=/)\d[\d.]*(?=/)")
CONTROLS = {  # pressed one after the other, where a page has it; what leads to another page is that page's paint
    "part": "main details:not(.filters) > summary",
    "menu": "header .user-menu > summary",
    "theme": "[data-set-theme=dark]",
    "search": "#site-search",
    "filter": ".filters select",
    "update": "main a[hx-get]",
    "button": "main button[type=button]:not([data-print])",
}
WATCH = """
window.seen = { paint: 0, shift: 0, press: 0 };
const watch = (type, more, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", {}, (one) => { window.seen.paint = one.startTime; });
watch("layout-shift", {}, (one) => { if (!one.hadRecentInput) window.seen.shift += one.value; });
watch("event", { durationThreshold: 16 }, (one) => { window.seen.press = Math.max(window.seen.press, one.duration); });
"""


class Seen(NamedTuple):
    paint: float  # milliseconds
    shift: float
    press: float  # milliseconds, of the slowest control
    first: float  # kB over the wire, nothing stored yet
    after: float  # kB, with what the first load stored


AIMS = Seen(1500, 0.02, 100, 150, 30)


class Wire:
    """Counts what a page's requests transfer."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])


def signed_in(browser: Browser, address: str) -> dict[str, object]:
    """The cookies of the demo's administrator."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-in/")
    with page.expect_navigation():
        page.locator("form:has(input[value='admin@demo.example']) button").click()
    return {"cookies": context.cookies()}


def kind_of(path: str) -> str:
    words, _, query = path.partition("?")
    return OWN.sub("…", words) + "".join(f"?{one}" for one in ("view=timeline", "as_of=") if one in query)


def every_page(context: BrowserContext, address: str) -> Iterator[str]:
    """The first address of each kind of page, by links from where people start; what is open to all is among them."""
    done: set[str] = set()
    queue, seen = deque(PAGES), set[str]()
    while queue:
        path = queue.popleft()
        if kind_of(path) in done:
            continue
        answer = context.request.get(address + path, max_redirects=0)
        if answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
            continue
        done.add(kind_of(path))
        yield path
        for link in LINK.findall(answer.text()):
            link = link.replace("&amp;", "&")
            if link not in seen and not NOT_A_PAGE.search(link):
                seen.add(link)
                queue.append(link)


def pressed(page: Page) -> tuple[float, str]:
    """The slowest press and its control."""
    slowest = (0.0, "")
    for name, selector in CONTROLS.items():
        control = page.locator(selector).locator("visible=true")
        if not control.count():
            continue
        page.evaluate("seen.press = 0")
        control = control.last if name == "menu" else control.first
        control.scroll_into_view_if_needed()
        if name == "search":
            control.press_sequentially("wi", delay=60)
        elif name == "filter":
            control.focus()
            page.keyboard.press("ArrowDown")
        else:
            control.click()
        page.wait_for_timeout(400)
        slowest = max(slowest, (float(page.evaluate("seen.press")), name))
    return slowest


def looked_at(context: BrowserContext, address: str) -> tuple[Seen, str]:
    page: Page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    wire = Wire(session)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    first = wire.bytes
    shift = page.evaluate("window.seen.shift")  # what a press opens below itself is no surprise
    paint = page.evaluate("window.seen.paint")
    press, control = pressed(page)
    wire.bytes = 0
    page.goto(address, wait_until="networkidle")
    return Seen(paint, shift, press, first / 1000, wire.bytes / 1000), control


def missed(seen: Seen) -> list[str]:
    return [word for word, one, aim in zip(Seen._fields, seen, AIMS, strict=True) if one > aim]


def measured(address: str, word: str) -> Iterator[tuple[str, Seen, str]]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        state = signed_in(browser, address)
        finder = browser.new_context(storage_state=state)
        for place in [one for one in every_page(finder, address) if word in one]:
            best: Seen | None = None
            control = ""
            for _ in range(ROUNDS):  # each with nothing stored; again only where something misses
                context = browser.new_context(viewport={"width": 1280, "height": 900}, storage_state=state)
                seen, slow = looked_at(context, address + place)
                context.close()
                if best is None or seen.press < best.press:
                    control = slow
                # Other work on the machine makes times longer, never shorter; what moves moves in some rounds alone.
                best = seen if best is None else Seen(
                    min(best.paint, seen.paint), max(best.shift, seen.shift), min(best.press, seen.press),
                    max(best.first, seen.first), max(best.after, seen.after),
                )  # fmt: skip
                if not missed(best):
                    break
            assert best is not None
            yield place, best, control
        browser.close()


def main(address: str, word: str = "") -> None:
    print(f"Processor slowed {SLOWED} times; up to {ROUNDS} rounds where one misses; aims {AIMS}")
    print(f"{'paint ms':>9} {'shift':>7} {'press ms':>9} {'first kB':>9} {'next kB':>8}  page")
    pages, late = 0, 0
    for place, seen, control in measured(address, word):
        pages += 1
        late += bool(missed(seen))
        misses = f"  misses: {', '.join(missed(seen))}" if missed(seen) else ""
        times = f"{seen.paint:9.0f} {seen.shift:7.3f} {seen.press:9.0f}"
        print(f"{times} {seen.first:9.1f} {seen.after:8.1f}  {place} ({control}){misses}", flush=True)
    print(f"{pages} kinds of page, {late} of them miss something")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["http://127.0.0.1:8000"]))
