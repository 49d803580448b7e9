"""What the services of the room `initiatives` leave in the audit log."""

from typing import Any

import goals.services as g
import initiatives.services as i
from goals.models import Goal, Plan, Strategy
from initiatives.models import Comment, Commitment, Initiative, Milestone, OwnerRequest, SavedView
from initiatives.selectors.structure import Place
from initiatives.selectors.succession import Choice
from tests.build import make_initiative, make_milestone, report
from tests.conftest import NOW
from tests.house.recorded.common import DAY, Table, by, goal
from tests.house.world import World

FOLLOWING = {"title": "Next", "start_date": DAY, "end_date": DAY}


def left_over(world: World) -> Choice:
    """All that is open in the plan before; that plan runs until it is archived."""
    Plan.objects.filter(pk=world.before.pk).update(state="active")
    keys = Initiative.objects.filter(plan=world.before).values_list("pk", flat=True)
    return Choice(carried=set(keys), under={}, archive=True)


def equity() -> Goal:
    return Goal.objects.get(title="Equity")


def strategy(world: World) -> Strategy:
    """One more, with nothing in it."""
    return g.create_strategy(goal=goal(world), fields={"number": "1.9", "title": "Nine"}, act=by(world, minutes=0))


def restored(world: World, row: Goal | Strategy) -> Any:
    i.retire_row(row=row, act=by(world, minutes=0))
    return i.restore_row(row=row, number=row.number, place=Place("First", goal_id=goal(world).pk), act=by(world))


def first_view() -> SavedView:
    return SavedView.objects.order_by("pk").first() or SavedView(pk=0)


def kept_view(world: World, name: str) -> SavedView:
    return i.save_view(owner=world.cast.manager, name=name, plan=None, query="", is_shared=True, act=by(world))


def offered(world: World, minutes: int = 0) -> Commitment:
    return i.offer_commitment(
        commitment=world.commitment, due_date=DAY, department=None, act=by(world, minutes=minutes)
    )


def accepted(world: World) -> Commitment:
    if Commitment.objects.get(pk=world.commitment.pk).state == Commitment.State.DELIVERED:
        return world.commitment
    return i.accept_commitment(commitment=world.commitment, act=by(world, minutes=0))


def declined(world: World) -> OwnerRequest:
    return i.decline_ownership(request=world.asked, proposed=world.cast.contributor, act=by(world, "owner", minutes=0))


def new(world: World, number: str) -> i.Change:
    fields = {"goal": goal(world), "number": number, "title": f"Work {number}", "start_date": DAY}
    return i.Change(None, fields, contributors=[world.cast.contributor])


