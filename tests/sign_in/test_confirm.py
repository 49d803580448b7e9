"""What gives rights away, or ways in, asks a person who signed in some time ago once more who they are."""

from datetime import timedelta

import pytest
from django.urls import reverse

from people.models import RoleGrant
from people.views import fresh
from sign_in import factors
from sign_in.views.passkeys import UNREAD
from tests.build import act
from tests.conftest import NOW
from tests.sign_in.test_factors import FIELD, SECRET, code_at, words_of

CONFIRM = "/sign-in/confirm/"
LATER = 16 * 60  # seconds


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def late(sign_in, cast, clock):
    """late(person) → a client of theirs, who signed in a while ago."""

    def _late(person):
        client = sign_in(person)
        clock.move_to(NOW + timedelta(seconds=LATER), tick=False)
        return client

    return _late


def give(client, person, **more):
    page = client.get(f"/people/{person.pk}/").content.decode()
    hidden = dict(FIELD.findall(page.split('aria-label="Give a role"')[1]))
    version = page.split('aria-label="Give a role"')[1].split('name="version" value="')[1].split('"')[0]
    typed = {"role": "leader", "version": version} | hidden | more
    return client.post(reverse("people:role-grant", args=[person.pk]), typed)


def roles(person) -> set[str]:
    return set(RoleGrant.objects.filter(user=person, recorded_until=None).values_list("role", flat=True))


def test_a_sign_in_is_fresh_for_a_quarter_of_an_hour(sign_in, cast, clock):
    client = sign_in(cast.admin)
    clock.move_to(NOW + timedelta(minutes=14, seconds=59), tick=False)
    assert give(client, cast.viewer)["Location"] == f"/people/{cast.viewer.pk}/"
    assert "leader" in roles(cast.viewer)


def test_a_password_later_the_form_stands_there_as_it_was_and_is_saved_once(late, cast):
    client = late(cast.admin)
    asked = give(client, cast.viewer)
    form = reverse("people:role-grant", args=[cast.viewer.pk])
    assert asked["Location"] == f"{CONFIRM}?next={form.replace('/', '%2F')}"
    assert "leader" not in roles(cast.viewer)
    assert "Is it still you?" in words_of(client.get(asked["Location"]))
    wrong = client.post(CONFIRM, {"password": "wrong", "next": form})
    assert (wrong.status_code, "Password: it is not right." in words_of(wrong)) == (422, True)
    back = client.post(CONFIRM, {"password": "x", "next": form}, follow=True)
    assert back.redirect_chain[-1][0] == f"/people/{cast.viewer.pk}/"
    assert '<option value="leader" selected>' in words_of(back)
    assert give(client, cast.viewer).status_code == 302
    assert "leader" in roles(cast.viewer)


def test_who_has_an_app_is_asked_for_its_code(sign_in, cast, clock):
    factors.add_app(user=cast.admin, secret=SECRET, code=code_at(0), act=act(NOW, cast.admin))
    client = sign_in(cast.admin)
    clock.move_to(NOW + timedelta(seconds=LATER), tick=False)
    assert give(client, cast.viewer)["Location"].startswith(CONFIRM)
    page = words_of(client.get(CONFIRM))
    assert ('name="code"' in page, 'name="password"' in page) == (True, False)
    assert client.post(CONFIRM, {"password": "x"}).status_code == 422
    assert client.post(CONFIRM, {"code": "1"}).status_code == 422
    assert client.post(CONFIRM, {"code": code_at(LATER), "next": "/people/"})["Location"] == "/people/"
    assert give(client, cast.viewer)["Location"] == f"/people/{cast.viewer.pk}/"


def test_a_passkey_will_do_and_a_wrong_one_will_not(late, cast, monkeypatch):
    factors.add_passkey(user=cast.admin, name="Key", credential={}, act=act(NOW, cast.admin))
    monkeypatch.setattr("sign_in.views.confirm.question_for", lambda person: "{}")
    client = late(cast.admin)
    assert "Use a passkey" in words_of(client.get(CONFIRM))
    said = client.post(CONFIRM, {"credential": "{}"})
    assert (said.status_code, UNREAD in words_of(said)) == (422, True)
    monkeypatch.setattr("sign_in.views.confirm.answered_by", lambda person, typed: factors.passkeys_of(person)[0])
    assert client.post(CONFIRM, {"credential": "{}", "next": "https://evil.example/"})["Location"] == "/profile/"
    assert give(client, cast.viewer)["Location"] == f"/people/{cast.viewer.pk}/"


def test_who_has_no_password_is_offered_a_way(late, cast):
    cast.admin.set_unusable_password()
    cast.admin.save(update_fields=["password"])
    page = words_of(late(cast.admin).get(CONFIRM))
    assert 'name="password"' not in page
    assert "Sign out, and sign in again" in page


def test_guessing_ends_with_a_sentence(late, cast):
    client = late(cast.admin)
    answers = [client.post(CONFIRM, {"password": "wrong"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    "name",
    [
        "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn",
        "initiatives:feed-address-make",
    ],
)  # fmt: skip
def test_ways_in_are_changed_by_who_is_fresh(late, cast, name):
    assert late(cast.owner).post(reverse(name))["Location"].startswith(CONFIRM)


def test_roles_accounts_and_others_ways_in_too(late, cast):
    client = late(cast.admin)
    grant = RoleGrant.objects.get(user=cast.viewer)
    for path in (
        reverse("people:role-revoke", args=[cast.viewer.pk, grant.pk]),
        reverse("people:person-edit", args=[cast.viewer.pk]),
        reverse("factors-take-off", args=[cast.viewer.pk]),
    ):
        assert client.post(path)["Location"].startswith(CONFIRM), path
        assert client.get(path).status_code in {200, 302}
    fragment = client.post(path, headers={"hx-request": "true"})
    assert fragment["HX-Redirect"].startswith(CONFIRM)


def test_publishing_a_report_too(late, cast, plan):
    path = reverse("reports:report-publish", args=[plan.slug, "FY2027-Q1"])
    assert late(cast.leader).post(path)["Location"].startswith(CONFIRM)


def test_a_session_from_before_this_was_kept_is_not_fresh(sign_in, cast, rf, clock):
    client = sign_in(cast.admin)
    request = rf.post("/")
    request.session = client.session
    assert fresh.is_fresh(request)
    del request.session["signed_in_at"]
    assert not fresh.is_fresh(request)
