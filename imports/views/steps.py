"""One import, step by step: its columns, its words, what it would change, and that it did."""

from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from imports.comparing.entries import DIFFERS
from imports.comparing.lines import GROUPS
from imports.comparing.work import NO_GOAL
from imports.forms import ApplyForm, ColumnsForm, RowsForm, WordsForm
from imports.meaning.headings import columns_of
from imports.models import Import, ImportContent, unpacked
from imports.reading.sheets import Sheet
from imports.services import (
    PlanMoved,
    answer_columns,
    answer_words,
    ask_to_apply,
    drop_import,
    leave_rows_out,
    take_rows_again,
)
from imports.views.loading import crumbs, hand_on, managers_only
from initiatives.selectors.readiness import gaps_of
from records.texts import whole_number
from web.forms import PageForm
from web.pages import answer_button, answer_form, form_for
from web.requests import act_of, forget_words

State = Import.State
PER_PAGE = 50
# Seconds to wait before asking again how far a job is, for so many times; then the page asks no more.
PACE = ((1, 10), (2, 40), (5, 100), (10, 150))


@require_GET
@never_cache
@managers_only
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How the import stands: being worked on, what it would change, or what it did."""
    job = _import(pk)
    if job.state == State.ASKING:
        return redirect("imports:import-columns", pk=pk)
    return _detail(request, job, _apply_form(request, pk))


@require_GET
@never_cache
@managers_only
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a worker is, as a fragment. Where it is done, the page is drawn anew."""
    job = _import(pk)
    times = whole_number(request.GET.get("times", ""), 9_999) or 0
    response = render(request, "imports/import_detail.html#progress", _progress(job, times))
    if not job.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
@managers_only
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each sheet and each column is, with three of its values beside it."""
    job = _import(pk)
    if job.state not in {State.ASKING, State.READY}:
        return redirect("imports:import-detail", pk=pk)
    sheets = [Sheet(**one) for one in unpacked(job.content.sheets)]
    more: dict[str, Any] = {"sheets": sheets, "mapping": job.mapping, "goal_label": job.plan.goal_label}
    form = form_for(request, ColumnsForm, **more)
    if not form.is_bound:
        form.initial.setdefault("default_goal", job.default_goal)
    context = {"job": job, "breadcrumb": _crumbs(job, "Columns")}
    if request.method == "POST" and "redraw" in request.POST:
        return render(request, "imports/import_columns.html", context | {"form": _redrawn(form, more, request)})

    def save() -> str:
        answered = answer_columns(
            job=job, mapping=form.mapping(), default_goal=form.cleaned_data["default_goal"], act=act_of(request)
        )
        return hand_on(answered, at=answered.next_try_at)

    return answer_form(request, form=form, save=save, template="imports/import_columns.html", context=context)


@require_http_methods(["GET", "POST"])
@managers_only
def import_leave_column(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave out a column that differs from one of another sheet; the next file of this shape is read without it too."""
    job = _import(pk)
    name, heading = request.POST.get("sheet", ""), request.POST.get("column", "")

    def do() -> str:
        mapping = [dict(one, columns=dict(one["columns"])) for one in job.mapping]
        sheets = [Sheet(**one) for one in unpacked(job.content.sheets)] if job.state == State.READY else []
        for sheet, said in zip(sheets, mapping, strict=False):
            headings = [text for text, _ in columns_of(sheet, said["header"])]
            if sheet.name == name and heading in headings and said["columns"].pop(str(headings.index(heading)), ""):
                answered = answer_columns(job=job, mapping=mapping, default_goal=job.default_goal, act=act_of(request))
                hand_on(answered, at=answered.next_try_at)
                return f"“{heading}” of “{name}” is left out."
        raise ValidationError("This column is not read any more. Look again; nothing was changed.")

    return answer_button(request, do=do, where=reverse("imports:import-detail", args=[pk]))


def _redrawn(form: ColumnsForm, more: dict[str, Any], request: HttpRequest) -> ColumnsForm:
    """The form with the columns of what was chosen, guessed anew; nothing is kept yet."""
    drawn: dict[str, Any] = {name: form.fields[name].initial for name in form.fields}
    for name in form.fields:
        if name.startswith(("kind_", "header_")) or name == "default_goal":
            drawn[name] = form.data.get(name)
    fresh = form_for(request, ColumnsForm, **more)
    fresh.is_bound = False
    fresh.initial = {**drawn, "idempotency_key": form.fields["idempotency_key"].initial}
    return fresh


@require_http_methods(["GET", "POST"])
@managers_only
def import_words(request: HttpRequest, pk: int) -> HttpResponse:
    """What words, people, departments and dates of the file mean; asked once a plan."""
    job = _import(pk)
    if job.state != State.READY:
        return redirect("imports:import-detail", pk=pk)
    asked = [tuple(one) for one in unpacked(job.content.preview)["asked"]][:200]
    if not asked and request.method == "GET":
        return redirect("imports:import-detail", pk=pk)
    form = form_for(request, WordsForm, plan=job.plan, asked=asked)

    def save() -> str:
        answered = answer_words(job=job, meanings=form.meanings(), invited=form.invited(), act=act_of(request))
        return hand_on(answered, at=answered.next_try_at, may_ask=False)

    context = {"job": job, "breadcrumb": _crumbs(job, "Words")}
    return answer_form(request, form=form, save=save, template="imports/import_words.html", context=context)


