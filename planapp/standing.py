"""How the installation stands, for whoever runs it: what is wrong and what to do, queues, files, versions.

`/metrics` tells a program the same figures, `/readyz` what a load balancer asks about.
"""

import platform
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.urls import reverse

from imports.models import Import
from jobs.files import are_elsewhere, named
from jobs.models import QUEUED, FileFinding
from jobs.retention import last_run, series
from outbox.models import Message
from planapp.readiness import readiness
from records.models import AuditCheck
from records.seals import last_check, last_sealed
from reports.models import ExportJob, PublishedFile
from reports.snapshots.freezing import last_frozen
from web.timings import Timing, timings

RECENT = timedelta(days=30)
SHOWN = 10  # of what failed, the newest first
TO_DO = {
    "database": "See whether PostgreSQL runs and DATABASE_URL is right.",
    "broker": "See whether Redis runs and REDIS_URL is right. Nothing is lost meanwhile.",
    "worker": "See whether a worker and beat run, and read their log. Mails and files wait until they do.",
    "messages": "See whether the mail server takes mail; each message says what it answered.",
    "quarters": "Read the worker's log. The quarter is tried again every ten minutes.",
}


@dataclass(frozen=True)
class Problem:
    """Something that is wrong: in a sentence, and what to do. `href` leads to where it can be looked at."""

    says: str
    to_do: str
    href: str = ""


@dataclass(frozen=True)
class Queue:
    """Rows that are worked on one after the other."""

    name: str
    waiting: int
    held: int
    failed: int
    oldest_due: datetime | None


@dataclass(frozen=True)
class Failure:
    """A file or an import of late that could not be made; `plan` is its title."""

    what: str
    plan: str
    note: str
    at: datetime | None


@dataclass(frozen=True)
class Standing:
    """All that the page of operators shows. `ticks` are labels and moments, None where it never ran."""

    problems: list[Problem]
    ticks: list[tuple[str, datetime | None]]
    queues: list[Queue]
    failures: list[Failure]
    storage: list[tuple[str, int]]  # bytes
    versions: list[tuple[str, str]]
    slow: list[Timing]  # the slowest first
    kept: list[tuple[str, int | None]]  # days; None: for good
    is_on_legal_hold: bool


def standing(at: datetime) -> Standing:
    """As things stand at `at`; some statements, however much there is."""
    checks, check, removal = readiness(at), last_check(), last_run()
    mails = checks["messages"]
    return Standing(
        problems=[*_problems(checks), *_tampering(check)],
        ticks=[
            ("Worker", checks["worker"]["last_seen"]),
            ("Planning of mails", mails["last_planned"]),
            ("Sending of mails", mails["last_sent"]),
            ("Quarter frozen", last_frozen()),
            ("Audit log sealed", last_sealed()),
            ("Audit log checked", check.at if check else None),
            ("Old rows removed", removal.at if removal else None),
        ],
        queues=[_queue(name, rows, at) for name, rows in queues().items()],
        failures=list(_failures(at)),
        storage=[
            ("Database", database_size()),
            *_sizes(),
        ],
        versions=versions(),
        slow=sorted(timings(), key=lambda one: (-one.most_within, -one.mean))[:SHOWN],
        kept=[(one.label, one.days) for one in series()],
        is_on_legal_hold=settings.LEGAL_HOLD,
    )


def _sizes() -> Iterator[tuple[str, int]]:
    """Of files, where they lie."""
    kinds: dict[str, tuple[QuerySet[Any], str]] = {
        "published files": (PublishedFile.objects.all(), "stored"),
        "files of reports on request": (ExportJob.objects.filter(state=ExportJob.State.READY), "content__stored"),
        "files of imports": (Import.objects.filter(content__isnull=False), "content__stored"),
    }
    for name, (rows, stored) in kinds.items():
        yield f"Of it, {name}", _bytes(rows.filter(**{stored: ""}))
    if are_elsewhere():
        for name, (rows, stored) in kinds.items():
            yield f"In object storage, {name}", _bytes(rows.exclude(**{stored: ""}))


def queues() -> dict[str, QuerySet[Any]]:
    """Every row that is worked on, by the name of its queue."""
    return {"messages": Message.objects.all(), "exports": ExportJob.objects.all(), "imports": Import.objects.all()}


