"""What the log says of initiatives and what hangs on them, and where plans, focus areas and departments are shown."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from goals.models import Goal, Plan
from initiatives.models import Initiative
from people.models import Department
from records.verbs import FIELDS, UNITS, register, register_page

register(
    "initiative", "Initiative", created="Initiative added", changed="Initiative edited", deleted="Initiative retired",
    status_overridden="Status set by hand", override_lifted="Computed status shown again", handed_over="Handed over",
    moved="Initiative moved", renumbered="Initiative renumbered", split="Initiative split", merged="Initiatives merged",
    restored="Initiative restored", carried="Initiative carried forward", owner_accepted="Owner accepted",
    owner_declined="Owner declined", owner_asked_again="Owner asked again", update_asked="Update asked for",
)  # fmt: skip
register(
    "status_update", "Status update", recorded="Status update", corrected="Status update corrected",
    acknowledged="Status update read by the lead",
)  # fmt: skip
register(
    "comment", "Comment", added="Comment", corrected="Comment corrected", withdrawn="Comment withdrawn",
)  # fmt: skip
register(
    "milestone", "Milestone", added="Milestone added", changed="Milestone edited", completed="Milestone completed",
    reopened="Milestone reopened", cancelled="Milestone cancelled", handed_over="Milestone handed over",
    transferred="Milestone moved to another initiative",
)  # fmt: skip
register(
    "commitment", "Commitment", transferred="Commitment moved to another initiative",
    proposed="Commitment proposed", accepted="Commitment accepted",
    declined="Commitment declined", offered="Another date or department proposed",
    agreed="Department’s proposal agreed", asked_again="Commitment asked for again",
    delivered="Commitment delivered", withdrawn="Commitment withdrawn",
    moved="Commitment’s due date moved", reopened="Commitment open again",
)  # fmt: skip
register(
    "saved_view", "Saved view", shared="View of the list shared", unshared="View of the list shared no longer",
    changed="Shared view renamed", deleted="Shared view deleted",
)  # fmt: skip
FIELDS.update(
    {"answer": "Answer of the department",
     "baseline_due_date": "Date first agreed", "carried": "Carried forward as",
     "completed_date": "Completed on", "due_date": "Due",
     "due_text": "Due as written", "happened": "What happened", "is_cancelled": "Cancelled",
     "next_steps": "What is next",
     "offered_department": "Department proposed instead",
     "offered_due_date": "Date proposed instead", "override_reason": "Why it is set by hand",
     "override_status": "Status set by hand", "percent": "Percent done", "proposed_owner": "Proposed as owner",
     "review_date": "Review while on hold by",
     "slip_count": "Times slipped", "status": "Reported status", "text": "Text"}
)  # fmt: skip
UNITS["percent"] = "%"


def _initiatives(keys: Collection[int]) -> Mapping[int, str]:
    there = Initiative.objects.filter(pk__in=keys, deleted_at__isnull=True).values_list("pk", flat=True)
    return {key: reverse("initiatives:initiative-detail", args=[key]) for key in there}


def _plans(keys: Collection[int]) -> Mapping[int, str]:
    there = Plan.objects.filter(pk__in=keys, deleted_at__isnull=True).values_list("pk", "slug")
    return {key: reverse("initiatives:plan-detail", args=[slug]) for key, slug in there}


def _goals(keys: Collection[int]) -> Mapping[int, str]:
    there = Goal.objects.filter(pk__in=keys, deleted_at__isnull=True).values_list("pk", "plan__slug", "number")
    return {key: reverse("initiatives:goal-detail", args=[slug, number]) for key, slug, number in there}


def _departments(keys: Collection[int]) -> Mapping[int, str]:
    there = Department.objects.filter(pk__in=keys, deleted_at__isnull=True).values_list("pk", "abbreviation")
    return {key: reverse("initiatives:department-detail", args=[abbreviation]) for key, abbreviation in there}


register_page("initiative", _initiatives, needs="people.read")
register_page("plan", _plans, needs="people.read")
register_page("goal", _goals, needs="people.read")
register_page("department", _departments, needs="people.read")
