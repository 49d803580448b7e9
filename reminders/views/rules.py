"""By which rules each plan reminds, and when others hear of what is late."""

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from goals.models import Plan
from reminders.forms import EscalationForm
from reminders.models import Escalation
from reminders.selectors.days import rules_of_plans
from reminders.services import set_escalation
from web.requests import act_of, user_of


@require_GET
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every plan that is not archived, with its rules in words."""
    _managers_only(request)
    return render(request, "reminders/rule_list.html", {"plans": rules_of_plans()})


@require_http_methods(["GET", "POST"])
def escalation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """After how many working days late the liaison and the plan managers hear of a milestone."""
    _managers_only(request)
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    row = Escalation.objects.filter(plan=plan).first()
    now = {"liaison_after": row.liaison_after, "managers_after": row.managers_after} if row else {}
    form = EscalationForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            set_escalation(plan=plan, **form.cleaned_data, act=act_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            notes.success(request, "The rule is kept. It holds from the next morning on.")
            return redirect("reminders:rule-list")
    status = 422 if form.errors else 200
    return render(request, "reminders/escalation_edit.html", {"form": form, "plan": plan}, status=status)


def _managers_only(request: HttpRequest) -> None:
    if not user_of(request).has_perm("goals.change_plan"):
        raise PermissionDenied
