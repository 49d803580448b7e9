"""What the services of the room `goals` leave in the audit log."""

import goals.services as g
from goals.models import Evidence, Goal, Priority, Strategy
from tests.house.recorded.common import DAY, Table, by, goal
from tests.house.world import World


def finding(world: World, *, is_retired: bool = False) -> Evidence:
    return Evidence.objects.filter(plan=world.plan, deleted_at__isnull=not is_retired).earliest("pk")


def priority(world: World) -> Priority:
    return g.create_priority(plan=world.plan, name="Cleaner", act=by(world, minutes=0))


TABLE: Table = {
    "create_plan": (["plan.created"], lambda w: g.create_plan(
        fields={"title": "Next", "slug": "next", "start_date": DAY, "end_date": DAY}, act=by(w))),
    "update_plan": (
        ["plan.changed"], lambda w: g.update_plan(plan=w.plan, fields={"mission": "Serve"}, act=by(w))),
    "create_priority": (
        ["priority.created"], lambda w: g.create_priority(plan=w.plan, name="Safer", act=by(w))),
    "update_priority": (
        ["priority.created", "priority.changed"],
        lambda w: g.update_priority(priority=priority(w), fields={"name": "Greener"}, act=by(w))),
    "create_goal": (
        ["goal.created"], lambda w: g.create_goal(plan=w.plan, fields={"number": "9", "title": "Nine"}, act=by(w))),
    "update_goal": (
        ["goal.changed"], lambda w: g.update_goal(goal=goal(w), fields={"title": "Safety"}, act=by(w))),
    "create_strategy": (
        ["strategy.created"],
        lambda w: g.create_strategy(goal=goal(w), fields={"number": "1.9", "title": "Nine"}, act=by(w))),
    "update_strategy": (
        ["strategy.changed"],
        lambda w: g.update_strategy(strategy=Strategy.objects.get(), fields={"title": "Guard"}, act=by(w))),
    "create_evidence": (
        ["evidence.created"], lambda w: g.create_evidence(plan=w.plan, fields={"text": "Found"}, act=by(w))),
    "update_evidence": (
        ["evidence.changed"], lambda w: g.update_evidence(evidence=finding(w), fields={"text": "Seen"}, act=by(w))),
    "move_evidence": (
        ["evidence.created", "evidence.moved", "evidence.moved"], lambda w: g.move_evidence(
            evidence=finding(w), beside=g.create_evidence(plan=w.plan, fields={"text": "Last"}, act=by(w)).pk,
            is_after=True, act=by(w))),
    "retire_evidence": (["evidence.retired"], lambda w: g.retire_evidence(evidence=finding(w), act=by(w))),
    "restore_evidence": (
        ["evidence.restored"], lambda w: g.restore_evidence(evidence=finding(w, is_retired=True), act=by(w))),
    "add_parts": (
        ["goal.created"],
        lambda w: g.add_parts(plan=w.plan, rows=[Goal(plan=w.plan, number="9", title="Nine")], act=by(w))),
    "add_evidence": (
        ["evidence.created"],
        lambda w: g.add_evidence(plan=w.plan, rows=[(Evidence(plan=w.plan, text="Dark."), [goal(w)])], act=by(w))),
}  # fmt: skip

SILENT: dict[str, str] = {}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {
    "create_plan",
    "create_evidence",
    "move_evidence",
    "retire_evidence",
    "restore_evidence",
    "create_priority",
    "update_priority",
    "create_goal",
    "create_strategy",
    "add_parts",
    "add_evidence",
}
