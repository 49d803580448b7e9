"""Beside which rows of a list somebody is offered to ask for an update."""

from django.http import HttpRequest

from initiatives.models import Initiative
from initiatives.rendering import Asking
from initiatives.selectors.status import InitiativeStatus
from records.asof import AsOf
from web.requests import user_of


def asking(request: HttpRequest, when: AsOf) -> Asking | None:
    """None on a past day. Rows are plain values, so the rule is asked with an unsaved row that has what it looks at."""
    user = user_of(request)

    def may(row: InitiativeStatus) -> bool:
        unsaved = Initiative(pk=row.id, lead_department_id=row.department_id)
        return row.owner_id != user.pk and user.has_perm("initiatives.ask_for_update", unsaved)

    return Asking(may, request.get_full_path()) if when.is_live else None
