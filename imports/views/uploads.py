"""Begin an import: choose a file for a plan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from goals.models import Plan
from imports.exporting.files import FORMATS
from imports.forms import FileForm
from imports.models import Import
from imports.reading.sheets import MOST_BYTES
from imports.services import take_file
from imports.views.loading import crumbs, hand_on, managers_only
from web.pages import answer_form, form_for
from web.request_checks import takes_files
from web.requests import act_of

SHOWN = 20  # earlier imports on the page


@takes_files(MOST_BYTES)
@require_http_methods(["GET", "POST"])
@managers_only
def import_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a file; earlier imports of the plan stand below."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    form = form_for(request, FileForm)

    def save() -> str:
        name, data = form.cleaned_data["file"]
        job = take_file(plan=plan, name=name, data=data, act=act_of(request))
        return hand_on(job, at=job.asked_at)

    context = {
        "plan": plan,
        "downloads": [
            {"label": kind.label, "href": reverse("imports:plan-export", args=[slug, key])}
            for key, kind in FORMATS.items()
        ],
        "imports": Import.objects.filter(plan=plan).select_related("by")[:SHOWN],
        "breadcrumb": crumbs(plan, "Import"),
    }
    return answer_form(request, form=form, save=save, template="imports/import_start.html", context=context)
