"""What a process weighs and how long a command takes to start, beside a Django with the same libraries and no rooms.

A web process opens every page of `pages` once, a worker writes every file; VmHWM of each is the most it held. Aims:
110 MB, 140 MB. The typesetter of a PDF is a process of its own, and measured by `exports`.
"""

import os
import subprocess
import sys
from collections.abc import Callable

from django.utils import timezone

from benchmarks import pages
from benchmarks.grown import grow
from benchmarks.measure import Memory, Pair, peak_of, taking_turns
from goals.models import Plan
from reports.exporters import FORMATS

SIZES = (2_001,)
BARE = """
import celery.app, psycopg, redis, django
from django.conf import settings
names = ("auth", "contenttypes", "sessions", "messages", "staticfiles", "postgres")
settings.configure(INSTALLED_APPS=[f"django.contrib.{name}" for name in names] + ["rest_framework"], SECRET_KEY="x")
django.setup()
import rest_framework.views, drf_spectacular.views
"""


def run(size: int) -> list[Pair | Memory]:
    if not Plan.objects.exists():
        grow(size, now=timezone.now())
    return [
        taking_turns("start of manage.py check", started("manage.py", "check"), started("-c", BARE), rounds=5, aim=2.0),
        peak_of("a web process after all pages", "benchmarks.weight", aim=110.0),
        peak_of("a worker after all files", "benchmarks.newest", *FORMATS, aim=140.0),
    ]


def started(*arguments: str) -> Callable[[], object]:
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(command, env=os.environ, stdout=subprocess.DEVNULL, check=True)  # noqa: S603


def once() -> None:
    for work in pages.works():
        work.browser.ask(work.browser.environ(work.address))
