"""What only the page of one initiative asks: people, priorities, and what "No change" must ask about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Value

from goals.models import Plan, PriorityVersion
from initiatives.models import Alignment, Contribution, Initiative, InitiativeVersion, Lineage
from initiatives.selectors.rows import OPEN, MilestoneRow, milestones, read_milestones
from people.models import UserVersion
from records.asof import AsOf
from records.history import whose_name
from records.statements import statement


@dataclass(frozen=True)
class Beside:
    """Who worked on it besides the owner, the outside priorities it served, and every number it ever had, in order.

    `has_relatives`: whether it came from another or went on in one, for most never did and need not be asked.
    """

    people: list[str]
    priorities: list[str]
    numbers: list[str]
    has_relatives: bool


def beside(initiative_id: int, when: AsOf) -> Beside:
    """People and priorities by their names of then. One query."""
    found: dict[str, list[Any]] = {"people": [], "priorities": [], "numbers": [], "lineage": []}
    for kind, *place in _beside(initiative_id, when):
        found[kind].append(place)
    priorities, numbers = ([name for _, _, name in sorted(found[kind])] for kind in ("priorities", "numbers"))
    people = sorted(name for _, _, name in found["people"])
    return Beside(people, priorities, list(dict.fromkeys(numbers)), has_relatives=bool(found["lineage"]))


@statement
def _beside(initiative_id: int, when: AsOf) -> QuerySet[Any]:
    people = Contribution.objects.filter(when.q(), initiative=initiative_id).values("person")
    priorities = Alignment.objects.filter(when.q(), initiative=initiative_id).values("priority")
    named = UserVersion.objects.as_of(when).filter(subject__in=people).order_by()
    served = PriorityVersion.objects.as_of(when).filter(subject__in=priorities).order_by()
    had = InitiativeVersion.objects.filter(subject=initiative_id).order_by()
    return named.values_list(Value("people"), Value(0), "subject_id", "name").union(
        served.values_list(Value("priorities"), "order", "subject_id", "name"),
        had.values_list(Value("numbers"), Value(0), "pk", "number"),
        _links(initiative_id, when).values_list(Value("lineage"), Value(0), "pk", "kind"),
        all=True,
    )


@dataclass(frozen=True)
class Relative:
    """An initiative that this one came from, or went on in, as it is called on the day; of a plan that it names."""

    id: int
    kind: str
    is_origin: bool
    name: str
    plan: str
    is_retired: bool

    @property
    def label(self) -> str:
        """What stands before it on the page."""
        before, after = RELATIONS[self.kind]
        return before if self.is_origin else after

    @property
    def words(self) -> str:
        """Its name; of another plan, with the plan's."""
        return f"{self.name}, in {self.plan}" if self.kind == Lineage.Kind.CARRIED else self.name


RELATIONS: dict[str, tuple[str, str]] = {
    Lineage.Kind.CARRIED: ("Was", "Carried forward as"),
    Lineage.Kind.SPLIT: ("Split off from", "Split off"),
    Lineage.Kind.MERGED: ("Took over", "Goes on in"),
}


def relatives_of(initiative_id: int, when: AsOf, only: Collection[int] | None = None) -> list[Relative]:
    """What an initiative came from and went on in, as recorded by then, earliest first. One query.

    `only`: what is of these plans, such as those that a reader may see.
    """
    found = []
    for row in _lineage(initiative_id, when):
        is_origin = row.initiative_id == initiative_id
        other = row.origin if is_origin else row.initiative
        if only is not None and other.plan_id not in only:
            continue
        found.append(Relative(other.pk, row.kind, is_origin, str(other), str(other.plan), other.deleted_at is not None))
    return found


@statement
def _lineage(initiative_id: int, when: AsOf) -> QuerySet[Any]:
    rows = _links(initiative_id, when).select_related("initiative__plan", "origin__plan")
    return rows.order_by("recorded_at", "pk")


def _links(initiative_id: int, when: AsOf) -> QuerySet[Any]:
    own = Q(initiative=initiative_id) | Q(origin=initiative_id)
    rows: QuerySet[Any] = Lineage.objects.filter(own, when.recorded()).order_by()
    return rows


def goes_on_in(initiative_id: int) -> int | None:
    """The initiative that a retired one was merged into."""
    retired = Initiative.objects.filter(pk=initiative_id, deleted_at__isnull=False)
    merged = Lineage.objects.filter(origin__in=retired, kind=Lineage.Kind.MERGED)
    found: int | None = merged.order_by("-pk").values_list("initiative", flat=True).first()
    return found


def initiative_called(plan: Plan, number: str) -> int | None:
    """The initiative that has this number in a plan, or had it last."""
    return whose_name(InitiativeVersion.objects.filter(plan=plan, number=number))


def passed_since(initiative_id: int, since: date, today: date) -> list[MilestoneRow]:
    """Open milestones whose due date passed after the last update was made, earliest first.

    "No change" asks about them before it repeats a status that was said while they were still ahead.
    """
    passed = Q(initiative=initiative_id, due_date__gte=since, due_date__lt=today)
    return read_milestones(milestones(AsOf(day=today)).filter(OPEN, passed).order_by("due_date", "order"))
