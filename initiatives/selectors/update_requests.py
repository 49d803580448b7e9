"""When an update was last asked for."""

from django.db.models import QuerySet

from initiatives.models import UpdateRequest
from records.statements import statement


def last_asked(initiative_id: int) -> UpdateRequest | None:
    """With who asked; None where nobody ever did."""
    return next(iter(_last_asked(initiative_id)), None)


@statement
def _last_asked(initiative_id: int) -> QuerySet[UpdateRequest]:
    rows = UpdateRequest.objects.filter(initiative=initiative_id).select_related("asked_by")
    return rows.order_by("-day")[:1]
