"""Signing in by OpenID Connect against a provider that really answers: who gets in, and who does not."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from people.models import RoleGrant, User
from people.services import update_user
from records.models import AuditEvent
from sign_in.models import FailedSignIn, GroupRole
from tests.build import act
from tests.sign_in.conftest import Browser

pytestmark = pytest.mark.django_db


def roles(user):
    return set(RoleGrant.objects.filter(user=user, recorded_until__isnull=True).values_list("role", flat=True))


def refused(answer, words, status=403):
    assert answer.status_code == status, answer.content.decode()
    assert words in answer.content.decode()
    return True


def test_the_sign_in_page_offers_the_provider_and_leads_back(client, oidc_provider):
    page = client.get("/sign-in/", {"next": "/initiatives/"}).content.decode()
    assert "Sign in with City account" in page
    assert 'href="/sign-in/oidc/city/?next=%2Finitiatives%2F"' in page


def test_somebody_with_an_account_gets_in_and_to_the_page_they_wanted(browser, cast):
    answer = browser.sign_in(next="/initiatives/?status=at_risk")
    assert (answer.status_code, answer["Location"]) == (302, "/initiatives/?status=at_risk")
    assert browser.client.get("/profile/").context["person"] == cast.owner
    assert SocialAccount.objects.get(user=cast.owner).extra_data == {"groups": []}
    assert AuditEvent.objects.filter(verb="user.linked", target_id=cast.owner.pk).count() == 1
    assert roles(cast.owner)  # roles that no group gives stay as they are


def test_the_code_goes_with_a_proof_key_and_the_state_of_this_browser(browser, cast):
    asked = browser.leave()
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert refused(Browser(browser.provider).come_back(asked), "begun in another browser")
    assert not Browser(browser.provider).is_signed_in


def test_an_answer_counts_once(browser, cast):
    asked = browser.leave()
    assert browser.come_back(asked).status_code == 302
    browser.client.logout()
    assert refused(browser.come_back(asked), "begun in another browser")


def test_another_address_at_the_provider_changes_nothing_here(browser, cast):
    browser.sign_in()
    browser.provider.person["email"] = "admin@test.example"  # renamed there, or an attack: the identifier counts
    again = Browser(browser.provider)
    again.sign_in()
    assert again.client.get("/profile/").context["person"] == cast.owner


def test_an_address_that_nobody_vouches_for_opens_no_account(browser, cast):
    browser.provider.person |= {"email": "admin@test.example", "email_verified": False}
    assert refused(browser.sign_in(), "does not vouch")
    assert not browser.is_signed_in
    assert not SocialAccount.objects.exists()


def test_an_address_of_a_trusted_domain_needs_no_other_word(settings, monkeypatch, browser, cast):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["verified_email"] = ["test.example"]
    browser.provider.person.pop("email_verified")
    assert browser.sign_in().status_code == 302


def test_two_people_with_one_address_are_not_one_account(browser, cast):
    browser.sign_in()
    browser.provider.person["sub"] = "p-2"
    assert refused(Browser(browser.provider).sign_in(), "belongs to somebody else")
    assert SocialAccount.objects.count() == 1


def test_a_provider_that_tells_no_address(browser, cast):
    del browser.provider.person["email"]
    assert refused(browser.sign_in(), "did not tell your e-mail address")


def test_a_deactivated_person_stays_out(browser, cast):
    update_user(user=cast.owner, fields={"is_active": False}, act=act("2026-10-05T12:00"))
    assert refused(browser.sign_in(), "deactivated")
    assert not browser.is_signed_in


# --- new people, and what groups give ---------------------------------------------------------------------------------


def newcomer(browser, groups):
    browser.provider.person = {"sub": "new", "email": "New@Phila.gov", "email_verified": True, "name": "Nia  New"}
    browser.provider.groups = groups
    return browser.sign_in()


def test_whoever_is_in_a_group_with_a_role_gets_an_account_and_the_role(browser, cast):
    GroupRole.objects.create(group="OIT-Plan", role="contributor")
    assert newcomer(browser, ["Everybody", "OIT-Plan"]).status_code == 302
    person = User.objects.get(email="new@phila.gov")
    assert (person.name, roles(person), person.has_usable_password()) == ("Nia New", {"contributor"}, False)
    assert browser.client.get("/").status_code == 200
    event = AuditEvent.objects.get(verb="role.granted", target_id=person.pk)
    assert (event.actor_label, event.reason) == ("planapp (system)", "Signed in with City account")


@pytest.mark.parametrize("groups", [["Everybody"], [], None])
def test_whoever_is_in_no_such_group_gets_none(browser, cast, groups):
    GroupRole.objects.create(group="OIT-Plan", role="contributor")
    assert refused(newcomer(browser, groups), "no account here yet")
    assert not User.objects.filter(email="new@phila.gov").exists()


@pytest.mark.parametrize(("rule", "status"), [("everyone", 302), ("nobody", 403)])
def test_for_whom_accounts_are_made_is_a_setting(browser, cast, settings, rule, status):
    settings.NEW_ACCOUNTS = rule
    GroupRole.objects.create(group="OIT-Plan", role="viewer")
    assert newcomer(browser, ["OIT-Plan"] if rule == "nobody" else []).status_code == status


def test_a_role_goes_with_its_group_and_a_liaison_s_with_the_department(browser, cast):
    department = cast.liaison.department
    GroupRole.objects.create(group="Streets", role="liaison", department=department)
    GroupRole.objects.create(group="OIT-Plan", role="contributor")
    newcomer(browser, ["Streets", "OIT-Plan"])
    person = User.objects.get(email="new@phila.gov")
    assert roles(person) == {"liaison", "contributor"}
    assert person.liaison_departments(None) == {department.pk}
    browser.provider.groups = ["OIT-Plan"]
    Browser(browser.provider).sign_in()
    assert roles(person) == {"contributor"}
    browser.provider.groups = None  # a provider leaves the claim out for whoever is in none
    Browser(browser.provider).sign_in()
    assert roles(person) == set()
    assert browser.client.get("/").status_code == 403  # an older session of theirs, from its next page on


def test_where_the_provider_cannot_send_so_many_groups_roles_stay(browser, cast):
    GroupRole.objects.create(group="OIT-Plan", role="contributor")
    newcomer(browser, ["OIT-Plan"])
    browser.provider.groups, browser.provider.person["_claim_names"] = None, {"groups": "src1"}
    Browser(browser.provider).sign_in()
    assert roles(User.objects.get(email="new@phila.gov")) == {"contributor"}


def test_the_last_administrator_keeps_the_role_whatever_the_groups_say(browser, cast):
    GroupRole.objects.create(group="Admins", role="administrator")
    browser.provider.person["email"] = cast.admin.email
    assert browser.sign_in().status_code == 302
    assert "administrator" in roles(cast.admin)


def test_an_emergency_administrator_keeps_it_too(browser, cast, settings):
    GroupRole.objects.create(group="Admins", role="administrator")
    RoleGrant.objects.create(user=cast.manager, role="administrator", recorded_from=act("2026-10-01T12:00").at)
    settings.EMERGENCY_ADMINISTRATORS = frozenset({cast.manager.email})
    browser.provider.person["email"] = cast.manager.email
    browser.sign_in()
    assert "administrator" in roles(cast.manager)
    settings.EMERGENCY_ADMINISTRATORS = frozenset()
    Browser(browser.provider).sign_in()
    assert "administrator" not in roles(cast.manager)


# --- a provider that lies, or is not there ----------------------------------------------------------------------------


def lies(provider, what):
    if what == "another issuer":
        provider.issuer = "https://evil.example"
    elif what == "another audience":
        provider.audience = "another-application"
    elif what == "long over":
        provider.lifetime = -3600
    elif what == "a clock five minutes slow":
        provider.lifetime = -1


@pytest.mark.parametrize("what", ["another issuer", "another audience", "long over", "a clock five minutes slow"])
def test_a_token_that_is_not_for_us_now_signs_nobody_in(browser, cast, what):
    lies(browser.provider, what)
    assert refused(browser.sign_in(), "could not be believed")
    assert not browser.is_signed_in
    assert "id_token" in FailedSignIn.objects.get().reason


def test_a_code_that_the_provider_never_gave(browser, cast):
    asked = browser.leave()
    answer = browser.client.get("/sign-in/oidc/city/callback/", {"code": "made-up", "state": asked["state"]})
    assert refused(answer, "could not be believed")


def test_a_code_stolen_in_another_browser_fits_no_proof_key(browser, cast):
    victim, thief = Browser(browser.provider), Browser(browser.provider)
    code = dict(part.split("=") for part in browser.provider.authorize(victim.leave()).split("?")[1].split("&"))["code"]
    answer = thief.client.get("/sign-in/oidc/city/callback/", {"code": code, "state": thief.leave()["state"]})
    assert refused(answer, "could not be believed")


def test_cancelled_at_the_provider(browser, cast):
    asked = browser.leave()
    answer = browser.client.get("/sign-in/oidc/city/callback/", {"error": "access_denied", "state": asked["state"]})
    assert refused(answer, "cancelled at City account")
    assert not FailedSignIn.objects.exists()


@pytest.mark.parametrize("how", ["down", "broken", "slow"])
def test_a_provider_that_does_not_answer_is_a_sentence(browser, cast, settings, how):
    browser.provider.status, browser.provider.is_broken = (503 if how == "down" else 200), how == "broken"
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT, browser.provider.delay = 0.2, 0.6 if how == "slow" else 0
    answer = browser.client.get("/sign-in/oidc/city/")
    assert refused(answer, "does not answer right now", 502)
    assert FailedSignIn.objects.count() == 1


def test_a_provider_that_goes_away_in_between(browser, cast):
    asked = browser.leave()
    back = browser.provider.authorize(asked)
    browser.provider.status = 503
    query = dict(part.split("=") for part in back.split("?")[1].split("&"))
    assert refused(browser.client.get("/sign-in/oidc/city/callback/", query), "does not answer right now", 502)


def test_a_provider_that_goes_away_before_it_gave_the_token(browser, cast):
    browser.provider.tokens_at = "http://127.0.0.1:9/token"  # where nobody listens
    assert refused(browser.sign_in(), "does not answer right now", 502)
    assert not browser.is_signed_in


def test_a_name_that_no_account_can_have_makes_none(browser, cast, settings):
    settings.NEW_ACCOUNTS = "everyone"
    browser.provider.person = {"sub": "n", "email": "n@test.example", "email_verified": True, "name": "\u200b"}
    assert refused(browser.sign_in(), "No account could be made for you")
    assert not User.objects.filter(email="n@test.example").exists()


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_but_here(browser, cast, evil):
    assert browser.sign_in(next=evil)["Location"] == "/"


def test_nobody_is_linked_to_another_account_than_their_own(browser, cast):
    """`process=connect` would tie the provider's account to whoever is signed in, such as by a link in a mail."""
    browser.client.force_login(cast.admin)
    assert refused(browser.sign_in(process="connect"), "Begin again")
    assert not SocialAccount.objects.exists()


