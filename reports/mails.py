"""The mail to whoever asked for a file and left before it was finished."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from goals.selectors import plans_read_by, reads
from outbox.kinds import Kind, Rendered, Verdict, register
from outbox.models import Message
from outbox.rendering import absolute, render
from reports.models import ExportJob, ExportRequest


@register
class FileMail(Kind):
    """A file is ready, or could not be built. `about` is the job; its page asks for a sign-in."""

    name = "file"
    label = "Your file"

    def check(self, messages: Sequence[Message], *, at: datetime) -> Mapping[int, Verdict]:
        jobs = ExportJob.objects.in_bulk([message.about or 0 for message in messages])
        waiting = ExportRequest.objects.filter(job__in=jobs, fetched_at=None).values_list("job", "person")
        asked, seen = set(waiting), plans_read_by({message.person_id for message in messages})
        return {message.pk: _look(jobs.get(message.about or 0), message, asked, seen) for message in messages}

    def render(self, message: Message, verdict: Verdict, *, day: date) -> Rendered:
        job: ExportJob = verdict.content
        title = "Your file is ready" if job.is_ready else "Your file could not be built"
        link = absolute(f"/reports/files/{job.pk}/")
        context = {"title": title, "label": str(job), "is_ready": job.is_ready, "link": link}
        return render(message, f"{title}: {job}", "reports/email/file", day=day, **context)


def _look(
    job: ExportJob | None, message: Message, waiting: set[tuple[int, int]], seen: Mapping[int, set[int] | None]
) -> Verdict:
    if job is None or job.is_open:
        return Verdict(reason="The file is built anew, or not kept any more.")
    if (job.pk, message.person_id) not in waiting:
        return Verdict(reason="The file was fetched already.")
    if not reads(seen, message.person_id, job.plan_id):
        return Verdict(reason="Its plan is not theirs to read any more.")
    return Verdict(content=job)