def _queue(name: str, rows: QuerySet[Any], at: datetime) -> Queue:
    held = Q(state__in=rows.model.HELD)
    counted = rows.filter(Q(state__in=[QUEUED, "failed"]) | held).aggregate(
        waiting=Count("pk", filter=Q(state=QUEUED)),
        held=Count("pk", filter=held),
        failed=Count("pk", filter=Q(state="failed", ended_at__gte=at - RECENT)),
        oldest_due=Min("next_try_at", filter=Q(state=QUEUED, next_try_at__lte=at)),
    )
    return Queue(name.capitalize(), **counted)


def _problems(checks: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    log = reverse("reminders:message-list")
    for name, check in checks.items():
        if not check["ok"]:
            about = f" {'; '.join(check['waiting'])}." if name == "quarters" else ""
            yield Problem(check["says"] + about, TO_DO[name], log if name == "messages" else "")
    mails = checks["messages"]
    if mails["held_since"]:
        yield Problem("A person holds all sending.", "Release it when mail may go out.", reverse("reminders:sending"))
    if mails["failed"]:
        says = f"Mails that could not be sent: {mails['failed']}."
        yield Problem(says, "Each says why, and can be sent again.", f"{log}?state=failed")
    if mails["unconfirmed"]:
        says = f"Mails of which nobody knows whether they went out: {mails['unconfirmed']}."
        yield Problem(says, "Look at the mail server's record, and say so.", f"{log}?state=unconfirmed")
    yield from _files()
    pending = _pending()
    if pending:
        yield Problem(f"Migrations that were not run: {', '.join(pending)}.", "Run manage.py migrate.")


def _files() -> Iterator[Problem]:
    """Of object storage, at the last look, once a day or by hand (jobs/leftovers.py)."""
    found = FileFinding.objects.exclude(kind=FileFinding.Kind.LEFT).count()
    if found:
        says = f"Files that are missing in object storage, or are not as they were put away: {found}."
        yield Problem(says, "Run manage.py files check, which names them, and bring them back from a backup.")
    if not are_elsewhere() and next(named(), None) is not None:
        yield Problem("Rows name files in object storage, and FILES_URL is empty.", "Set it as it was.")


def _tampering(check: AuditCheck | None) -> Iterator[Problem]:
    if check is not None and check.finding:
        yield Problem(
            check.finding,
            "Somebody wrote to the database past planapp, or it was damaged. Keep a copy of it as it is, run manage.py "
            "verify_audit_log, and compare with a backup.",
        )


def _failures(at: datetime) -> Iterator[Failure]:
    late = {"state": "failed", "ended_at__gte": at - RECENT}
    for job in ExportJob.objects.filter(**late).select_related("plan").order_by("-ended_at")[:SHOWN]:
        yield Failure(str(job), job.plan.title, job.note, job.ended_at)
    for file in Import.objects.filter(**late).select_related("plan").order_by("-ended_at")[:SHOWN]:
        yield Failure(f"Import of {file.file_name}", file.plan.title, file.note, file.ended_at)


def _bytes(rows: QuerySet[Any]) -> int:
    return rows.aggregate(total=Sum("size"))["total"] or 0


def database_size() -> int:
    """Bytes on disk, indexes and all."""
    asked = {
        "postgresql": "SELECT pg_database_size(current_database())",
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return int(cursor.fetchone()[0])


def _pending() -> list[str]:
    executor = MigrationExecutor(connection)
    wanted = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{one.app_label}.{one.name}" for one, _ in wanted]


def versions() -> list[tuple[str, str]]:
    """Of the product and of what it stands on."""
    server = {
        "postgresql": ("PostgreSQL", "SHOW server_version"),
        "sqlite": ("SQLite", "SELECT sqlite_version()"),
    }
    name, asked = server[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(asked)
        (version,) = cursor.fetchone()
    return [
        ("planapp", own_version()), ("Django", django.get_version()), ("Python", platform.python_version()),
        (name, version),
    ]  # fmt: skip


@cache
def own_version() -> str:
    """As pyproject.toml has it."""
    about = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(about["project"]["version"])
