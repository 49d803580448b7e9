"""What a browser with a slow processor feels on a running demo. By hand: `make demo` first, then `make vitals`.

For each page, with the processor slowed four times: the largest paint, how far things shift, how long its main control
takes from press to the next paint, and the kilobytes of the first load and of the next.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

SLOWED = 4
ROUNDS = 5
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PLAN = "/plans/oit-2024-2025/"
PAGES = {  # a page and what is pressed on it first
    "My work": ("/", "summary, main button"),
    "Plan": (PLAN, "main .fold > summary"),
    "List": ("/initiatives/", "main details:not(.filters) > summary"),
    "Timeline": ("/initiatives/?view=timeline", "main details:not(.filters) > summary"),
    "Initiative": ("/initiatives/44/", ".update-fold > summary"),
    "Focus area": (PLAN + "goals/4/", "main label.every, summary"),
    "Departments": ("/departments/", "main summary"),
    "Reports": ("/reports/", "summary"),
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
    press: float  # milliseconds
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


def looked_at(context: BrowserContext, address: str, main: str) -> Seen:
    page: Page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    wire = Wire(session)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    first = wire.bytes
    shift = page.evaluate("window.seen.shift")  # what a press opens below itself is no surprise
    control = page.locator(main).locator("visible=true").first
    control.scroll_into_view_if_needed()
    control.click()
    page.wait_for_timeout(600)
    seen = page.evaluate("window.seen")
    wire.bytes = 0
    page.goto(address, wait_until="networkidle")
    return Seen(seen["paint"], shift, seen["press"], first / 1000, wire.bytes / 1000)


def measured(address: str) -> Iterator[tuple[str, Seen]]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        state = signed_in(browser, address)
        for name, (place, main) in PAGES.items():
            rounds = []
            for _ in range(ROUNDS):  # each with nothing stored
                context = browser.new_context(viewport={"width": 1280, "height": 900}, storage_state=state)
                rounds.append(looked_at(context, address + place, main))
                context.close()
            paint, shift, press, first, after = zip(*rounds, strict=True)
            # Other work on the machine makes times longer, never shorter; what moves moves in some rounds alone.
            yield name, Seen(min(paint), max(shift), min(press), max(first), max(after))
        browser.close()


def main(address: str) -> None:
    print(f"Processor slowed {SLOWED} times, the least time and the most of the rest in {ROUNDS} rounds; aims {AIMS}")
    print(f"{'page':12} {'paint ms':>9} {'shift':>7} {'press ms':>9} {'first kB':>9} {'next kB':>8}")
    for name, seen in measured(address):
        late = ", ".join(word for word, one, aim in zip(Seen._fields, seen, AIMS, strict=True) if one > aim)
        print(
            f"{name:12} {seen.paint:9.0f} {seen.shift:7.3f} {seen.press:9.0f} {seen.first:9.1f} {seen.after:8.1f}"
            + (f"  misses: {late}" if late else "")
        )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
