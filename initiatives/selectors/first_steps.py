"""The way from an empty installation to a plan that is alive: which steps are done, and which is next. All derived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from goals.models import Plan, PlanVersion
from initiatives.models import CLOSED, Initiative
from jobs.heartbeats import last_beats
from jobs.models import Heartbeat
from outbox.models import Message
from outbox.selectors import SILENCE
from people.models import Department, User
from people.selectors import NOT_JOINED

DIGEST = "digest"  # the kind of message that reminds people of a plan
LOOKED_AFTER = timedelta(days=14)  # so long after a plan became active its first reminders are waited for


@dataclass(frozen=True)
class FirstSteps:
    """How far an installation is. `plan` is the newest that is not archived; of it are initiatives and owners."""

    plan: Plan | None
    initiatives: int
    without_owner: int
    departments: int
    people: int  # besides whoever looks
    joined: int
    is_reminded: bool  # a first reminder went out
    has_worker: bool  # what sends them was seen of late

    @property
    def steps(self) -> list[tuple[str, bool]]:
        """Each step with whether it is done, in order."""
        is_active = self.plan is not None and self.plan.state == Plan.State.ACTIVE
        return [
            ("administrator", True),
            ("plan", self.plan is not None),
            ("departments", self.departments > 0),
            ("people", self.people > 0),
            ("work", self.initiatives > 0),
            ("active", is_active),
            ("reminders", is_active and self.is_reminded),
        ]

    @property
    def next(self) -> str:
        """The first step that is not done; empty where all are."""
        return next((key for key, is_done in self.steps if not is_done), "")


def first_steps(viewer: User, running: Sequence[PlanVersion], at: datetime) -> FirstSteps | None:
    """None where a plan runs and people were reminded, or long ago became active; seven queries else, then none."""
    if len(running) > 1 or any(at - plan.recorded_from > LOOKED_AFTER for plan in running):
        return None
    is_reminded = Message.objects.filter(kind=DIGEST, state=Message.State.SENT).exists()
    if running and is_reminded:
        return None
    plans = Plan.objects.filter(deleted_at__isnull=True).exclude(state=Plan.State.ARCHIVED)
    plan = plans.filter(pk__in=[one.subject_id for one in running]).first() or plans.order_by("-pk").first()
    rows = Initiative.objects.filter(plan=plan, deleted_at__isnull=True)
    ownerless = Q(owner__isnull=True) & ~Q(reported_status__in=CLOSED)
    work = rows.aggregate(total=Count("pk"), ownerless=Count("pk", filter=ownerless))
    others = User.objects.filter(is_active=True).exclude(pk=viewer.pk)
    people = others.aggregate(total=Count("pk"), waiting=Count("pk", filter=NOT_JOINED))
    seen = last_beats().get(Heartbeat.Name.WORKER)
    return FirstSteps(
        plan=plan,
        initiatives=work["total"],
        without_owner=work["ownerless"],
        departments=Department.objects.filter(deleted_at__isnull=True).count(),
        people=people["total"],
        joined=people["total"] - people["waiting"],
        is_reminded=is_reminded,
        has_worker=seen is not None and at - seen <= SILENCE,
    )
