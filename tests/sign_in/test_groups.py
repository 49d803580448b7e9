"""The table of groups: shown with what it changes, then exactly that is done."""

import re

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.urls import reverse

from people.models import RoleGrant
from records.models import AuditEvent
from sign_in.models import GroupRole
from sign_in.selectors import Held, Meaning, effect
from sign_in.services import add_group_role, remove_group_role
from tests.build import act
from tests.sign_in.conftest import set_up

pytestmark = pytest.mark.django_db
ADD = "/people/sign-in/groups/new/"


def roles(user):
    return set(RoleGrant.objects.filter(user=user, recorded_until__isnull=True).values_list("role", flat=True))


def came(user, *groups):
    return SocialAccount.objects.create(user=user, provider="city", uid=f"u{user.pk}", extra_data={"groups": groups})


def seen(answer):
    return re.search(r'name="seen" value="(\w+)"', answer.content.decode())[1]


def test_a_role_of_the_table_goes_with_the_group_and_others_are_nobody_s_but_a_person_s():
    manager, viewer = Held("plan_manager", None), Held("viewer", None)
    table = [Meaning("A", manager), Meaning("B", manager)]
    assert effect(table, ["B"], [viewer]) == ({manager}, set())
    assert effect(table, ["B"], [manager, viewer]) == (set(), set())
    assert effect(table, [], [manager, viewer]) == (set(), {manager})
    assert effect([], [], [manager]) == (set(), set())


def test_who_would_gain_and_lose_is_said_before_anything_is_done(cast, sign_in):
    came(cast.manager, "Other")
    came(cast.owner, "Planners")
    client, typed = sign_in(cast.admin), {"group": " Planners ", "role": "plan_manager", "department": ""}
    shown = client.post(ADD, typed)
    text = shown.content.decode()
    assert "1 person would lose Plan manager." in text
    assert "1 person would gain Plan manager." in text
    assert (GroupRole.objects.count(), roles(cast.manager)) == (0, {"plan_manager"})
    assert client.post(ADD, typed | {"seen": seen(shown)}).status_code == 302
    assert "plan_manager" in roles(cast.owner)
    assert roles(cast.manager) == set()
    assert GroupRole.objects.get().group == "Planners"
    assert AuditEvent.objects.filter(verb="group.mapped", actor_id=cast.admin.pk).count() == 1


def test_where_somebody_came_meanwhile_it_is_shown_again(cast, sign_in):
    client, typed = sign_in(cast.admin), {"group": "Planners", "role": "plan_manager", "department": ""}
    before = seen(client.post(ADD, typed))
    came(cast.manager)
    assert "would lose" in client.post(ADD, typed | {"seen": before}).content.decode()
    assert not GroupRole.objects.exists()


def test_a_line_that_goes_takes_the_role_from_who_had_it_by_it_alone(cast, sign_in):
    came(cast.owner, "Planners")
    came(cast.liaison, "Planners", "Heads")
    first = add_group_role(group="Planners", role="leader", department=None, act=act("2026-10-05T10:00"))
    add_group_role(group="Heads", role="leader", department=None, act=act("2026-10-05T10:01"))
    assert {"leader"} <= roles(cast.owner) & roles(cast.liaison)
    client, address = sign_in(cast.admin), reverse("sign-in-group-remove", args=[first.pk])
    shown = client.get(address)
    assert "1 person would lose Leadership." in shown.content.decode()
    assert client.post(address, {"seen": "of another day"}).status_code == 200
    assert GroupRole.objects.count() == 2
    assert client.post(address, {"seen": seen(shown)}).status_code == 302
    assert "leader" not in roles(cast.owner)
    assert "leader" in roles(cast.liaison)
    remove_group_role(row=first, act=act("2026-10-05T12:00"))  # twice is once
    assert AuditEvent.objects.filter(verb="group.unmapped").count() == 1


def test_who_never_said_their_groups_keeps_what_they_have(cast):
    SocialAccount.objects.create(user=cast.manager, provider="city", uid="1", extra_data={})
    add_group_role(group="Planners", role="plan_manager", department=None, act=act("2026-10-05T10:00"))
    assert roles(cast.manager) == {"plan_manager"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"group": "", "role": "viewer"}, "Fill in “Group”"),
        ({"group": "A", "role": "king"}, "Choose one of the answers offered for “Role”"),
        ({"group": "A", "role": "liaison"}, "a liaison needs one"),
        ({"group": "g" * 201, "role": "viewer"}, "at most 200 characters"),
        ({"group": "Twice", "role": "viewer"}, "gives this role already"),
        ({"group": "\u200b", "role": "viewer"}, "Group"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(cast, sign_in, typed, words):
    GroupRole.objects.create(group="Twice", role="viewer")
    client = sign_in(cast.admin)
    answer = client.post(ADD, typed)
    if answer.status_code == 200:  # shown first; refused when it is done
        answer = client.post(ADD, typed | {"seen": seen(answer)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert GroupRole.objects.count() == 1


@pytest.mark.parametrize(("group", "role"), [("A", "king"), ("g" * 201, "viewer"), ("", "viewer")])
def test_what_no_line_can_say_is_refused_by_the_service_too(db, group, role):
    with pytest.raises(ValidationError):
        add_group_role(group=group, role=role, department=None, act=act("2026-10-05T10:00"))
    assert not GroupRole.objects.exists()


def test_a_department_with_another_role_is_refused(cast):
    with pytest.raises(ValidationError, match="other roles have none"):
        add_group_role(
            group="A", role="viewer", department=cast.liaison.department, act=act("2026-10-05T10:00")
        )  # fmt: skip


@pytest.mark.parametrize("who", ["viewer", "owner", "leader", "manager"])
def test_only_an_administrator_says_what_groups_mean(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get("/people/sign-in/").status_code == 403
    assert client.post(ADD, {"group": "A", "role": "administrator"}).status_code == 403
    assert client.get(reverse("people:person-list")).content.decode().count("/people/sign-in/") == 0


def test_the_page_says_what_the_provider_must_be_told(cast, sign_in, settings, monkeypatch):
    set_up(
        settings, monkeypatch, OIDC_ISSUER="https://login.test.example", OIDC_CLIENT_ID="planapp",
        OIDC_CLIENT_SECRET="between-us", SAML_METADATA="https://idp.test.example/m", SAML_ENTITY_ID="urn:idp",
        SAML_UID_ATTRIBUTE="uid",
    )  # fmt: skip
    page = sign_in(cast.admin).get("/people/sign-in/").content.decode()
    for told in (
        "http://testserver/sign-in/oidc/city/callback/", "http://testserver/sign-in/saml/city/acs/",
        "http://testserver/sign-in/saml/city/metadata/", "https://login.test.example",
    ):  # fmt: skip
        assert told in page
    assert "between-us" not in page
