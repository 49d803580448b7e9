"""The lines of a preview through the services of the rooms below: the same rules and history as by hand."""

from collections.abc import Callable, Sequence
from typing import Any

from goals.models import Plan
from goals.services import (
    create_goal,
    create_priority,
    create_strategy,
    update_goal,
    update_plan,
    update_priority,
    update_strategy,
)
from imports.comparing.lines import Line
from initiatives.services import (
    accept_commitment,
    add_milestone,
    cancel_milestone,
    complete_milestone,
    create_initiative,
    decline_commitment,
    deliver_commitment,
    move_commitment,
    propose_commitment,
    record_status_update,
    reopen_milestone,
    update_initiative,
    update_milestone,
    withdraw_commitment,
)
from people.models import Department
from people.services import create_department
from records.audit import Act

BECOME: dict[str, Callable[..., Any]] = {
    "accepted": accept_commitment, "delivered": deliver_commitment, "declined": decline_commitment,
    "withdrawn": withdraw_commitment,
}  # fmt: skip


class Applying:
    """One import being applied. What a draft became is kept, for later lines point to the draft."""

    def __init__(self, plan: Plan, act: Act) -> None:
        self.plan, self.act = plan, act
        self.made: dict[int, Any] = {}

    def real(self, value: Any) -> Any:
        """The row that a draft became; a department that only the file knows is added when it is first needed."""
        if isinstance(value, list):
            return [self.real(one) for one in value]
        if isinstance(value, Department) and value.pk is None and id(value) not in self.made:
            fields = {"name": value.name, "abbreviation": value.abbreviation}
            self.made[id(value)] = create_department(**fields, act=self.act)
        return self.made.get(id(value), value)

    def fields(self, line: Line) -> dict[str, Any]:
        return {name: self.real(value) for name, value in line.fields.items()}

    def plan_itself(self, line: Line) -> None:
        update_plan(plan=self.plan, fields=self.fields(line), seen_version=line.found.version, act=self.act)

    def priority(self, line: Line) -> None:
        fields = self.fields(line)
        if line.found is None:
            self.made[id(line.draft)] = create_priority(plan=self.plan, **fields, act=self.act)
        else:
            update_priority(priority=line.found, fields=fields, seen_version=line.found.version, act=self.act)

    def goal(self, line: Line) -> None:
        if line.found is None:
            self.made[id(line.draft)] = create_goal(plan=self.plan, fields=self.fields(line), act=self.act)
        else:
            update_goal(goal=line.found, fields=self.fields(line), seen_version=line.found.version, act=self.act)

    def strategy(self, line: Line) -> None:
        if line.found is None:
            goal = self.real(line.draft.goal)
            self.made[id(line.draft)] = create_strategy(goal=goal, fields=self.fields(line), act=self.act)
        else:
            seen = line.found.version
            update_strategy(strategy=line.found, fields=self.fields(line), seen_version=seen, act=self.act)

    def initiative(self, line: Line) -> None:
        fields = self.fields(line)
        members: dict[str, Any] = {name: self.real(rows) for name, rows in line.members.items()}
        if line.found is None:
            row = create_initiative(plan=self.plan, fields=fields, **members, act=self.act)
            self.made[id(line.draft)] = row
        else:
            row, seen = line.found, line.found.version
            if fields or members:
                row = update_initiative(initiative=row, fields=fields, **members, seen_version=seen, act=self.act)
        if line.said:
            seen_update = None if line.found is None else line.found.latest_update_id
            record_status_update(initiative=row, words=line.said, seen_update_id=seen_update, act=self.act)

    def milestone(self, line: Line) -> None:
        row, fields = line.found, self.fields(line)
        if row is None:
            row = add_milestone(initiative=self.real(line.state["initiative"]), fields=fields, act=self.act)
        elif fields:
            row = update_milestone(milestone=row, fields=fields, seen_version=row.version, act=self.act)
        if line.state.get("open") or ("done" in line.state and not row.is_open):
            row = reopen_milestone(milestone=row, act=self.act)
        if "done" in line.state:
            complete_milestone(milestone=row, completed_date=line.state["done"], act=self.act)
        elif line.state.get("cancelled"):
            row = reopen_milestone(milestone=row, act=self.act) if row.completed_date else row
            cancel_milestone(milestone=row, act=self.act)

    def commitment(self, line: Line) -> None:
        row, fields = line.found, self.fields(line)
        if row is None:
            row = propose_commitment(initiative=self.real(line.state["initiative"]), **fields, act=self.act)
        elif "due_date" in fields:
            row = move_commitment(commitment=row, due_date=fields["due_date"], seen_version=row.version, act=self.act)
        to = line.state.get("to")
        if to == "delivered" and row.state == "proposed":
            row = accept_commitment(commitment=row, act=self.act)
        if to:
            BECOME[to](commitment=row, act=self.act)


def apply_lines(plan: Plan, lines: Sequence[Line], *, act: Act) -> None:
    """Make everything so that the lines say would change, in their order: what others point to comes first."""
    run = Applying(plan, act)
    handlers: dict[str, Callable[[Line], None]] = {
        "plan": run.plan_itself, "priority": run.priority, "goal": run.goal, "strategy": run.strategy,
        "initiative": run.initiative, "milestone": run.milestone, "commitment": run.commitment,
    }  # fmt: skip
    for line in lines:
        if not line.is_idle:
            handlers[line.kind](line)
