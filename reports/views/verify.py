"""Recognise a report by its hash or file, and set two quarters side by side."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from goals.models import Plan
from reports.content import compare
from reports.files.verification import verify_file, verify_hash
from reports.forms import FILE_LIMIT, CompareForm, VerifyForm
from reports.snapshots.integrity import sealed_once
from reports.snapshots.rows import COMPARED, rows_of
from reports.views.loading import crumbs
from reports.workflow.report import Quarters
from web.pages import form_for
from web.request_checks import takes_files
from web.requests import forget_words, user_of


@takes_files(FILE_LIMIT)
@require_http_methods(["GET", "POST"])
def report_verify(request: HttpRequest) -> HttpResponse:
    """Says which report a hash or a file is of, which revision, and whether it was changed."""
    asked = request.method == "POST" or "hash" in request.GET
    is_link = request.method == "GET" and "hash" in request.GET
    form = VerifyForm(request.GET) if is_link else form_for(request, VerifyForm)
    verdicts, gone = None, ""
    if asked and form.is_valid():
        forget_words(request)
        text, file = form.cleaned_data["hash"], form.cleaned_data["file"]
        verdicts, hashes = verify_file(file.read()) if file else (verify_hash(text), [text.strip().lower()])
        verdicts = [one for one in verdicts if user_of(request).has_perm("goals.read_plan", one.snapshot)]
        # The log's sentence names the report: only whoever reads every plan may read it.
        gone = sealed_once(hashes) if not verdicts and user_of(request).reads_every_plan else ""
    context = {"form": form, "verdicts": verdicts, "gone": gone, "breadcrumb": crumbs("Verify")}
    return render(request, "reports/report_verify.html", context, status=422 if asked and form.errors else 200)


@require_GET
def report_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two frozen quarters of a plan side by side; the two newest unless the address names them."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    newest = {row.period.slug: row for row in reversed(Quarters(plan).snapshots) if row.is_sealed}
    slugs = list(newest)[::-1]  # the newest quarter first
    context = {"plan": plan, "breadcrumb": crumbs(f"Compare quarters of {plan.title}")}
    if len(slugs) < 2:
        return render(request, "reports/report_compare.html", context)
    before, after = request.GET.get("before", slugs[1]), request.GET.get("after", slugs[0])
    if before not in newest or after not in newest:
        raise Http404("There is no such frozen quarter.")
    one, two = newest[before], newest[after]
    rows = rows_of([one, two] if one != two else [one], COMPARED)
    context |= {
        "form": CompareForm(
            initial={"before": before, "after": after}, choices=[(key, newest[key].period.label) for key in slugs]
        ),
        "comparison": compare(rows[one.pk], rows[two.pk]),
        "before_href": reverse("reports:report-detail", args=[slug, before]),
        "after_href": reverse("reports:report-detail", args=[slug, after]),
    }
    return render(request, "reports/report_compare.html", context)
