"""What stands beside initiatives: the names of then, the latest update's words, milestones, owners not confirmed.

A page fetches them once for the rows that it shows (`Beside`). A statement that goes through all rows, to search, to
sort or to write them out, takes them along (`with_names`, `with_milestones`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DateField,
    F,
    FilteredRelation,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from goals.models import GoalVersion, StrategyVersion
from initiatives.models import MilestoneVersion
from initiatives.models.milestone import OPEN_MILESTONE
from initiatives.selectors.owners import asked_without_acceptance
from people.models import DepartmentVersion, UserVersion
from records.asof import AsOf
from records.statements import Keys, OneKey, statement

# A column, and the field of what is linked that it shows.
NAMES = {
    "goal_number": ("goal", "number"),
    "goal_title": ("goal", "title"),
    "strategy_number": ("strategy", "number"),
    "strategy_title": ("strategy", "title"),
    "owner_name": ("owner", "name"),
    "department_abbreviation": ("lead_department", "abbreviation"),
    "department_name": ("lead_department", "name"),
    "author_name": ("author", "name"),
}
WORDS = ("happened", "next_steps", "help_needed")  # of the latest update, which alone keeps them
NULLABLE_TEXTS = (*NAMES, *WORDS)  # of a related row, which may be missing
NOT_COUNTED = (*[Value(None, output_field=IntegerField())] * 3, Value(None, output_field=DateField()))
COUNTED = ("milestones_total", "milestones_met", "milestones_overdue", "next_milestone_due")


def with_names(rows: Any) -> QuerySet[Any]:
    """The rows with their names and words."""
    paths = {name: "latest_update__author" if name == "author" else name for name, _ in NAMES.values()}
    named = rows.annotate(
        **{
            f"{name}_then": FilteredRelation(f"{path}__versions", condition=rows.when.q(f"{path}__versions"))
            for name, path in paths.items()
        }
    )
    said: QuerySet[Any] = named.annotate(
        **{column: F(f"{name}_then__{field}") for column, (name, field) in NAMES.items()},
        **{column: F(f"latest_update__{column}") for column in WORDS},
    )
    return said


def with_milestones(rows: Any) -> QuerySet[Any]:
    """The rows with their milestones counted."""
    kept = _kept_milestones(rows.when).filter(initiative=OuterRef("subject_id")).order_by().values("initiative")
    total, met, overdue, next_due = (
        Subquery(kept.annotate(n=value).values("n"), output_field=nothing.output_field)
        for value, nothing in zip(_counted(rows.when), NOT_COUNTED, strict=True)
    )
    zero = Value(0)
    counted: QuerySet[Any] = rows.annotate(
        milestones_total=Coalesce(total, zero),
        milestones_met=Coalesce(met, zero),
        milestones_overdue=Coalesce(overdue, zero),
        next_milestone_due=next_due,
    )
    return counted


@dataclass(frozen=True)
class Beside:
    """The names of then by what they name, milestones by initiative, and whose owner is not confirmed."""

    names: Mapping[tuple[str, int | None], tuple[str, str]]
    milestones: Mapping[int, tuple[int, int, int, date | None]]
    unconfirmed: Collection[int] = ()

    @classmethod
    def of(cls, rows: Collection[Mapping[str, Any]], when: AsOf) -> "Beside":
        """One query for any number of rows, which hold the ids of what they are linked to."""
        if not rows:
            return cls({}, {})

        def keys(*columns: str) -> Keys:
            found = {row[name] for row in rows for name in columns} - {None}
            return OneKey(found) if len(rows) == len(found) == 1 else Keys(found)  # the page of one

        names, counts, unconfirmed = {}, {}, set()
        for kind, key, short, long, *counted in _names_and_counts(
            keys("subject_id"), keys("goal_id"), keys("strategy_id"), keys("owner_id", "author_id"),
            keys("lead_department_id"), when,
        ):  # fmt: skip
            if kind == "milestones":
                counts[key] = tuple(counted)
            elif kind == "unconfirmed":
                unconfirmed.add(key)
            else:
                names[kind, key] = (short, long)
        return cls(names, counts, unconfirmed)

    def columns(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What a row shows of what stands beside it."""
        missing = ("", "")
        goal_number, goal_title = self.names.get(("goal", row["goal_id"]), missing)
        strategy_number, strategy_title = self.names.get(("strategy", row["strategy_id"]), missing)
        abbreviation, department = self.names.get(("department", row["lead_department_id"]), missing)
        counted = self.milestones.get(row["subject_id"], (0, 0, 0, None))
        return {
            "goal_number": goal_number, "goal_title": goal_title,
            "strategy_number": strategy_number, "strategy_title": strategy_title,
            "owner_name": self.names.get(("person", row["owner_id"]), missing)[1],
            "is_owner_unconfirmed": row["subject_id"] in self.unconfirmed,
            "author_name": self.names.get(("person", row["author_id"]), missing)[1],
            "department_abbreviation": abbreviation, "department_name": department,
            **dict(zip(COUNTED, counted, strict=True)),
        }  # fmt: skip


@statement
def _names_and_counts(
    initiatives: Keys, goals: Keys, strategies: Keys, people: Keys, departments: Keys, when: AsOf
) -> QuerySet[Any]:
    milestones = (
        _kept_milestones(when)
        .filter(initiative__among=initiatives)
        .order_by()
        .values("initiative_id")
        .annotate(**dict(zip(COUNTED, _counted(when), strict=True)))
        .values_list(Value("milestones"), "initiative_id", Value(""), Value(""), *COUNTED)
    )
    asked = asked_without_acceptance(when).filter(initiative__among=initiatives).order_by()
    found: QuerySet[Any] = milestones.union(
        asked.values_list(Value("unconfirmed"), "initiative_id", Value(""), Value(""), *NOT_COUNTED),
        _texts("goal", GoalVersion.objects.as_of(when), goals, "number", "title"),
        _texts("strategy", StrategyVersion.objects.as_of(when), strategies, "number", "title"),
        _texts("person", UserVersion.objects.as_of(when), people, Value(""), "name"),
        _texts("department", DepartmentVersion.objects.as_of(when), departments, "abbreviation", "name"),
        all=True,
    )
    return found


def _texts(kind: str, versions: QuerySet[Any], keys: Keys, short: Any, long: str) -> QuerySet[Any]:
    named = versions.filter(subject__among=keys).order_by()
    return named.values_list(Value(kind), "subject_id", short, long, *NOT_COUNTED)


def _kept_milestones(when: AsOf) -> QuerySet[Any]:
    rows: QuerySet[Any] = MilestoneVersion.objects.as_of(when).filter(is_cancelled=False)
    return rows


def _counted(when: AsOf) -> tuple[Aggregate, ...]:
    """The aggregates of `COUNTED`, over milestones that were not given up."""
    return (
        Count("pk"),
        Count("pk", filter=Q(completed_date__isnull=False)),
        Count("pk", filter=OPEN_MILESTONE & Q(due_date__lt=when.day)),
        Min("due_date", filter=OPEN_MILESTONE),
    )
