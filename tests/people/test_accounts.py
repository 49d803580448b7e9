"""Nobody gets at an account by way of the people page, by guessing, or by many tries at once."""

import threading
import unicodedata

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.services import send_due_messages
from people.models import RoleGrant, User
from people.roles import Role
from people.services import grant_role, revoke_role, update_user
from tests.build import act
from web.throttles import Limit, seconds_to_wait

EMAIL = "owner@test.example"
GOOD = "a long and unusual word"


def sign_in(client, email=EMAIL, password="x", **more):
    return client.post("/sign-in/", {"username": email, "password": password}, **more)


def edit(client, person, **changes):
    words = {"name": person.name, "email": person.email, "version": User.objects.get(pk=person.pk).version, **changes}
    return client.post(reverse("people:person-edit", args=[person.pk]), words)


def activity(client, person, active):
    return client.post(reverse("people:person-activity", args=[person.pk]), {"active": active})


@pytest.fixture
def was_administrator(cast):
    """Somebody who was an administrator once, with another role today."""
    grant = grant_role(user=cast.contributor, role=Role.ADMINISTRATOR, act=act())
    revoke_role(grant=grant, act=act("2026-01-05T12:00"))
    return cast.contributor


@pytest.mark.parametrize("state", ["active", "deactivated", "role taken away", "role taken away, deactivated"])
def test_d1_a_manager_changes_no_account_that_ever_held_a_role_the_manager_cannot_give(client, cast, state):
    victim = cast.contributor
    grant = grant_role(user=victim, role=Role.ADMINISTRATOR, act=act())
    if "role taken away" in state:
        revoke_role(grant=grant, act=act("2026-01-05T12:00"))
    if "deactivated" in state:
        update_user(user=victim, fields={"is_active": False}, act=act("2026-01-06T12:00"))
    client.force_login(cast.manager)
    page = client.get(reverse("people:person-detail", args=[victim.pk])).content.decode()
    assert reverse("people:person-edit", args=[victim.pk]) not in page
    assert edit(client, victim, email="mine@test.example").status_code == 403
    assert client.get(reverse("people:person-edit", args=[victim.pk])).status_code == 403
    assert [activity(client, victim, to).status_code for to in ("yes", "no")] == [403, 403]
    after = User.objects.get(pk=victim.pk)
    assert (after.email, after.is_active) == (victim.email, "deactivated" not in state)
    client.force_login(cast.admin)
    assert edit(client, victim, name="Renamed").status_code == 302


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_d1_a_manager_changes_the_account_of_everybody_else(client, cast, role):
    department = cast.health if role == Role.LIAISON else None
    grant_role(user=cast.stranger, role=role, department=department, act=act())
    client.force_login(cast.manager)
    assert edit(client, cast.stranger, name="Renamed").status_code == 302
    assert [activity(client, cast.stranger, to).status_code for to in ("no", "yes")] == [302, 302]


@pytest.mark.parametrize("who", ["leader", "owner", "liaison", "viewer"])
def test_d1_nobody_else_changes_an_account(client, cast, who):
    client.force_login(getattr(cast, who))
    assert edit(client, cast.stranger, name="Renamed").status_code == 403


def told(mailoutbox):
    """Sends what is due, twice as if two workers were there; each mail by address and first line."""
    for _ in range(2):
        send_due_messages(at=timezone.now())
    return [(mail.to, mail.body.splitlines()[0]) for mail in mailoutbox]


def test_d1_a_changed_account_is_told_at_the_address_it_had(client, cast, mailoutbox):
    client.force_login(cast.admin)
    edit(client, cast.viewer, email="new@test.example")
    edit(client, cast.viewer, email="new@test.example", name="Renamed")  # no address, password or role
    client.post(reverse("people:role-grant", args=[cast.owner.pk]), {"role": "leader", "version": 1})
    grant = RoleGrant.objects.get(user=cast.owner, role="leader")
    client.post(reverse("people:role-revoke", args=[cast.owner.pk, grant.pk]))
    client.post(reverse("people:password-change"), {"old_password": "x", "new_password1": GOOD, "new_password2": GOOD})
    assert mailoutbox == []  # it waits in the outbox, with the change itself
    assert sorted(told(mailoutbox)) == sorted([
        (["viewer@test.example"], "The address of your account was changed: mails, and links to set a password, go to "
         "the new one now."),
        ([EMAIL], "You were given a role: Leadership."),
        ([EMAIL], "A role was taken from you: Leadership."),
        (["admin@test.example"], "A new password was set for your account."),
    ])  # fmt: skip
    assert all("new@test.example" not in mail.body for mail in mailoutbox if mail.to == ["viewer@test.example"])
    assert all("Changed by: Admin" in mail.body for mail in mailoutbox)


def test_d1_who_lost_the_last_role_or_was_deactivated_is_told_too(client, cast, mailoutbox):
    client.force_login(cast.admin)
    grant = RoleGrant.objects.get(user=cast.viewer)
    client.post(reverse("people:role-revoke", args=[cast.viewer.pk, grant.pk]))
    edit(client, cast.contributor, email="new@test.example")
    activity(client, cast.contributor, "no")
    assert sorted(to for to, _ in told(mailoutbox)) == [["contributor@test.example"], ["viewer@test.example"]]


def test_d1_what_is_not_committed_is_not_told(cast, mailoutbox):
    with transaction.atomic():
        update_user(user=cast.viewer, fields={"email": "new@test.example"}, act=act(by=cast.admin))
        transaction.set_rollback(True)
    assert told(mailoutbox) == []


