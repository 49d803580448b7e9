"""What the processes of an installation hold, and how long a command takes to start.

Gunicorn with two workers is asked for every page of `pages` and the description of the API, then for every file that is
written at once, by four at a time and often enough for both workers to have drawn each; Celery's worker with two
children builds every file, reads a workbook, and does what beat starts. What each holds then is read from the system
(`running.py`).
A command's start stands beside a Django with the same libraries and no rooms.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.urls import reverse
from django.utils import timezone

from benchmarks import pages
from benchmarks.grown import grow
from benchmarks.measure import Memory, Pair, taking_turns
from benchmarks.running import Running, answers, wait_for, web, worker
from goals.models import Plan
from imports.exporting.content import plan_content
from imports.exporting.files import FORMATS as PLAN_FORMATS
from imports.models import Import
from imports.services import take_file
from planapp.celery import app
from records.audit import Act
from reports.exporters import FORMATS
from reports.files.requests import request_export
from reports.models import ExportJob, QuarterSnapshot

SIZES = (69, 2_001)
SKIPPED = {"reports.build_published_files"}  # the same writers, for every format of every published quarter
ROUNDS = 4  # of all pages: each worker has then drawn each
BARE = """
import celery.app, psycopg, redis, django
from django.conf import settings
names = ("auth", "contenttypes", "sessions", "messages", "staticfiles", "postgres")
settings.configure(INSTALLED_APPS=[f"django.contrib.{name}" for name in names] + ["rest_framework"], SECRET_KEY="x")
django.setup()
import rest_framework.views, drf_spectacular.views
"""


def run(size: int) -> Iterator[Pair | Memory]:
    if not Plan.objects.exists():
        grow(size, now=timezone.now())
    yield taking_turns(
        "start of manage.py check", command("manage.py", "check"), command("-c", BARE), rounds=5, aim=2.0
    )
    with web() as program:
        yield from told("web, started", program)
        draw_all(program, pages_asked_for())
        yield from told("web, after all pages", program, aim=110.0)
        draw_all(program, files_asked_for())
        yield from told("web, after all files too", program)
    with worker() as program:
        yield from told("worker, started", program)
        work_all(program)
        yield from told("worker, after all jobs", program, aim=140.0)
        yield Memory("worker, the most a child ever held", max(program.most.values()))


def command(*arguments: str) -> Callable[[], object]:
    whole = [sys.executable, *arguments]
    return lambda: subprocess.run(whole, env=os.environ, stdout=subprocess.DEVNULL, check=True)


def told(name: str, program: Running, aim: float | None = None) -> Iterator[Memory]:
    parent, *children = program.held()
    yield Memory(f"{name}: RSS of a child", max(child.rss for child in children), aim)
    yield Memory(f"{name}: USS of a child", max(child.uss for child in children))
    yield Memory(f"{name}: PSS of all {len(children) + 1}", sum(one.pss for one in (parent, *children)))


def draw_all(program: Running, asked_for: Iterable[tuple[str, str]]) -> None:
    addresses = list(asked_for)
    with ThreadPoolExecutor(4) as clients:
        for _ in range(ROUNDS):
            found = clients.map(lambda asked: answers(program.address + asked[0], asked[1]), addresses)
            missing = [asked[0] for asked, is_there in zip(addresses, found, strict=True) if not is_there]
            assert not missing, f"{missing}\n{program.log()[-3000:]}"


def pages_asked_for() -> Iterator[tuple[str, str]]:
    """Addresses, each with the cookies of who asks."""
    works = [work for work in pages.works() if work.form is None]
    yield from ((work.address, work.browser.cookies) for work in works)
    for name in (
        "api-schema",
        "people:audit-log",
        "reports:report-list",
        "initiatives:plan-list",
        "reminders:message-list",
    ):
        yield reverse(name), works[0].browser.cookies


def files_asked_for() -> Iterator[tuple[str, str]]:
    """What a web process writes while somebody waits: small reports, lists, a whole plan."""
    cookies = next(pages.works()).browser.cookies
    frozen = QuarterSnapshot.objects.select_related("plan").order_by("-as_of_day", "-revision")[0]
    rows = frozen.initiative_count + frozen.milestone_count + frozen.commitment_count
    for key, kind in FORMATS.items():
        if rows <= kind.at_once:
            yield reverse("reports:report-export", args=[frozen.plan.slug, frozen.period.slug, key]), cookies
    for name in ("xlsx", "csv"):
        yield reverse("initiatives:initiative-list-export", args=[name]), cookies
    for name in PLAN_FORMATS:
        yield reverse("imports:plan-export", args=[frozen.plan.slug, name]), cookies


def work_all(program: Running) -> None:
    """One of each job, and of each tick of beat twice."""
    at = timezone.now()
    act = Act(by=pages.manager(), at=at)
    snapshot = QuarterSnapshot.objects.select_related("plan").order_by("-as_of_day", "-revision")[0]
    for key in FORMATS:
        request_export(
            plan=snapshot.plan, quarter=snapshot.period, snapshot=snapshot, format_key=key, is_public=False,
            key=secrets.token_hex(32), act=act,
        )  # fmt: skip
    book = plan_content(snapshot.plan)
    job = take_file(plan=snapshot.plan, name="plan.xlsx", data=PLAN_FORMATS["xlsx"].write(book), act=act)
    app.control.purge()
    ticks = [tick["task"] for tick in app.conf.beat_schedule.values() if tick["task"] not in SKIPPED]
    for name in ticks * 2:
        app.send_task(name)

    def is_done() -> bool:
        app.send_task("reports.build_exports")  # as beat would: what waited long behind another task is dropped
        return not ExportJob.objects.filter(state__in=(ExportJob.State.QUEUED, ExportJob.State.BUILDING)).exists()

    wait_for("end of the files", is_done, program, 600, pause=2)
    wait_for(
        "end of the import",
        lambda: not Import.objects.filter(pk=job.pk, state=Import.State.QUEUED).exists(),
        program,
        600,
    )
    failed = ExportJob.objects.filter(state=ExportJob.State.FAILED)
    assert not failed, [job.note for job in failed]
