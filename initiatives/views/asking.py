"""Beside which rows of a list somebody is offered to ask for an update."""

from typing import NamedTuple

from django.http import HttpRequest

from goals.rules import own_plans
from initiatives.rendering import Asking
from initiatives.selectors.status import InitiativeStatus
from records.asof import AsOf
from web.requests import user_of


class Like(NamedTuple):
    """As much of an initiative as the policy looks at; a row of the model costs more than all rules together."""

    pk: int
    owner_id: int | None
    lead_department_id: int | None
    plan_access_id: int | None  # looked at where somebody has a role for one plan


def asking(request: HttpRequest, when: AsOf) -> Asking | None:
    """None on a past day. Rows are plain values, so the rule is asked with what it looks at."""
    user = user_of(request)
    plans = own_plans(user)

    def may(row: InitiativeStatus) -> bool:
        like = Like(row.id, row.owner_id, row.department_id, plans.get(row.plan_id))
        return row.owner_id != user.pk and user.has_perm("initiatives.ask_for_update", like)

    return Asking(may, request.get_full_path()) if when.is_live else None
