"""What a service refuses by itself, whatever the page or form in front of it asked; and who may not, of all who might.

A page that is written tomorrow, or a command, has nothing but the service between it and the record.
"""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from goals.models import Goal
from goals.services import create_goal, create_plan, create_priority, create_strategy, update_plan
from initiatives import services as work
from outbox import services as outbox
from outbox.models import Message
from people import services as people
from people.services import update_user
from records.audit import StaleVersion
from reminders import services as reminders
from reports import services as reports
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW

DAY = date(2026, 12, 1)
OTHER_DAY = date(2027, 1, 15)


def by(cast, reason="Because.", **more):
    return act(NOW, cast.manager, reason=reason, **more)


def said(world, **more):
    return report(world.initiative, "on_track", "2026-10-05T12:00", world.cast.owner, "Said", **more)


def away(world):
    update_user(user=world.cast.contributor, fields={"is_active": False}, act=act(NOW))
    return fresh(world.cast.contributor)


def locked_plan(world):
    update_plan(plan=world.plan, fields={"is_locked": True}, act=act(NOW))
    return world.plan


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def edit(world, **fields):
    return work.update_initiative(initiative=world.initiative, fields=fields, act=by(world.cast))


def create(world, **fields):
    begin = {"goal": world.initiative.goal, "number": "9", "title": "New", "start_date": DAY}
    return work.create_initiative(plan=world.plan, fields=begin | fields, act=by(world.cast))


def correct(world, update, reason="Because.", when=NOW, **words):
    return work.correct_status_update(update=update, words=words, act=act(when, world.cast.owner, reason=reason))


def other_goal(world):
    return Goal.objects.get(plan=build_plan("other-plan"), number="1")


def strategy_elsewhere(world):
    goal = create_goal(plan=world.plan, fields={"number": "8", "title": "Other"}, act=act())
    return create_strategy(goal=goal, fields={"number": "8.1", "title": "Of the other"}, act=act())


def message(world, state):
    row = Message.objects.filter(person=world.cast.manager).earliest("pk")
    Message.objects.filter(pk=row.pk).update(state=state, note="Refused.", ended_at=NOW, sent_at=None, lease_until=None)
    return fresh(row)


def invite_many(world, *newcomers):
    people.invite_people(newcomers=[people.Newcomer(*one) for one in newcomers], act=by(world.cast))


def settle(world, state, decision, **more):
    return outbox.settle_by_hand(message=message(world, state), decision=decision, act=by(world.cast), **more)


def one_off(world, **more):
    row = {"plan": world.plan, "subject": "Note", "text": "Read.", "audiences": ["owners"], "send_on": DAY}
    return reminders.write_one_off(**row | {"act": by(world.cast)} | more)


def preferences(world, **more):
    return reminders.set_preferences(person=world.cast.owner, act=by(world.cast), **{"muted_kinds": []} | more)


def twice_corrected(world):
    update = said(world)
    correct(world, update, happened="Once")
    return correct(world, update, happened="Twice")


def cancelled(world):
    return work.cancel_milestone(milestone=world.milestone, act=by(world.cast))


def sent_one_off(world):
    type(world.one_off).objects.filter(pk=world.one_off.pk).update(queued_at=NOW)
    return reminders.withdraw_one_off(one_off=world.one_off, act=by(world.cast))


def quarter(world):
    return {"plan": world.plan, "quarter": world.plan.quarter_of(date(2026, 9, 30))}


def published_twice(world):
    of = quarter(world)
    reports.complete_report(**of, act=by(world.cast))
    reports.publish_report(**of, act=by(world.cast))
    return reports.publish_report(**of, act=by(world.cast))


def plan_named(slug, how=None, **more):
    fields = {"title": "Plan", "slug": slug, "start_date": date(2026, 7, 1), "end_date": date(2027, 6, 30)}
    return create_plan(fields=fields | more, act=how or act())


