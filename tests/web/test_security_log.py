"""Every event of the security log is written, once, and none holds a secret or what somebody typed."""

import json
import logging
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from people.services import (
    Newcomer,
    accept_invitation,
    create_user,
    end_sessions,
    grant_role,
    invite_people,
    invite_user,
    note_new_browser,
    revoke_role,
    set_password,
    update_user,
)  # fmt: skip
from people.views.sign_in import HERE
from sign_in import factors
from sign_in.services import note_failure
from tests.build import act
from tests.conftest import NOW
from web import security_log
from web.logs import Json, NameWork
from web.request_ids import HEADER
from web.security_log import EVENTS, FACTS, note

TYPED = "Typed-Secret-zq7"  # stands in whatever is typed below
NEW = "a long and unusual word zq7"


@pytest.fixture
def said(caplog):
    """The lines of the security log so far, as facts."""
    caplog.set_level(logging.DEBUG, "planapp.security")
    caplog.handler.addFilter(NameWork())

    def _said(event: str = "") -> list[dict]:
        lines = [json.loads(Json().format(line)) for line in caplog.records if line.name == "planapp.security"]
        assert "zq7" not in json.dumps(lines).lower()
        return [line for line in lines if event in ("", line["event"])]

    return _said


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Tests roll back what they do; what waits for a commit is done at once."""
    monkeypatch.setattr(security_log, "transaction", SimpleNamespace(on_commit=lambda do: do()))


def sign_in(client, email, password="x", **more):
    return client.post("/sign-in/", {"username": email, "password": password}, **more)


def test_signing_in_and_out(client, cast, said):
    answer = sign_in(client, "Owner@Test.example", REMOTE_ADDR="10.1.2.3")
    client.post(reverse("people:sign-out"))
    began, new, ended = said()
    assert (began["event"], began["account"], began["client"]) == ("sign_in.succeeded", cast.owner.pk, "10.1.2.3")
    assert began["work"] == answer[HEADER]
    assert began["level"] == "INFO"
    assert (new["event"], new["client"]) == ("user.new_browser", "10.1.2.3")
    assert (ended["event"], ended["account"]) == ("sign_out", cast.owner.pk)


def test_a_failed_sign_in_names_the_account_or_folds_the_address(client, cast, said):
    sign_in(client, cast.owner.email, TYPED)
    sign_in(client, f"{TYPED}@else.example")
    sign_in(client, f" {TYPED.upper()}@else.example ")
    known, one, two = said("sign_in.failed")
    assert (known["account"], known["level"]) == (cast.owner.pk, "WARNING")
    assert "account" not in one
    assert one["unknown"] == two["unknown"]
    assert len(one["unknown"]) == 12


def test_what_is_tried_too_often(client, cast, said):
    for _ in range(HERE.tries + 1):
        sign_in(client, cast.owner.email, TYPED)
    (line,) = said("throttled")
    assert (line["door"], line["account"]) == ("sign-in", cast.owner.pk)
    for _ in range(6):
        client.post("/password-reset/", {"email": f"{TYPED}@else.example"})
    assert len(said("password.link_asked")) == 5
    assert said("throttled")[-1]["door"] == "password-reset"
    assert said("throttled")[-1]["unknown"]


def test_too_many_questions_about_a_hash(client, db, said):
    for _ in range(61):
        client.get(reverse("public:report-verify"), {"hash": TYPED})
    assert [line["door"] for line in said("throttled")] == ["verify"]


def test_what_somebody_may_not(sign_in, cast, plan, said):
    sign_in(cast.viewer).get(reverse("operations"), {"q": TYPED})
    sign_in(cast.stranger).get("/")
    sign_in(cast.viewer).post(f"/api/v1/initiatives/{TYPED}/", {"x": TYPED})
    first, second = said("access.refused")[:2]
    assert (first["account"], first["view"], first["method"]) == (cast.viewer.pk, "operations", "GET")
    assert (second["account"], second["view"]) == (cast.stranger.pk, "my-work")
    assert not said("csrf.refused")


def test_a_form_without_our_token(cast, plan, said):
    client = Client(enforce_csrf_checks=True)
    client.post("/sign-in/", {"username": TYPED})
    client.force_login(cast.owner)
    client.post(reverse("people:profile"), {"x": TYPED})
    stranger, owner = said("csrf.refused")
    assert "account" not in stranger
    assert stranger["view"] == "people:sign-in"
    assert owner["account"] == cast.owner.pk
    client.post("/api/v1/plans/", {}, content_type="application/json")
    assert len(said("csrf.refused")) == 3
    assert not said("access.refused")


def test_a_link_that_was_forged(client, db, said):
    client.get(f"/invitation/{TYPED}:x/")
    client.get(f"/answer/{TYPED}:x/")
    assert {line["door"] for line in said("link.refused")} == {"invitation", "mail"}


def test_a_wrong_old_password(sign_in, cast, said):
    words = {"old_password": TYPED, "new_password1": NEW, "new_password2": NEW}
    page = sign_in(cast.owner)
    page.post(reverse("people:password-change"), words)
    assert [line["account"] for line in said("password.refused")] == [cast.owner.pk]
    assert not said("user.password_set")
    cast.owner.set_password(TYPED)
    cast.owner.save()
    page.force_login(cast.owner)
    page.post(reverse("people:password-change"), words)
    assert [line["by"] for line in said("user.password_set")] == [cast.owner.pk]


def test_changes_of_accounts_and_roles(cast, said):
    doing = act(NOW, by=cast.admin, reason=TYPED)
    person = create_user(email="zq7@test.example", name=TYPED, act=doing)
    invite_user(user=person, act=doing)
    grant = grant_role(user=person, role="liaison", department=cast.streets, act=doing)
    grant_role(user=person, role="liaison", department=cast.streets, act=doing)
    revoke_role(grant=grant, act=doing)
    update_user(user=person, fields={"name": f"{TYPED} again"}, act=doing)
    update_user(user=person, fields={"is_active": False}, act=doing)
    update_user(user=person, fields={"is_active": True}, act=doing)
    set_password(user=person, password=NEW, act=doing)
    invite_people(newcomers=[Newcomer("zq7-2@test.example", TYPED, role="viewer")], act=doing)
    note_new_browser(user=person, browser=TYPED, act=doing)
    Client().force_login(person)
    end_sessions(user=person, here=None, act=doing)
    lines = [line for line in said() if "audit_event" in line]
    assert [line["event"] for line in lines] == [
        "user.created", "user.invited", "role.granted", "role.revoked", "user.changed", "user.deactivated",
        "user.reactivated", "user.password_set", "role.granted", "user.invited", "user.new_browser",
        "user.sessions_ended",
    ]  # fmt: skip
    assert {line["by"] for line in lines} == {cast.admin.pk}
    assert {line["role"] for line in lines if line["event"].startswith("role")} == {"liaison", "viewer"}


def test_an_invitation_that_is_accepted(client, cast, said):
    person = create_user(email="zq7@test.example", name=TYPED, is_invited=True, act=act(NOW, by=cast.admin))
    accept_invitation(user=person, password=NEW, act=act(NOW, by=person))
    assert [line["by"] for line in said("user.joined")] == [person.pk]


def test_a_sign_in_that_failed_at_the_provider(db, said):
    note_failure(kind="oidc", reason=TYPED, at=NOW)
    assert [line["door"] for line in said("provider.refused")] == ["oidc"]


@pytest.mark.django_db(transaction=True)
def test_what_was_undone_is_not_said(said, monkeypatch):
    monkeypatch.undo()
    with transaction.atomic():
        create_user(email="zq7@test.example", name=TYPED, act=act(NOW))
        transaction.set_rollback(True)
    assert not said()
    create_user(email="zq7@test.example", name=TYPED, act=act(NOW))
    assert [line["event"] for line in said()] == ["user.created"]


def test_a_fact_that_is_no_word_of_ours_is_not_written(said):
    note("access.refused", view="two words\nand a line", account=1)
    (line,) = said()
    assert (line["view"], line["account"]) == ("?", 1)
    assert "\n" not in line["message"]


def test_the_second_step_at_sign_in(said, client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    own, secret = act(NOW, cast.owner), "JBSWY3DPEHPK3PXP"
    shown = format_hotp_value(hotp_value(secret, int(NOW.timestamp()) // factors.STEP))
    factors.add_app(user=cast.owner, secret=secret, code=shown, act=own)
    sign_in(client, cast.owner.email)
    client.post("/sign-in/second-step/", {"code": TYPED})
    factors.use_code(user=cast.owner, code=factors.codes_left(cast.owner)[0], act=own)
    factors.renew_codes(user=cast.owner, act=own)
    factors.remove_app(user=cast.owner, act=own)
    factors.add_app(user=cast.owner, secret=secret, code=shown, act=own)
    factors.take_off_factors(user=cast.owner, act=act(NOW, cast.admin))
    factors.add_passkey(user=cast.owner, name="Key", credential={}, act=own)
    factors.remove_passkey(user=cast.owner, pk=factors.passkeys_of(cast.owner)[0].pk, act=own)
    told = ["factor.app_added", "factor.refused", "factor.code_used", "factor.codes_renewed", "factor.app_removed"]
    lines = [line for line in said() if line["event"].startswith("factor.")]
    assert [line["event"] for line in lines] == [
        *told,
        "factor.app_added",
        "factor.taken_off",
        "factor.key_added",
        "factor.key_removed",
    ]
    assert {line["account"] for line in lines} == {cast.owner.pk}


def test_the_documentation_names_every_event_and_fact():
    text = (settings.BASE_DIR / "docs" / "operations.md").read_text()
    assert [name for name in (*EVENTS, *FACTS) if f"`{name}`" not in text] == []


def test_all_events_are_shown_by_a_test():
    text = "".join(path.read_text() for path in (settings.BASE_DIR / "tests").rglob("test_*.py"))
    assert [name for name in EVENTS if f'"{name}"' not in text] == []
