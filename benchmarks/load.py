"""What one machine carries: people, exports and mail at once against the processes of an installation. By hand, for it
takes a quarter of an hour: `make bench BENCH=load`; `SECONDS=60` makes the first part shorter.

Gunicorn, Celery's worker and beat run as docker-compose.yml starts them; the one who asks runs beside them on the same
machine. Requests come at random moments at a mean rate, whether or not earlier ones were answered, and each is timed
from the moment it was due: waiting in line counts. The worst hour of one city is 17 requests a second, 20 exports a
minute and 600 mails; after it a minute each of higher rates, until pages take longer than they may.
"""

import http.client
import itertools
import os
import random
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from benchmarks import pages
from benchmarks.grown import grow
from benchmarks.measure import Busy
from benchmarks.running import started, web, worker
from benchmarks.sending import relay
from goals.models import Plan
from goals.quarters import Quarter
from initiatives.models import Initiative
from outbox.models import Message
from outbox.services.putting import put
from records.asof import local_day
from reports.models import ExportJob, QuarterSnapshot

SIZES = (2_001,)
RATE, EXPORTS, MAILS = 17.0, 20, 600  # requests a second, exports a minute, mails an hour
PEOPLE = 48  # who wait at once
PATIENCE = 30.0  # seconds until a person gives up
IDLE = 1.0  # seconds for which a connection is kept; gunicorn closes it after two
MOST = {"page": 150.0, "save": 250.0}  # ms, 95 of 100
# Of a hundred requests, about how many are for what: people look far more often than they write.
OFTEN = {
    "initiative": 22, "list of 50": 16, "plan": 14, "my work": 14, "my work of a manager": 6, "department": 6,
    "focus area": 5, "API list of 100": 2, "plan, as of": 2, "report": 2,
}  # fmt: skip
SEARCHES, SAVES = 4.0, 7.0
FILES = ("xlsx", "csv", "pdf", "json", "pptx")
STEP = 1.4  # from one rate to the next
WORDS = ("fiber", "2.3", "training", "cyber", "licens", "streets", "permits online", "wifi")


@dataclass(frozen=True)
class Asked:
    """One request: what it is called in the account, its address, whose cookies, and a form where it writes."""

    name: str
    address: str
    cookies: str
    form: Callable[[], dict[str, object]] | None = None


