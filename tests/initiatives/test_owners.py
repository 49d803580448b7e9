"""A new owner is asked, accepts, declines with a reason or proposes somebody else (rule R26)."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from initiatives import services as work
from initiatives.models import Initiative, OwnerAnswer, OwnerRequest
from initiatives.selectors.owners import asked_owner
from initiatives.selectors.succession import Choice
from people.services import update_user
from records.asof import AsOf
from records.audit import StaleVersion
from records.models import AuditEvent
from tests.build import act, build_plan, make_initiative
from tests.conftest import NOW
from tests.house.test_races import at_once
from tests.initiatives.owners import NOW_LIVE, by, give, open_request, unconfirmed, waits_for

pytestmark = pytest.mark.usefixtures("stopped")


# Every door by which an owner comes to an initiative; the last one that `who` owns came through it.
def created(row, who, how):
    fields = {"goal": row.goal, "number": "7.7", "title": "New", "start_date": date(2026, 1, 1), "owner": who}
    work.create_initiative(plan=row.plan, fields=fields, act=how)


def made_together(row, who, how):
    fields = {"goal": row.goal, "number": "7.7", "title": "New", "start_date": date(2026, 1, 1), "owner": who}
    work.create_initiatives(plan=row.plan, changes=[work.Change(None, fields)], act=how)


def changed_together(row, who, how):
    other = make_initiative(row.plan, number="7.7")
    work.update_initiatives(changes=[work.Change(other, {"owner": who})], act=how)


def bulk(row, who, how):
    other = make_initiative(row.plan, number="7.7")
    work.change_bulk(chosen={other.pk: other.version}, change=work.BulkChange({"owner": who}), act=how)


def handed_over(row, who, how):
    make_initiative(row.plan, number="7.7", owner=row.owner)
    work.hand_over(leaver=row.owner, to=who, act=how)


def split(row, who, how):
    owned = make_initiative(row.plan, number="7.6", owner=who)
    work.split_row(row=owned, number="7.7", title="Part", act=how)


def copied(row, who, how):
    make_initiative(row.plan, number="7.7", owner=who)
    fields = {"title": "Next", "slug": "next", "start_date": date(2027, 7, 1), "end_date": date(2029, 6, 30)}
    work.copy_plan(source=row.plan, fields=fields, along=work.Along(), act=how)


def carried(row, who, how):
    held = make_initiative(row.plan, number="7.7", owner=who)
    plan = build_plan("next", predecessor=row.plan)
    work.carry_forward(plan=plan, choice=Choice(carried={held.pk}, under={}, people=True), act=how)


DOORS = [created, made_together, changed_together, bulk, handed_over, split, copied, carried]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_by_whichever_door_an_owner_is_named_they_are_asked_unless_they_named_themselves(initiative, cast, door):
    who, rows = cast.contributor, Initiative.objects.filter(owner=cast.contributor)
    with transaction.atomic():
        door(initiative, who, by(cast.manager))
        found = OwnerRequest.objects.get(initiative=rows.latest("pk"), recorded_until__isnull=True)
        assert (found.person, found.asked_by, found.state) == (who, cast.manager, "waiting")
        assert found.recorded_from == rows.latest("pk").versions.get(recorded_until__isnull=True).recorded_from
        transaction.set_rollback(True)
    for how in (by(who), by(None)):
        with transaction.atomic():
            door(initiative, who, how)
            assert rows.exists()
            assert not OwnerRequest.objects.filter(person=who).exists()
            transaction.set_rollback(True)


def test_a_hundred_owners_are_asked_in_as_many_statements_as_two(plan, cast, goal):
    def costs(how_many, first):
        new = [
            work.Change(
                None,
                {"goal": goal, "number": f"{n}.9", "title": "N", "start_date": plan.start_date, "owner": cast.owner},
            )
            for n in range(first, first + how_many)
        ]
        with CaptureQueriesContext(connection) as seen:
            rows = work.create_initiatives(plan=plan, changes=new, act=by(cast.manager))
            fresh = [work.Change(row, {"owner": cast.contributor}) for row in rows]
            work.update_initiatives(changes=fresh, act=by(cast.manager, 1))
        return len([one for one in seen if "ownerrequest" in one["sql"]])

    assert costs(2, 10) == costs(100, 20) > 0
    assert OwnerRequest.objects.filter(recorded_until__isnull=True, person=cast.contributor).count() == 102


def test_who_owned_it_before_anybody_was_asked_counts_as_confirmed(initiative):
    assert asked_owner(initiative.pk, NOW_LIVE) is None
    assert unconfirmed() == set()


def test_it_is_unconfirmed_until_the_owner_accepts_and_accepting_twice_is_once(asked, cast):
    assert unconfirmed() == {"1.1"}
    assert [one.what for one in waits_for(cast.contributor)] == ["1.1 Initiative 1.1"]
    for minutes in (1, 2):
        work.accept_ownership(request=asked, act=by(cast.contributor, minutes))
    assert unconfirmed() == set()
    assert waits_for(cast.contributor) == []
    event = AuditEvent.objects.get(verb="initiative.owner_accepted")
    assert (event.actor_id, event.target_id) == (cast.contributor.pk, asked.initiative_id)
    assert OwnerAnswer.objects.count() == 1


def test_who_declines_stays_its_owner_with_the_reason_for_whoever_runs_the_plan(asked, cast):
    work.decline_ownership(request=asked, proposed=cast.owner, act=by(cast.contributor, 1, "On leave."))
    row = Initiative.objects.get(pk=asked.initiative_id)
    shown = asked_owner(row.pk, NOW_LIVE)
    assert row.owner == cast.contributor
    assert (shown.has_declined, shown.reason, shown.proposed_name) == (True, "On leave.", "Owner")
    assert unconfirmed() == {"1.1"}
    event = AuditEvent.objects.get(verb="initiative.owner_declined")
    assert (event.reason, event.changes) == ("On leave.", {"proposed_owner": ["", "Owner"]})


def test_the_one_proposed_is_made_the_owner_and_asked(asked, cast):
    work.decline_ownership(request=asked, proposed=cast.owner, act=by(cast.contributor, 1, "On leave."))
    row = work.name_proposed_owner(request=asked, act=by(cast.manager, 2))
    now = open_request(row)
    assert (row.owner, now.person, now.asked_by, now.state) == (cast.owner, cast.owner, cast.manager, "waiting")
    assert AuditEvent.objects.filter(verb="initiative.changed").latest("pk").reason == "Proposed by Contributor."
    assert [one.id for one in waits_for(cast.contributor)] == []


def test_a_manager_who_was_proposed_has_accepted_by_agreeing(asked, cast):
    work.decline_ownership(request=asked, proposed=cast.manager, act=by(cast.contributor, 1, "Yours."))
    row = work.name_proposed_owner(request=asked, act=by(cast.manager, 2))
    assert (row.owner, open_request(row)) == (cast.manager, None)


def test_who_declined_can_be_asked_again_and_then_accept(asked, cast):
    work.decline_ownership(request=asked, act=by(cast.contributor, 1, "No time."))
    again = work.ask_owner_again(request=asked, act=by(cast.admin, 2))
    assert (again.person, again.asked_by, again.state) == (cast.contributor, cast.admin, "waiting")
    work.accept_ownership(request=again, act=by(cast.contributor, 3))
    assert unconfirmed() == set()


def test_another_owner_ends_what_was_asked(asked, initiative, cast):
    now = give(initiative, cast.liaison, cast.manager, 1)
    asked.refresh_from_db()
    assert (asked.recorded_until, now.recorded_from) == (NOW + timedelta(minutes=1),) * 2
    work.update_initiative(initiative=initiative, fields={"owner": None}, act=by(cast.manager, 2))
    assert open_request(initiative) is None
    assert unconfirmed() == set()


def test_an_edit_that_leaves_the_owner_alone_asks_nobody(asked, initiative, cast):
    work.update_initiative(
        initiative=initiative, fields={"title": "T", "owner": cast.contributor}, act=by(cast.admin, 1)
    )
    assert open_request(initiative) == asked


def test_a_past_day_says_what_was_asked_then(asked, initiative, cast):
    work.decline_ownership(
        request=asked, proposed=cast.owner, act=act("2026-10-06T14:00", cast.contributor, reason="No.")
    )
    work.name_proposed_owner(request=asked, act=act("2026-10-07T14:00", cast.manager))
    update_user(user=cast.owner, fields={"name": "Renamed"}, act=act("2026-10-08T14:00"))
    before, first, second, third = (AsOf.end_of(date(2026, 10, day)) for day in (4, 5, 6, 7))
    assert asked_owner(initiative.pk, before) is None
    assert asked_owner(initiative.pk, first).is_waiting
    assert asked_owner(initiative.pk, second).proposed_name == "Owner"
    assert asked_owner(initiative.pk, third).person_name == "Owner"
    assert asked_owner(initiative.pk, NOW_LIVE).person_name == "Renamed"


def away(cast):
    update_user(user=cast.liaison, fields={"is_active": False}, act=act())
    cast.liaison.refresh_from_db()
    return cast.liaison


def answered(asked, cast, **more):
    return work.decline_ownership(request=asked, act=by(cast.contributor, 1, "No time."), **more)


def ended(asked, cast):
    give(asked.initiative, cast.owner, cast.manager, 1)
    return asked


REFUSED = {
    "declined without a reason": (
        lambda r, c: work.decline_ownership(request=r, act=by(c.contributor)), "say why you decline"),
    "oneself proposed": (
        lambda r, c: work.decline_ownership(request=r, proposed=c.contributor, act=by(c.contributor, 1, "No.")),
        "other than yourself"),
    "somebody proposed who was deactivated": (
        lambda r, c: work.decline_ownership(request=r, proposed=away(c), act=by(c.contributor, 1, "No.")),
        "choose an active person"),
    "accepted for somebody else": (
        lambda r, c: work.accept_ownership(request=r, act=by(c.manager)), "can answer this"),
    "accepted by the system": (lambda r, c: work.accept_ownership(request=r, act=by(None)), "can answer this"),
    "declined for somebody else": (
        lambda r, c: work.decline_ownership(request=r, act=by(c.admin, 1, "No.")), "can answer this"),
    "accepted when another owner was named": (
        lambda r, c: work.accept_ownership(request=ended(r, c), act=by(c.contributor, 2)), "not asked any more"),
    "declined when another owner was named": (
        lambda r, c: work.decline_ownership(request=ended(r, c), act=by(c.contributor, 2, "No.")),
        "not asked any more"),
    "accepted after declining": (
        lambda r, c: work.accept_ownership(request=answered(r, c), act=by(c.contributor, 2)), "answered this already"),
    "declined after accepting": (
        lambda r, c: answered(work.accept_ownership(request=r, act=by(c.contributor)), c), "answered this already"),
    "asked again before an answer": (
        lambda r, c: work.ask_owner_again(request=r, act=by(c.manager, 1)), "has not declined it"),
    "asked again after accepting": (
        lambda r, c: work.ask_owner_again(
            request=work.accept_ownership(request=r, act=by(c.contributor)), act=by(c.manager, 1)),
        "has not declined it"),
    "asked again of who is its owner no more": (
        lambda r, c: work.ask_owner_again(request=ended(answered(r, c), c), act=by(c.manager, 2)),
        "has not declined it"),
    "agreed to no proposal": (
        lambda r, c: work.name_proposed_owner(request=answered(r, c), act=by(c.manager, 2)), "proposes nobody else"),
    "agreed before an answer": (
        lambda r, c: work.name_proposed_owner(request=r, act=by(c.manager, 2)), "has not declined it"),
    "somebody named who was deactivated meanwhile": (
        lambda r, c: work.name_proposed_owner(request=_proposed_then_away(r, c), act=by(c.manager, 2)),
        "was deactivated"),
    "accepted of what was retired": (
        lambda r, c: (work.delete_initiative(initiative=r.initiative, act=by(c.manager, 1)),
                      work.accept_ownership(request=r, act=by(c.contributor, 2))),
        "was deleted in the meantime"),
    "agreed of what was retired": (
        lambda r, c: (answered(r, c, proposed=c.owner), work.delete_initiative(
            initiative=r.initiative, act=by(c.manager, 2)), work.name_proposed_owner(request=r, act=by(c.manager, 3))),
        "was deleted in the meantime"),
}  # fmt: skip


def _proposed_then_away(asked, cast):
    found = answered(asked, cast, proposed=cast.liaison)
    away(cast)
    return found


@pytest.mark.parametrize("what", REFUSED)
def test_a_service_refuses_by_itself(asked, cast, what):
    do, sentence = REFUSED[what]
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        do(asked, cast)


STALE = {
    "accepted": lambda r, c: work.accept_ownership(request=answered(r, c), seen_version=1, act=by(c.contributor, 2)),
    "declined": lambda r, c: work.decline_ownership(
        request=ended(r, c), seen_version=1, act=by(c.contributor, 2, "No.")),
    "asked again": lambda r, c: work.ask_owner_again(request=answered(r, c), seen_version=1, act=by(c.manager, 2)),
    "agreed": lambda r, c: work.name_proposed_owner(
        request=answered(r, c, proposed=c.owner), seen_version=1, act=by(c.manager, 2)),
}  # fmt: skip


@pytest.mark.parametrize("what", STALE)
def test_a_service_refuses_what_was_decided_on_an_older_page(asked, cast, what):
    with pytest.raises(StaleVersion):
        STALE[what](asked, cast)


def test_the_database_keeps_one_open_request_and_no_declining_without_a_reason(asked, initiative, cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnerRequest.objects.create(initiative=initiative, person=cast.owner, asked_by=cast.manager, recorded_from=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnerAnswer.objects.create(request=asked, accepts=False, recorded_at=NOW)


def test_nobody_may_answer_for_somebody_else_nor_who_has_no_role(initiative, cast, asked):
    for who in (cast.admin, cast.manager, cast.owner, cast.liaison, cast.viewer, cast.leader):
        assert not who.has_perm("initiatives.answer_owner_request", asked)
    assert cast.contributor.has_perm("initiatives.answer_owner_request", asked)
    assert cast.viewer.has_perm("initiatives.answer_owner_request", give(initiative, cast.viewer, cast.manager, 1))
    assert not cast.stranger.has_perm(
        "initiatives.answer_owner_request", give(initiative, cast.stranger, cast.admin, 2)
    )


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.parametrize("other", ["declines", "is replaced", "accepts"])
def test_an_answer_and_what_happens_at_the_same_moment_leave_one_truth(cast, initiative, other):
    asked = give(initiative, cast.contributor, cast.manager)
    others = {
        "declines": lambda: work.decline_ownership(request=asked, act=by(cast.contributor, 1, "No.")),
        "is replaced": lambda: give(initiative, cast.owner, cast.manager, 1),
        "accepts": lambda: work.accept_ownership(request=asked, act=by(cast.contributor, 1)),
    }
    results = at_once(lambda: work.accept_ownership(request=asked, act=by(cast.contributor, 1)), others[other])
    failed = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, ValidationError) for one in failed), results
    assert len(failed) <= 1
    assert OwnerAnswer.objects.filter(request=asked).count() <= 1
    initiative.refresh_from_db()
    assert open_request(initiative).person == initiative.owner
    if other != "is replaced":
        assert OwnerAnswer.objects.count() == 1
