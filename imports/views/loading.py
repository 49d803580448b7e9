"""What the pages of an import share: who may, which one, and who works on it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.urls import reverse

from goals.models import Plan
from imports.models import Import
from imports.services import work_on_next
from jobs.doorbell import ring

managers_only = permission_required("imports.import_plan", raise_exception=True)
AT_ONCE = 200 * 1024  # bytes of a file that is worked on while its reader waits


def hand_on(job: Import, *, at: datetime, may_ask: bool = True) -> str:
    """Have the next task of an import done: a small file's at once, a large one's by a worker. Says where it goes on.

    `may_ask` False: what its words mean was answered just now, and what is left open is shown among the errors.
    """
    if job.size > AT_ONCE:
        ring("imports.work")
    elif work_on_next(at=at, only=job) is not None:
        job.refresh_from_db()
    asks = may_ask and job.state == Import.State.READY and job.counts.get("asked")
    return reverse("imports:import-words" if asks else "imports:import-detail", args=[job.pk])


def crumbs(plan: Plan, here: str, *between: tuple[str, str]) -> list[dict[str, Any]]:
    """The way to a page of an import."""
    way = (
        (plan.title, reverse("initiatives:plan-detail", args=[plan.slug])),
        ("Structure", reverse("initiatives:plan-structure", args=[plan.slug])),
        *between,
    )
    return [*({"label": label, "href": href} for label, href in way), {"label": here}]
