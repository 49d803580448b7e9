"""Who is added is invited: a link by mail, once, for a week; and who gives which role (rules R19, R23)."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from outbox.models import Message
from outbox.services import send_due_messages
from people.models import RoleGrant, User
from people.roles import Role
from people.services import grant_role, update_user
from records.models import AuditEvent
from tests.build import act

GOOD = "a long and unusual word"
NEW = {"name": "New", "email": "new@test.example"}


@pytest.fixture(autouse=True)
def monday(time_machine):
    time_machine.move_to("2026-10-05T14:00:00Z", tick=False)
    return time_machine


def send(mailoutbox):
    """The links of the invitations that went out just now, in order."""
    before = len(mailoutbox)
    send_due_messages(at=timezone.now())
    return [link for mail in mailoutbox[before:] for link in re.findall(r"/invitation/\S+", mail.body)]


@pytest.fixture
def invited(client, cast, mailoutbox):
    """The link and the person, as a manager added them; the client is a stranger again."""
    client.force_login(cast.manager)
    assert client.post(reverse("people:person-create"), NEW).status_code == 302
    (link,) = send(mailoutbox)
    client.logout()
    return link, User.objects.get(email=NEW["email"])


def choose(client, link, word=GOOD):
    return client.post(link, {"new_password1": word, "new_password2": word})


def page_of(client, cast, person):
    client.force_login(cast.manager)
    page = client.get(reverse("people:person-detail", args=[person.pk])).content.decode()
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_r23_an_added_person_joins_by_the_link_once(client, cast, invited, mailoutbox):
    link, person = invited
    (mail,) = mailoutbox
    assert mail.to == [NEW["email"]]
    assert "It works for 7 days, once" in mail.body
    assert "Invited 5 Oct 2026 , until 12 Oct 2026" in page_of(client, cast, person)
    client.logout()
    opened = client.get(link)
    assert opened.status_code == 200
    assert NEW["email"] in opened.content.decode()
    assert opened["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in opened["Cache-Control"]
    short = choose(client, link, "short")
    assert (short.status_code, User.objects.get(pk=person.pk).has_usable_password()) == (422, False)
    assert choose(client, link)["Location"] == reverse("people:password-reset-complete")
    assert User.objects.get(pk=person.pk).check_password(GOOD)
    again = choose(client, link, "another long and unusual word")
    assert again.status_code == 409
    assert "This invitation has ended" in again.content.decode()
    assert User.objects.get(pk=person.pk).check_password(GOOD)
    assert client.login(username=NEW["email"], password=GOOD)
    assert "Joined" in page_of(client, cast, person)
    verbs = AuditEvent.objects.filter(target_type="user", target_id=person.pk).order_by("pk")
    assert [event.verb for event in verbs] == ["user.created", "user.invited", "user.joined"]


def test_r23_an_expired_link_mails_a_new_one_to_the_address_on_file_once_a_day(
    client, cast, invited, mailoutbox, monday
):
    link, person = invited
    monday.move_to("2026-10-12T14:00:01Z", tick=False)
    ended = client.get(link).content.decode()
    assert "This invitation has ended" in ended
    assert (NEW["email"] in ended, choose(client, link).status_code) == (False, 409)
    assert "Expired" in page_of(client, cast, person)
    client.logout()
    for _ in range(3):
        assert client.post(f"{link}new-link/").status_code == 200
    (fresh,) = send(mailoutbox)
    assert mailoutbox[-1].to == [NEW["email"]]
    assert choose(client, link).status_code == 409
    assert choose(client, fresh).status_code == 302


def test_r23_a_manager_sends_it_again_and_the_first_counts_no_more(client, cast, invited, mailoutbox, monday):
    first, person = invited
    assert "Send the invitation again" in page_of(client, cast, person)
    monday.move_to("2026-10-06T14:00:00Z", tick=False)
    client.force_login(cast.manager)
    for _ in range(2):  # pressed twice is sent once
        client.post(reverse("people:invitation-send", args=[person.pk]))
    assert Message.objects.filter(kind="invitation", person=person).count() == 2
    (second,) = send(mailoutbox)
    client.logout()
    assert choose(client, first).status_code == 409
    assert choose(client, second).status_code == 302
    client.force_login(cast.manager)
    said = client.post(reverse("people:invitation-send", args=[person.pk]), follow=True).content.decode()
    assert "has joined already" in said
    assert send(mailoutbox) == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "other@test.example"}])
def test_r23_a_link_ends_with_the_account_or_its_address(client, cast, invited, mailoutbox, change):
    link, person = invited
    update_user(user=person, fields=change, act=act(timezone.now()))
    assert choose(client, link).status_code == 409
    client.post(f"{link}new-link/")
    assert [mail.to for mail in mailoutbox[1:]] == []
    assert len(send(mailoutbox)) == ("email" in change)
    assert all(mail.to == ["other@test.example"] for mail in mailoutbox[1:])


def test_r23_a_mail_written_before_it_ended_is_not_sent(client, cast, mailoutbox):
    client.force_login(cast.manager)
    client.post(reverse("people:person-create"), NEW)
    person = User.objects.get(email=NEW["email"])
    update_user(user=person, fields={"is_active": False}, act=act(timezone.now()))
    assert send(mailoutbox) == []
    assert Message.objects.get(kind="invitation").note == "The account was deactivated meanwhile."


def test_r23_forged_and_cut_links_open_nothing(client, invited):
    link, _ = invited
    for path in (link[:-3] + "/", "/invitation/1:x/", "/invitation/x/"):
        assert client.get(path).status_code == 404
        assert choose(client, path).status_code == 404
        assert client.post(f"{path}new-link/").status_code == 404


def test_r23_the_key_stands_on_no_page_and_in_no_log(client, cast, invited, caplog):
    link, person = invited
    key = link.split("/")[2]
    client.force_login(cast.admin)
    message = Message.objects.get(kind="invitation", person=person)
    text = client.get(reverse("reminders:message-detail", args=[message.pk])).content.decode()
    assert "/invitation/…" in text
    assert key not in text
    client.get(link[:-4] + "/")
    assert all(key[:20] not in handler.format(record) for record in caplog.records for handler in [caplog.handler])


# Roles ------------------------------------------------------------------------------------------


def give(client, person, role, department=""):
    changes = User.objects.get(pk=person.pk).role_changes()
    body = {"role": role, "department": department, "version": changes}
    return client.post(reverse("people:role-grant", args=[person.pk]), body)


@pytest.mark.parametrize("role", Role.values)
def test_r19_a_manager_gives_and_takes_every_role_but_the_administrators(client, cast, role):
    client.force_login(cast.manager)
    department = cast.health.pk if role == Role.LIAISON else ""
    answer = give(client, cast.stranger, role, department)
    held = RoleGrant.objects.filter(user=cast.stranger, role=role, recorded_until__isnull=True)
    if role == Role.ADMINISTRATOR:
        assert (answer.status_code, held.exists()) == (422, False)
        assert "Choose one of the answers" in answer.content.decode()
        return
    assert (answer.status_code, held.count()) == (302, 1)
    client.post(reverse("people:role-revoke", args=[cast.stranger.pk, held.get().pk]))
    assert not held.exists()


def test_r19_a_manager_touches_no_role_of_who_is_or_was_an_administrator(client, cast):
    grant = grant_role(user=cast.admin, role=Role.VIEWER, act=act())
    client.force_login(cast.manager)
    assert give(client, cast.admin, "leader").status_code == 403
    for one in (grant, RoleGrant.objects.get(user=cast.admin, role=Role.ADMINISTRATOR)):
        assert client.post(reverse("people:role-revoke", args=[cast.admin.pk, one.pk])).status_code == 403
    page = client.get(reverse("people:person-detail", args=[cast.admin.pk])).content.decode()
    assert "Give this role" not in page
