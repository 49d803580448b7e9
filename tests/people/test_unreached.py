"""Whom mail does not reach though something depends on them: why, and what to do about it (rule R27)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from goals.services import update_goal, update_plan
from outbox.models import Message
from outbox.services import put
from people.selectors import depended_on, out_of_reach, unreached, with_roles
from people.services import Newcomer, create_user, grant_role, invite_people, revoke_role, update_user
from tests.build import act, make_initiative, make_milestone, report

PAGE = reverse("people:people-unreached")


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to("2026-10-05T14:00:00Z", tick=False)
    return time_machine


def found():
    """{name: (reasons, what depends on them)}, as the page has it."""
    at = timezone.now()
    away = out_of_reach(at)
    held = depended_on(away)
    rows = unreached(list(with_roles(away.filter(pk__in=held))), held, at)
    return {one.person.name: (one.reasons, {holding.label for holding in one.holdings}) for one in rows}


def text_of(client):
    return " ".join(re.sub("<[^>]+>", " ", client.get(PAGE).content.decode()).split())


def message(person, state, **more):
    """A mail that has ended so, now."""
    row = put(kind="test", person=person.pk, key=f"{Message.objects.count()}", at=timezone.now())
    now = timezone.now()
    sent = {"sent_at": now, "rendered_on": now.date(), "subject": "S"} if state == "sent" else {}
    Message.objects.filter(pk=row.pk).update(
        state=state, ended_at=now, note="No such user" if state == "failed" else "",
        **{"to_address": person.email, **sent, **more},
    )  # fmt: skip
    return row


def test_nobody_is_listed_who_can_be_reached(sign_in, cast, initiative):
    assert found() == {}
    assert "Everybody can be reached" in text_of(sign_in(cast.manager))


def test_who_was_deactivated_and_holds_something_is_handed_over(sign_in, cast, plan, goal, initiative):
    make_milestone(initiative, timezone.localdate(), owner=cast.contributor)
    update_goal(goal=goal, fields={"lead": cast.leader}, act=act(timezone.now()))
    for person in (cast.owner, cast.contributor, cast.leader, cast.liaison, cast.viewer):
        update_user(user=person, fields={"is_active": False}, act=act(timezone.now()))
    assert found() == {
        "Owner": (["deactivated"], {"Owner of 1 open initiative"}),
        "Contributor": (["deactivated"], {"Owner of 1 open milestone"}),
        "Leader": (["deactivated"], {"Lead of 1 focus area"}),
        "Liaison": (["deactivated"], {"Liaison of 1 department"}),
    }
    client = sign_in(cast.manager)
    assert f"{reverse('initiatives:initiative-hand-over')}?leaver={cast.owner.pk}" in client.get(PAGE).content.decode()
    assert "The account was deactivated. Owner of 1 open initiative Hand over the work of Owner" in text_of(client)


def test_what_is_closed_or_of_an_archived_plan_depends_on_nobody(cast, plan, initiative):
    update_user(user=cast.owner, fields={"is_active": False}, act=act(timezone.now()))
    assert set(found()) == {"Owner"}
    update_plan(plan=plan, fields={"state": "archived"}, act=act(timezone.now()))
    assert found() == {}
    update_plan(plan=plan, fields={"state": "draft"}, act=act(timezone.now()))
    assert set(found()) == {"Owner"}
    report(initiative, "completed", timezone.now(), cast.manager, "Done")
    assert found() == {}


def test_mail_that_was_refused_counts_until_another_arrives_or_the_address_changes(sign_in, cast, initiative, monday):
    message(cast.owner, "failed", to_address="earlier@test.example")
    assert found() == {}
    message(cast.owner, "failed")
    assert found() == {"Owner": (["refused"], {"Owner of 1 open initiative"})}
    said = text_of(sign_in(cast.manager))
    assert "Mail to this address was refused: “No such user”." in said
    assert "Correct the address of Owner" in said
    monday.move_to("2026-10-05T15:00:00Z", tick=False)
    later = message(cast.owner, "sent")
    assert found() == {}
    Message.objects.filter(pk=later.pk).delete()
    update_user(user=cast.owner, fields={"email": "right@test.example"}, act=act(timezone.now()))
    assert found() == {}


def test_who_has_no_role_gets_no_reminders(sign_in, cast, initiative):
    revoke_role(grant=cast.owner.role_grants.get(), act=act(timezone.now()))
    assert found()["Owner"][0] == ["no_role"]
    assert "Give a role to Owner" in text_of(sign_in(cast.manager))


@pytest.fixture
def invited(cast, plan):
    """Invited now, as the owner of 1.2."""
    (person,) = invite_people(
        newcomers=[Newcomer("new@test.example", "New", role="contributor")], act=act(timezone.now())
    )
    make_initiative(plan, number="1.2", owner=person)
    return person


def test_an_invitation_that_waits_or_has_ended_is_sent_again(sign_in, cast, invited, monday):
    assert found() == {}  # a short while ago
    client = sign_in(cast.manager)
    assert "Everybody can be reached" in text_of(client)
    assert "1 more has not accepted their invitation yet" in text_of(client)
    monday.move_to("2026-10-08T14:00:01Z", tick=False)
    assert found()["New"][0] == ["waiting"]
    monday.move_to("2026-10-12T14:00:01Z", tick=False)
    assert found()["New"][0] == ["expired"]
    client = sign_in(cast.manager)
    assert "The invitation of 5 Oct 2026 has ended. Owner of 1 open initiative Send it again New" in text_of(client)
    again = client.post(reverse("people:invitation-send", args=[invited.pk]), {"next": PAGE})
    assert again["Location"] == PAGE
    assert found() == {}


def test_who_was_never_invited_and_whose_invitation_was_refused(sign_in, cast, plan, invited):
    alone = create_user(email="alone@test.example", name="Alone", act=act(timezone.now()))
    grant_role(user=alone, role="contributor", act=act(timezone.now()))
    make_initiative(plan, number="1.3", owner=alone)
    Message.objects.filter(person=invited, kind="invitation").update(
        state="failed", ended_at=timezone.now(), note="Mailbox is full", to_address=invited.email
    )
    assert {name: reasons for name, (reasons, _) in found().items()} == {"Alone": ["not_invited"], "New": ["refused"]}
    assert "Was never invited. Owner of 1 open initiative Invite Alone" in text_of(sign_in(cast.manager))


def test_a_manager_is_told_who_changes_the_account_of_an_administrator(sign_in, cast, plan):
    make_initiative(plan, number="1.2", owner=cast.admin)
    message(cast.admin, "failed")
    assert "Ask an administrator: only they change this account." in text_of(sign_in(cast.manager))
    assert "Correct the address of Admin" in text_of(sign_in(cast.admin))


def test_my_work_of_who_manages_people_names_how_many(sign_in, cast, initiative):
    def home(person):
        return sign_in(person).get(reverse("my-work")).content.decode()

    assert "cannot be reached" not in home(cast.manager)
    update_user(user=cast.owner, fields={"is_active": False}, act=act(timezone.now()))
    assert "1 person cannot be reached" in home(cast.manager)
    assert PAGE in home(cast.admin)
    assert "cannot be reached" not in home(cast.leader)


def test_the_list_of_people_is_narrowed_to_who_has_not_joined(sign_in, cast, invited):
    page = sign_in(cast.manager).get(reverse("people:person-list"), {"account": "not_joined"})
    assert [person.name for person in page.context["page"]] == ["New"]


def test_thirty_cost_the_queries_of_one(sign_in, cast, plan):
    client, counts = sign_in(cast.manager), []
    for more in (1, 29):
        people = [Newcomer(f"p{more}-{n}@test.example", f"P {n}", role="viewer") for n in range(more)]
        for n, person in enumerate(invite_people(newcomers=people, act=act(timezone.now() - timedelta(days=9)))):
            make_initiative(plan, number=f"{more}.{n}", owner=person)
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(PAGE).context["rows"]) == (1 if more == 1 else 30)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12
