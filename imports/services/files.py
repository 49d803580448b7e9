"""Take a file, or let it go."""

from django.db import transaction

from goals.models import Plan
from imports.models import Import, ImportContent
from imports.verbs import NOUN
from records.audit import Act, record_event
from records.texts import normalised

State = Import.State
OPEN = (State.QUEUED, State.ASKING, State.READY)


@transaction.atomic
def take_file(*, plan: Plan, name: str, data: bytes, act: Act) -> Import:
    """Keep a file for a plan and put it in the queue to be read."""
    last = normalised(name.replace("\\", "/").rpartition("/")[2], one_line=True)[:200] or "file"
    job = Import.objects.create(
        plan=plan, by_id=act.by.pk if act.by else None, file_name=last, size=len(data), asked_at=act.at,
        next_try_at=act.at,
    )  # fmt: skip
    ImportContent.objects.create(job=job, data=data)
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
