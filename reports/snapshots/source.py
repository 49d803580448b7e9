"""The rows of a report, read from history as of a moment: what a freeze copies and what a preview shows.

Each function returns a queryset whose `values()` are, name for name, the columns of a frozen table. One statement per
table, whatever the number of rows.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.aggregates import Aggregate
from django.db.models.functions import Cast, Coalesce, LPad

from goals.models import GoalVersion, Plan, PlanVersion, PriorityVersion, StrategyVersion
from goals.quarters import Quarter
from initiatives.models import (
    Alignment,
    Commitment,
    CommitmentVersion,
    Initiative,
    InitiativeVersion,
    MilestoneVersion,
    Status,
)
from initiatives.selectors.names import NULLABLE_TEXTS, with_milestones, with_names
from initiatives.selectors.status import effective_label, initiative_statuses
from records.asof import AsOf
from reports.content import rows as content

EMPTY = Value("", output_field=TextField())
LINE_FEED = "\n"


class Lines(Aggregate):
    """The texts of a group in one, a line each. Their order is not said: readers sort."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s)"
    output_field = TextField()

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, Value(LINE_FEED))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


def cover_of(when: AsOf, plan: Plan, quarter: Quarter) -> content.Cover | None:
    """The plan as it named itself at that moment; None where it was not kept here yet."""
    then = plan if when.is_live else PlanVersion.objects.as_of(when).filter(subject=plan).first()
    if then is None:
        return None
    return content.Cover(
        plan_title=then.title, plan_slug=then.slug, plan_mission=then.mission, plan_start_date=then.start_date,
        plan_end_date=then.end_date, plan_source=then.source, goal_label=then.goal_label,
        expected_update_days=then.expected_update_days, sample_note=then.sample_note,
        fiscal_year=quarter.fiscal_year, quarter=quarter.number, start_month=quarter.start_month, as_of_day=when.day,
    )  # fmt: skip


def headings(when: AsOf, plan: Plan) -> QuerySet[Any]:
    """Focus areas, strategies and priorities in one statement."""
    goals = GoalVersion.objects.as_of(when).filter(plan=plan)
    strategies = StrategyVersion.objects.as_of(when).filter(goal__in=goals.values("subject_id"))
    priorities = PriorityVersion.objects.as_of(when).filter(plan=plan)
    return _shaped(
        goals.annotate(lead_then=_then("lead", when)),
        content.Heading,
        kind=_word("goal"),
        goal_number=EMPTY,
        lead_name=_text("lead_then__name"),
    ).union(
        _shaped(
            strategies.annotate(lead_then=_then("lead", when), goal_then=_then("goal", when)),
            content.Heading,
            kind=_word("strategy"),
            goal_number=_text("goal_then__number"),
            lead_name=_text("lead_then__name"),
        ),
        _shaped(
            priorities,
            content.Heading,
            kind=_word("priority"),
            goal_number=EMPTY,
            number=EMPTY,
            sort_key=LPad(Cast("order", CharField(max_length=6)), 6, Value("0")),
            title=F("name"),
            text=F("meaning"),
            lead_name=EMPTY,
        ),
        all=True,
    )


def initiatives(when: AsOf, plan: Plan) -> QuerySet[Any]:
    """Every initiative as it stood, decided by `initiative_statuses`, with the words shown for each key."""
    served = (
        Alignment.objects.filter(when.q(), initiative=OuterRef("subject_id"))
        .annotate(priority_then=_then("priority", when))
        .filter(priority_then__name__isnull=False)
        .order_by()
        .values("initiative")
        .annotate(lines=Lines("priority_then__name"))
        .values("lines")
    )
    return _shaped(
        with_milestones(with_names(initiative_statuses(when, plan=plan))),
        content.Initiative,
        **{name: _text(name) for name in NULLABLE_TEXTS},
        priorities=Coalesce(Subquery(served, output_field=TextField()), EMPTY),
        horizon_label=_label("horizon", Initiative.Horizon.choices),
        audience_label=_label("audience", Initiative.Audience.choices),
        visibility_label=_label("visibility", Initiative.Visibility.choices),
        effective_label=effective_label(when, lambda column: _label(column, Status.choices)),
        reported_label=_label("reported_status", Status.choices),
        override_label=_label("override_status", Status.choices),
        update_id=F("latest_update_id"),
    )


def milestones(when: AsOf, plan: Plan) -> QuerySet[Any]:
    """The milestones of the initiatives that existed then."""
    rows = MilestoneVersion.objects.as_of(when).filter(_of_plan(when, plan))
    return _shaped(
        rows.annotate(
            owner_then=_then("owner", when),
            department_then=_then("department", when),
        ),
        content.Milestone,
        owner_name=_text("owner_then__name"),
        department_abbreviation=_text("department_then__abbreviation"),
        department_name=_text("department_then__name"),
    )


def commitments(when: AsOf, plan: Plan) -> QuerySet[Any]:
    """The commitments to the initiatives that existed then."""
    rows = CommitmentVersion.objects.as_of(when).filter(_of_plan(when, plan))
    return _shaped(
        rows.annotate(
            department_then=_then("department", when),
            accepted_then=_then("accepted_by", when),
            delivered_then=_then("delivered_by", when),
        ),
        content.Commitment,
        department_abbreviation=_text("department_then__abbreviation"),
        department_name=_text("department_then__name"),
        state_label=_label("state", Commitment.State.choices),
        accepted_by_name=_text("accepted_then__name"),
        delivered_by_name=_text("delivered_then__name"),
    )


def _shaped(rows: QuerySet[Any], plain: type, **own: Any) -> QuerySet[Any]:
    """The rows as tuples in the order of the fields of `plain`; a field not named is the version's own of that name."""
    columns = content.names(plain)
    expressions = {"source_id": F("subject_id"), **own}
    named = {f"frozen_{name}": expressions.get(name, F(name)) for name in columns}
    return rows.order_by().annotate(**named).values_list(*named)  # type: ignore[no-any-return]


def _then(relation: str, when: AsOf) -> FilteredRelation:
    """What a related row said at that moment. A new one for each query: Django writes the alias into it."""
    return FilteredRelation(f"{relation}__versions", condition=when.q(f"{relation}__versions"))


def _of_plan(when: AsOf, plan: Plan) -> Exists:
    there = InitiativeVersion.objects.as_of(when).filter(plan=plan, subject_id=OuterRef("initiative_id"))
    return Exists(there)


def _text(name: str) -> Coalesce:
    return Coalesce(F(name), EMPTY, output_field=TextField())


def _word(text: str) -> Value:
    return Value(text, output_field=CharField())


def _label(name: str, choices: Iterable[tuple[Any, Any]]) -> Case:
    """The word shown for a key, as it is worded when the row is written: a later wording leaves it alone."""
    cases = [When(Q(**{name: key}), then=_word(str(label))) for key, label in choices if key]
    return Case(*cases, default=_word(""), output_field=CharField())


READERS: dict[str, Callable[[AsOf, Plan], QuerySet[Any]]] = {
    "heading": headings, "initiative": initiatives, "milestone": milestones, "commitment": commitments,
}  # fmt: skip
