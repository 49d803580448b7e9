"""The complete archive of a plan: what is in it, and the file."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from goals.models import Plan
from reports.services import take_archive
from web.requests import act_of, user_of
from web.tables import file_name


@require_http_methods(["GET", "POST"])
def plan_archive(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Its page; a POST hands it out, row by row as it is read, and the log says to whom."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    if not user_of(request).has_perm("reports.archive_plan", plan):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, plan)
    act = act_of(request)
    response = StreamingHttpResponse(take_archive(plan=plan, act=act), content_type="application/zip")
    name = file_name(f"{plan.title} archive")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response


def _page(request: HttpRequest, plan: Plan) -> HttpResponse:
    crumbs = [
        {"label": plan.title, "href": reverse("initiatives:plan-detail", args=[plan.slug])},
        {"label": "Complete archive"},
    ]
    return render(request, "reports/plan_archive.html", {"plan": plan, "breadcrumb": crumbs})