@require_http_methods(["GET", "POST"])
@managers_only
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply what was shown, once; 409 with a new preview where the plan moved since."""
    job = _import(pk)
    page = reverse("imports:import-detail", args=[pk])
    if request.method != "POST":
        return redirect(page)
    form = form_for(request, ApplyForm)
    if form.is_valid():
        try:
            act = act_of(request, reason=form.cleaned_data["reason"])
            asked = ask_to_apply(job=job, digest=form.cleaned_data["digest"], act=act)
        except PlanMoved:
            return _detail(request, _import(pk), form, is_moved=True, status=409)
        except ValidationError as error:
            form.add_refusal(error)
        else:
            forget_words(request)
            hand_on(asked, at=act.at)
            fresh = _import(pk)
            return _detail(request, fresh, form, status=409) if fresh.state == State.READY else redirect(page)
    return _detail(request, _import(pk), form, status=422)


@require_http_methods(["GET", "POST"])
@managers_only
def import_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave ticked rows with errors out, and show what would change without them."""
    job = _import(pk)
    form = form_for(request, RowsForm)

    def save() -> str:
        ticked = None if "every" in request.POST else form.cleaned_data["lines"]
        left = leave_rows_out(job=job, digest=form.cleaned_data["digest"], lines=ticked, act=act_of(request))
        return hand_on(left, at=left.next_try_at, may_ask=False)

    def draw(more: dict[str, Any], status: int) -> HttpResponse:
        return _detail(request, _import(pk), _apply_form(request, pk), rows=form, status=status)

    return answer_form(request, form=form, save=save, draw=draw, page=reverse("imports:import-detail", args=[pk]))


@require_http_methods(["GET", "POST"])
@managers_only
def import_rows_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take rows again that were left out."""
    job = _import(pk)

    def do() -> str:
        again = take_rows_again(job=job, act=act_of(request))
        hand_on(again, at=again.next_try_at)
        return "No row is left out any more."

    return answer_button(request, do=do, where=reverse("imports:import-detail", args=[pk]))


@require_http_methods(["GET", "POST"])
@managers_only
def import_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the file go; nothing was changed by it."""
    job = _import(pk)

    def do() -> str:
        drop_import(job=job, act=act_of(request))
        return f"“{job.file_name}” was dropped. It changed nothing."

    return answer_button(request, do=do, where=reverse("imports:import-start", args=[job.plan.slug]))


def _import(pk: int) -> Import:
    rows = Import.objects.select_related("plan", "by", "applier").filter(plan__deleted_at__isnull=True)
    return get_object_or_404(rows, pk=pk)


def _apply_form(request: HttpRequest, pk: int) -> ApplyForm:
    return form_for(request, ApplyForm, at=reverse("imports:import-apply", args=[pk]))


def _detail(
    request: HttpRequest,
    job: Import,
    form: ApplyForm,
    *,
    rows: RowsForm | None = None,
    is_moved: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = _progress(job, 0) | {"form": form, "is_moved": is_moved, "breadcrumb": _crumbs(job, job.file_name)}
    if job.state == State.APPLIED and job.plan.state == "draft":
        context["gaps"] = gaps_of(job.plan)
    if job.state in {State.READY, State.APPLIED}:
        context["rows"] = rows or form_for(request, RowsForm, at=reverse("imports:import-rows", args=[job.pk]))
        context["left_out"] = [(one["name"], one["left_out"]) for one in job.mapping if one.get("left_out")]
        context |= _preview(request, job)
        for one in (form, context["rows"]):
            _name_preview(one, job)
    return render(request, "imports/import_detail.html", context, status=status)


def _name_preview(form: PageForm, job: Import) -> None:
    """The next try is for what the page shows now."""
    if form.is_bound:
        data: Any = form.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
        data["digest"] = job.digest
        form.data = data
    form.initial["digest"] = job.digest


def _preview(request: HttpRequest, job: Import) -> dict[str, Any]:
    """The lines of one group, a page of them; errors first."""
    content = ImportContent.objects.only("preview").filter(job=job).first()
    lines = unpacked(content.preview)["lines"] if content else []
    for at, line in enumerate(lines):
        line["at"] = at
    groups = [(key, label, job.counts[key]) for key, label in GROUPS.items() if job.counts.get(key)]
    chosen = request.GET.get("group", "")
    chosen = chosen if job.counts.get(chosen) and chosen in GROUPS else groups[0][0] if groups else ""
    page = Paginator([line for line in lines if line["group"] == chosen], PER_PAGE).get_page(request.GET.get("page"))
    differing = Counter(
        (line["sheet"], column)
        for line in lines
        for column, _, sentence in line["problems"]
        if sentence.endswith(DIFFERS)
    )
    no_goal = NO_GOAL.format(job.plan.goal_label.lower())
    return {
        "without_goal": sum(sentence == no_goal for line in lines for *_, sentence in line["problems"]),
        "differing": [(sheet, column, count) for (sheet, column), count in differing.items()],
        "groups": groups,
        "group": chosen,
        "page": page,
        "group_label": GROUPS.get(chosen, ""),
        "is_removed": content is None,
    }


def _progress(job: Import, times: int) -> dict[str, Any]:
    left = times
    pause = None
    for seconds, count in PACE if job.is_open else ():
        if left < count:
            pause = seconds
            break
        left -= count
    return {"job": job, "plan": job.plan, "steps": len(Import.Step), "times": times + 1, "pause": pause}


def _crumbs(job: Import, here: str) -> list[dict[str, Any]]:
    start = reverse("imports:import-start", args=[job.plan.slug])
    between = [("Import", start)]
    if here != job.file_name:
        between.append((job.file_name, reverse("imports:import-detail", args=[job.pk])))
    return crumbs(job.plan, here, *between)
