"""Everything of a plan that a file carries, as rows under the fields that an import reads. History is not in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goals.models import Evidence, Plan
from imports.comparing.plan_now import PlanNow
from imports.kinds import KINDS, SAID, Kind
from imports.meaning.dates import Fashion, read_date
from imports.meaning.words import LABELS, PROGRESS, STATUS
from initiatives.models import Commitment, Initiative, Milestone
from people.models import Department, User

Row = Sequence[Any]
PLAN_FIELDS = ("title", "mission", "introduction", "start_date", "end_date")


class Exported(PlanNow):
    """The plan, and whether its file may say an address."""

    def __init__(self, plan: Plan, tells_addresses: bool) -> None:
        super().__init__(plan)
        self.tells_addresses = tells_addresses


@dataclass(frozen=True)
class PlanContent:
    """A plan, and for each kind its rows, in the order of the kind's fields."""

    plan: Plan
    rows: Mapping[str, list[Row]]

    @property
    def kinds(self) -> list[Kind]:
        return list(KINDS.values())


def plan_content(plan: Plan, *, tells_addresses: bool = False) -> PlanContent:
    """Reads the plan in a fixed number of statements.

    `tells_addresses`: for whoever may bring the file back, a person whose name leads to somebody else stands there by
    their address. Everybody else reads the name, however many have it.
    """
    now = Exported(plan, tells_addresses)
    work = sorted(now.initiatives.values(), key=lambda row: (row.sort_key, row.pk))
    steps = [(row, step) for row in work for step in now.milestones.get(row.pk, [])]
    promises = [(row, one) for row in work for one in now.commitments.get(row.pk, [])]
    found: dict[str, list[dict[str, Any]]] = {
        "plan": [{name: getattr(plan, name) for name in PLAN_FIELDS}],
        "priority": [{"title": row.name, "meaning": row.meaning} for row in now.priorities.values()],
        "goal": [_heading(now, row) for row in sorted(now.goals, key=lambda row: row.sort_key)],
        "strategy": [
            {"goal": row.goal.number, "goal_title": row.goal.title, **_heading(now, row)}
            for row in sorted(now.strategies, key=lambda row: (row.goal.sort_key, row.sort_key))
        ],
        "initiative": [_initiative(now, row) for row in work],
        "milestone": [_milestone(now, row, step) for row, step in steps],
        "commitment": [_commitment(now, row, one) for row, one in promises],
        "evidence": [_evidence(now, row) for row in now.findings],
    }
    return PlanContent(plan, {key: [_row(KINDS[key], values) for values in rows] for key, rows in found.items()})


def _row(kind: Kind, values: Mapping[str, Any]) -> Row:
    return [values.get(one.key) for one in kind.fields]


def _heading(now: Exported, row: Any) -> dict[str, Any]:
    return {"number": row.number, "title": row.title, "text": row.text, "lead": _person(now, row.lead)}


def _person(now: Exported, person: User | None) -> str | None:
    """By name, or by the address where the name alone would lead to somebody else or to nobody."""
    if person is None:
        return None
    return person.email if now.tells_addresses and now.person(person.name) is not person else person.name


def _office(now: PlanNow, office: Department | None) -> str | None:
    if office is None:
        return None
    return office.name if now.department(office.name) is office else office.abbreviation


def _initiative(now: Exported, row: Initiative) -> dict[str, Any]:
    people = [now.persons[key] for key in sorted(now.contributors.get(row.pk, ()))]
    served = [one.name for one in now.priorities.values() if one.pk in now.served.get(row.pk, ())]
    latest = now.updates.get(row.pk)
    said = {key: getattr(latest, key) for key in SAID} if latest is not None else {}
    if said:
        said["status"] = STATUS[said["status"]]
    plain: dict[str, Any] = {
        name: getattr(row, name) for name in ("number", "title", "summary", "start_date", "due_date", "source")
    }
    return plain | said | {
        "goal": row.goal.number,
        "goal_title": row.goal.title,
        "strategy": row.strategy.number if row.strategy else None,
        "strategy_title": row.strategy.title if row.strategy else None,
        "owner": _person(now, row.owner),
        "contributors": "; ".join(str(_person(now, person)) for person in people),
        "lead_department": _office(now, row.lead_department),
        "horizon": LABELS["horizon"].get(row.horizon),
        "audience": LABELS["audience"][row.audience],
        "visibility": LABELS["visibility"][row.visibility],
        "priorities": "; ".join(served),
    }  # fmt: skip


def _milestone(now: Exported, row: Initiative, step: Milestone) -> dict[str, Any]:
    written = read_date(step.due_text, Fashion(start_month=now.plan.fiscal_year_start_month), end=True)
    return {
        "initiative": row.number,
        "title": step.title,
        "due_date": step.due_text if step.due_date and written.day == step.due_date else step.due_date,
        "owner": _person(now, step.owner),
        "department": _office(now, step.department),
        "state": PROGRESS["cancelled" if step.is_cancelled else "done" if step.completed_date else "open"],
        "completed_date": step.completed_date,
        "source": step.source,
    }


def _commitment(now: Exported, row: Initiative, one: Commitment) -> dict[str, Any]:
    return {
        "initiative": row.number,
        "department": _office(now, now.offices.get(one.department_id)),
        "what": one.what,
        "due_date": one.due_date,
        "state": LABELS["commitment"][one.state],
    }


def _evidence(now: Exported, row: Evidence) -> dict[str, Any]:
    return {
        "text": row.text,
        "share": None if row.share is None else f"{row.share.normalize():f}",
        "goals": "; ".join(goal.number for goal in now.borne.get(row.pk, ())),
        "source": row.source,
        "link": row.link,
    }


def template_of(plan: Plan) -> PlanContent:
    """An empty workbook for whoever imports: every heading, and the focus areas and strategies that there are."""
    content = plan_content(plan, tells_addresses=True)
    filled = {"plan", "priority", "goal", "strategy", "evidence"}
    return PlanContent(plan, {key: rows if key in filled else [] for key, rows in content.rows.items()})


Writer = Callable[[PlanContent], bytes]