def test_without_a_provider_there_is_nothing_at_its_addresses(client, db, settings):
    settings.SIGN_IN_PROVIDERS, settings.SOCIALACCOUNT_PROVIDERS = [], {}
    for path in ("oidc/city/", "oidc/city/callback/", "saml/city/", "saml/city/acs/finish/", "saml/city/metadata/"):
        assert client.get(f"/sign-in/{path}").status_code == 404, path


def test_only_the_newest_failures_are_kept(browser, cast, monkeypatch):
    monkeypatch.setattr(FailedSignIn, "KEPT", 3)
    for _ in range(5):
        browser.client.get("/sign-in/oidc/city/callback/", {"code": "x", "state": "y"})
    assert FailedSignIn.objects.count() == 3


# --- only the provider, and the way in when it is down ----------------------------------------------------------------


def test_where_passwords_are_for_emergencies_nobody_else_s_counts(client, cast, settings, oidc_provider):
    settings.PASSWORDS_FOR_EMERGENCIES = True
    settings.EMERGENCY_ADMINISTRATORS = frozenset({cast.admin.email})
    wrong = client.post("/sign-in/", {"username": cast.owner.email, "password": "wrong"}).content.decode()
    right = client.post("/sign-in/", {"username": cast.owner.email, "password": "x"})
    assert right.status_code == 422
    assert ("E-mail or password is not right" in wrong) is ("E-mail or password is not right" in right.content.decode())
    assert client.post("/sign-in/", {"username": cast.admin.email, "password": "x"}).status_code == 302
    page = Client().get("/sign-in/").content.decode()
    assert "administrators in an emergency" in page


def test_where_passwords_are_for_emergencies_nobody_else_gets_a_link_for_one(client, cast, settings, mailoutbox):
    settings.PASSWORDS_FOR_EMERGENCIES = True
    settings.EMERGENCY_ADMINISTRATORS = frozenset({cast.admin.email})
    for person in (cast.owner, cast.admin):
        client.post("/password-reset/", {"email": person.email})
    assert [mail.to for mail in mailoutbox] == [[cast.admin.email]]
