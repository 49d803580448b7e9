"""What the services of this room refuse by themselves, beside those that tests/house/test_refusals.py names.

Each of these sentences is also asked for by a form, an import or a page; a service must not count on that.
"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from goals.models import Goal, Strategy
from goals.services import create_goal, create_strategy, update_plan
from initiatives import services as work
from initiatives.models import Commitment, Initiative, Milestone, StatusUpdate
from initiatives.selectors.structure import Place
from initiatives.services import Change
from people.services import update_user
from records.audit import StaleVersion
from records.models import AuditEvent
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW

DAY = date(2026, 12, 1)
STALE = 99  # a version that no row has

pytestmark = pytest.mark.usefixtures("initiative")


def how(reason="Because."):
    return act(NOW, reason=reason)


def one():
    return Initiative.objects.get(number="1.1")


def equity():
    return Goal.objects.get(title="Equity")


def protect():
    return Strategy.objects.get(title="Protect")


def retired():
    row = make_initiative(one().plan, number="9.9")
    work.retire_row(row=row, act=how())
    return Initiative.objects.get(pk=row.pk)


def milestone():
    return make_milestone(one(), DAY)


def promise(cast, **then):
    row = work.propose_commitment(initiative=one(), department=cast.streets, what="Dig", due_date=DAY, act=how())
    Commitment.objects.filter(pk=row.pk).update(**then)
    return Commitment.objects.get(pk=row.pk)


def offer(cast, row, **more):
    return work.offer_commitment(
        commitment=row, due_date=date(2027, 1, 15), department=None, act=act(NOW, cast.liaison, reason="Frost."), **more
    )


def away(cast):
    update_user(user=cast.contributor, fields={"is_active": False}, act=how())
    cast.contributor.refresh_from_db()
    return cast.contributor


def lock():
    update_plan(plan=one().plan, fields={"is_locked": True}, act=how())
    return one().plan


def new(row=None, **fields):
    begin = {} if row else {"goal": equity(), "number": "2.1", "title": "New", "start_date": DAY}
    return [Change(row, begin | fields)]


def create(**fields):
    return work.create_initiatives(plan=one().plan, changes=new(**fields), act=how())


def edit(**fields):
    return work.update_initiatives(changes=new(one(), **fields), act=how())


def restore(row, number="9.9", **more):
    return work.restore_row(row=row, number=number, place=Place("There", goal_id=equity().pk), act=how(), **more)


def move(row, **where):
    return work.move_row(row=row, place=Place("There", **where), act=how())


def twins():
    """Focus area 2 has a strategy 1.1 too, so that the one of focus area 1 has no room there."""
    return create_strategy(goal=equity(), fields={"number": "1.1", "title": "Twin"}, act=act())


def without_room():
    """Two initiatives of focus area 2 so close to each other that nothing fits between."""
    first, second = (make_initiative(one().plan, goal=equity(), number=f"2.{n}") for n in (1, 2))
    Initiative.objects.filter(pk=first.pk).update(sort_key="000002")
    Initiative.objects.filter(pk=second.pk).update(sort_key="000002.000000")
    return first


def deleted():
    row = milestone()
    Milestone.objects.filter(pk=row.pk).update(deleted_at=NOW)
    return row


REFUSED = {
    "a commitment to nothing": (
        lambda cast: work.propose_commitment(
            initiative=one(), department=cast.streets, what=" ", due_date=DAY, act=how()
        ),
        "cannot be blank",
    ),
    "many commitments, one of them to nothing": (
        lambda cast: work.propose_commitments(
            rows=[Commitment(initiative=one(), department=cast.streets, what="")], act=how()
        ),
        "cannot be blank",
    ),
    "another day offered for what was accepted": (
        lambda cast: offer(cast, promise(cast, state="accepted", accepted_at=NOW, accepted_by=cast.liaison)),
        "This commitment is accepted",
    ),
    "asked again though nothing was offered": (
        lambda cast: work.ask_again(commitment=promise(cast), act=how()),
        "proposes nothing else",
    ),
    "many added to a locked plan": (lambda cast: lock() and create(), "The plan is locked"),
    "many added, with a field that none may set": (
        lambda cast: create(reported_status="completed"),
        "not something an edit can set",
    ),
    "many added, one for who was deactivated": (lambda cast: create(owner=away(cast)), "was deactivated"),
    "many edited, with a field that none may set": (
        lambda cast: edit(reported_status="completed"),
        "not something an edit can set",
    ),
    "many edited, one moved in a locked plan": (lambda cast: lock() and edit(goal=equity()), "The plan is locked"),
    "many edited, one for who was deactivated": (lambda cast: edit(owner=away(cast)), "was deactivated"),
    "a milestone with a field that none may set": (
        lambda cast: work.add_milestone(initiative=one(), fields={"title": "T", "slip_count": 1}, act=how()),
        "not something an edit can set",
    ),
    "a milestone for who was deactivated": (
        lambda cast: work.add_milestone(initiative=one(), fields={"title": "T", "owner": away(cast)}, act=how()),
        "was deactivated",
    ),
    "a milestone without a title": (
        lambda cast: work.update_milestone(milestone=milestone(), fields={"title": ""}, act=how()),
        "cannot be blank",
    ),
    "many milestones, one for who was deactivated": (
        lambda cast: work.add_milestones(rows=[Milestone(initiative=one(), title="T", owner=away(cast))], act=how()),
        "was deactivated",
    ),
    "a milestone edited that was deleted": (
        lambda cast: work.update_milestone(milestone=deleted(), fields={"title": "T"}, act=how()),
        "was deleted in the meantime",
    ),
    "an update of no status": (lambda cast: report(one(), "green", NOW), "is not a valid choice"),
    "an update corrected to no status": (
        lambda cast: work.correct_status_update(
            update=report(one(), "on_track", NOW, cast.owner), words={"status": "green"}, act=how()
        ),
        "is not a valid choice",
    ),
    "merged without a reason": (
        lambda cast: work.merge_rows(row=one(), into=make_initiative(one().plan, number="1.2"), act=how("")),
        "say why it is merged",
    ),
    "merged into another kind": (
        lambda cast: work.merge_rows(row=equity(), into=protect(), act=how()),
        "belongs to another plan",
    ),
    "merged where a number would stand twice": (
        lambda cast: twins() and work.merge_rows(row=one().goal, into=equity(), act=how()),
        "has a strategy 1.1 already",
    ),
    "retired without a reason": (lambda cast: work.retire_row(row=one(), act=how("")), "say why it is retired"),
    "restored into a locked plan": (lambda cast: restore((retired(), lock())[0]), "The plan is locked"),
    "restored though it stands": (lambda cast: restore(one()), "is not retired any more"),
    "restored under no number": (lambda cast: restore(retired(), ""), "cannot be blank"),
    "moved to a focus area of another plan": (
        lambda cast: move(one(), goal_id=Goal.objects.get(plan=build_plan("other"), number="1").pk),
        "choose a focus area of this plan",
    ),
    "moved to a strategy of another focus area": (
        lambda cast: move(one(), goal_id=equity().pk, strategy_id=protect().pk),
        "the strategy is no longer under",
    ),
    "moved after what is not there": (
        lambda cast: move(one(), goal_id=equity().pk, after=one().pk),
        "what it should stand after is no longer there",
    ),
    "moved where there is no room": (
        lambda cast: move(one(), goal_id=equity().pk, after=without_room().pk),
        "no more room between these two",
    ),
    "a focus area added to a locked plan": (
        lambda cast: create_goal(plan=lock(), fields={"number": "3", "title": "N"}, act=how()),
        "The plan is locked",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_service_refuses_by_itself(cast, what):
    do, sentence = REFUSED[what]
    with pytest.raises(ValidationError) as refused:
        do(cast)
    assert sentence in " ".join(refused.value.messages)


ON_AN_OLDER_PAGE = {
    "another day offered": lambda cast: offer(cast, promise(cast), seen_version=STALE),
    "an offer agreed to": lambda cast: work.agree_to_offer(
        commitment=offer(cast, promise(cast)), seen_version=STALE, act=how()
    ),
    "a commitment moved": lambda cast: work.move_commitment(
        commitment=promise(cast), due_date=None, seen_version=STALE, act=how()
    ),
    "deleted": lambda cast: work.delete_initiative(initiative=one(), seen_version=STALE, act=how()),
    "overridden": lambda cast: work.override_status(initiative=one(), status="at_risk", seen_version=STALE, act=how()),
    "a milestone completed": lambda cast: work.complete_milestone(milestone=milestone(), seen_version=STALE, act=how()),
    "a milestone reopened": lambda cast: work.reopen_milestone(milestone=milestone(), seen_version=STALE, act=how()),
    "a milestone cancelled": lambda cast: work.cancel_milestone(milestone=milestone(), seen_version=STALE, act=how()),
    "restored": lambda cast: restore(retired(), seen_version=STALE),
}


@pytest.mark.parametrize("what", ON_AN_OLDER_PAGE)
def test_a_service_refuses_what_was_decided_on_an_older_page(cast, what):
    with pytest.raises(StaleVersion):
        ON_AN_OLDER_PAGE[what](cast)


def test_the_same_offer_twice_is_one(cast):
    row = offer(cast, promise(cast))
    before = AuditEvent.objects.count()
    again = work.offer_commitment(
        commitment=row, due_date=row.offered_due_date, department=None, seen_version=STALE, act=act(NOW, cast.liaison)
    )
    assert (again.version, AuditEvent.objects.count()) == (row.version, before)


def test_a_correction_that_changes_no_word_is_none(cast):
    said = report(one(), "on_track", NOW, cast.owner, "Dug.")
    assert work.correct_status_update(update=said, words={"happened": "Dug."}, act=how()) == said
    assert StatusUpdate.objects.get() == said
