"""Passkeys without a browser: what is no answer is refused in a sentence. tests/e2e has the journeys with one."""

import json

import pytest
from django.urls import reverse

from people.models import User
from sign_in import factors
from sign_in.views.passkeys import UNREAD
from tests.build import act
from tests.sign_in.test_factors import FIELD, is_in, password, words_of

ANSWERS = [
    "",
    "x",
    "[]",
    "null",
    "{}",
    '{"id": 1}',
    '{"response": {"userHandle": null}}',
    '{"response": {"userHandle": "MQ"}}',
]


def given(**more) -> str:
    known = {"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}}
    return json.dumps(known | {"response": more})


ANSWERS += [given(), given(clientDataJSON="AA", attestationObject="AA", authenticatorData="AA", signature="AA")]


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_no_answer_signs_nobody_in(client, cast, answer):
    page = reverse("mfa_login_webauthn")
    client.get(page, headers={"accept": "application/json"})
    said = client.post(page, {"credential": answer, "next": "/profile/"}, follow=True)
    assert said.redirect_chain[0][0] == "/sign-in/?next=%2Fprofile%2F"
    assert not is_in(client)


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_no_answer_is_no_passkey(sign_in, cast, answer):
    client, page = sign_in(cast.owner), reverse("mfa_add_webauthn")
    fields = dict(FIELD.findall(client.get(page).content.decode()))
    said = client.post(page, {**fields, "name": "Key", "credential": answer})
    assert said.status_code == 422
    assert not factors.has_factor(cast.owner)


def test_the_question_has_no_name_of_anybody_and_none_is_asked_without_a_script(client, cast):
    page = reverse("mfa_login_webauthn")
    asked = client.get(page, headers={"accept": "application/json"}).json()["publicKey"]
    assert (asked["userVerification"], asked.get("allowCredentials", [])) == ("required", [])
    assert client.get(page)["Location"].startswith("/sign-in/")
    evil = client.post(page, {"credential": "", "next": "https://evil.example/"})
    assert evil["Location"] == "/sign-in/?next=%2F"


def test_asking_is_throttled(client, cast):
    page = reverse("mfa_login_webauthn")
    answers = [client.get(page, headers={"accept": "application/json"}) for _ in range(61)]
    assert (answers[59].status_code, answers[60].status_code) == (200, 429)
    assert "Too many tries" in answers[60].json()["detail"]
    assert client.post(page, {"credential": ""}).status_code == 302


def test_nobody_touches_the_passkey_of_somebody_else(sign_in, cast):
    factors.add_passkey(user=cast.owner, name="Key", credential={}, act=act())
    key = factors.passkeys_of(cast.owner)[0]
    client = sign_in(cast.viewer)
    assert client.get(reverse("mfa_edit_webauthn", args=[key.pk])).status_code == 404
    assert "no such passkey" in words_of(client.post(reverse("mfa_remove_webauthn", args=[key.pk]), follow=True))
    assert factors.has_factor(cast.owner)


def test_a_wrong_passkey_at_the_second_step_is_refused(client, cast, time_machine, monkeypatch):
    monkeypatch.setattr("sign_in.views.factors.question_for", lambda person: "{}")
    factors.add_passkey(user=cast.owner, name="Key", credential={}, act=act())
    assert password(client, User.objects.get(pk=cast.owner.pk))["Location"] == reverse("mfa_authenticate")
    said = client.post(reverse("mfa_authenticate"), {"credential": "{}"})
    assert (said.status_code, UNREAD in words_of(said)) == (422, True)
    assert not is_in(client)


@pytest.mark.parametrize(("who", "signs_in"), [("nobody@test.example", False), ("admin@test.example", True)])
def test_where_the_citys_sign_in_is_the_only_one_passkeys_are_for_emergencies(
    client, cast, settings, monkeypatch, who, signs_in
):
    settings.PASSWORDS_FOR_EMERGENCIES, settings.EMERGENCY_ADMINISTRATORS = True, frozenset({who})
    factors.add_passkey(user=cast.admin, name="Key", credential={}, act=act())
    key = factors.passkeys_of(cast.admin)[0]
    monkeypatch.setattr("sign_in.views.passkeys._whose", lambda answer: key)
    client.post(reverse("mfa_login_webauthn"), {"credential": "{}"})
    assert is_in(client) == signs_in


def test_somebody_deactivated_does_not_get_in_by_a_passkey(client, cast, monkeypatch):
    factors.add_passkey(user=cast.owner, name="Key", credential={}, act=act())
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    monkeypatch.setattr("sign_in.views.passkeys._whose", lambda answer: factors.passkeys_of(cast.owner)[0])
    said = client.post(reverse("mfa_login_webauthn"), {"credential": "{}"}, follow=True)
    assert UNREAD in words_of(said)
    assert not is_in(client)
