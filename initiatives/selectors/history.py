"""The history of an initiative and what hangs on it."""

from django.db.models import Q, QuerySet

from records.asof import AsOf
from records.models import AuditEvent


def history_of(initiative_id: int, when: AsOf) -> QuerySet[AuditEvent]:
    """Every act on an initiative, its milestones and commitments that was recorded by then, the newest first."""
    own = Q(target_type="initiative", target_id=initiative_id)
    below = Q(parent_type="initiative", parent_id=initiative_id)
    return AuditEvent.objects.filter(own | below, when.recorded("happened_at"))
