"""Default deny: every address refuses strangers, and people without a role, but for the sets written here."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.house.addresses import Address, addresses

# Open to everybody. A new line here is a decision, not a way to make a test pass.
OPEN = {
    "healthz",
    "metrics",  # for Prometheus: for whoever sends METRICS_TOKEN, else not there
    "readyz",  # for load balancers: states only, no names
    "reminders:answer",  # a signed link out of a mail: bound to a person and an initiative, only POST changes
    "reminders:new-link",
    "reminders:unsubscribe",  # a signed link out of a mail
    "people:invitation",  # a signed link out of a mail, bound to an account without a password
    "people:invitation-new",
    "initiatives:private-feed",  # a signed address, bound to a person; read-only, and shows what they may read now
    "account_login",  # leads to people:sign-in
    "openid_connect_login",  # to the city's provider and back; not there where none is set up
    "openid_connect_callback",
    "openid_connect_logout",  # a signed token, from the provider's server
    "saml_login",
    "saml_acs",
    "saml_finish_acs",
    "saml_sls",
    "saml_metadata",
    "mfa_login_webauthn",  # signing in with a passkey alone
    "mfa_authenticate",  # the second step of a sign-in whose first one was right
    "people:sign-in",
    "people:password-reset",
    "people:password-reset-sent",
    "people:password-reset-confirm",
    "people:password-reset-complete",
    "public:report-list",  # published reports, for anybody; public/selectors.py decides what they hold
    "public:report-detail",
    "public:report-export",
    "public:report-compare",
    "public:report-verify",
}
# Open to everybody with an account, role or not (rule B-53): to see who one is, to change the password, to leave.
OPEN_TO_ACCOUNTS = {
    "people:profile",
    "people:sign-out",
    "people:session-left",
    "people:password-change",
    "people:password-change-done",
}

ALL = addresses()
METHODS = ["get", "post", "put", "patch", "delete", "head"]


def test_the_sets_name_addresses_that_exist():
    assert {address.name for address in ALL} >= OPEN | OPEN_TO_ACCOUNTS


@pytest.mark.django_db
@pytest.mark.parametrize("address", [a for a in ALL if a.name not in OPEN], ids=lambda a: a.name)
def test_b47_a_stranger_is_sent_to_sign_in(address: Address):
    client, path = Client(), address.any_path()
    for method in METHODS:
        answer = getattr(client, method)(path)
        if address.is_api and answer.status_code in {401, 403}:
            continue
        assert answer.status_code == 302, (method, path, answer.status_code)
        assert answer["Location"].startswith(reverse("people:sign-in")), (method, path, answer["Location"])


@pytest.mark.django_db
def test_somebody_without_a_role_reaches_nothing(cast):
    client = Client()
    client.force_login(cast.stranger)
    for address in ALL:
        if address.name in OPEN | OPEN_TO_ACCOUNTS:
            continue
        path = address.any_path()
        for method in METHODS:
            assert getattr(client, method)(path).status_code == 403, (method, path)


@pytest.mark.django_db
def test_b53_losing_the_last_role_counts_from_the_next_page(cast):
    from people.models import RoleGrant  # noqa: PLC0415
    from people.services import revoke_role  # noqa: PLC0415
    from tests.build import act  # noqa: PLC0415

    client = Client()
    client.force_login(cast.viewer)
    assert client.get("/api/v1/people/").status_code == 200
    revoke_role(grant=RoleGrant.objects.get(user=cast.viewer), act=act("2026-10-05T12:00"))
    assert client.get("/api/v1/people/").status_code == 403
    answer = client.get(reverse("people:person-list"))
    assert answer.status_code == 403
    assert "You have no role here" in answer.content.decode()
