"""By which rules each plan reminds, and when others hear of what is late."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from goals.models import Plan
from reminders.forms import EscalationForm
from reminders.models import Escalation
from reminders.selectors.days import plans_with_settings
from reminders.services import set_escalation
from web.pages import answer_form, form_for
from web.requests import act_of, user_of


@require_GET
def settings_list(request: HttpRequest) -> HttpResponse:
    """Every plan that is not archived, with its rules in words."""
    _managers_only(request)
    return render(request, "reminders/settings_list.html", {"plans": plans_with_settings()})


@require_http_methods(["GET", "POST"])
def escalation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """After how many working days late the liaison and the plan managers hear of a milestone."""
    plan = get_object_or_404(Plan, slug=slug, deleted_at__isnull=True)
    _managers_only(request, plan)
    row = Escalation.objects.filter(plan=plan).first() or Escalation(plan=plan)
    form = form_for(request, EscalationForm, row=row)

    def save() -> str:
        set_escalation(plan=plan, **form.values(), seen_version=form.cleaned_data["version"], act=act_of(request))
        messages.success(request, "The rule is kept. It holds from the next morning on.")
        return reverse("reminders:settings-list")

    back = reverse("reminders:settings-list")
    context = {
        "title": "Who hears of what is late", "eyebrow": plan.title, "label": "Keep this",
        "lede": "A late milestone is first told to those who answer for it. When it stays late, the liaison of the "
        "department and then the plan managers can be told too, once each.",
        "back": back,
        "breadcrumb": [{"label": "Rules of reminders", "href": back}, {"label": plan.title}],
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="form.html", context=context)


def _managers_only(request: HttpRequest, plan: Plan | None = None) -> None:
    """Whoever manages this plan; without one, all plans."""
    if not user_of(request).has_perm("goals.change_plan", plan):
        raise PermissionDenied
