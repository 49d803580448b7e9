"""Take a file, or let it go."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from goals.models import Plan
from imports.models import Import, ImportContent
from imports.verbs import NOUN
from jobs.files import keep
from records.audit import Act, record_event
from records.models import Channel
from records.texts import normalised

State = Import.State
# A file, since its import ended or anything was last done with it.
KEPT = timedelta(days=int(settings.KEEP_DAYS["imports"] or 0))
OPEN = (State.QUEUED, State.ASKING, State.READY)


@transaction.atomic
def take_file(*, plan: Plan, name: str, data: bytes, act: Act) -> Import:
    """Keep a file for a plan and put it in the queue to be read."""
    last = normalised(name.replace("\\", "/").rpartition("/")[2], one_line=True)[:200] or "file"
    job = Import.objects.create(
        plan=plan, by_id=act.by.pk if act.by else None, file_name=last, size=len(data), asked_at=act.at,
        next_try_at=act.at,
    )  # fmt: skip
    ImportContent.objects.create(job=job, **keep(ImportContent, data))
    record_event(verb=f"{NOUN}.uploaded", target=job, parent=plan, act=act)
    return job


@transaction.atomic
def drop_import(*, job: Import, act: Act) -> None:
    """Let an import go that was not applied; its file goes with it. Twice is once."""
    moved = Import.objects.filter(pk=job.pk, state__in=OPEN).update(
        state=State.DROPPED, ended_at=act.at, lease_until=None
    )
    if moved:
        ImportContent.objects.filter(job=job).delete()
        record_event(verb=f"{NOUN}.dropped", target=job, parent=job.plan, act=act)


@transaction.atomic
def remove_old_files(*, at: datetime) -> int:
    """Delete the contents of imports that ended long ago, and drop those that nobody went on with; returns how many.

    The row of an import stays, with its counts; what it changed stands in the history of the plan.
    """
    if settings.LEGAL_HOLD:
        return 0
    before = at - KEPT
    ended = ImportContent.objects.filter(job__ended_at__lte=before)
    waiting = Import.objects.filter(state__in=(State.ASKING, State.READY), asked_at__lte=before)
    left = waiting.exclude(next_try_at__gt=before).select_related("plan").select_for_update(of=("self",))
    act = Act(by=None, at=at, channel=Channel.SYSTEM, reason=f"Nobody went on with it for {KEPT.days} days.")
    count, _ = ended.delete()
    for job in left:
        drop_import(job=job, act=act)
        count += 1
    return count