WIDE = EMAIL.translate({ord(c): ord(c) + 0xFEE0 for c in "abcdefghijklmnopqrstuvwxyz"})
SPELLINGS = [EMAIL, EMAIL.upper(), f"  {EMAIL} ", WIDE, WIDE.upper(), EMAIL.title(), f"{EMAIL}\t", WIDE[:1] + EMAIL[1:]]


def test_d2_an_account_has_one_count_however_its_address_is_typed(client, cast):
    assert unicodedata.normalize("NFKC", WIDE) == EMAIL
    for n in range(10):
        assert sign_in(client, SPELLINGS[n % len(SPELLINGS)], "wrong").status_code == 422
    assert {sign_in(client, one).status_code for one in SPELLINGS} == {429}


@pytest.mark.parametrize("name", ["nobody@test.example", "x" * 5_000, "", "a\u0301\u202e@test.example"])
def test_d2_addresses_without_an_account_are_counted_as_well(client, cast, name):
    assert {sign_in(client, name, "wrong").status_code for _ in range(10)} == {422}
    assert sign_in(client, name.upper(), "wrong").status_code == 429


def test_d2_who_signed_in_here_before_is_not_locked_out_by_the_guesses_of_others(client, cast):
    assert sign_in(client).status_code == 302
    client.post(reverse("people:sign-out"))
    for n in range(700):  # from other places, and from the same one
        sign_in(Client(), password="wrong", REMOTE_ADDR="127.0.0.1" if n % 2 else f"198.51.100.{n % 250}")
        if n == 100:
            assert sign_in(Client()).status_code == 429  # a browser that nobody knows waits
            cache.set("unrelated", 1)
    assert sign_in(client).status_code == 302


def test_d2_a_known_browser_has_a_count_too_and_for_its_people_alone(client, cast):
    sign_in(client)
    client.post(reverse("people:sign-out"))
    for _ in range(10):
        assert sign_in(client, password="wrong").status_code == 422
    assert sign_in(client).status_code == 429
    for n in range(60):
        sign_in(Client(), "leader@test.example", "wrong", REMOTE_ADDR=f"198.51.100.{n}")
    assert sign_in(client, "leader@test.example").status_code == 429


@pytest.mark.parametrize("cookie", ["", "x", "e30:1xyz:abc", "é"])
def test_d2_a_forged_browser_is_an_unknown_one(client, cast, cookie):
    client.cookies["device"] = cookie
    for _ in range(10):
        sign_in(client, password="wrong")
        client.cookies["device"] = cookie
    assert sign_in(client).status_code == 429


def test_d2_the_cookie_of_a_browser_is_kept_from_scripts_and_names_nobody(client, cast):
    cookie = sign_in(client).cookies["device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "owner" not in cookie.value


def test_d2_whoever_reads_the_mailbox_gets_in_while_others_guess(client, cast, mailoutbox):
    for n in range(60):
        sign_in(Client(), password="wrong", REMOTE_ADDR=f"198.51.100.{n}")
    assert sign_in(client).status_code == 429
    client.post(reverse("people:password-reset"), {"email": EMAIL})
    link = mailoutbox[0].body.split("http://")[1].split("/", 1)[1].split()[0]
    form = client.get(f"/{link}", follow=True).request["PATH_INFO"]
    assert client.post(form, {"new_password1": GOOD, "new_password2": GOOD}).status_code == 302
    assert sign_in(client, password=GOOD).status_code == 302


def test_d2_links_are_mailed_a_few_times_an_hour_whatever_else_the_form_says(client, cast, mailoutbox):
    path = reverse("people:password-reset")
    statuses = [
        client.post(path, {"email": SPELLINGS[n % 2], "username": f"{n}@x.example"}, REMOTE_ADDR=f"198.51.100.{n}")
        for n in range(25)
    ]
    assert [answer.status_code for answer in statuses] == [302] * 5 + [429] * 20
    assert len(mailoutbox) == 5
    assert "the newest one still works" in statuses[-1].content.decode()
    unknown = [client.post(path, {"email": "nobody@test.example"}).status_code for _ in range(6)]
    assert unknown == [302] * 5 + [429]  # the same for an address that has no account


def test_d2_one_place_asks_for_a_bounded_number_of_links(client, cast):
    path = reverse("people:password-reset")
    statuses = [client.post(path, {"email": f"{n}@test.example"}).status_code for n in range(101)]
    assert statuses == [302] * 100 + [429]


def test_d2_the_old_password_is_not_guessed_in_a_session_left_open(client, cast):
    client.force_login(cast.owner)
    words = {"new_password1": GOOD, "new_password2": GOOD}
    path = reverse("people:password-change")
    statuses = [client.post(path, {**words, "old_password": f"{n}"}).status_code for n in range(11)]
    assert statuses == [422] * 10 + [429]


def test_d2_tries_side_by_side_pass_no_limit():
    limit, gate, waits = Limit("few", 10, 60), threading.Barrier(24), []

    def attempt():
        gate.wait(10)
        waits.append(seconds_to_wait("door", (limit, "one")))

    threads = [threading.Thread(target=attempt) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(wait == 0 for wait in waits) == [False] * 14 + [True] * 10


def test_d2_a_count_ends_with_its_time(time_machine):
    time_machine.move_to("2026-10-05T14:00:00Z", tick=False)
    limit = Limit("few", 2, 60)
    assert [seconds_to_wait("door", (limit, "one")) for _ in range(3)] == [0, 0, 60]
    time_machine.move_to("2026-10-05T14:00:59Z", tick=False)
    assert seconds_to_wait("door", (limit, "one")) == 1
    time_machine.move_to("2026-10-05T14:01:01Z", tick=False)
    assert seconds_to_wait("door", (limit, "one")) == 0