@dataclass
class Account:
    """Milliseconds by name, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Counter[str] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, milliseconds: float, problem: str) -> None:
        with self.guard:
            self.took[name].append(milliseconds)
            if problem:
                self.failed[f"{name}: {problem}"] += 1

    def p95(self, kind: str) -> float:
        """Of all pages, or of all saves."""
        found = sorted(one for name, some in self.took.items() if _kind(name) == kind for one in some)
        return found[min(len(found) - 1, round(len(found) * 0.95))] if found else 0.0

    def holds(self) -> bool:
        return not self.failed and all(self.p95(kind) <= most for kind, most in MOST.items())

    def lines(self) -> Iterator[str]:
        for name, some in sorted(self.took.items()):
            few = sorted(some)
            middle, p95 = statistics.median(few), few[min(len(few) - 1, round(len(few) * 0.95))]
            yield f"  {name:<22} {len(few):>6}  p50 {middle:>6.0f}  p95 {p95:>6.0f}  most {few[-1]:>6.0f} ms"


def _kind(name: str) -> str:
    return {"update": "save", "export": "export"}.get(name, "page")


class Asker:
    """Sends requests over connections that stay open, one for each thread."""

    def __init__(self, address: str, account: Account) -> None:
        self.place, self.account, self.own = urlsplit(address).netloc, account, threading.local()

    def ask(self, asked: Asked, due: float) -> None:
        late = max(0.0, time.perf_counter() - due)
        began = time.perf_counter()
        try:
            form = asked.form() if asked.form else None
            began = time.perf_counter()  # what looking it up took is not the program's
            status = self._answer(asked, form)
            problem = "" if status in {200, 302} else str(status)
        except (OSError, http.client.HTTPException, DatabaseError) as error:
            self.own.connection = None
            problem = type(error).__name__
        finally:
            connection.close()  # of this thread, or those of each step stay open until the server takes no more
        self.account.note(asked.name, (time.perf_counter() - began + late) * 1000, problem)

    def _answer(self, asked: Asked, form: dict[str, object] | None) -> int:
        headers = {"Cookie": asked.cookies, "Accept-Encoding": "gzip", "Referer": f"http://{self.place}/"}
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": pages.TOKEN, **form})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link, used = getattr(self.own, "connection", None), getattr(self.own, "used", 0.0)
        if link is None or time.perf_counter() - used > IDLE:
            link = self.own.connection = http.client.HTTPConnection(self.place, timeout=PATIENCE)
        link.request("GET" if body is None else "POST", asked.address, body, headers)
        answer = link.getresponse()
        answer.read()
        self.own.used = time.perf_counter()
        if answer.will_close:
            link.close()
            self.own.connection = None
        return int(answer.status)


class Traffic:
    """What is asked for next: pages as often as OFTEN says, updates each of another initiative, exports in turn."""

    def __init__(self) -> None:
        self.chance = random.Random(1)  # noqa: S311 - not for secrets
        works = {work.name: work for work in pages.works()}
        self.cookies = works["plan"].browser.cookies
        self.asked = [Asked(name, works[name].address, works[name].browser.cookies) for name in OFTEN if name in works]
        self.weights: list[float] = [OFTEN[one.name] for one in self.asked]
        for words in WORDS:
            self.asked.append(Asked("search", f"{reverse('search:search')}?q={quote(words)}", self.cookies))
            self.weights.append(SEARCHES / len(WORDS))
        self.asked.append(Asked("update", "", self.cookies))
        self.weights.append(SAVES)
        told = Initiative.objects.filter(latest_update__isnull=False, deleted_at=None).order_by("pk")
        self.rows = itertools.cycle(told.values_list("pk", flat=True))
        plan = Plan.objects.filter(state=Plan.State.ACTIVE).order_by("pk")[0]
        frozen = QuarterSnapshot.objects.filter(plan=plan).order_by("-as_of_day")[0]
        # Of the open quarter: each export is of what was said until then, so none stands there already.
        quarter = Quarter.of(local_day(timezone.now()), frozen.start_month)
        self.files = itertools.cycle(
            Asked("export", reverse("reports:report-export", args=[plan.slug, quarter.slug, name]), self.cookies, dict)
            for name in FILES
        )

    def next(self) -> Asked:
        [asked] = self.chance.choices(self.asked, self.weights)
        if asked.name != "update":
            return asked
        key = next(self.rows)
        address = reverse("initiatives:status-update-create", args=[key])
        return replace(asked, address=address, form=lambda: pages.said(key))


def ask_for(seconds: float, *, rate: float, asker: Asker, traffic: Traffic) -> None:
    """Requests at so many a second, and exports; comes back when all are answered."""
    with ThreadPoolExecutor(PEOPLE) as people:
        begins = time.perf_counter() + 0.5
        due, exported = begins, begins
        while (due := due + traffic.chance.expovariate(rate)) < begins + seconds:
            if due >= exported:
                exported += 60 / EXPORTS
                people.submit(asker.ask, next(traffic.files), due)
            time.sleep(max(0.0, due - time.perf_counter()))
            people.submit(asker.ask, traffic.next(), due)


def queue_mails(count: int, seconds: float) -> None:
    """As many mails as the hour has, due one after the other."""
    person, at = pages.manager(), timezone.now()
    for number in range(count):
        wait = timedelta(seconds=seconds * number / count)
        put(kind="test", person=person.pk, key=f"load {at.isoformat()} {number}", at=at, wait=wait)


@dataclass
class Carried:
    """A rate, for some seconds: how it was borne. `cores` were in use, of them `asking` by the one who asks."""

    rate: float
    seconds: float
    account: Account
    cores: float
    asking: float
    mails: dict[str, int]
    files: dict[str, int]

    def line(self) -> str:
        kinds = "; ".join(f"{kind}s p95 {self.account.p95(kind):.0f} ms of {most:.0f}" for kind, most in MOST.items())
        failed = dict(self.account.failed) or "none"
        return (
            f"{self.rate:.0f} requests a second for {self.seconds:.0f} s: {kinds}; failed: {failed}; "
            f"cores in use {self.cores:.2f}, of them to ask {self.asking:.2f}; mails {self.mails}; files {self.files}: "
            f"{'held' if self.account.holds() else 'NOT HELD'}\n" + "\n".join(self.account.lines())
        )

    def record(self) -> dict[str, Any]:
        p95 = {kind: round(self.account.p95(kind)) for kind in MOST}
        return {"rate": self.rate, "seconds": self.seconds, "p95": p95, "failed": dict(self.account.failed)}


def run(size: int) -> Iterator[Carried]:
    if not Plan.objects.exists():
        grow(size, now=timezone.now())
    rate, seconds = RATE, float(os.environ.get("SECONDS", "600"))
    with ExitStack() as running:
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{running.enter_context(relay())}"}
        program = running.enter_context(web(**mail))
        running.enter_context(worker(**mail))
        running.enter_context(started("celery", "-A", "planapp", "beat", "-l", "INFO", **mail))
        traffic = Traffic()
        queue_mails(round(MAILS * seconds / 3600), seconds)
        while True:
            account, before = Account(), Busy.now()
            ask_for(seconds, rate=rate, asker=Asker(program.address, account), traffic=traffic)
            after = Busy.now()
            past = after.at - before.at
            yield Carried(
                rate, seconds, account,
                cores=(after.machine - before.machine) / past,
                asking=(after.own - before.own) / past,
                mails=dict(Counter(Message.objects.filter(kind="test").values_list("state", flat=True))),
                files=dict(Counter(ExportJob.objects.values_list("state", flat=True))),
            )  # fmt: skip
            if not account.holds():
                break
            rate, seconds = rate * STEP, 60.0
