"""The steps that a plan manager takes with a file, through the pages."""

from django.urls import reverse
from django.utils import timezone

from imports.models import Import, unpacked
from imports.services import work_on_next
from tests.imports.files import upload


def send(client, plan, data, name="plan.csv"):
    answer = client.post(reverse("imports:import-start", args=[plan.slug]), {"file": upload(data, name)})
    assert answer.status_code == 302, answer.content.decode()
    return worked(Import.objects.latest("pk"))


def worked(job):
    """A large file is worked on by a worker, which here is this."""
    while job.is_open and work_on_next(at=timezone.now(), only=job):
        job.refresh_from_db()
    return job


def take_guess(client, job):
    """Agree with what was guessed of the columns."""
    page = reverse("imports:import-columns", args=[job.pk])
    form = client.get(page).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = client.post(page, values)
    assert answer.status_code == 302, answer.context["form"].errors
    job.refresh_from_db()
    return worked(job)


def lines(job, group=""):
    found = unpacked(job.content.preview)["lines"]
    return [line for line in found if not group or line["group"] == group]


def sentences(job):
    return [(line["row"], problem[2]) for line in lines(job, "error") for problem in line["problems"]]


def apply(client, job, **more):
    job.refresh_from_db()
    answer = client.post(reverse("imports:import-apply", args=[job.pk]), {"digest": job.digest, **more})
    job.refresh_from_db()
    worked(job)
    return answer
