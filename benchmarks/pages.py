"""Every page a city opens most, each beside the least a Django view could do for it: time, CPU, statements, bytes.

In one process, through Django's own handler, with a session that was signed in: what a web process does for a request,
without a socket. Pages as of a past day are beside the same page of today. A page "changed" is the next one after an
update was posted, each time of another initiative; "first" is the first one of a process and of a day, when nothing
that was counted is remembered. The floors are in floors.py.
"""

import re
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from itertools import cycle
from typing import Any
from urllib.parse import unquote, urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as PlainSessions
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from benchmarks import floors
from benchmarks.grown import grow
from benchmarks.measure import Busy, database_cpu, not_quiet
from goals.models import Goal, Plan
from initiatives.models import Initiative
from people.models import Department, User
from people.roles import Role
from people.sessions import SessionStore
from planapp.memory import keep_what_is_loaded
from records.asof import local_day
from records.remembered import forget
from reports.models import QuarterSnapshot

SIZES = (69, 2_001, 50_000)
SPENT = 8.0  # seconds a page and its floor take turns, within these rounds
ROUNDS = (5, 60)
LEARNT = 7
LIST = 50
API = 100
PAST = timedelta(days=60)
AS_OF = 1.3
TOKEN = "a" * 32  # of CSRF, in cookie and form
SHOWN = re.compile(rb'href="/initiatives/(\d+)/')


@dataclass
class Side:
    """Milliseconds a request took, a page or its floor; CPU of this process and of the database's sessions."""

    path: str
    wall: list[float] = field(default_factory=list)
    app: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    statements: int = 0
    bytes: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.wall)

    @property
    def cpu(self) -> float:
        return statistics.median(map(sum, zip(self.app, self.database, strict=True)))

    @property
    def p95(self) -> float:
        return sorted(self.wall)[min(len(self.wall) - 1, round(len(self.wall) * 0.95))]

    def line(self) -> str:
        cpu = f"{statistics.median(self.app):.1f}+{statistics.median(self.database):.1f}"
        return f"{self.p50:.1f}/{self.p95:.1f} ms (CPU {cpu}, {self.statements} st., {self.bytes / 1000:.0f} kB)"


@dataclass
class Page:
    """A page and its floor; `foreign` is the share of one core that other programs took meanwhile."""

    name: str
    ours: Side
    beside: Side
    aim: float | None
    foreign: float

    @property
    def ratio(self) -> float:
        return self.ours.p50 / self.beside.p50

    @property
    def cpu_ratio(self) -> float:
        return self.ours.cpu / self.beside.cpu

    def line(self) -> str:
        aim = "" if self.aim is None else f"  aim ≤ {self.aim}: {'met' if self.ratio <= self.aim else 'MISSED'}"
        return (
            f"{self.name:<20} {self.ours.line():<58} beside {self.beside.line():<52}"
            f" ratio {self.ratio:.2f}, of CPU {self.cpu_ratio:.2f}{aim}{not_quiet(self.foreign)}"
        )

    def record(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "ratio": round(self.ratio, 3),
            "cpu_ratio": round(self.cpu_ratio, 3),
            "p50": self.ours.p50,
            "p95": self.ours.p95,
        }


class Browser:
    """Sends requests to a handler as one signed-in person."""

    def __init__(self, handler: WSGIHandler, person: User, sessions: type[SessionBase] = SessionStore) -> None:
        session = sessions()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        self.handler = handler
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"

    def environ(self, address: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
        path, _, query = address.partition("?")
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **form}).encode() if form is not None else b""
        return {
            "REQUEST_METHOD": "GET" if form is None else "POST", "PATH_INFO": unquote(path), "QUERY_STRING": query,
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self.cookies, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "wsgi.url_scheme": "http", "wsgi.errors": BytesIO(),
        }  # fmt: skip

    def ask(self, environ: dict[str, Any]) -> bytes:
        """The whole answer; an error stops the bench, for it would be fast."""
        statuses: list[str] = []
        answer = self.handler(environ, lambda status, headers: statuses.append(status))
        body = b"".join(answer)
        answer.close()
        if statuses[0][:3] not in {"200", "302"}:
            raise AssertionError(f"{environ['PATH_INFO']}: {statuses[0]}")
        return body


@dataclass(frozen=True)
class Work:
    """What is measured: a page of ours, and what it stands beside. `form` gives what a POST says, new each time."""

    name: str
    browser: Browser
    address: str
    floor: Browser
    floor_address: str
    aim: float | None = None
    form: Callable[[], dict[str, Any]] | None = None
    before: Callable[[], Any] = lambda: None  # each request, outside what is measured


def run(scale: int) -> Iterator[Page]:
    if not Plan.objects.exists():
        grow(scale, now=timezone.now())
    floors.prepare_writing()
    keep_what_is_loaded()
    for work in works():
        yield _measured(work)


