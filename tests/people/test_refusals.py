"""What the services of this room refuse by themselves, beside those that tests/house/test_refusals.py names."""

import pytest
from django.core.exceptions import ValidationError

from people.models import RoleGrant
from people.services import accept_invitation, create_user, revoke_role, update_user
from records.audit import StaleVersion
from tests.build import act
from tests.conftest import NOW


def test_an_address_that_somebody_else_has(cast):
    with pytest.raises(ValidationError, match="already has an account"):
        update_user(user=cast.owner, fields={"email": "MANAGER@test.example"}, act=act(NOW, cast.admin))


def test_an_invitation_to_an_account_that_was_deactivated(cast):
    person = create_user(email="new@test.example", name="New", is_invited=True, act=act(NOW, cast.admin))
    update_user(user=person, fields={"is_active": False}, act=act(NOW, cast.admin))
    with pytest.raises(ValidationError, match="the account was deactivated"):
        accept_invitation(user=person, password="a long and unusual word", act=act(NOW))
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_a_role_taken_away_on_an_older_page(cast):
    grant = RoleGrant.objects.get(user=cast.viewer)
    with pytest.raises(StaleVersion):
        revoke_role(grant=grant, seen_changes=99, act=act(NOW, cast.admin))
    grant.refresh_from_db()
    assert grant.recorded_until is None
