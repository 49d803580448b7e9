"""A second step at sign-in: setting it up, passing it, losing it."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import signing
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from outbox.models import Message
from people.models import User
from people.views.devices import SALT
from records.models import AuditEvent
from sign_in import factors
from sign_in.adapters import Factors
from tests.build import act
from tests.conftest import NOW

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SIGN_IN, STEP, SETUP = "/sign-in/", "/sign-in/second-step/", "/profile/second-step/app/"
FIELD = re.compile(r'name="(idempotency_key|typed_by|drawn_with)" value="([^"]*)"')


def code_at(seconds: int, secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, (int(NOW.timestamp()) + seconds) // 30))


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def with_app(cast, clock) -> User:
    """The owner, who set up an app a while ago."""
    before = act(NOW - timedelta(minutes=5), cast.owner)
    factors.add_app(user=cast.owner, secret=SECRET, code=code_at(-300), act=before)
    return cast.owner


def password(client, person, **more):
    return client.post(SIGN_IN, {"username": person.email, "password": "x", **more})


def is_in(client) -> bool:
    return client.get("/profile/").status_code == 200


def words_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def send(client, code: str):
    page = client.get(SETUP).content.decode()
    return client.post(SETUP, {**dict(FIELD.findall(page)), "code": code})


def test_an_app_is_set_up_by_its_code_and_the_codes_are_shown_until_they_are_kept(sign_in, cast, clock):
    client = sign_in(cast.owner)
    page = words_of(client.get(SETUP))
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    assert "<svg" in page
    assert "otpauth://totp/owner%40test.example?secret=" in page
    wrong = send(client, "000000" if code_at(0, secret) != "000000" else "000001")
    assert wrong.status_code == 422
    assert "the code that the app shows now" in words_of(wrong)
    assert secret in words_of(wrong).replace(" ", "")
    done = send(client, code_at(0, secret))
    assert (done.status_code, done["Location"]) == (302, reverse("mfa_view_recovery_codes"))
    shown = re.findall(r"<code>(\d{4} \d{4})</code>", words_of(client.get(done["Location"])))
    assert len(set(shown)) == 10
    saved = client.get(reverse("mfa_download_recovery_codes"))
    assert "attachment" in saved["Content-Disposition"]
    assert all(code in saved.content.decode() for code in shown)
    assert client.post(done["Location"]).status_code == 302
    assert client.get(done["Location"]).status_code == 302
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 404
    assert client.get(SETUP)["Location"] == reverse("mfa_index")
    assert Authenticator.objects.get(type="totp").data["secret"] != secret


def test_a_password_alone_signs_in_no_more_and_the_code_leads_where_one_wanted_to_go(client, with_app):
    first = password(client, with_app, next="/initiatives/?status=at_risk")
    assert first["Location"] == STEP
    assert not is_in(client)
    assert "device" not in client.cookies
    wrong = client.post(STEP, {"code": "12345"})
    assert wrong.status_code == 422
    assert "it is not right, or was used already" in words_of(wrong)
    right = client.post(STEP, {"code": code_at(0)})
    assert (right.status_code, right["Location"]) == (302, "/initiatives/?status=at_risk")
    assert is_in(client)
    assert signing.loads(client.cookies["device"].value, salt=SALT)["people"] == [with_app.pk]


def test_nobody_gets_to_the_second_step_without_the_first(client, with_app):
    assert client.get(STEP).status_code == 302
    client.post(STEP, {"code": code_at(0)})
    assert not is_in(client)


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_half_a_minute(with_app, seconds, fits):
    assert (factors.use_code(user=with_app, code=code_at(seconds), act=act(NOW)) is not None) == fits


def test_a_code_counts_once_and_none_before_it_counts_after(with_app):
    assert factors.use_code(user=with_app, code=code_at(0), act=act(NOW))
    assert factors.use_code(user=with_app, code=code_at(0), act=act(NOW)) is None
    assert factors.use_code(user=with_app, code=code_at(-30), act=act(NOW)) is None
    assert factors.use_code(user=with_app, code=f" {code_at(30)[:3]} {code_at(30)[3:]}", act=act(NOW))


def test_the_code_that_set_the_app_up_signs_nobody_in(cast, clock):
    factors.add_app(user=cast.owner, secret=SECRET, code=code_at(0), act=act(NOW))
    assert factors.use_code(user=cast.owner, code=code_at(0), act=act(NOW)) is None


def test_a_recovery_code_signs_in_once_and_is_told(client, with_app):
    code = factors.codes_left(with_app)[3]
    password(client, with_app)
    answer = client.post(STEP, {"code": code}, follow=True)
    assert "9 of them are left" in words_of(answer)
    assert len(factors.codes_left(with_app)) == 9
    assert Message.objects.filter(person=with_app, about=AuditEvent.objects.get(verb="factor.code_used").pk).exists()
    other = Client()
    password(other, with_app)
    assert other.post(STEP, {"code": code}).status_code == 422


def test_guessing_ends_with_a_sentence_and_the_right_code_is_not_looked_at(client, with_app, clock):
    password(client, with_app)
    answers = [client.post(STEP, {"code": "1"}).status_code for _ in range(10)]
    assert answers == [422] * 10
    refused = client.post(STEP, {"code": code_at(0)})
    assert refused.status_code == 429
    assert "Too many tries. Wait 10 minutes, then try again." in words_of(refused)
    assert refused["Retry-After"] == "600"
    other = Client()  # another browser that knows the password shares the count
    password(other, with_app)
    assert other.post(STEP, {"code": code_at(0)}).status_code == 429
    clock.move_to(NOW.replace(minute=10, second=1), tick=False)
    assert client.post(STEP, {"code": code_at(601)}).status_code == 302


def test_guesses_of_others_keep_nobody_out_of_the_browser_they_know(client, with_app):
    password(client, with_app)
    client.post(STEP, {"code": code_at(0)})
    client.post(reverse("people:sign-out"))
    thief = Client()
    password(thief, with_app)
    assert [thief.post(STEP, {"code": "1"}).status_code for _ in range(11)][-1] == 429
    password(client, with_app)
    assert client.post(STEP, {"code": code_at(30)}).status_code == 302


def test_setting_up_is_throttled_like_signing_in(sign_in, cast, clock):
    client = sign_in(cast.owner)
    assert [send(client, "1").status_code for _ in range(11)] == [422] * 10 + [429]
    assert not Authenticator.objects.exists()


def test_what_cannot_be(cast, with_app):
    with pytest.raises(ValidationError, match="set up already"):
        factors.add_app(user=with_app, secret=SECRET, code=code_at(0), act=act(NOW))
    with pytest.raises(ValidationError, match="Set one up first"):
        factors.renew_codes(user=cast.viewer, act=act(NOW))
    assert Authenticator.objects.filter(user=with_app).count() == 2


def test_taking_the_app_off_takes_the_codes_with_it_and_is_told_once(sign_in, with_app):
    client = sign_in(with_app)
    client.post(reverse("mfa_deactivate_totp"))
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get(verb="factor.app_removed")
    assert Message.objects.filter(about=event.pk, person=with_app).count() == 1
    assert password(Client(), with_app)["Location"] == "/"


def test_new_codes_end_the_old_ones(sign_in, with_app):
    old = factors.codes_left(with_app)
    client = sign_in(with_app)
    page = client.post(reverse("mfa_generate_recovery_codes"))["Location"]
    assert page == reverse("mfa_view_recovery_codes")
    assert not set(old) & set(factors.codes_left(with_app))
    assert factors.use_code(user=with_app, code=old[0], act=act(NOW)) is None
    assert client.get(reverse("mfa_generate_recovery_codes"))["Location"] == reverse("mfa_index")


def test_an_administrator_takes_it_off_for_who_lost_it_and_the_person_is_told(sign_in, cast, with_app):
    off = reverse("factors-take-off", args=[with_app.pk])
    assert "Take the second step off" not in words_of(sign_in(cast.manager).get(f"/people/{with_app.pk}/"))
    assert sign_in(cast.manager).post(off).status_code == 403
    client = sign_in(cast.admin)
    assert "Take the second step off" in words_of(client.get(f"/people/{with_app.pk}/"))
    assert "signs in by password alone now" in words_of(client.post(off, follow=True))
    assert "has no second step" in words_of(client.post(off, follow=True))
    event = AuditEvent.objects.get(verb="factor.taken_off")
    assert (event.actor_label, event.target_id) == ("Admin", with_app.pk)
    assert Message.objects.filter(about=event.pk, person=with_app).count() == 1
    assert password(Client(), with_app)["Location"] == "/"


def test_somebody_deactivated_in_between_does_not_get_in(client, with_app):
    password(client, with_app)
    User.objects.filter(pk=with_app.pk).update(is_active=False)
    client.post(STEP, {"code": code_at(0)})
    assert not is_in(client)


def test_what_is_kept_is_sealed_and_opens_with_the_key_before_too(settings):
    sealed = Factors().encrypt(SECRET)
    assert SECRET not in sealed
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert Factors().decrypt(sealed) == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    assert Factors().decrypt(sealed) != Factors().decrypt(sealed)  # nobody can know it


def test_who_has_no_second_step_has_no_right_code(cast):
    assert factors.use_code(user=cast.viewer, code="123456", act=act(NOW)) is None
