"""The history of an initiative and what hangs on it."""

from django.db.models import QuerySet

from records.asof import AsOf
from records.models import AuditEvent


def history_of(initiative_id: int, when: AsOf) -> QuerySet[AuditEvent]:
    """Every act on an initiative, its milestones and commitments that was recorded by then, the newest first."""
    recorded = AuditEvent.objects.filter(when.recorded("happened_at")).order_by()
    own = recorded.filter(target_type="initiative", target_id=initiative_id)
    below = recorded.filter(parent_type="initiative", parent_id=initiative_id)
    # By their two indexes: asked with "or", the database may rather read the whole log from its newest entry on.
    return own.union(below, all=True).order_by("-happened_at", "-id")
