"""Whom a reminder reaches and what one mail holds: rules B-14, B-15, B-25 to B-30, B-35."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from goals.models import Holiday
from goals.services import update_goal, update_plan
from initiatives.models import StatusUpdate
from initiatives.services import (
    accept_commitment,
    acknowledge_update,
    complete_milestone,
    hand_over,
    override_status,
    propose_commitment,
    update_initiative,
)
from outbox.models import Message
from outbox.services import send_due_messages
from people.models import User
from people.roles import Role
from people.services import create_user, grant_role, revoke_role, update_user
from reminders.models import MessageItem, OneOff
from reminders.selectors.log import initiatives_without_reachable_owner
from reminders.selectors.recipients import Directory, Recipient
from reminders.services import (
    mute_digests,
    plan_messages,
    set_escalation,
    set_preferences,
    withdraw_one_off,
    write_one_off,
)
from tests.build import act, make_initiative, make_milestone, report
from tests.reminders.cast import TODAY, addresses, emails, morning, run, run_each, told

DAY = timedelta(days=1)
SOON = TODAY + 7 * DAY


@pytest.fixture
def fresh(initiative, cast):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    return initiative


def test_b15_the_lead_is_asked_to_acknowledge_and_nobody_their_own(initiative, goal, cast):
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act("2026-10-04T12:00"))
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner, "It went well")
    run(TODAY)
    assert told() == [("acknowledgement_asked", TODAY, 0)]
    assert addresses() == [cast.leader.email]
    report(initiative, "on_track", "2026-10-06T12:00", cast.leader, "My own words")
    run(TODAY + DAY)
    assert [(one.to, "TO READ" in one.body) for one in mail.outbox[1:]] == [([cast.owner.email], True)]
    run(TODAY + 2 * DAY)
    assert len(mail.outbox) == 2


def test_r15_a_new_lead_is_asked_from_the_day_they_became_lead(initiative, goal, plan, cast, sign_in):
    second = make_initiative(plan, number="1.2", owner=cast.owner)
    report(initiative, "on_track", "2026-10-02T12:00", cast.owner, "Before anybody led")
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act("2026-10-04T12:00"))
    report(second, "on_track", "2026-10-04T18:00", cast.owner, "On the day itself")
    run(TODAY)
    asked = MessageItem.objects.filter(kind="acknowledgement_asked")
    assert [item.subject_id for item in asked] == [StatusUpdate.objects.get(initiative=second).pk]
    page = sign_in(cast.leader).get("/").content.decode()
    assert "On the day itself" in page or "1.2" in page
    assert "Before anybody led" not in page


def test_r15_of_what_an_override_closed_nothing_is_asked(initiative, goal, cast):
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act("2026-10-04T12:00"))
    report(initiative, "on_track", "2026-10-05T10:00", cast.owner, "It went well")
    override_status(
        initiative=initiative, status="cancelled", act=act("2026-10-05T11:00", cast.manager, reason="No money")
    )
    run(TODAY)
    assert told() == []


def test_r15_the_closing_update_itself_is_asked(initiative, goal, cast):
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act("2026-10-04T12:00"))
    report(initiative, "completed", "2026-10-05T10:00", cast.owner, "All done")
    run(TODAY)
    assert told() == [("acknowledgement_asked", TODAY, 0)]


def test_b15_without_a_lead_posting_works_and_no_one_is_asked(fresh):
    run(TODAY)
    assert mail.outbox == []


def test_b14_one_notice_to_the_author_that_it_was_read(initiative, goal, cast):
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act("2026-10-04T12:00"))
    said = report(initiative, "on_track", "2026-10-05T12:00", cast.owner, "It went well")
    for _ in range(2):
        acknowledge_update(update=said, act=act("2026-10-05T12:30", cast.leader))
    for n in range(4):
        run(TODAY + n * DAY)
    assert told() == [("update_acknowledged", TODAY, 0)]
    assert addresses() == [cast.owner.email]
    assert f"The update was read on 5 Oct 2026 by {cast.leader.name}." in mail.outbox[0].body
    assert f"/initiatives/{initiative.pk}/" in mail.outbox[0].body


def test_what_asks_nothing_has_a_plain_link_and_says_nothing_of_answering(initiative, goal, cast):
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act("2026-10-04T12:00"))
    User.objects.filter(pk=cast.owner.pk).update(name="Owner, digital services")
    said = report(initiative, "on_track", "2026-10-05T12:00", cast.owner, "It went well")
    acknowledge_update(update=said, act=act("2026-10-05T12:30", cast.leader))
    run(TODAY)
    make_milestone(initiative, SOON)
    run(TODAY + DAY)
    shown, asked = mail.outbox
    for body in (shown.body, shown.alternatives[0][0]):
        assert "What is new" in body
        assert "without signing in" not in body
        assert "1 thing." in body
        assert "For: Owner, digital services" in body.replace("<bdi>", "").replace("</bdi>", "")
    for body in (asked.body, asked.alternatives[0][0]):
        assert "What needs you" in body
        assert "without signing in" in body
    assert 'class="button"' not in shown.alternatives[0][0]
    assert 'class="button"' in asked.alternatives[0][0]


def test_b25_two_owners_two_mails(fresh, cast):
    make_milestone(fresh, SOON, owner=cast.contributor)
    run(TODAY)
    assert addresses() == emails([cast.owner, cast.contributor])
    for one in mail.outbox:
        assert len(one.to) == 1
        assert not one.cc
        assert not one.bcc
    bodies = {one.to[0]: one.body for one in mail.outbox}
    assert cast.contributor.email not in bodies[cast.owner.email]
    assert MessageItem.objects.filter(kind="milestone_due_soon").count() == 2


def test_b26_no_owner_the_chain(fresh, cast):
    make_milestone(fresh, SOON)
    update_initiative(initiative=fresh, fields={"owner": None}, act=act("2026-10-05T12:30"))
    run(TODAY)
    assert addresses() == [cast.liaison.email]


def test_b26_without_liaison_the_plan_managers_then_the_administrators(fresh, cast):
    make_milestone(fresh, SOON)
    update_initiative(
        initiative=fresh, fields={"owner": None, "lead_department": cast.health}, act=act("2026-10-05T12:30")
    )
    run(TODAY)
    assert addresses() == [cast.manager.email]
    update_user(user=cast.manager, fields={"is_active": False}, act=act("2026-10-05T15:00"))
    make_milestone(fresh, SOON)
    run(TODAY + DAY)
    assert addresses() == emails([cast.manager, cast.admin])


def test_b26_with_an_owner_nobody_else(fresh, cast):
    make_milestone(fresh, SOON)
    run(TODAY)
    assert addresses() == [cast.owner.email]


def test_b27_three_roles_one_line(plan, cast):
    grant_role(user=cast.liaison, role=Role.ADMINISTRATOR, act=act())
    one = make_initiative(plan, number="1.9", owner=cast.liaison, lead_department=cast.streets)
    report(one, "on_track", "2026-10-05T12:00", cast.liaison)
    make_milestone(one, SOON, owner=cast.liaison, title="Lay the cable")
    run(TODAY)
    assert addresses() == [cast.liaison.email]
    assert mail.outbox[0].body.count("Lay the cable") == 1


def test_b28_one_mail_sorted_each_with_its_link(plan, fresh, cast, client, time_machine):
    time_machine.move_to("2026-10-05T14:00:00Z", tick=False)
    stale = make_initiative(plan, number="1.8", owner=cast.owner, title="Quiet one")
    report(stale, "on_track", "2026-06-01T12:00", cast.owner)
    for title, days in (("Due in seven", 7), ("Three late", -3), ("Due today", 0), ("Ten late", -10)):
        make_milestone(fresh, TODAY + days * DAY, title=title)
    run(TODAY)
    body = mail.outbox[0].body
    wanted = ["Ten late", "Three late", "Due today", "Due in seven", "Quiet one"]
    assert sorted(wanted, key=body.index) == wanted
    links = re.findall(r"/answer/\S+", body)
    asked = [client.get(link).content.decode() for link in links]
    forms = ["Is this done?"] * 4 + ["How does it stand?"]
    assert [(title in page, form in page) for title, form, page in zip(wanted, forms, asked, strict=True)] == [
        (True, True)
    ] * 5
    assert mail.outbox[0].subject == "planapp: 2 late, 2 coming up, 1 status update needed"


def test_b28_nothing_due_no_mail(fresh):
    run(TODAY)
    assert Message.objects.count() == 0


def test_b29_opting_out(plan, fresh, cast):
    other = make_initiative(plan, number="1.7", owner=cast.contributor)
    report(other, "on_track", "2026-10-05T12:00", cast.contributor)
    third = make_initiative(plan, number="1.6", owner=cast.manager)
    report(third, "on_track", "2026-10-05T12:00", cast.manager)
    for one in (fresh, other, third):
        make_milestone(one, SOON)
    set_preferences(person=cast.owner, muted_kinds=["milestone_due_soon"], act=act("2026-10-05T12:00", cast.owner))
    set_preferences(person=cast.manager, muted_kinds=[], act=act("2026-10-05T12:00", cast.manager))
    run(TODAY)
    assert addresses() == emails([cast.contributor, cast.manager])


def test_b29_account_mails_still_reach_who_opted_out_of_everything(fresh, cast, client):
    make_milestone(fresh, SOON)
    mute_digests(person=cast.owner, act=act("2026-10-05T12:00", cast.owner))
    run(TODAY)
    assert mail.outbox == []
    client.post(reverse("people:password-reset"), {"email": cast.owner.email})
    assert addresses() == [cast.owner.email]


def test_b30_nobody_there_to_read_it(plan, fresh, cast, sign_in):
    make_milestone(fresh, SOON)
    other = make_initiative(plan, number="1.7", owner=cast.contributor, lead_department=cast.health)
    report(other, "on_track", "2026-10-05T12:00", cast.contributor)
    make_milestone(other, SOON)
    third = make_initiative(plan, number="1.6", owner=cast.admin)
    report(third, "on_track", "2026-10-05T12:00", cast.admin)
    make_milestone(third, SOON)
    update_user(user=cast.owner, fields={"is_active": False}, act=act("2026-10-05T12:10"))
    User.objects.filter(pk=cast.contributor.pk).update(email="")
    run(TODAY)
    assert addresses() == emails([cast.liaison, cast.manager, cast.admin])
    assert {one.pk for one in initiatives_without_reachable_owner()} == {fresh.pk, other.pk}
    page = sign_in(cast.admin).get(reverse("reminders:message-list")).content.decode()
    for one in (fresh, other):
        assert f'<a href="/initiatives/{one.pk}/">' in page
    assert f'<a href="/initiatives/{third.pk}/">' not in page


def test_b30_an_owner_who_lost_their_last_role_is_not_reachable(fresh, cast):
    make_milestone(fresh, SOON)
    update_initiative(initiative=fresh, fields={"owner": cast.stranger}, act=act("2026-10-05T12:30"))
    run(TODAY)
    assert addresses() == [cast.liaison.email]


@pytest.mark.parametrize("change", ["done", "owner", "muted", "deactivated"])
def test_what_changed_between_planning_and_sending_counts(fresh, cast, change):
    milestone = make_milestone(fresh, SOON)
    plan_messages(at=morning(TODAY))
    when = act("2026-10-05T13:01")
    if change == "done":
        complete_milestone(milestone=milestone, act=when)
    elif change == "owner":
        hand_over(leaver=cast.owner, to=cast.contributor, act=when)
    elif change == "muted":
        set_preferences(person=cast.owner, muted_kinds=["milestone_due_soon"], act=act("2026-10-05T13:01", cast.owner))
    else:
        update_user(user=cast.owner, fields={"is_active": False}, act=when)
    send_due_messages(at=morning(TODAY) + timedelta(minutes=5))
    assert mail.outbox == []
    message = Message.objects.get()
    assert message.state == "cancelled"
    assert message.note
    assert message.reminder_items.get().dropped
    run(TODAY)
    wanted = {"owner": [cast.contributor.email], "deactivated": [cast.liaison.email]}
    assert addresses() == wanted.get(change, [])


def test_away_the_delegate_is_for_it_once_and_the_person_is_not_told_again(fresh, cast):
    make_milestone(fresh, SOON)
    set_preferences(
        person=cast.owner,
        muted_kinds=[],
        away_from=TODAY,
        away_until=TODAY + 2 * DAY,
        delegate=cast.contributor,
        act=act("2026-10-04T12:00", cast.owner),
    )
    run(TODAY)
    assert addresses() == [cast.contributor.email]
    assert f"You stand in for {cast.owner.name}." in mail.outbox[0].body
    run(TODAY + 3 * DAY)
    assert len(mail.outbox) == 1


def test_away_without_delegate_it_waits_and_is_made_good_once(fresh, cast):
    make_milestone(fresh, SOON)
    until = TODAY + 2 * DAY
    set_preferences(
        person=cast.owner, muted_kinds=[], away_from=TODAY, away_until=until, act=act("2026-10-04T12:00", cast.owner)
    )
    for n in range(6):
        run(TODAY + n * DAY)
    assert told(cast.owner) == [("milestone_due_soon", TODAY + 3 * DAY, -7)]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.LEADER])
def test_away_a_delegate_who_may_only_read_is_not_asked_until_they_may_answer(fresh, cast, role):
    make_milestone(fresh, SOON)
    reader = create_user(email="reader@test.example", name="Rea Reader", act=act("2026-10-04T12:00"))
    grant_role(user=reader, role=role, act=act("2026-10-04T12:00"))
    set_preferences(
        person=cast.owner, muted_kinds=[], away_from=TODAY, away_until=TODAY + 2 * DAY, delegate=reader,
        act=act("2026-10-04T12:00", cast.owner),
    )  # fmt: skip
    run(TODAY)
    assert mail.outbox == []
    grant_role(user=reader, role=Role.CONTRIBUTOR, act=act("2026-10-05T15:00"))
    run(TODAY + DAY)
    assert addresses() == [reader.email]


def test_away_a_delegate_who_lost_their_pen_after_planning_is_not_asked(fresh, cast):
    make_milestone(fresh, SOON)
    set_preferences(
        person=cast.owner, muted_kinds=[], away_from=TODAY, away_until=TODAY + 2 * DAY, delegate=cast.contributor,
        act=act("2026-10-04T12:00", cast.owner),
    )  # fmt: skip
    grant_role(user=cast.contributor, role=Role.VIEWER, act=act("2026-10-04T12:00"))
    plan_messages(at=morning(TODAY))
    pen = cast.contributor.role_grants.get(role=Role.CONTRIBUTOR, recorded_until__isnull=True)
    revoke_role(grant=pen, act=act("2026-10-05T13:01"))
    send_due_messages(at=morning(TODAY) + timedelta(minutes=5))
    assert mail.outbox == []


def test_away_who_only_reads_may_be_stood_in_for_by_who_only_reads():
    leader, viewer, owner = 1, 2, 3
    book = Directory(TODAY, reachable={leader, viewer, owner}, working={owner}, away={leader: viewer, owner: viewer})
    told = [Recipient(leader, "leader"), Recipient(owner, "owner")]
    assert book.after_preferences(told, "report_ready") == [Recipient(viewer, "leader", instead_of=leader)]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"away_from": TODAY}, "away_until"),
        ({"away_from": TODAY, "away_until": TODAY - DAY}, "away_until"),
        ({"muted_kinds": ["weather"]}, "muted_kinds"),
    ],
)
def test_wrong_preferences_are_refused_by_name(cast, fields, named):
    with pytest.raises(ValidationError) as refused:
        set_preferences(person=cast.owner, **{"muted_kinds": [], **fields}, act=act(by=cast.owner))
    assert named in refused.value.message_dict


def test_commitments_are_asked_for_then_due_then_late(fresh, cast):
    promise = propose_commitment(
        initiative=fresh, department=cast.streets, what="Dig the trench", due_date=TODAY + 9 * DAY,
        act=act("2026-10-05T12:00", cast.manager),
    )  # fmt: skip
    run(TODAY)
    run(TODAY + DAY)
    accept_commitment(commitment=promise, act=act("2026-10-06T20:00", cast.liaison))
    for n in range(2, 12):
        run(TODAY + n * DAY)
    assert told() == [
        ("commitment_asked", TODAY, 0),
        ("commitment_accepted", TODAY + 2 * DAY, 0),
        ("commitment_due_soon", TODAY + 2 * DAY, -7),
        ("commitment_due_soon", TODAY + 8 * DAY, -1),
        ("commitment_overdue", TODAY + 10 * DAY, 1),
    ]
    assert set(addresses()) == {cast.liaison.email, cast.owner.email}


@pytest.mark.parametrize("missed", [False, True])
def test_b35_one_off_message_on_its_day_only(plan, initiative, cast, missed):
    report(initiative, "on_track", "2026-11-29T12:00", cast.owner)
    grant_role(user=cast.owner, role=Role.LIAISON, department=cast.health, act=act())
    write_one_off(
        plan=plan, subject="Retreat", text="Bring your numbers.", audiences=["managers", "owners", "liaisons"],
        send_on=date(2026, 12, 1), act=act("2026-11-20T12:00", cast.manager),
    )  # fmt: skip
    run(date(2026, 11, 30))
    assert mail.outbox == []
    for day in (date(2026, 12, 2),) if missed else (date(2026, 12, 1), date(2026, 12, 2)):
        run(day)
        assert addresses() == emails([cast.owner, cast.liaison, cast.manager, cast.admin])


def test_a_one_off_withdrawn_in_time_does_not_go_out(plan, cast):
    row = write_one_off(
        plan=plan, subject="Oops", text="Not this.", audiences=["managers"], send_on=date(2026, 12, 1),
        act=act("2026-11-20T12:00", cast.manager),
    )  # fmt: skip
    withdraw_one_off(one_off=row, act=act("2026-11-21T12:00", cast.manager))
    run(date(2026, 12, 1))
    assert mail.outbox == []
    assert OneOff.objects.get().withdrawn_at is not None


def test_header_injection_is_impossible(plan, cast):
    person = create_user(email="trap@test.example", name="Trap", act=act())
    grant_role(user=person, role=Role.CONTRIBUTOR, act=act())
    User.objects.filter(pk=person.pk).update(name="Trap\r\nBcc: everyone@test.example")
    one = make_initiative(plan, number="1.7", owner=person, title="A\nBcc: x@test.example")
    report(one, "on_track", "2026-10-05T12:00", person)
    make_milestone(one, SOON, title="Step\r\nBcc: y@test.example")
    write_one_off(
        plan=plan, subject="Hello\r\nBcc: z@test.example", text="Hi", audiences=["owners"], send_on=TODAY,
        act=act("2026-10-05T12:00", cast.manager),
    )  # fmt: skip
    run(TODAY)
    assert len(mail.outbox) == 2
    for sent in mail.outbox:
        parsed = sent.message()
        assert parsed["Bcc"] is None
        assert "\n" not in parsed["Subject"].replace("\n ", "")
        assert parsed["To"] == "trap@test.example"


def test_what_stays_late_is_told_to_the_liaison_then_to_the_plan_managers_once_each(plan, fresh, cast):
    set_escalation(plan=plan, liaison_after=3, managers_after=6, act=act("2026-10-05T12:00", cast.manager))
    update_plan(plan=plan, fields={"working_days": [0, 1, 2, 3, 4]}, act=act("2026-10-05T12:00"))
    Holiday.objects.create(plan=plan, day=TODAY + 2 * DAY, name="A day off")
    make_milestone(fresh, TODAY - DAY, title="Lay the cable")
    run_each(TODAY, TODAY + 20 * DAY)
    # Working days late: 1 on Monday, 2 on Tuesday, 3 on Thursday; 4 on Friday, 5 and 6 on Monday and Tuesday.
    told_up = MessageItem.objects.filter(kind="milestone_escalated").order_by("planned_on")
    assert [(one.person, one.planned_on) for one in told_up] == [
        (cast.liaison, TODAY + 3 * DAY), (cast.manager, TODAY + 8 * DAY),
    ]  # fmt: skip
    bodies = {one.to[0]: one.body for one in mail.outbox}
    assert "LATE, AND HANDED UP TO YOU" in bodies[cast.manager.email]
    assert "You run the plan, and it has been late for a while." in bodies[cast.manager.email]


def test_without_a_rule_nothing_is_handed_up(plan, fresh, cast):
    make_milestone(fresh, TODAY - 60 * DAY)
    run(TODAY)
    assert addresses() == [cast.owner.email]


def test_an_owner_who_may_only_read_is_passed_over_until_they_may_answer(initiative, goal, cast):
    """Asking who cannot answer asks nobody: the next in the chain is asked, and the item stands on the list."""
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    reader = create_user(email="reader@test.example", name="Rea Reader", act=act("2026-10-05T12:00"))
    grant_role(user=reader, role=Role.VIEWER, act=act("2026-10-05T12:00"))
    update_initiative(initiative=initiative, fields={"owner": reader}, act=act("2026-10-05T12:30"))
    make_milestone(initiative, SOON)
    run(TODAY)
    asked = User.objects.get(pk=MessageItem.objects.get(kind="milestone_due_soon").person_id)
    assert asked != reader
    assert asked.has_perm("initiatives.add_status_update", initiative)
    assert initiative in initiatives_without_reachable_owner()
    grant_role(user=reader, role=Role.CONTRIBUTOR, act=act("2026-10-05T15:00"))
    make_milestone(initiative, SOON)
    run(TODAY + DAY)
    assert {item.person_id for item in MessageItem.objects.filter(planned_on=TODAY + DAY)} == {reader.pk}
    assert initiative not in initiatives_without_reachable_owner()
