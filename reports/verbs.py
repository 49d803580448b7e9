"""What the log says of reports and their files."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from records.verbs import register, register_page
from reports.models import QuarterSnapshot

register(
    "report", "Report", frozen="Quarter frozen", revised="Revised report frozen", summary_written="Summary written",
    signed_off="Report signed off", completed="Report completed", published="Report published",
    unpublished="Report taken back from publication", reopened="Report reopened",
    corrected="Value of a report corrected", bundled="Report handed to the records office",
)  # fmt: skip
register(
    "export", "File of a report", asked="File of a report asked for", ready="File of a report ready",
    failed="File of a report could not be built", fetched="File of a report fetched",
)  # fmt: skip
register("archive", "Complete archive", taken="Complete archive of the plan taken")


def _reports(keys: Collection[int]) -> Mapping[int, str]:
    return {
        row.pk: reverse("reports:report-detail", args=[row.plan_slug, row.period.slug])
        for row in QuarterSnapshot.objects.filter(pk__in=keys)
    }


register_page("quartersnapshot", _reports, needs="people.read")
