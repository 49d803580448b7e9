"""The shape of a plan as it stood: its own texts, focus areas, strategies and priorities, with the labels of then."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from goals.models import (
    Bearing,
    EvidenceVersion,
    Goal,
    GoalVersion,
    Plan,
    PlanVersion,
    PriorityVersion,
    StrategyVersion,
)
from people.models import RoleGrant
from records.asof import AsOf
from records.history import whose_name
from records.statements import statement


def plan_as_of(slug: str, when: AsOf, only: Collection[int] | None) -> PlanVersion | None:
    """The plan with this short name (now or then) as it stood; None where it had not been recorded. One query.

    `only`: as for `plans_as_of`. An earlier plan may have had the short name that another has now.
    """
    named = [plan for plan in _named(slug, when) if only is None or plan.subject_id in only]
    return next((plan for plan in named if plan.subject.slug == slug), named[0] if named else None)


@statement
def _named(slug: str, when: AsOf) -> QuerySet[Any]:
    return PlanVersion.objects.as_of(when).filter(Q(subject__slug=slug) | Q(slug=slug)).select_related("subject")


def plan_called(slug: str, when: AsOf | None = None) -> Plan | None:
    """The plan that had this short name on that day, has it now, or had it once."""
    named = None if when else Plan.objects.filter(slug=slug, deleted_at__isnull=True).first()
    subject = None if named else whose_name(PlanVersion.objects.filter(slug=slug), when)
    return named if subject is None else Plan.objects.filter(pk=subject, deleted_at__isnull=True).first()


def goal_called(plan: Plan, number: str, when: AsOf) -> GoalVersion | None:
    """The focus area that had this number on that day, has it now, or had it once; as it stood on that day."""
    subject = whose_name(GoalVersion.objects.filter(plan=plan, number=number), when)
    found: GoalVersion | None = GoalVersion.objects.as_of(when).filter(subject=subject).first()
    return found


def plans_as_of(when: AsOf, only: Collection[int] | None = None) -> list[PlanVersion]:
    """Every plan as it stood, the running ones first; `only`: of these, such as those that a reader may see."""
    order = {Plan.State.ACTIVE: 0, Plan.State.DRAFT: 1, Plan.State.ARCHIVED: 2}
    found = (plan for plan in _plans(when) if only is None or plan.subject_id in only)
    return sorted(found, key=lambda plan: order[Plan.State(plan.state)])


@statement
def _plans(when: AsOf) -> QuerySet[Any]:
    rows: QuerySet[Any] = PlanVersion.objects.as_of(when).order_by("-start_date", "title")
    return rows


@dataclass(frozen=True)
class Kin:
    """The plans that a plan follows and is followed by, as they were called on the day."""

    before: list[PlanVersion]
    after: list[PlanVersion]


def kin_of(plan_id: int, predecessor_id: int | None, when: AsOf, only: Collection[int] | None = None) -> Kin:
    """One query. `only`: as for `plans_as_of`."""
    found = [plan for plan in _near(plan_id, predecessor_id, when) if only is None or plan.subject_id in only]
    return Kin(
        before=[plan for plan in found if plan.subject_id == predecessor_id],
        after=[plan for plan in found if plan.subject_id != predecessor_id],
    )


@statement
def _near(plan_id: int, predecessor_id: int | None, when: AsOf) -> QuerySet[Any]:
    near = Q(predecessor=plan_id) if predecessor_id is None else Q(predecessor=plan_id) | Q(subject=predecessor_id)
    rows: QuerySet[Any] = PlanVersion.objects.as_of(when).filter(near).order_by("start_date", "subject_id")
    return rows


def plans_read_by(people: Collection[int]) -> dict[int, set[int] | None]:
    """By person the plans that they may read; None: all. Whoever holds no role now is left out. Two queries at most."""
    found: dict[int, set[int] | None] = {}
    apart: list[tuple[int, int]] = []
    grants = RoleGrant.objects.filter(user__in=people, recorded_until__isnull=True)
    for person, access in grants.values_list("user", "plan_access"):
        if access is None:
            found[person] = None
        else:
            apart.append((person, access))
    plans = Plan.objects.filter(access__in={access for _, access in apart}) if apart else Plan.objects.none()
    by_access = dict(plans.values_list("access", "pk"))
    for person, access in apart:
        known = found.setdefault(person, set())
        if known is not None and access in by_access:
            known.add(by_access[access])
    return found


def reads(read_by: Mapping[int, Collection[int] | None], person: int, plan: int) -> bool:
    """Whether a person may read a plan, by `plans_read_by`; whoever is not there is not kept from it here."""
    plans = read_by.get(person)
    return plans is None or plan in plans


def has_sample(when: AsOf) -> bool:
    """Whether any plan's activity is a sample, which every file of it must say."""
    return bool(PlanVersion.objects.as_of(when).exclude(sample_note="").exists())