def works() -> Iterator[Work]:
    owner = User.objects.get(pk=_most("owner"))
    ours, bare = WSGIHandler(), Browser(floors.handler(), manager(), PlainSessions)
    reader, own = Browser(ours, manager()), Browser(ours, owner)
    plan = Plan.objects.filter(state=Plan.State.ACTIVE).order_by("pk")[0]
    longest = _most("pk", "status_updates")
    leads, area = Department.objects.get(pk=_most("lead_department")), Goal.objects.get(pk=_most("goal"))
    one, several = "/one/", f"{reverse('initiatives:initiative-list')}?plan={plan.slug}"

    def page(name: str, view: str, *args: Any, aim: float | None, floor: str = "", who: Browser = reader) -> Work:
        address = reverse(view, args=args)
        rows = len(set(SHOWN.findall(who.ask(who.environ(address)))))
        return Work(name, who, address, bare, floor or f"/rows/{max(1, rows)}/", aim)

    said_of = cycle(_told(longest))

    def change() -> None:
        key = next(said_of)
        reader.ask(reader.environ(reverse("initiatives:status-update-create", args=[key]), said(key)))

    pages = [
        page("plan", "initiatives:plan-detail", plan.slug, floor=one, aim=4),
        page("initiative", "initiatives:initiative-detail", longest, floor=one, aim=3),
        page("department", "initiatives:department-detail", leads.abbreviation, aim=3),
        page("focus area", "initiatives:goal-detail", plan.slug, area.number, aim=3),
    ]
    past = f"?as_of={local_day(timezone.now()) - PAST}"
    yield from pages
    yield from (replace(work, name=f"{work.name}, changed", before=change) for work in pages)
    yield from (replace(work, name=f"{work.name}, first", before=forget, aim=None) for work in pages)
    yield from (Work(f"{work.name}, as of", reader, work.address + past, reader, work.address, AS_OF) for work in pages)
    yield Work("list of 50", reader, several, bare, f"/rows/{LIST}/", 1.5)
    yield Work("list of 50, as of", reader, several + past.replace("?", "&"), reader, several, AS_OF)
    more = [
        page("my work", "my-work", who=own, aim=3),
        page("my work of a manager", "my-work", aim=3),
        page("departments", "initiatives:department-list", floor=one, aim=None),
    ]
    yield from more
    yield from (replace(work, name=f"{work.name}, changed", before=change) for work in more)
    yield from (replace(work, name=f"{work.name}, first", before=forget, aim=None) for work in more)
    yield Work(f"API list of {API}", reader, f"/api/v1/initiatives/?plan={plan.slug}", bare, f"/json/{API}/", 2)
    yield Work("API detail", reader, f"/api/v1/initiatives/{longest}/", bare, "/json/1/", 2)
    frozen = QuarterSnapshot.objects.filter(plan=plan).order_by("-as_of_day").first()
    if frozen is not None:
        yield page("report", "reports:report-detail", plan.slug, frozen.period.slug, floor=one, aim=None)
    asked = _told(longest)[0]
    address = reverse("initiatives:status-update-create", args=[asked])
    yield Work("update, POST", reader, address, bare, f"/update/{asked}/", 2, form=lambda: said(asked))


def _told(longest: int) -> list[int]:
    """Initiatives of which an update can be posted: some, from all over the plan."""
    told = Initiative.objects.exclude(pk=longest).filter(latest_update__isnull=False, deleted_at__isnull=True)
    found = list(told.order_by("pk").values_list("pk", flat=True))
    return found[:: max(1, len(found) // 60)]


def manager() -> User:
    return User.objects.filter(role_grants__role=Role.PLAN_MANAGER, is_active=True).order_by("pk")[0]


def _most(column: str, counted: str = "pk") -> Any:
    """Of what an initiative holds in a column, what most of them hold; or which of them has most of something."""
    groups = Initiative.objects.filter(deleted_at__isnull=True, **{f"{column}__isnull": False}).values(column)
    return groups.annotate(n=Count(counted)).order_by("-n", column)[0][column]


def said(initiative_id: int) -> dict[str, Any]:
    """What an update says, each time in other words."""
    latest = Initiative.objects.values_list("latest_update", flat=True).get(pk=initiative_id)
    key = secrets.token_hex(12)
    words = f"Three more sites were fitted out. {key}"
    return {"status": "on_track", "percent": 40, "happened": words, "version": latest, "idempotency_key": key}


def _measured(work: Work) -> Page:
    ours, beside = Side(work.address), Side(work.floor_address)
    turns = [(ours, work.browser), (beside, work.floor)]
    for side, browser in turns:
        _learn(side, browser, work)
    started, busy = time.perf_counter(), Busy.now()
    while len(ours.wall) < ROUNDS[0] or (
        len(ours.wall) < ROUNDS[1] and time.perf_counter() - started < SPENT
    ):  # in turn, and who begins changes
        turns.reverse()
        for side, browser in turns:
            work.before()
            _once(side, browser, work.form)
    return Page(work.name, ours, beside, work.aim, busy.foreign(Busy.now()))


def _learn(side: Side, browser: Browser, work: Work) -> None:
    """Without a clock: templates are compiled, statements and bytes are counted.

    Twice, and while it is quick some times more: PostgreSQL plans a prepared statement anew five times.
    """
    started = time.perf_counter()
    for turn in range(LEARNT):
        if turn > 1 and time.perf_counter() - started > SPENT / 4:
            break
        environ = browser.environ(side.path, work.form and work.form())
        work.before()
        asked: list[str] = []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any, asked: list[str] = asked) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            side.bytes = len(browser.ask(environ))
        side.statements = len(asked)


def _once(side: Side, browser: Browser, form: Callable[[], dict[str, Any]] | None) -> None:
    environ = browser.environ(side.path, form and form())
    database, app, wall = database_cpu(), time.process_time(), time.perf_counter()
    browser.ask(environ)
    side.wall.append((time.perf_counter() - wall) * 1000)
    side.app.append((time.process_time() - app) * 1000)
    side.database.append((database_cpu() - database) * 1000)
