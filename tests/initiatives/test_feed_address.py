"""The private address at which a feed reader reads the activity of plans, without a session."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.services import update_plan
from initiatives.views import feed_address
from outbox.models import Message
from people.links import FEED, feed_token
from people.models import RoleGrant, Session, User
from people.roles import Role
from people.services import (
    accept_invitation,
    create_user,
    end_feed_address,
    end_sessions,
    grant_role,
    make_feed_address,
    revoke_role,
    set_password,
    update_user,
)
from records.models import AuditEvent
from records.verbs import VERBS
from tests.build import act, build_plan, report
from tests.conftest import NOW
from web.throttles import Limit

ATOM = "{http://www.w3.org/2005/Atom}"
MINE, SHOWN = reverse("initiatives:feed-address"), reverse("initiatives:feed-address-shown")
MAKE, END = reverse("initiatives:feed-address-make"), reverse("initiatives:feed-address-end")
FIELD = re.compile(r'type="url" readonly autocomplete="off" value="([^"]+)"')


def address(person, plan, **query):
    row = User.objects.get(pk=person.pk)
    return reverse("initiatives:private-feed", args=[feed_token(row), plan.slug], query=query)


@pytest.fixture
def made(cast, plan):
    """made(person) → the address of the plan for them."""

    def _made(person=cast.viewer, of=plan):
        row = User.objects.get(pk=person.pk)
        assert make_feed_address(user=row, seen=row.feed_series, act=act(NOW, person))
        return address(person, of)

    return _made


def status(path, **more):
    return Client().get(path, **more).status_code


def events(person) -> list[str]:
    found = AuditEvent.objects.filter(target_type="user", target_id=person.pk, verb__startswith="user.feed_")
    return list(found.order_by("pk").values_list("verb", flat=True))


def test_a_reader_without_a_session_reads_what_the_feed_of_the_page_says(
    made, initiative, plan, cast, sign_in, settings
):
    report(initiative, "on_track", "2026-09-01T12:00", cast.owner)
    path, client = made(), Client()
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies
    assert not Session.objects.exists()
    page = sign_in(cast.viewer).get(reverse("initiatives:plan-activity-feed", args=[plan.slug]))
    mine, theirs = (ElementTree.fromstring(one.content) for one in (answer, page))  # noqa: S314 - our own
    assert [ElementTree.tostring(one) for one in mine.iter(f"{ATOM}entry")] == [
        ElementTree.tostring(one) for one in theirs.iter(f"{ATOM}entry")
    ]
    links = {one.get("rel"): one.get("href") for one in mine.findall(f"{ATOM}link")}
    assert urlsplit(links["self"]).path == path
    assert links["alternate"].endswith(reverse("initiatives:plan-activity", args=[plan.slug]))
    for link in mine.iter(f"{ATOM}link"):
        if link.get("rel") != "self":  # a page like any other, which asks to sign in
            assert "/feeds/" not in link.get("href")
            assert client.get(urlsplit(link.get("href")).path)["Location"].startswith(reverse("people:sign-in"))


def test_head_answers_as_get_does_and_nothing_else_is_taken(made):
    path, client = made(), Client(enforce_csrf_checks=True)
    head = client.head(path)
    assert (head.status_code, head.content, head["Content-Type"]) == (200, b"", "application/atom+xml; charset=utf-8")
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(path).status_code in {403, 405}, method


def test_filters_and_the_day_of_the_page_work(made, initiative, plan, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    report(initiative, "on_track", "2026-09-01T12:00", cast.owner)
    path = made()
    every, some = (Client().get(path + query).content.decode() for query in ("", "?what=plan"))
    assert "Status update" in every
    assert "Status update" not in some
    assert "what=plan" in some  # its own address, and that of the page it leads to
    assert "Status update" not in Client().get(path + "?as_of=2026-08-31").content.decode()
    assert "Status update" in Client().get(path + "?as_of=2026-09-02").content.decode()
    wrong = Client().get(path + "?as_of=yesterday-ish")
    assert (wrong.status_code, wrong["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert status(path + "?as_of=1995-01-01") == 404  # nothing was kept then


def test_whoever_has_a_role_in_one_plan_reads_that_plan_alone(made, plan, cast):
    other = build_plan("other-plan", title="Other plan")
    for grant in RoleGrant.objects.filter(user=cast.viewer):
        revoke_role(grant=grant, act=act(NOW))
    grant_role(user=cast.viewer, role=Role.VIEWER, plan_access=plan.access, act=act(NOW))
    path = made()
    assert status(path) == 200
    hidden, unknown = Client().get(address(cast.viewer, other)), Client().get(path.replace(plan.slug, "no-plan"))
    assert (hidden.status_code, hidden.content) == (unknown.status_code, unknown.content) == (404, unknown.content)


def test_a_renamed_plan_is_found_under_the_name_it_had(made, plan, cast):
    path = made()
    update_plan(plan=plan, fields={"slug": "renamed-plan"}, act=act(NOW))
    assert status(path) == 200


def test_what_it_reads_ends_with_the_role_and_with_the_account(made, cast):
    path, nothing = made(), Client().get("/feeds/x/no-plan/activity.atom").content
    grant = RoleGrant.objects.get(user=cast.viewer)
    revoke_role(grant=grant, act=act(NOW))
    gone = Client().get(path)
    assert (gone.status_code, gone.content) == (404, nothing)
    grant_role(user=cast.viewer, role=Role.VIEWER, act=act(NOW))
    assert status(path) == 200
    update_user(user=cast.viewer, fields={"is_active": False}, act=act(NOW))
    gone = Client().get(path)
    assert (gone.status_code, gone.content) == (404, nothing)
    update_user(user=cast.viewer, fields={"is_active": True}, act=act(NOW))
    assert status(path) == 404, "it comes back with nothing but a new one"
    assert status(made()) == 200


def test_an_account_that_is_off_reads_nothing_whatever_its_number_says(made, cast):
    path = made()
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert status(path) == 404


def test_none_is_made_for_an_account_that_is_off(cast):
    """The press waited for whoever switched it off."""
    User.objects.filter(pk=cast.viewer.pk).update(is_active=False)
    assert make_feed_address(user=cast.viewer, seen=0, act=act(NOW, cast.viewer)) is False
    assert User.objects.get(pk=cast.viewer.pk).feed_series == 0


def test_a_new_address_ends_the_one_before_and_a_stopped_one_never_comes_back(made, cast):
    first = made()
    second = made()
    assert (status(first), status(second)) == (404, 200)
    assert end_feed_address(user=cast.viewer, act=act(NOW, cast.viewer))
    assert not end_feed_address(user=cast.viewer, act=act(NOW, cast.viewer))
    assert (status(first), status(second)) == (404, 404)
    third = made()
    assert [status(one) for one in (first, second, third)] == [404, 404, 200]
    assert events(cast.viewer) == ["user.feed_made"] * 2 + ["user.feed_ended", "user.feed_made"]


def test_no_number_comes_twice_though_a_backup_brings_an_older_one_back(made, cast):
    User.objects.filter(pk=cast.viewer.pk).update(feed_series=5)
    made()
    first = User.objects.get(pk=cast.viewer.pk).feed_series
    User.objects.filter(pk=cast.viewer.pk).update(feed_series=5)  # as the backup had it
    make_feed_address(user=cast.viewer, seen=5, act=act(NOW + timedelta(days=1), cast.viewer))
    assert User.objects.get(pk=cast.viewer.pk).feed_series > first > 5


def test_nobody_has_one_unasked(cast, plan):
    assert User.objects.get(pk=cast.viewer.pk).feed_series == 0
    assert status(address(cast.viewer, plan)) == 404
    for series in (0, 1, -1):
        token = FEED.sign(f"{cast.viewer.pk}.{series}")
        assert status(reverse("initiatives:private-feed", args=[token, plan.slug])) == 404, series
    User.objects.filter(pk=cast.viewer.pk).update(feed_series=-3)
    assert status(address(cast.viewer, plan)) == 404


@pytest.mark.parametrize(
    "ending",
    [
        lambda who, by: set_password(user=who, password="another-long-password", act=act(NOW, who)),
        lambda who, by: end_sessions(user=who, here=None, act=act(NOW, by)),
        lambda who, by: update_user(user=who, fields={"is_active": False}, act=act(NOW, by)),
    ],
    ids=["another password", "signed out everywhere", "deactivated"],
)
def test_what_ends_sessions_ends_it_too(made, cast, ending):
    path = made()
    ending(cast.viewer, cast.admin)
    assert status(path) == 404
    assert User.objects.get(pk=cast.viewer.pk).feed_series < 0
    assert events(cast.viewer)[-1] == "user.feed_ended"


def test_a_first_password_ends_it_and_a_password_set_by_a_mailed_link(made, cast, client, mailoutbox):
    new = create_user(email="new@test.example", name="New", act=act(NOW))
    grant_role(user=new, role=Role.VIEWER, act=act(NOW))
    path = made(new)
    accept_invitation(user=new, password="a-long-password-1", act=act(NOW, new))
    assert status(path) == 404
    path = made(new)
    client.post(reverse("people:password-reset"), {"email": new.email})
    link = re.search(r"(/password-reset/\S+)", mailoutbox[-1].body)[1]
    form = client.get(link, follow=True).request["PATH_INFO"]
    assert status(path) == 200, "asking for a link changes nothing: anybody may ask"
    words = "wobbling-lantern-harbour-27"
    assert client.post(form, {"new_password1": words, "new_password2": words}).status_code == 302
    assert status(path) == 404


def test_ending_one_session_leaves_it(made, cast):
    path = made()
    end_sessions(user=cast.viewer, here=None, name="of one browser", act=act(NOW, cast.viewer))
    end_sessions(user=cast.viewer, here=None, only=lambda row: True, act=act(NOW))
    assert status(path) == 200


def test_an_administrator_ends_it_though_the_person_is_signed_in_nowhere(made, cast, sign_in):
    path = made()
    end = reverse("people:person-sessions-end", args=[cast.viewer.pk])
    said = sign_in(cast.admin).post(end, follow=True).content.decode()
    assert "is signed in nowhere. The private address for a feed reader ended too." in said
    assert status(path) == 404
    event = AuditEvent.objects.get(verb="user.feed_ended")
    assert Message.objects.filter(person=cast.viewer, kind="account", about=event.pk).count() == 1


def test_signing_out_everywhere_else_ends_it_and_says_so(made, cast, sign_in):
    path = made()
    said = sign_in(cast.viewer).post(reverse("people:sessions-end"), follow=True).content.decode()
    assert "The private address for a feed reader ended too." in said
    assert status(path) == 404


def test_forged_cut_and_foreign_tokens_open_nothing_and_are_noted(made, plan, cast, caplog):
    path = made()
    token = path.split("/")[2]
    number, _, seal = token.partition(":")
    key, _, series = number.partition(".")
    wrong = [
        token[:-1], token[:20], number, f"{number}:", f"{int(key) + 1}.{series}:{seal}",
        f"{key}.{int(series) + 1}:{seal}", token + "x", "x" * 4000, "7", "é:é", FEED.sign("words"),
        FEED.sign(f"{key}"), FEED.sign(f"{key}.{series}.1"), FEED.sign(f"{10**30}.1"),
    ]  # fmt: skip
    nothing = Client().get("/feeds/x/no-plan/activity.atom")
    for one in wrong:
        caplog.clear()
        answer = Client().get(reverse("initiatives:private-feed", args=[one, plan.slug]))
        assert (answer.status_code, answer.content) == (404, nothing.content), one[:60]
        assert any(
            "link.refused" in line.getMessage() and "door=feed" in line.getMessage() for line in caplog.records
        ), one[:60]
    make_feed_address(user=cast.viewer, seen=int(series), act=act(NOW, cast.viewer))
    caplog.clear()
    assert status(path) == 404
    assert any(f"link.refused account={key} door=feed" in line.getMessage() for line in caplog.records)


def test_the_address_opens_nothing_else_and_leaves_a_session_as_it_is(made, cast, sign_in, plan):
    path = made()
    token = path.split("/")[2]
    client = sign_in(cast.owner)
    long_ago = timezone.now() - timedelta(minutes=20)
    Session.objects.update(last_seen_at=long_ago)
    before = Session.objects.values_list("session_key", "session_data", "expire_date", "last_seen_at").get()
    assert client.get(path).status_code == 200
    assert client.get(path + "?as_of=never").status_code == 400
    assert client.get("/feeds/x/no-plan/activity.atom").status_code == 404
    assert Session.objects.values_list("session_key", "session_data", "expire_date", "last_seen_at").get() == before
    stranger = Client()
    stranger.get(path)
    for other in ("/", "/profile/", f"/plans/{plan.slug}/activity/", f"/plans/{plan.slug}/activity.atom", MINE):
        assert stranger.get(other).status_code == 302, other
    assert stranger.get(f"/feeds/{token}/{plan.slug}/").status_code == 404
    for door in ("people:invitation", "reminders:answer", "reminders:unsubscribe"):
        assert stranger.get(reverse(door, args=[token])).status_code == 404, door


def test_asking_too_often_waits_and_is_noted(made, monkeypatch, caplog):
    path = made()
    cache.clear()
    monkeypatch.setattr(feed_address, "READER", Limit("one reader", 2, 60))
    assert [status(path) for _ in range(3)] == [200, 200, 429]
    assert "throttled account=" in caplog.text
    answer = Client().get(path)
    assert int(answer["Retry-After"]) > 0
    monkeypatch.setattr(feed_address, "PLACE", Limit("few of a place", 2, 60))
    assert [status("/feeds/x/no-plan/activity.atom") for _ in range(3)] == [404, 404, 429]


def test_one_makes_shows_and_stops_it_on_ones_profile(cast, plan, sign_in):
    client = sign_in(cast.viewer)
    assert MINE in client.get(reverse("people:profile")).content.decode()
    assert MINE in client.get(reverse("initiatives:plan-activity", args=[plan.slug])).content.decode()
    page = client.get(MINE).content.decode()
    assert "Make an address" in page
    assert "keep it like a password" in page
    assert client.get(SHOWN)["Location"] == MINE
    assert client.get(MAKE)["Location"] == MINE
    assert User.objects.get(pk=cast.viewer.pk).feed_series == 0, "a look makes none"
    shown = client.post(MAKE, {"series": "0"}, follow=True)
    assert shown.redirect_chain == [(SHOWN, 302)]
    assert shown["Cache-Control"] == "private, no-store"
    (found,) = FIELD.findall(shown.content.decode())
    assert urlsplit(found).path == address(cast.viewer, plan)
    assert status(urlsplit(found).path) == 200
    for quiet in (MINE, reverse("people:profile"), reverse("initiatives:plan-activity", args=[plan.slug])):
        assert "/feeds/" not in client.get(quiet).content.decode(), "it is shown on request alone"
    client.post(MAKE, {"series": "0"})
    assert status(urlsplit(found).path) == 200, "the second of two presses makes none"
    for mangled in ({}, {"series": "x"}, {"series": "-"}, {"series": "--1"}, {"series": "9" * 40}):
        client.post(MAKE, mangled)
    assert events(cast.viewer) == ["user.feed_made"]
    assert client.get(END)["Location"] == MINE
    assert status(urlsplit(found).path) == 200, "a look ends nothing"
    stopped = client.post(END, follow=True).content.decode()
    assert "The address ended." in stopped
    assert status(urlsplit(found).path) == 404
    (seen,) = re.findall(r'name="series" value="([^"]+)"', stopped)
    (again,) = FIELD.findall(client.post(MAKE, {"series": seen}, follow=True).content.decode())
    assert [status(urlsplit(one).path) for one in (found, again)] == [404, 200]


def test_whoever_made_it_is_told_by_mail_and_the_logs_say_it_without_the_address(cast, plan, sign_in, caplog):
    with caplog.at_level("INFO", logger="planapp.security"):
        sign_in(cast.viewer).post(MAKE, {"series": "0"})
    event = AuditEvent.objects.get(verb="user.feed_made")
    assert (event.actor_id, event.target_id, event.changes) == (cast.viewer.pk, cast.viewer.pk, {})
    assert Message.objects.filter(person=cast.viewer, kind="account", about=event.pk).count() == 1
    assert {"user.feed_made", "user.feed_ended"} <= VERBS.keys()
    assert feed_token(User.objects.get(pk=cast.viewer.pk)) not in caplog.text


def test_making_and_showing_ask_who_it_is_and_stopping_does_not(made, cast, sign_in, settings):
    path, client = made(), sign_in(cast.viewer)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    series = User.objects.get(pk=cast.viewer.pk).feed_series
    confirm = reverse("account_reauthenticate")
    assert client.post(MAKE, {"series": str(series)})["Location"].startswith(confirm)
    asked = client.get(SHOWN)
    assert asked["Location"].startswith(confirm)
    assert "/feeds/" not in asked["Location"]
    assert status(path) == 200
    client.post(END)
    assert status(path) == 404


def test_whoever_reads_one_plan_is_shown_the_address_of_that_plan_alone(plan, cast, sign_in):
    build_plan("other-plan", title="Other plan")
    for grant in RoleGrant.objects.filter(user=cast.viewer):
        revoke_role(grant=grant, act=act(NOW))
    grant_role(user=cast.viewer, role=Role.VIEWER, plan_access=plan.access, act=act(NOW))
    shown = sign_in(cast.viewer).post(MAKE, {"series": "0"}, follow=True).content.decode()
    (found,) = FIELD.findall(shown)
    assert f"/{plan.slug}/" in found
    assert "Other plan" not in shown