REFUSED = {
    "a new plan that runs already": (
        lambda w: plan_named("running", by(w.cast), state="active"),
        "a new plan is a draft",
    ),
    "declined without a reason": (
        lambda w: work.decline_commitment(commitment=w.commitment, act=by(w.cast, "")),
        "say why it is declined",
    ),
    "offered without a reason": (
        lambda w: work.offer_commitment(commitment=w.commitment, due_date=DAY, department=None, act=by(w.cast, "")),
        "say why",
    ),
    "withdrawn without a reason": (
        lambda w: work.withdraw_commitment(commitment=w.commitment, act=by(w.cast, " ")),
        "say why the commitment is withdrawn",
    ),
    "delivered before it was accepted": (
        lambda w: work.deliver_commitment(commitment=w.commitment, act=by(w.cast)),
        "that cannot be done to it now",
    ),
    "a date moved without a reason": (
        lambda w: work.move_commitment(commitment=w.commitment, due_date=OTHER_DAY, act=by(w.cast, " ")),
        "say why the due date moves",
    ),
    "shown as no status": (
        lambda w: work.override_status(initiative=w.initiative, status="green", act=by(w.cast)),
        "is not a status",
    ),
    "shown otherwise without a reason": (
        lambda w: work.override_status(initiative=w.initiative, status="at_risk", act=by(w.cast, " ")),
        "say why the status is set by hand",
    ),
    "handed to who leaves": (
        lambda w: work.hand_over(leaver=w.cast.owner, to=w.cast.owner, act=by(w.cast)),
        "other than the one who leaves",
    ),
    "handed to nobody active": (
        lambda w: work.hand_over(leaver=w.cast.owner, to=away(w), act=by(w.cast)),
        "choose an active person",
    ),
    "a field of an initiative that none may set": (
        lambda w: edit(w, reported_status="completed"),
        "not something an edit can set",
    ),
    "a new initiative with such a field": (
        lambda w: create(w, reported_status="completed"),
        "not something an edit can set",
    ),
    "a field of a milestone that none may set": (
        lambda w: work.update_milestone(milestone=w.milestone, fields={"slip_count": 0}, act=by(w.cast)),
        "not something an edit can set",
    ),
    "added to a locked plan": (lambda w: locked_plan(w) and create(w), "The plan is locked"),
    "deleted from a locked plan": (
        lambda w: locked_plan(w) and work.delete_initiative(initiative=fresh(w.initiative), act=by(w.cast)),
        "The plan is locked",
    ),
    "a focus area of another plan": (lambda w: edit(w, goal=other_goal(w)), "belongs to another plan"),
    "a strategy of another focus area": (
        lambda w: edit(w, strategy=strategy_elsewhere(w)),
        "Strategy: “8.1 Of the other” belongs",
    ),
    "due before it starts": (lambda w: edit(w, due_date=date(2025, 1, 1)), "it lies before the start date"),
    "owned by who was deactivated": (lambda w: edit(w, owner=away(w)), "was deactivated"),
    "created for who was deactivated": (lambda w: create(w, owner=away(w)), "was deactivated"),
    "priorities of another plan": (
        lambda w: work.update_initiative(
            initiative=w.initiative,
            fields={},
            act=by(w.cast),
            priorities=[create_priority(plan=build_plan("other-plan"), name="Elsewhere", act=act())],
        ),
        "only priorities of this plan",
    ),
    "a milestone owned by who was deactivated": (
        lambda w: work.update_milestone(milestone=w.milestone, fields={"owner": away(w)}, act=by(w.cast)),
        "was deactivated",
    ),
    "a cancelled milestone completed": (
        lambda w: work.complete_milestone(milestone=cancelled(w), act=by(w.cast)),
        "was cancelled",
    ),
    "a completed milestone cancelled": (
        lambda w: work.cancel_milestone(
            milestone=work.complete_milestone(milestone=w.milestone, act=by(w.cast)), act=by(w.cast)
        ),
        "is completed",
    ),
    "a milestone completed tomorrow": (
        lambda w: work.complete_milestone(milestone=w.milestone, completed_date=DAY, act=by(w.cast)),
        "has not come yet",
    ),
    "no change where nothing was said": (
        lambda w: work.record_no_change(initiative=make_initiative(w.plan, number="1.5"), act=by(w.cast)),
        "nothing to repeat",
    ),
    "an update corrected without a reason": (
        lambda w: correct(w, said(w), " ", happened="Better"),
        "say what is corrected",
    ),
    "an update turned round after a day": (
        lambda w: correct(w, said(w), when="2026-10-06T13:00", status="at_risk"),
        "within 24 hours",
    ),
    "an update turned round that is not the latest": (
        lambda w: correct(w, w.update, when="2026-09-01T13:00", status="at_risk") if said(w) else None,
        "only the latest update",
    ),
    "one's own update acknowledged": (
        lambda w: work.acknowledge_update(update=said(w), act=act(NOW, w.cast.owner)),
        "marks their own",
    ),
    "an update acknowledged by nobody": (
        lambda w: work.acknowledge_update(update=said(w), act=act(NOW)),
        "marks their own",
    ),
    "rows added that are kept": (lambda w: work.add_milestones(rows=[w.milestone], act=by(w.cast)), "kept already"),
    "commitments proposed that are kept": (
        lambda w: work.propose_commitments(rows=[w.commitment], act=by(w.cast)),
        "kept already",
    ),
    "a message settled somehow": (lambda w: settle(w, "failed", "perhaps"), "choose what became of"),
    "a refused message that arrived": (lambda w: settle(w, "failed", "arrived"), "it did not arrive"),
    "sending held without a reason": (lambda w: outbox.hold_sending(act=by(w.cast, " ")), "say why no mail may go out"),
    "a message that nobody wrote": (lambda w: one_off(w, act=act(NOW)), "somebody who wrote it"),
    "a message to nobody": (lambda w: one_off(w, audiences=[]), "at least one group"),
    "a message to strangers": (lambda w: one_off(w, audiences=["owners", "everybody"]), "at least one group"),
    "a message for yesterday": (lambda w: one_off(w, send_on=date(2026, 10, 4)), "this day has passed"),
    "a message withdrawn that is on its way": (sent_one_off, "on its way already"),
    "a delegate without days": (lambda w: preferences(w, delegate=w.cast.manager), "from when to when"),
    "a delegate that is oneself": (
        lambda w: preferences(w, delegate=w.cast.owner, away_from=DAY, away_until=DAY),
        "other than yourself",
    ),
    "a delegate who was deactivated": (
        lambda w: preferences(w, delegate=away(w), away_from=DAY, away_until=DAY),
        "choose an active person",
    ),
    "away until before it begins": (
        lambda w: preferences(w, away_from=OTHER_DAY, away_until=DAY),
        "lies before the first day",
    ),
    "a role that there is not": (
        lambda w: people.grant_role(user=w.cast.owner, role="king", act=by(w.cast)),
        "is not a role",
    ),
    "many invited, one without a name": (lambda w: invite_many(w, ("n@test.example", " ")), "cannot be blank"),
    "many invited, one with an address that is taken": (
        lambda w: invite_many(w, ("n@test.example", "New"), (" OWNER@test.example", "Second")),
        "already has an account",
    ),
    "many invited, one twice": (
        lambda w: invite_many(w, ("n@test.example", "New"), ("N@test.example", "New")),
        "already has an account",
    ),
    "many invited, one into a role that there is not": (
        lambda w: invite_many(w, ("n@test.example", "New", None, "king")),
        "is not a role",
    ),
    "many invited, a liaison without a department": (
        lambda w: invite_many(w, ("n@test.example", "New", None, "liaison")),
        "a liaison needs one",
    ),
    "an account invited that is deactivated": (
        lambda w: people.invite_user(user=away(w), act=by(w.cast)),
        "is deactivated",
    ),
    "an account invited that has joined": (
        lambda w: people.invite_user(user=w.cast.owner, act=by(w.cast)),
        "has joined already",
    ),
    "an invitation accepted twice": (
        lambda w: people.accept_invitation(user=w.cast.owner, password="x" * 20, act=by(w.cast)),
        "was used already",
    ),
    "a file for nobody": (
        lambda w: reports.request_export(
            **quarter(w), snapshot=None, format_key="xlsx", is_public=False, key="k", act=act(NOW)
        ),
        "nobody asked",
    ),
    "a summary without words": (
        lambda w: reports.write_summary(**quarter(w), text=" ", act=by(w.cast)),
        "at least a sentence",
    ),
    "a summary without an end": (
        lambda w: reports.write_summary(**quarter(w), text="x" * 20_001, act=by(w.cast)),
        "at most 20,000",
    ),
    "a row signed that is not in the report": (
        lambda w: reports.sign_off(**quarter(w), initiative_id=0, act=by(w.cast)),
        "not in the report",
    ),
    "published twice": (published_twice, "already published"),
    "a plan at the address of another page": (lambda w: plan_named("new"), "the address of another page"),
    "a focus area at the address of another page": (
        lambda w: create_goal(plan=w.plan, fields={"number": "new", "title": "N"}, act=act()),
        "the address of another page",
    ),
    "a number that is taken": (
        lambda w: create_goal(plan=w.plan, fields={"number": "1", "title": "N"}, act=act()),
        "is already used",
    ),
    "a department that is taken": (
        lambda w: people.create_department(name="N", abbreviation="oit", act=act()),
        "is already used",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_service_refuses_by_itself(world, what):
    do, sentence = REFUSED[what]
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        do(world)


STALE = {
    "an update corrected twice": twice_corrected,
    "no change": lambda w: (
        said(w) and work.record_no_change(initiative=w.initiative, seen_update_id=w.update.pk, act=by(w.cast))
    ),
    "updates of many": lambda w: (
        said(w)
        and work.record_status_updates(reports=[(w.initiative, {"status": "at_risk"}, w.update.pk)], act=by(w.cast))
    ),
    "an override lifted": lambda w: work.lift_override(initiative=w.initiative, seen_version=0, act=by(w.cast)),
    "an offer turned down": lambda w: work.ask_again(commitment=offered(w), seen_version=0, act=by(w.cast)),
    "roles": lambda w: people.grant_role(user=w.cast.owner, role="viewer", seen_changes=99, act=by(w.cast)),
    "a message settled": lambda w: settle(w, "failed", "drop", seen_fence=99),
    "many edited": lambda w: work.update_initiatives(
        changes=[work.Change(w.initiative, {"title": "T"}, seen_version=0)], act=by(w.cast)
    ),
}


def offered(world):
    return work.offer_commitment(commitment=world.commitment, due_date=DAY, department=None, act=by(world.cast))


@pytest.mark.parametrize("what", STALE)
def test_a_service_refuses_what_was_decided_on_an_older_page(world, what):
    with pytest.raises(StaleVersion):
        STALE[what](world)


def owned_by(person):
    def give(world):
        work.update_initiative(initiative=world.initiative, fields={"owner": person(world)}, act=act(NOW))
        return fresh(world.initiative)

    return give


def viewer(world):
    return world.cast.viewer


def milestone_of_viewer(world):
    return make_milestone(world.initiative, DAY, owner=world.cast.viewer)


def commitment_of_viewer(world):
    owned_by(viewer)(world)
    return fresh(world.commitment)


def update_of_viewer(world):
    return report(world.initiative, "on_track", "2026-10-05T12:00", world.cast.viewer, "Said")


MAY_NOT = [
    # Owning something lets nobody who only reads change it; a role to work lets nobody change what others own.
    ("viewer", "initiatives.change_initiative", owned_by(viewer)),
    ("contributor", "initiatives.change_initiative", lambda w: w.initiative),
    ("viewer", "initiatives.keep_milestone", milestone_of_viewer),
    ("contributor", "initiatives.keep_milestone", lambda w: w.milestone),
    ("viewer", "initiatives.correct_status_update", update_of_viewer),
    ("contributor", "initiatives.correct_status_update", lambda w: w.update),
    ("viewer", "initiatives.ask_any_department", owned_by(viewer)),
    ("contributor", "initiatives.ask_any_department", lambda w: w.initiative),
    ("viewer", "initiatives.propose_commitment", owned_by(viewer)),
    ("contributor", "initiatives.propose_commitment", lambda w: w.initiative),
    ("viewer", "initiatives.settle_offer", commitment_of_viewer),
    ("contributor", "initiatives.settle_offer", lambda w: w.commitment),
    ("viewer", "initiatives.withdraw_commitment", commitment_of_viewer),
    ("contributor", "initiatives.withdraw_commitment", lambda w: w.commitment),
    ("liaison", "initiatives.withdraw_commitment", lambda w: w.commitment),  # only asked; nothing was promised yet
    ("manager", "people.change_account", lambda w: w.cast.admin),
    ("contributor", "people.change_account", lambda w: w.cast.stranger),
    ("manager", "people.grant_role", lambda w: w.cast.admin),
    ("contributor", "people.grant_role", lambda w: w.cast.stranger),
]


@pytest.mark.parametrize(("who", "permission", "what"), MAY_NOT, ids=lambda v: v if isinstance(v, str) else "")
def test_half_a_right_is_none(world, who, permission, what):
    row = what(world)
    assert getattr(world.cast, who).has_perm(permission, row) is False
    assert world.cast.admin.has_perm(permission, row) is True
