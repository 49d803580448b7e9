"""Ways round the second step, the step-up, and whose account it is."""

# ruff: noqa: F811 - fixtures of the neighbouring files

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from outbox.models import Message
from people.forms.sign_in import may_use_password
from people.models import User
from people.services import create_user, set_password, update_user
from sign_in.arrivals import arrival_of
from sign_in.selectors import Held, Meaning, effect
from sign_in.services import Arrival, NotAdmitted, add_group_role, admit, remove_group_role
from tests.build import act
from tests.conftest import NOW
from tests.sign_in.test_confirm import clock, late, roles  # noqa: F401
from tests.sign_in.test_factors import FIELD, SIGN_IN, STEP, code_at, with_app  # noqa: F401
from tests.sign_in.test_groups import ADD, came

CONFIRM = "/sign-in/confirm/"
NEW = "a long new secret 1"


def asked_again(answer):
    return answer.status_code == 302 and answer["Location"].startswith(CONFIRM)


# --- the step-up stands before every way to give a role away ---


def test_inviting_many_asks_again(late, cast):
    client = late(cast.admin)
    hidden = dict(FIELD.findall(client.get("/people/invite/").content.decode()))
    typed = {"pasted": "Eve, eve@evil.example", "role": "administrator", "department": ""} | hidden
    assert asked_again(client.post("/people/invite/", typed))
    assert not User.objects.filter(email="eve@evil.example").exists()


def test_what_groups_mean_asks_again(late, cast):
    came(cast.viewer, "Everybody")
    client = late(cast.admin)
    assert asked_again(client.post(ADD, {"group": "Everybody", "role": "administrator", "department": ""}))
    row = add_group_role(group="Planners", role="plan_manager", department=None, act=act(NOW))
    assert asked_again(client.post(f"/people/sign-in/groups/{row.pk}/remove/", {"seen": "x"}))


def test_an_account_that_comes_back_asks_again(late, cast):
    update_user(user=cast.leader, fields={"is_active": False}, act=act(NOW))
    version = User.objects.get(pk=cast.leader.pk).version
    client = late(cast.admin)
    assert asked_again(client.post(f"/people/{cast.leader.pk}/activity/", {"active": "yes", "version": version}))


# --- a sign-in that is half done ---


@pytest.mark.parametrize("what", ["password", "account", "rule"])
def test_what_was_right_a_while_ago_has_to_be_right_at_the_second_step(with_app, clock, client, settings, what):
    assert client.post(SIGN_IN, {"username": with_app.email, "password": "x"})["Location"] == STEP
    if what == "password":
        set_password(user=with_app, password="a quite other one 99", act=act(NOW))
    elif what == "account":
        update_user(user=with_app, fields={"is_active": False}, act=act(NOW))
    else:
        settings.PASSWORDS_FOR_EMERGENCIES, settings.EMERGENCY_ADMINISTRATORS = True, frozenset({"a@test.example"})
    answer = client.post(STEP, {"code": code_at(0)})
    assert answer.status_code == 302
    assert client.get("/profile/").status_code != 200
    assert "device" not in client.cookies


def with_new_password(person):
    client, person = Client(), User.objects.get(pk=person.pk)
    token = default_token_generator.make_token(person)
    first = client.get(f"/password-reset/{urlsafe_base64_encode(force_bytes(person.pk))}/{token}/")
    client.post(first["Location"], {"new_password1": NEW, "new_password2": NEW})
    return client


def test_a_link_from_the_mailbox_gives_no_further_tries_at_the_second_step(with_app, clock):
    statuses = []
    for _ in range(3):
        client = with_new_password(with_app)
        client.post(SIGN_IN, {"username": with_app.email, "password": NEW})
        statuses += [client.post(STEP, {"code": f"{n:06d}"}).status_code for n in range(10)]
    assert statuses.count(422) <= 10, statuses


def test_a_browser_that_a_link_was_opened_with_is_told_of_as_new(clock, cast):
    client = with_new_password(cast.viewer)
    client.post(SIGN_IN, {"username": cast.viewer.email, "password": NEW})
    assert client.get("/profile/").status_code == 200
    assert Message.objects.filter(person=cast.viewer, kind__icontains="browser").exists()


# --- sessions ---


def test_sessions_of_before_a_deactivation_do_not_come_back(cast, sign_in, clock):
    client = sign_in(cast.viewer)
    update_user(user=cast.viewer, fields={"is_active": False}, act=act(NOW))
    again = User.objects.get(pk=cast.viewer.pk)
    update_user(user=again, fields={"is_active": True}, act=act(NOW + timedelta(minutes=1)))
    assert client.get("/profile/").status_code == 302


def test_a_page_that_asks_by_itself_does_not_keep_the_session(cast, clock, settings, sign_in):
    settings.SESSION_IDLE_MINUTES = 30
    client = sign_in(cast.viewer)
    for n in range(1, 5):
        clock.move_to(NOW + timedelta(minutes=20 * n), tick=False)
        client.get("/sign-in/passkey/", headers={"accept": "application/json", "X-By-Itself": "1"})
    assert client.get("/profile/").status_code == 302


# --- whose account it is ---


def told(email):
    """By a provider, in a sign-in that the library has checked."""
    return arrival_of(
        SimpleNamespace(
            provider=SimpleNamespace(id="openid_connect"),
            account=SimpleNamespace(extra_data={}, provider="city", uid="evil"),
            email_addresses=[SimpleNamespace(email=email, verified=True)],
        )
    )


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("kim@test.example", "\u212aim@test.example"),
        ("admin.i@city.example", "admin.i@c\u0131ty.example"),
        ("smith@test.example", "\u017fmith@test.example"),
    ],
)
def test_an_address_that_looks_like_another_is_not_its_account(cast, stored, said):
    create_user(email=stored, name="Somebody", act=act(NOW))
    with pytest.raises(NotAdmitted, match="letters"):
        admit(arrival=told(said), new_accounts="everyone", act=act(NOW))
    assert not SocialAccount.objects.exists()


def test_an_address_that_nobody_vouches_for_makes_no_account(db):
    arrival = Arrival("city", "City account", "u", "mayor@test.example", False, "Mayor", None)
    with pytest.raises(NotAdmitted, match="vouch"):
        admit(arrival=arrival, new_accounts="everyone", act=act(NOW))


def test_a_group_without_a_name_is_none(cast, settings):
    held = Held("administrator", None)
    assert effect([Meaning("", held)], [""], []) == (set(), set())
    came(cast.viewer, "")
    row = add_group_role(group="Admins", role="administrator", department=None, act=act(NOW))
    remove_group_role(row=row, act=act(NOW + timedelta(minutes=1)))
    assert "administrator" not in roles(cast.viewer)


def test_an_emergency_address_that_was_given_to_another_opens_nothing(settings, cast):
    settings.PASSWORDS_FOR_EMERGENCIES = True
    settings.EMERGENCY_ADMINISTRATORS = frozenset({cast.viewer.email, cast.admin.email})
    assert not may_use_password(cast.viewer)
    assert may_use_password(cast.admin)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/path", "//evil.example", "//evil.example/."])
def test_a_path_that_names_another_site_leads_nowhere_else(path):
    for query in ({}, {"x": "1."}):
        leads = Client().get("/", query, PATH_INFO=path).headers.get("Location", "")
        assert not re.match(r"//|https?:", leads), leads
