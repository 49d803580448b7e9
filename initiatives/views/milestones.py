"""Add, edit, tick off, reopen and cancel milestones."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from initiatives.forms.work import MilestoneDoneForm, MilestoneForm, ReasonForm
from initiatives.models import Initiative
from initiatives.services import (
    add_milestone,
    cancel_milestone,
    complete_milestone,
    reopen_milestone,
    update_milestone,
)
from initiatives.views.lookups import address_of, form_page, get_initiative_or_404, get_milestone_or_404
from web.pages import another_or, answer_button, answer_form, back_to, form_for, seen_number
from web.requests import act_of

ANCHOR = "milestones"  # of the page of the initiative


@require_http_methods(["GET", "POST"])
def milestone_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new milestone at the end of the initiative's list."""
    initiative = get_initiative_or_404(request, pk, needs="change_milestone")
    form = form_for(request, MilestoneForm, initiative=initiative)

    def save() -> str:
        row = add_milestone(initiative=initiative, fields=form.values(), act=act_of(request))
        messages.success(request, f"Milestone added: {row}.")
        return another_or(request, _list_of(initiative))

    page = form_page(initiative, "Add a milestone", "Add it", anchor=ANCHOR, another="Add it and another")
    return answer_form(request, form=form, save=save, template="form.html", context=page)


@require_http_methods(["GET", "POST"])
def milestone_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a milestone; a moved date needs a reason."""
    milestone = get_milestone_or_404(request, pk)
    form = form_for(request, MilestoneForm, row=milestone, initiative=milestone.initiative)

    def save() -> str:
        act = act_of(request, reason=form.cleaned_data["reason"])
        seen = form.cleaned_data["version"]
        row = update_milestone(milestone=milestone, fields=form.values(), seen_version=seen, act=act)
        messages.success(request, f"Saved: {row}." if row.version != seen else "Nothing was changed.")
        return _list_of(milestone.initiative)

    page = form_page(milestone.initiative, "Edit the milestone", "Save", anchor=ANCHOR)
    if milestone.is_open:
        page["danger_href"] = reverse("initiatives:milestone-cancel", args=[pk])
        page["danger_label"] = "Cancel this milestone"
    return answer_form(request, form=form, save=save, template="form.html", context=page)


def milestone_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick off: today with one press from a list; another day with the form that a GET shows."""
    milestone = get_milestone_or_404(request, pk)
    form = form_for(request, MilestoneDoneForm, row=milestone)

    def save() -> str:
        where = back_to(request, _list_of(milestone.initiative))
        if not milestone.is_open and milestone.completed_date is not None:
            messages.info(request, f"“{milestone}” was already completed.")
            return where
        day, seen = form.cleaned_data["completed_date"], form.cleaned_data["version"]
        complete_milestone(milestone=milestone, completed_date=day, seen_version=seen, act=act_of(request))
        messages.success(request, f"Milestone completed: {milestone}.")
        return where

    page = form_page(milestone.initiative, "Complete the milestone", "It is done", anchor=ANCHOR, lede=milestone.title)
    return answer_form(request, form=form, save=save, template="form.html", context=page)


def milestone_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open again what was completed or cancelled."""
    milestone = get_milestone_or_404(request, pk)

    def do() -> str:
        if milestone.is_open:
            return f"“{milestone}” is open."
        reopen_milestone(milestone=milestone, seen_version=seen_number(request, "version"), act=act_of(request))
        return f"Milestone open again: {milestone}."

    return answer_button(request, do=do, where=back_to(request, _list_of(milestone.initiative)))


@require_http_methods(["GET", "POST"])
def milestone_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a milestone up; it stays readable and makes nothing late any more."""
    milestone = get_milestone_or_404(request, pk)
    if milestone.is_cancelled:
        messages.info(request, f"“{milestone}” is cancelled.")
        return redirect(_list_of(milestone.initiative))
    form = form_for(request, ReasonForm, row=milestone)

    def save() -> str:
        act, seen = act_of(request, reason=form.cleaned_data["reason"]), form.cleaned_data["version"]
        cancel_milestone(milestone=milestone, seen_version=seen, act=act)
        messages.success(request, f"Milestone cancelled: {milestone}.")
        return _list_of(milestone.initiative)

    lede = f"{milestone}. It stays in the list, marked as cancelled."
    page = form_page(milestone.initiative, "Cancel the milestone", "Cancel this milestone", anchor=ANCHOR, lede=lede)
    page["is_danger"] = True
    return answer_form(request, form=form, save=save, template="form.html", context=page)


def _list_of(initiative: Initiative) -> str:
    return f"{address_of(initiative)}#{ANCHOR}"
