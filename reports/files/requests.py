"""Ask for a file, fetch it, and let old ones go."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from goals.models import Plan
from goals.quarters import Quarter
from jobs.files import bytes_of, checked
from records.audit import Act, record_event
from reports.exporters import format_of
from reports.models import ExportContent, ExportJob, ExportRequest, QuarterSnapshot

KEPT = timedelta(days=int(settings.KEEP_DAYS["exports"] or 0))  # since a file was built or last asked for

State = ExportJob.State


@transaction.atomic
def request_export(
    *,
    plan: Plan,
    quarter: Quarter,
    snapshot: QuarterSnapshot | None,
    format_key: str,
    is_public: bool,
    key: str,
    act: Act,
) -> ExportJob:
    """Put a file in the queue, or join whoever asked for the same; one that failed is tried again.

    `key` names what the file is of (exporters/keys.py); `snapshot` None: a draft.
    """
    format_of(format_key)
    if act.by is None:
        raise ValidationError("A file is built for somebody: nobody asked for this one.")
    job, _ = ExportJob.objects.select_for_update().get_or_create(
        key=key,
        defaults={
            "plan": plan, "fiscal_year": quarter.fiscal_year, "quarter": quarter.number,
            "start_month": quarter.start_month, "snapshot": snapshot, "format": format_key, "is_public": is_public,
            "asked_at": act.at, "next_try_at": act.at,
        },
    )  # fmt: skip
    is_again = job.state == State.FAILED
    if is_again:
        job.state, job.ended_at, job.note = State.QUEUED, None, ""
        job.attempts, job.next_try_at, job.step, job.done, job.total = 0, act.at, "", 0, 0
        job.fence += 1
        job.save()
    elif job.keep_until is not None and job.keep_until < act.at + KEPT:
        job.keep_until = act.at + KEPT
        job.save(update_fields=["keep_until"])
    _, is_new = ExportRequest.objects.get_or_create(job=job, person=act.by, defaults={"asked_at": act.at})
    if is_new or is_again:
        record_event(verb="export.asked", target=job, parent=plan, act=act)
    return job


@transaction.atomic
def fetch_export(*, job: ExportJob, act: Act) -> bytes:
    """The bytes of a finished file. The first time somebody fetches what they asked for is recorded."""
    mine = ExportRequest.objects.filter(job=job, person=act.by, fetched_at__isnull=True)
    if mine.update(fetched_at=act.at):
        record_event(verb="export.fetched", target=job, parent=job.plan, act=act)
    content = ExportContent.objects.select_related("job").get(job=job)
    return checked(bytes_of(content), content.job.sha256)


@transaction.atomic
def remove_old_exports(*, at: datetime) -> int:
    """Delete files whose time is over, and failures nobody tried again; returns how many. Any can be built again."""
    if settings.LEGAL_HOLD:
        return 0
    old = ExportJob.objects.filter(
        Q(state=State.READY, keep_until__lte=at) | Q(state=State.FAILED, ended_at__lte=at - KEPT)
    )
    count = old.count()
    old.delete()
    return count
