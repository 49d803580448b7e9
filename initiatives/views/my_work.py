"""Home: what needs me now, what comes next, what I follow."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from goals.models import PlanVersion
from goals.rules import own_plans, readable
from initiatives.selectors.first_steps import first_steps
from initiatives.selectors.last_act import last_act_of
from initiatives.selectors.my_work import active_plans, needs_a_manager
from initiatives.selectors.my_work import my_work as work_of
from initiatives.selectors.status import InitiativeStatus
from initiatives.selectors.waiting import waiting_for
from initiatives.views.asking import Like
from people.models import User
from people.roles import Role
from people.selectors import names_with_role
from records.asof import AsOf
from records.days import in_words
from web.requests import most_rows, user_of

LISTED = 8  # rows of each list for managers; the rest behind the link


@require_GET
def my_work(request: HttpRequest) -> HttpResponse:
    """The first page after signing in, for every role."""
    user = user_of(request)
    when = AsOf.now(timezone.now())
    plans = active_plans(when, readable(user))
    work = work_of(user, plans, when, limit=most_rows(request), only=readable(user))
    waiting = waiting_for(user)
    may_begin = user.has_perm("goals.change_plan")
    coming = [row.due_date for row in (*work.milestones_next, *work.promised_next) if row.due_date]
    coming += [one.due_day for one in work.updates_next]
    context: dict[str, Any] = {
        "work": work,
        "waiting": waiting,
        "last": last_act_of(user, timezone.now()),
        "next_words": f"The next thing is due {in_words(min(coming))}."
        if coming
        else "Nothing is due in 30 days either.",
        "needs": work.needs + len(waiting),
        "updates_due": [(one, _may_update(user, one.initiative)) for one in work.updates_due],
        "has_own": bool(work.follows or work.needs or work.has_next),
        "reads_only": user.has_role_somewhere(Role.VIEWER, Role.LEADER)
        and not user.has_role_somewhere(Role.CONTRIBUTOR, Role.LIAISON),
        "attention": _attention(plans, when) if plans and user.has_perm("initiatives.restructure_initiative") else [],
        "start": first_steps(user, plans, timezone.now()) if may_begin else None,
        "has_plan": bool(plans),
        "managers": [] if plans or may_begin else names_with_role(Role.PLAN_MANAGER, when, most=3),
    }
    return render(request, "initiatives/my_work.html", context)


def _may_update(user: User, row: InitiativeStatus) -> bool:
    """The one policy, asked with what it looks at."""
    like = Like(row.id, row.owner_id, row.department_id, own_plans(user).get(row.plan_id))
    return user.has_perm("initiatives.add_status_update", like)


def _attention(plans: list[PlanVersion], when: AsOf) -> list[dict[str, Any]]:
    found = needs_a_manager(plans, when, limit=LISTED)
    titles = {
        "without_owner": ("No owner", "Give each one an accountable owner."),
        "unreachable": ("Owner gone", "The owner was deactivated. Hand the work over."),
        "not_confirmed": ("Owner not confirmed", "The owner was asked and has not accepted, or has declined."),
        "not_reported": ("Not reported", "No update for longer than the plan expects."),
    }
    return [
        {"key": key, "title": title, "text": text, "count": found[key].total, "rows": found[key],
         "more": found[key].more}
        for key, (title, text) in titles.items()
    ]  # fmt: skip
