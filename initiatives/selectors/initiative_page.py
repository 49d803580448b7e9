"""What only the page of one initiative asks: people, priorities, and what "No change" must ask about."""

from datetime import date

from django.db.models import FilteredRelation, Q

from goals.models import PriorityVersion
from initiatives.models import Alignment, Contribution
from initiatives.selectors.rows import OPEN, MilestoneRow, milestones, read_milestones
from records.asof import AsOf


def contributors_of(initiative_id: int, when: AsOf) -> list[str]:
    """The names of then of those who worked on it besides the owner."""
    spans = (
        Contribution.objects.filter(when.q(), initiative=initiative_id)
        .annotate(person_then=FilteredRelation("person__versions", condition=when.q("person__versions")))
        .values_list("person_then__name", flat=True)
    )
    return sorted(spans)


def priorities_of(initiative_id: int, when: AsOf) -> list[str]:
    """The names of then of the outside priorities it served, in their order."""
    served = Alignment.objects.filter(when.q(), initiative=initiative_id).values("priority")
    rows = PriorityVersion.objects.as_of(when).filter(subject__in=served)
    return list(rows.order_by("order", "subject_id").values_list("name", flat=True))


def passed_since(initiative_id: int, since: date, today: date) -> list[MilestoneRow]:
    """Open milestones whose due date passed after the last update was made, earliest first.

    "No change" asks about them before it repeats a status that was said while they were still ahead.
    """
    passed = Q(initiative=initiative_id, due_date__gte=since, due_date__lt=today)
    return read_milestones(milestones(AsOf(day=today)).filter(OPEN, passed).order_by("due_date", "order"))
