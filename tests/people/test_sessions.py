"""A session brings its person and their roles, and ends when Django's own would."""

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Session
from people.roles import Role
from people.services import grant_role, revoke_role, set_password, update_user
from tests.build import act

PAGE = "people:password-change"


@pytest.fixture
def signed_in(cast):
    client = Client()
    client.force_login(cast.manager)
    return client


def test_session_person_and_roles_are_one_statement(signed_in, django_assert_num_queries):
    with django_assert_num_queries(1):  # a page with nothing of its own; its frame asks what this person may do
        assert signed_in.get(reverse(PAGE)).status_code == 200


def test_a_session_says_whose_it_is_and_is_gone_once_signed_out(signed_in, cast):
    assert Session.objects.get().user == cast.manager
    signed_in.post(reverse("people:sign-out"))
    assert not Session.objects.filter(user=cast.manager).exists()


def test_roles_are_those_of_this_moment(signed_in, cast):
    assert signed_in.get(reverse("people:person-create")).status_code == 200
    for grant in cast.manager.role_grants.all():
        revoke_role(grant=grant, act=act("2026-01-02"))
    assert signed_in.get(reverse("people:person-create")).status_code == 403
    grant_role(user=cast.manager, role=Role.PLAN_MANAGER, department=None, act=act("2026-01-03"))
    assert signed_in.get(reverse("people:person-create")).status_code == 200


@pytest.mark.parametrize(
    "ended",
    [
        lambda person: set_password(user=person, password="another-long-password", act=act("2026-01-02")),
        lambda person: update_user(user=person, fields={"is_active": False}, act=act("2026-01-02")),
    ],
    ids=["another password", "deactivated"],
)
def test_a_session_ends_as_djangos_own_does(signed_in, cast, ended):
    ended(cast.manager)
    assert signed_in.get(reverse(PAGE)).status_code == 302


def test_a_session_past_its_time_signs_nobody_in(signed_in):
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    assert signed_in.get(reverse(PAGE)).status_code == 302
