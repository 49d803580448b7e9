"""The lines of a preview through the services of the rooms below: the same rules and history as by hand."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from goals.models import Plan
from goals.services import (
    create_evidence,
    create_goal,
    create_priority,
    create_strategy,
    update_evidence,
    update_goal,
    update_plan,
    update_priority,
    update_strategy,
)
from imports.comparing.lines import Line
from initiatives.models import Commitment, Milestone
from initiatives.services import (
    Change,
    accept_commitment,
    add_milestones,
    cancel_milestone,
    complete_milestone,
    create_initiatives,
    decline_commitment,
    deliver_commitment,
    move_commitment,
    propose_commitments,
    record_status_updates,
    reopen_milestone,
    update_initiatives,
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

    def evidence(self, line: Line) -> None:
        fields, goals = self.fields(line), self.real(line.members["goals"]) if "goals" in line.members else None
        if line.found is None:
            create_evidence(plan=self.plan, fields=fields, goals=goals or (), act=self.act)
        else:
            seen = line.found.version
            update_evidence(evidence=line.found, fields=fields, goals=goals, seen_version=seen, act=self.act)

    def initiatives(self, lines: Sequence[Line]) -> None:
        new = [line for line in lines if line.found is None]
        made = (
            create_initiatives(plan=self.plan, changes=[self.change(line) for line in new], act=self.act) if new else []
        )
        self.made |= {id(line.draft): row for line, row in zip(new, made, strict=True)}
        old = [line for line in lines if line.found is not None and (line.fields or line.members)]
        if old:
            update_initiatives(changes=[self.change(line) for line in old], act=self.act)
        said = [line for line in lines if line.said]
        if said:
            reports = [(self.real(line.draft or line.found), line.said, _seen(line)) for line in said]
            record_status_updates(reports=reports, act=self.act)

    def change(self, line: Line) -> Change:
        members: dict[str, Any] = {name: self.real(rows) for name, rows in line.members.items()}
        seen = line.found.version if line.found is not None else None
        return Change(line.found, self.fields(line), **members, seen_version=seen)

    def milestones(self, lines: Sequence[Line]) -> None:
        new = [line for line in lines if line.found is None]
        for line in new:
            self.settle_draft(line)
        if new:
            add_milestones(rows=[line.draft for line in new], act=self.act)
        for line in lines:
            row, fields = line.found or line.draft, self.fields(line)
            if line.found is not None and fields:
                row = update_milestone(milestone=row, fields=fields, seen_version=row.version, act=self.act)
            self.milestone_state(line, row)

    def settle_draft(self, line: Line) -> None:
        """A draft points to the rows that other drafts have become."""
        line.draft.initiative = self.real(line.state["initiative"])
        for name, value in self.fields(line).items():
            setattr(line.draft, name, value)

    def milestone_state(self, line: Line, row: Milestone) -> None:
        if line.state.get("open") or ("done" in line.state and not row.is_open):
            row = reopen_milestone(milestone=row, act=self.act)
        if "done" in line.state:
            complete_milestone(milestone=row, completed_date=line.state["done"], act=self.act)
        elif line.state.get("cancelled"):
            row = reopen_milestone(milestone=row, act=self.act) if row.completed_date else row
            cancel_milestone(milestone=row, act=self.act)

    def commitments(self, lines: Sequence[Line]) -> None:
        new = [line for line in lines if line.found is None]
        for line in new:
            self.settle_draft(line)
        if new:
            propose_commitments(rows=[line.draft for line in new], act=self.act)
        for line in lines:
            row, fields = line.found or line.draft, line.fields
            if line.found is not None and "due_date" in fields:
                seen = row.version
                row = move_commitment(commitment=row, due_date=fields["due_date"], seen_version=seen, act=self.act)
            self.commitment_state(line, row)

    def commitment_state(self, line: Line, row: Commitment) -> None:
        to = line.state.get("to")
        if to == "delivered" and row.state == "proposed":
            row = accept_commitment(commitment=row, act=self.act)
        if to:
            BECOME[to](commitment=row, act=self.act)


def _seen(line: Line) -> int | None:
    return line.found.latest_update_id if line.found is not None else None


def apply_lines(plan: Plan, lines: Sequence[Line], *, act: Act) -> None:
    """Make everything so that the lines say would change, in their order: what others point to comes first."""
    run = Applying(plan, act)
    handlers: dict[str, Callable[[Line], None]] = {
        "plan": run.plan_itself, "priority": run.priority, "goal": run.goal, "strategy": run.strategy,
        "evidence": run.evidence,
    }  # fmt: skip
    together: dict[str, Callable[[Sequence[Line]], None]] = {
        "initiative": run.initiatives, "milestone": run.milestones, "commitment": run.commitments,
    }  # fmt: skip
    for kind, several in groupby((line for line in lines if not line.is_idle), key=lambda line: line.kind):
        if kind in together:
            together[kind](list(several))
        else:
            for line in several:
                handlers[kind](line)
