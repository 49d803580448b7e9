"""A whole plan as a file; an empty workbook to fill in; a preview's errors beside the rows they are about."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from goals.models import Plan
from imports.exporting.content import plan_content, template_of
from imports.exporting.files import FORMATS, Format
from imports.exporting.problems import with_problems
from imports.models import Import, unpacked
from imports.reading.sheets import Sheet, stem
from imports.views.loading import managers_only
from web.requests import user_of
from web.tables import file_name


@require_safe
@permission_required("imports.export_plan", raise_exception=True)
def plan_export(request: HttpRequest, slug: str, format_key: str) -> HttpResponse:
    """The plan as it is now, in a form that an import takes back unchanged."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    kind = FORMATS.get(format_key)
    if kind is None:
        raise Http404("There is no such format.")
    content = plan_content(plan, tells_addresses=user_of(request).has_perm("imports.import_plan", plan))
    return attachment(kind.write(content), plan.title, kind)


@require_safe
@managers_only
def import_template(request: HttpRequest, slug: str) -> HttpResponse:
    """A workbook to fill in, with the headings that an import knows."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    return attachment(FORMATS["xlsx"].write(template_of(plan)), f"{plan.title} template", FORMATS["xlsx"])


@require_safe
@managers_only
def import_problems(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheets as they came, with a column that says what is wrong with each row: to mend, and to choose again."""
    job = get_object_or_404(Import.objects.filter(plan__deleted_at__isnull=True, state=Import.State.READY), pk=pk)
    sheets = [Sheet(**one) for one in unpacked(job.content.sheets)]
    problems: dict[tuple[str, int], list[str]] = {}
    for line in unpacked(job.content.preview)["lines"]:
        problems.setdefault((line["sheet"], line["row"]), []).extend(said for _, _, said in line["problems"])
    content = with_problems(sheets, [one["header"] for one in job.mapping], problems)
    return attachment(content, f"{stem(job.file_name)} with problems", FORMATS["xlsx"])


def attachment(content: bytes, name: str, kind: Format) -> HttpResponse:
    response = HttpResponse(content, content_type=kind.media_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.{kind.extension}"'
    return response