TABLE: Table = {
    "copy_plan": (
        ["plan.created", "priority.created", "goal.created", "goal.created", "strategy.created", "evidence.created",
         "initiative.created", "milestone.added", "milestone.added", "commitment.proposed"],
        lambda w: i.copy_plan(source=w.plan, fields=FOLLOWING, along=i.Along(commitments=True), act=by(w))),
    "begin_successor": (
        ["plan.created", "priority.created"],
        lambda w: i.begin_successor(before=w.plan, fields=FOLLOWING, act=by(w))),
    "carry_forward": (
        ["goal.created", "initiative.created", "initiative.carried", "plan.changed"],
        lambda w: i.carry_forward(plan=w.plan, choice=left_over(w), act=by(w))),
    "create_initiative": (["initiative.created"], lambda w: make_initiative(w.plan, number="8.1")),
    "change_bulk": (
        ["initiative.changed"], lambda w: i.change_bulk(
            chosen={w.initiative.pk: Initiative.objects.get(pk=w.initiative.pk).version},
            change=i.BulkChange({"visibility": "internal"}), act=by(w))),
    "update_initiative": (
        ["initiative.changed"],
        lambda w: i.update_initiative(initiative=w.initiative, fields={"title": "Other"}, act=by(w))),
    "save_view": (["saved_view.shared"], lambda w: kept_view(w, "Mine to share")),
    "update_view": (["saved_view.changed"], lambda w: i.update_view(
        view=first_view(), name="Other", is_shared=True, seen_version=None, act=by(w))),
    "delete_view": (["saved_view.deleted"], lambda w: i.delete_view(
        view=first_view(), act=by(w))),
    "delete_initiative": (
        ["initiative.deleted"], lambda w: i.delete_initiative(initiative=w.initiative, act=by(w))),
    "move_row": (["goal.moved", "strategy.moved"], lambda w: (
        i.move_row(row=equity(), place=Place("First"), act=by(w)),
        i.move_row(row=Strategy.objects.get(), place=Place("First", goal_id=equity().pk), act=by(w)))),
    "split_row": (
        ["initiative.created", "initiative.split", "milestone.transferred", "strategy.created", "strategy.split",
         "goal.created", "goal.split"],
        lambda w: (
            i.split_row(row=w.initiative, number="1.77", title="Part", moving=[w.milestone], act=by(w)),
            i.split_row(row=Strategy.objects.get(), number="1.7", title="Part", act=by(w)),
            i.split_row(row=equity(), number="7", title="Part", act=by(w)))),
    "merge_rows": (
        ["initiative.created", "milestone.transferred", "milestone.transferred", "commitment.transferred",
         "initiative.merged", "initiative.merged", "strategy.created", "strategy.merged", "strategy.merged",
         "strategy.moved", "initiative.moved", "goal.merged", "goal.merged"],
        lambda w: (
            i.merge_rows(row=w.initiative, into=make_initiative(w.plan, number="8.1"), act=by(w)),
            i.merge_rows(row=Strategy.objects.get(), into=strategy(w), act=by(w)),
            i.merge_rows(row=goal(w), into=equity(), act=by(w)))),
    "retire_row": (
        ["strategy.created", "initiative.deleted", "strategy.retired", "goal.retired"],
        lambda w: [i.retire_row(row=row, act=by(w)) for row in (w.initiative, strategy(w), equity())]),
    "restore_row": (
        ["initiative.restored", "strategy.created", "strategy.retired", "strategy.restored", "goal.retired",
         "goal.restored"],
        lambda w: [
            i.restore_row(row=w.retired, number="9.9", place=Place("First", goal_id=goal(w).pk), act=by(w)),
            *(restored(w, row) for row in (strategy(w), equity()))]),
    "renumber_plan": (
        ["goal.moved", "goal.renumbered", "goal.renumbered", "strategy.renumbered", "initiative.renumbered"],
        lambda w: (
            i.move_row(row=equity(), place=Place("First"), act=by(w, minutes=0)),
            i.renumber_plan(plan=w.plan, by_strategy=False, act=by(w)))),
    "hand_over": (
        ["initiative.handed_over", "milestone.handed_over"],
        lambda w: i.hand_over(leaver=w.cast.owner, to=w.cast.contributor, act=by(w))),
    "accept_ownership": (
        ["initiative.owner_accepted"], lambda w: i.accept_ownership(request=w.asked, act=by(w, "owner"))),
    "decline_ownership": (["initiative.owner_declined"], declined),
    "ask_owner_again": (
        ["initiative.owner_declined", "initiative.owner_asked_again"],
        lambda w: i.ask_owner_again(request=declined(w), act=by(w))),
    "name_proposed_owner": (
        ["initiative.owner_declined", "initiative.changed"],
        lambda w: i.name_proposed_owner(request=declined(w), act=by(w))),
    "override_status": (
        ["initiative.status_overridden"],
        lambda w: i.override_status(initiative=w.initiative, status="at_risk", act=by(w))),
    "lift_override": (
        ["initiative.status_overridden", "initiative.override_lifted"],
        lambda w: i.lift_override(
            initiative=i.override_status(initiative=w.initiative, status="at_risk", act=by(w, minutes=0)), act=by(w))),
    "add_milestone": (["milestone.added"], lambda w: make_milestone(w.initiative, DAY)),
    "update_milestone": (
        ["milestone.changed"],
        lambda w: i.update_milestone(milestone=w.milestone, fields={"due_date": DAY}, act=by(w))),
    "complete_milestone": (
        ["milestone.completed"], lambda w: i.complete_milestone(milestone=w.milestone, act=by(w))),
    "cancel_milestone": (
        ["milestone.cancelled"], lambda w: i.cancel_milestone(milestone=w.milestone, act=by(w))),
    "reopen_milestone": (
        ["milestone.cancelled", "milestone.reopened"],
        lambda w: i.reopen_milestone(
            milestone=i.cancel_milestone(milestone=w.milestone, act=by(w, minutes=0)), act=by(w))),
    "propose_commitment": (
        ["commitment.proposed"],
        lambda w: i.propose_commitment(
            initiative=w.initiative, department=w.cast.health, what="Nurses", due_date=DAY, act=by(w))),
    "accept_commitment": (
        ["commitment.accepted"], lambda w: i.accept_commitment(commitment=w.commitment, act=by(w))),
    "decline_commitment": (
        ["commitment.declined"], lambda w: i.decline_commitment(commitment=w.commitment, act=by(w))),
    "offer_commitment": (["commitment.offered"], lambda w: offered(w, minutes=1)),
    "agree_to_offer": (
        ["commitment.offered", "commitment.agreed"],
        lambda w: i.agree_to_offer(commitment=offered(w), act=by(w))),
    "ask_again": (
        ["commitment.offered", "commitment.asked_again"],
        lambda w: i.ask_again(commitment=offered(w), act=by(w))),
    "deliver_commitment": (
        ["commitment.accepted", "commitment.delivered"],
        lambda w: i.deliver_commitment(commitment=accepted(w), act=by(w))),
    "move_commitment": (
        ["commitment.moved"], lambda w: i.move_commitment(commitment=w.commitment, due_date=DAY, act=by(w))),
    "withdraw_commitment": (
        ["commitment.withdrawn"], lambda w: i.withdraw_commitment(commitment=w.commitment, act=by(w))),
    "record_status_update": (
        ["status_update.recorded"], lambda w: report(w.initiative, "at_risk", NOW, w.cast.owner)),
    "record_no_change": (
        ["status_update.recorded"], lambda w: i.record_no_change(initiative=w.initiative, act=by(w, "owner"))),
    "correct_status_update": (
        ["status_update.corrected"],
        lambda w: i.correct_status_update(update=w.update, words={"happened": "Step 1 and 2."}, act=by(w, "owner"))),
    "ask_for_update": (
        ["initiative.update_asked"], lambda w: i.ask_for_update(initiative=w.initiative, act=by(w))),
    "reopen_commitment": (
        ["commitment.accepted", "commitment.delivered", "commitment.reopened"],
        lambda w: i.reopen_commitment(
            commitment=i.deliver_commitment(commitment=accepted(w), act=by(w, minutes=0)), act=by(w))),
    "add_comment": (
        ["comment.added"], lambda w: i.add_comment(update=w.update, text="And then?", act=by(w))),
    "correct_comment": (["comment.corrected"], lambda w: i.correct_comment(
        comment=Comment.objects.earliest("pk"), text="In other words", act=by(w))),
    "withdraw_comment": (["comment.withdrawn"], lambda w: i.withdraw_comment(
        comment=Comment.objects.earliest("pk"), act=by(w))),
    "acknowledge_update": (
        ["status_update.acknowledged"], lambda w: i.acknowledge_update(update=w.update, act=by(w, "leader"))),
    "create_initiatives": (
        ["initiative.created", "initiative.created"],
        lambda w: i.create_initiatives(plan=w.plan, changes=[new(w, "8.2"), new(w, "8.3")], act=by(w))),
    "update_initiatives": (
        ["initiative.changed"],
        lambda w: i.update_initiatives(changes=[i.Change(w.initiative, {"title": "Other"})], act=by(w))),
    "record_status_updates": (
        ["status_update.recorded"],
        lambda w: i.record_status_updates(
            reports=[(w.initiative, {"status": "at_risk", "happened": "Slow."}, w.update.pk)], act=by(w, "owner"))),
    "add_milestones": (
        ["milestone.added"],
        lambda w: i.add_milestones(rows=[Milestone(initiative=w.initiative, title="Step")], act=by(w))),
    "propose_commitments": (
        ["commitment.proposed"],
        lambda w: i.propose_commitments(
            rows=[Commitment(initiative=w.initiative, department=w.cast.health, what="Nurses")], act=by(w))),
}  # fmt: skip

# Services that change nothing a person would call the plan: each with the reason why no event is due.
SILENT = {
    "save_draft": "a draft counts for nothing (rule B-11)",
    "discard_draft": "a draft counts for nothing (rule B-11)",
}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {
    "reopen_commitment",
    "add_comment",
    "copy_plan",
    "begin_successor",
    "carry_forward",
    "create_initiative",
    "delete_initiative",
    "lift_override",
    "ask_owner_again",
    "name_proposed_owner",
    "split_row",
    "merge_rows",
    "retire_row",
    "restore_row",
    "add_milestone",
    "reopen_milestone",
    "propose_commitment",
    "agree_to_offer",
    "ask_again",
    "record_status_update",
    "record_no_change",
    "correct_status_update",
    "save_view",
    "create_initiatives",
    "record_status_updates",
    "add_milestones",
    "propose_commitments",
}
