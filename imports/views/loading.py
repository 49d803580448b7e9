"""What the pages of an import share: who may, which one, and who works on it."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from goals.models import Plan
from imports.models import Import
from imports.services import work_on_next
from jobs.doorbell import ring
from web.requests import user_of

AT_ONCE = 200 * 1024  # bytes of a file that is worked on while its reader waits


def managers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For whoever manages all plans, or the one that the address is about."""

    @wraps(view)
    def asked(request: HttpRequest, **parts: Any) -> HttpResponse:
        may = user_of(request).has_perm
        if not may("imports.import_plan") and not may("imports.import_plan", _subject(**parts)):
            raise PermissionDenied
        return view(request, **parts)

    return asked


def _subject(*, slug: str = "", pk: int = 0, **rest: Any) -> Plan | Import | None:
    if slug:
        return Plan.objects.filter(slug=slug).first()
    return Import.objects.select_related("plan").filter(pk=pk).first()


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
