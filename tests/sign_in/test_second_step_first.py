"""A role that asks for a second step at sign-in leads to setting one up, and nowhere else."""

import pytest
from django.urls import reverse

from planapp.checks import roles_are_known
from sign_in import factors
from sign_in.middleware import ASKED
from tests.build import act
from tests.conftest import NOW
from tests.sign_in.test_factors import FIELD, SECRET, code_at, send, words_of
from web.requests import KEPT


@pytest.fixture(autouse=True)
def for_managers(settings, time_machine):
    settings.SECOND_FACTOR_FOR = ["plan_manager", "administrator"]
    time_machine.move_to(NOW, tick=False)


def test_who_holds_the_role_is_led_to_it_from_every_page(sign_in, cast):
    client = sign_in(cast.manager)
    assert client.get("/")["Location"] == reverse("mfa_index")
    assert ASKED in words_of(client.get("/", follow=True))
    for name in ("people:profile", "people:password-change", "mfa_index", "mfa_activate_totp"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.post(reverse("people:sign-out")).status_code == 302


def test_the_api_says_so_and_a_fragment_leads_the_page_there(sign_in, cast):
    client = sign_in(cast.manager)
    answer = client.get("/api/v1/people/")
    assert (answer.status_code, answer.json()) == (403, {"detail": ASKED})
    part = client.get("/initiatives/", headers={"hx-request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, reverse("mfa_index"))


def test_others_and_open_pages_are_not_asked(sign_in, cast, client):
    assert client.get(reverse("public:report-list")).status_code == 200
    assert client.get("/api/v1/people/").status_code == 401
    assert sign_in(cast.manager).get(reverse("public:report-list")).status_code == 200
    assert sign_in(cast.viewer).get("/").status_code == 200


def test_once_it_is_set_up_every_page_opens_and_not_before(sign_in, cast):
    client = sign_in(cast.manager)
    send(client, "1")
    assert client.get("/").status_code == 302
    factors.add_app(user=cast.manager, secret=SECRET, code=code_at(0), act=act(NOW))
    assert client.get("/").status_code == 200


def test_who_came_by_the_citys_provider_was_asked_there(sign_in, cast):
    client = sign_in(cast.manager)
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": NOW.timestamp(), "provider": "city"}]
    session["account_authentication_methods_user"] = str(cast.viewer.pk)  # of somebody else in the same browser
    session.save()
    assert client.get("/").status_code == 302
    session["account_authentication_methods_user"] = str(cast.manager.pk)
    session.save()
    assert client.get("/").status_code == 200


def test_what_was_typed_waits(sign_in, cast, settings):
    settings.SECOND_FACTOR_FOR = []
    client, path = sign_in(cast.manager), reverse("people:person-create")
    fields = dict(FIELD.findall(client.get(path).content.decode()))
    settings.SECOND_FACTOR_FOR = ["plan_manager"]
    client.post(path, {**fields, "name": "Somebody New", "email": "new@test.example"})
    assert len(client.session[KEPT]) == 1
    factors.add_app(user=cast.manager, secret=SECRET, code=code_at(0), act=act(NOW))
    assert 'value="Somebody New"' in words_of(client.get(path))


def test_a_slip_in_the_name_of_a_role_is_told(settings):
    assert roles_are_known(None) == []
    settings.SECOND_FACTOR_FOR = ["plan_manager", "administrater"]
    (error,) = roles_are_known(None)
    assert (error.id, "administrater is no role" in error.msg) == ("planapp.E011", True)