@statement
def goals_as_of(plan_id: int, when: AsOf) -> QuerySet[Any]:
    """Focus areas in the plan's order; `lead_name` is the lead's name of then."""
    return _with_lead(GoalVersion.objects.as_of(when).filter(plan=plan_id), when)


def lead_since(goal: str) -> Subquery:
    """The instant from which its present lead leads a focus area, None where nobody led before; `goal`: path to it."""
    return _lead_since(OuterRef(goal), OuterRef(f"{goal}__lead"))


def _lead_since(goal: OuterRef, lead: OuterRef) -> Subquery:
    others = GoalVersion.objects.filter(subject=goal, recorded_until__isnull=False)
    return Subquery(others.exclude(lead=lead).order_by("-recorded_until").values("recorded_until")[:1])


def led_by(person_id: int) -> list[tuple[int, datetime | None]]:
    """The focus areas that a person leads now, and since when; None where nobody led before."""
    return _led(person_id)


@statement
def _led(person_id: int) -> QuerySet[Any]:
    led = Goal.objects.filter(lead=person_id).annotate(since=_lead_since(OuterRef("pk"), OuterRef("lead")))
    return led.values_list("pk", "since")


@statement
def strategies_as_of(goal_id: int, when: AsOf) -> QuerySet[Any]:
    """Strategies of a focus area in order; `lead_name` is the lead's name of then."""
    return _with_lead(StrategyVersion.objects.as_of(when).filter(goal=goal_id), when)


@statement
def priorities_as_of(when: AsOf) -> QuerySet[Any]:
    """What the plans answer to, in order."""
    return PriorityVersion.objects.as_of(when).order_by("plan", "order", "subject_id")


@dataclass(frozen=True)
class Area:
    """A focus area by what it was called."""

    id: int
    number: str
    title: str

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@dataclass(frozen=True)
class Finding:
    """A piece of evidence as it stood, and the focus areas it bore on."""

    row: EvidenceVersion
    areas: tuple[Area, ...]

    @property
    def share(self) -> str:
        """The share of people in words: 84%, 14.7%; "" where none is known."""
        share = self.row.share
        return "" if share is None else f"{share.normalize():f}%"


def evidence_as_of(plan_id: int, when: AsOf, *, goal: int | None = None) -> list[Finding]:
    """Why there is this plan, in order; with `goal` what bears on that focus area. Two queries, one where none is."""
    rows = EvidenceVersion.objects.as_of(when).filter(plan=plan_id).order_by("order", "subject_id")
    if goal is not None:
        rows = rows.filter(subject__in=Bearing.objects.as_of(when).filter(goal=goal).values("evidence"))
    found = list(rows)
    areas = _areas(plan_id, when) if found else {}
    return [Finding(row, tuple(areas.get(row.subject_id, ()))) for row in found]


def _areas(plan_id: int, when: AsOf) -> dict[int, list[Area]]:
    """The focus areas that evidence of a plan bore on; one that was retired by then is left out."""
    spans = Bearing.objects.as_of(when).filter(evidence__plan=plan_id)
    named = spans.annotate(goal_then=FilteredRelation("goal__versions", condition=when.q("goal__versions")))
    found: dict[int, list[Area]] = {}
    standing = named.filter(goal_then__isnull=False).order_by("goal_then__sort_key", "goal")
    for evidence, *area in standing.values_list("evidence", "goal", "goal_then__number", "goal_then__title"):
        found.setdefault(evidence, []).append(Area(*area))
    return found


def _with_lead(rows: QuerySet[Any], when: AsOf) -> QuerySet[Any]:
    named: QuerySet[Any] = rows.annotate(
        lead_then=FilteredRelation("lead__versions", condition=when.q("lead__versions")),
        lead_name=F("lead_then__name"),
    )
    return named.order_by("sort_key", "subject_id")
