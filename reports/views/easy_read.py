"""A plan in plain words as a file."""

from importlib import import_module

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from goals.rules import readable
from goals.selectors import plan_as_of
from initiatives.selectors.easy_read import easy_read
from initiatives.views.as_of import speaks_for_a_day
from records.asof import AsOf
from web.requests import user_of
from web.tables import file_name


@require_safe
@speaks_for_a_day
def plan_easy_read_pdf(request: HttpRequest, slug: str, *, when: AsOf) -> HttpResponse:
    """The page in plain words, set for print. It is a page or two, so it is made at once."""
    plan = plan_as_of(slug, when, readable(user_of(request)))
    if plan is None:
        raise Http404("There is no such plan.")
    writer = import_module("reports.exporters.easy_read")  # loaded here, as the module of every format
    response = HttpResponse(writer.easy_read_pdf(easy_read(plan, when), when.day), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{file_name(f"{plan.title} in plain words")}.pdf"'
    return response
