"""Many invitations from a pasted list: seen first, then exactly that, once, with one mail each (rules R19, R23)."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outbox.models import Message
from outbox.services import send_due_messages
from people import services
from people.models import Department, RoleGrant, User
from people.services import Newcomer, create_user, invite_people, update_user
from records.models import AuditEvent
from tests.build import act
from tests.house.test_hostile_forms import FORM, VALUES, body

PAGE = reverse("people:people-invite")
LIST = "Pat Doe\tpat@test.example\tStreets\tViewer\nkim@test.example\n"


def show(client, text, **more):
    return client.post(PAGE, {"pasted": text, "role": "contributor", **more})


def seen(answer):
    return answer.context["form"]["seen"].value()


def apply(client, text, **more):
    """Look, then press the button of what was shown."""
    shown = show(client, text, **more)
    assert shown.status_code == 200
    return show(client, text, seen=seen(shown), apply="1", **more)


def new_people():
    return User.objects.exclude(email__in=[f"{name}@test.example" for name in CAST]).order_by("pk")


CAST = ("admin", "manager", "leader", "owner", "contributor", "liaison", "viewer", "stranger")


NEW = (
    "Name\tE-mail\tDepartment\nPat\tpat@test.example\tFire and rescue\nKim\tkim@test.example\tFire and Rescue\n"
    "Lee\tlee@test.example\tStreets\nAnn\tann@test.example\tFleet\n"
)


def test_departments_of_the_list_are_added_where_that_is_ticked(sign_in, cast):
    client = sign_in(cast.manager)
    shown = show(client, NEW)
    assert shown.status_code == 422
    assert "“Fire and rescue” is no department that there is here. Mend it, or tick “Add departments" in text_of(shown)
    assert text_of(show(client, NEW, adds="on")).count("FR Fire and rescue , new") == 2
    assert not Department.objects.filter(name="Fire and rescue").exists()
    assert apply(client, NEW, adds="on").status_code == 302
    found = {row.name: row.department for row in new_people()}
    assert (found["Pat"].name, found["Pat"].abbreviation) == ("Fire and rescue", "FR")
    assert found["Kim"] == found["Pat"]
    assert found["Lee"] == cast.streets
    assert found["Ann"].abbreviation == "Fleet"
    assert Department.objects.filter(name__startswith="Fire").count() == 1


def text_of(answer):
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


def test_a_list_is_shown_first_and_then_exactly_that_is_done(sign_in, cast, mailoutbox):
    client = sign_in(cast.manager)
    shown = show(client, LIST)
    text = text_of(shown)
    assert "2 people would be added, with one mail each." in text
    assert "kim after the address kim@test.example" in text
    assert "Invite 2 people" in text
    assert (new_people().count(), Message.objects.count()) == (0, 0)
    done = show(client, LIST, seen=seen(shown), apply="1")
    assert done["Location"] == reverse("people:person-list")
    pat, kim = new_people()
    assert (pat.name, pat.department, [grant.role for grant in pat.grants]) == ("Pat Doe", cast.streets, ["viewer"])
    assert (kim.name, kim.department, [grant.role for grant in kim.grants]) == ("kim", None, ["contributor"])
    assert not pat.has_usable_password()
    verbs = AuditEvent.objects.filter(target_id=pat.pk, target_type="user").order_by("pk")
    assert [event.verb for event in verbs] == ["user.created", "role.granted", "user.invited"]
    assert pat.versions.count() == 1
    send_due_messages(at=timezone.now())
    assert sorted(mail.to[0] for mail in mailoutbox) == ["kim@test.example", "pat@test.example"]
    (link,) = re.findall(r"/invitation/\S+", mailoutbox[0].body)
    client.logout()
    assert client.post(link, {"new_password1": "a long and unusual word", "new_password2": "a long and unusual word"}
                       ).status_code == 302  # fmt: skip


def test_sent_twice_it_has_one_effect_and_from_an_older_look_none(sign_in, cast):
    client = sign_in(cast.manager)
    shown = show(client, LIST)
    body = {"seen": seen(shown), "apply": "1", "idempotency_key": "one-key"}
    assert [show(client, LIST, **body).status_code for _ in range(2)] == [302, 302]
    assert (new_people().count(), Message.objects.filter(kind="invitation").count()) == (2, 2)
    other = show(client, LIST, **body | {"idempotency_key": "of another tab"})  # that tab had shown the same two
    assert (other.status_code, "Nobody: the list names no new person" in text_of(other)) == (200, True)
    assert (new_people().count(), Message.objects.filter(kind="invitation").count()) == (2, 2)


def test_what_changed_since_it_was_shown_is_shown_again(sign_in, cast):
    client = sign_in(cast.manager)
    shown = show(client, LIST)
    create_user(email="pat@test.example", name="Pat", act=act(timezone.now()))
    again = show(client, LIST, seen=seen(shown), apply="1")
    assert (again.status_code, "Here already" in text_of(again), new_people().count()) == (200, True, 1)
    more = show(client, LIST + "lee@test.example", seen=seen(again), apply="1")  # typed after the look
    assert (more.status_code, new_people().count()) == (200, 1)


def test_who_is_here_is_left_alone_and_who_was_deactivated_is_not_invited(sign_in, cast):
    update_user(user=cast.viewer, fields={"is_active": False}, act=act(timezone.now()))
    client = sign_in(cast.manager)
    text = "OWNER@test.example\tSomebody else\tStreets\tPlan manager\nviewer@test.example\nnew@test.example"
    shown = text_of(show(client, text))
    assert "Not invited: the account was deactivated Viewer , viewer@test.example. Reactivate the account" in shown
    assert "Here already Nothing happens to them, whatever their line says. Owner , owner@test.example" in shown
    before = {role.pk for role in RoleGrant.objects.all()}
    apply(client, text)
    (person,) = new_people()
    assert RoleGrant.objects.exclude(pk__in=before).get().user == person
    assert Message.objects.get().person == person
    assert User.objects.get(pk=cast.owner.pk).name == "Owner"
    assert not User.objects.get(pk=cast.viewer.pk).is_active


def test_one_wrong_line_keeps_everybody_out_and_no_word_is_lost(sign_in, cast):
    client = sign_in(cast.manager)
    text = LIST + "Lee\nann@test.example, Ann, Fire"
    answer = show(client, text, apply="1", seen="x")
    said = text_of(answer)
    assert answer.status_code == 422
    assert "3 Lee There is no e-mail address in this line." in said
    assert "4 ann@test.example, Ann, Fire “Fire” is no department and no role" in said
    assert "2 lines are not right" in said
    assert answer.context["form"]["pasted"].value() == text
    assert "Invite 2 people" not in said
    assert new_people().count() == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Fill in “People”."),
        (",;\n<>", "There is no e-mail address in what was pasted."),
        ("\n".join(f"p{n}@test.example" for n in range(501)), "These are more than 500 people."),
        ("x" * 100_001, "can have at most 100,000 characters"),
    ],
)
def test_a_list_that_is_none(sign_in, cast, text, sentence):
    answer = show(sign_in(cast.manager), text)
    assert (answer.status_code, sentence.replace("100,000", "100000") in text_of(answer).replace("100,000", "100000")
            ) == (422, True)  # fmt: skip


# Roles ------------------------------------------------------------------------------------------


def test_r19_a_manager_gives_nobody_the_administrators_role_by_a_list(sign_in, cast):
    client = sign_in(cast.manager)
    answer = show(client, "pat@test.example\tAdministrator", apply="1", seen="x")
    assert (answer.status_code, "you cannot give this role" in text_of(answer)) == (422, True)
    chosen = show(client, "pat@test.example", role="administrator")
    assert (chosen.status_code, "Choose one of the answers offered for “Role”" in text_of(chosen)) == (422, True)
    assert new_people().count() == 0


def test_r19_an_administrator_gives_every_role(sign_in, cast):
    assert apply(sign_in(cast.admin), "pat@test.example\tadmin").status_code == 302
    assert [grant.role for grant in new_people().get().grants] == ["administrator"]


def test_a_liaison_reports_for_the_department_of_the_line_or_the_one_chosen_for_all(sign_in, cast):
    client = sign_in(cast.manager)
    refused = show(client, "pat@test.example\tLiaison")
    assert (refused.status_code, "A liaison needs a department." in text_of(refused)) == (422, True)
    apply(client, "pat@test.example\tLiaison\tDPH\nkim@test.example", department=cast.streets.pk, role="liaison")
    assert [person.liaison_departments(None) for person in new_people()] == [{cast.health.pk}, {cast.streets.pk}]


def test_nobody_needs_to_have_a_role_yet(sign_in, cast):
    apply(sign_in(cast.manager), "pat@test.example", role="")
    assert new_people().get().grants == frozenset()


# Cost, and who was quicker ----------------------------------------------------------------------


def statements(count):
    newcomers = [Newcomer(f"p{count}-{n}@test.example", f"P {n}", role="viewer") for n in range(count)]
    with CaptureQueriesContext(connection) as asked:
        invite_people(newcomers=newcomers, act=act(timezone.now()))
    return len(asked)


def test_two_hundred_cost_the_statements_of_two(cast):
    """SQLite takes fewer values in a statement, so there are some more of the same."""
    assert statements(200) <= statements(2) + (0 if connection.vendor == "postgresql" else 13)
    assert Message.objects.filter(kind="invitation", state="queued").count() == 202


def test_looking_at_two_hundred_costs_the_queries_of_two(sign_in, cast):
    client, counts = sign_in(cast.manager), []
    for count in (2, 200):
        text = "\n".join(f"P {n}\tp{n}@test.example\tStreets" for n in range(count))
        with CaptureQueriesContext(connection) as asked:
            assert show(client, text).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_whoever_was_quicker_is_named_and_nobody_is_added(cast, monkeypatch):
    look, asked = services.people_at, []

    def before_the_other_commits(emails):
        asked.append(emails)
        return {} if len(asked) == 1 else look(emails)

    monkeypatch.setattr(services, "people_at", before_the_other_commits)
    newcomers = [Newcomer("new@test.example", "New"), Newcomer("owner@test.example", "Second")]
    with pytest.raises(ValidationError, match=r"owner@test.example already has an account"):
        invite_people(newcomers=newcomers, act=act(timezone.now()))
    assert new_people().count() == 0


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("name", ["pasted", "department", "role", "seen"])
def test_what_no_form_should_be_sent_adds_nobody(sign_in, cast, name, value):
    client = sign_in(cast.manager)
    sent = {"pasted": ["pat@test.example"], "role": ["contributor"], "seen": ["x"], "apply": ["1"]} | {name: [value]}
    answer = client.post(PAGE, body(sent), content_type=FORM)
    assert answer.status_code in {200, 400, 422}
    assert new_people().count() == 0
