"""Pages that manage people: who may, two people at one form, sent twice, the last administrator."""

import json

import pytest
from django.urls import reverse

from people.models import Department, RoleGrant, User
from people.services import update_user
from records.models import AuditEvent
from records.seals import FIELDS
from tests.build import act


def page(name, *args):
    return reverse(f"people:{name}", args=args)


def person_fields(person, **changes):
    fields = {"name": person.name, "email": person.email, "department": person.department_id, "version": person.version}
    return {**fields, **changes}


def test_a_person_is_added_once_however_often_it_is_sent(sign_in, cast):
    client = sign_in(cast.manager)
    words = {"name": " New   Person ", "email": "New@test.example", "idempotency_key": "one-key"}
    first, second = (client.post(page("person-create"), words) for _ in range(2))
    person = User.objects.get(email="new@test.example")
    assert first["Location"] == second["Location"] == page("person-detail", person.pk)
    assert (person.name, person.has_usable_password()) == ("New Person", False)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"name": "", "email": "a@test.example"}, "Fill in “Name”."),
        ({"name": "A", "email": "no address"}, "E-mail: write an address such as"),
        ({"name": "A", "email": "OWNER@test.example"}, "owner@test.example already has an account"),
        ({"name": "A" * 151, "email": "a@test.example"}, "can have at most 150 characters"),
    ],
)
def test_wrong_input_names_the_field_and_keeps_the_words(sign_in, cast, words, sentence):
    answer = sign_in(cast.manager).post(page("person-create"), words)
    text = answer.content.decode()
    assert (answer.status_code, sentence in text) == (422, True)
    assert not words["name"] or f'value="{words["name"]}"' in text


def test_the_second_of_two_people_sees_both_texts_and_may_then_save(sign_in, cast):
    client = sign_in(cast.manager)
    old = person_fields(cast.viewer, name="Mine")
    update_user(user=cast.viewer, fields={"name": "Theirs"}, act=act("2026-10-05T12:00"))
    answer = client.post(page("person-edit", cast.viewer.pk), old)
    text = answer.content.decode()
    assert (answer.status_code, "Theirs" in text, 'value="Mine"' in text) == (409, True, True)
    assert client.post(page("person-edit", cast.viewer.pk), {**old, "version": 2}).status_code == 302
    assert User.objects.get(pk=cast.viewer.pk).name == "Mine"


def test_only_an_administrator_changes_an_administrator(sign_in, cast):
    client = sign_in(cast.manager)
    stolen = person_fields(cast.admin, email="mine@test.example")
    assert client.post(page("person-edit", cast.admin.pk), stolen).status_code == 403
    assert client.post(page("person-activity", cast.admin.pk), {"active": "no"}).status_code == 403
    assert User.objects.get(pk=cast.admin.pk).email == "admin@test.example"


def test_a_plan_manager_makes_nobody_an_administrator(sign_in, cast):
    answer = sign_in(cast.manager).post(page("role-grant", cast.manager.pk), {"role": "administrator"})
    assert answer.status_code == 422
    assert not RoleGrant.objects.filter(user=cast.manager, role="administrator").exists()


def test_the_last_administrator_stays(sign_in, cast):
    client = sign_in(cast.admin)
    grant = RoleGrant.objects.get(role="administrator")
    revoked = client.post(page("role-revoke", cast.admin.pk, grant.pk), follow=True)
    deactivated = client.post(page("person-activity", cast.admin.pk), {"active": "no"}, follow=True)
    for answer in (revoked, deactivated):
        assert "This is the last administrator." in answer.content.decode()
    assert RoleGrant.objects.get(pk=grant.pk).recorded_until is None
    assert User.objects.get(pk=cast.admin.pk).is_active


def test_a_role_is_given_and_taken_away(sign_in, cast):
    client = sign_in(cast.admin)
    client.post(page("role-grant", cast.viewer.pk), {"role": "liaison", "department": cast.health.pk, "version": 1})
    grant = RoleGrant.objects.get(user=cast.viewer, role="liaison")
    client.post(page("role-revoke", cast.viewer.pk, grant.pk))
    told = AuditEvent.objects.filter(target_id=cast.viewer.pk, actor_id=cast.admin.pk).order_by("pk")
    words = "Department liaison (Department of Public Health)"
    assert [event.changes for event in told] == [{"role": ["", words]}, {"role": [words, ""]}]


def test_a_liaison_needs_a_department(sign_in, cast):
    answer = sign_in(cast.admin).post(page("role-grant", cast.viewer.pk), {"role": "liaison", "version": 1})
    assert (answer.status_code, "a liaison needs one" in answer.content.decode()) == (422, True)


def test_a_grant_of_somebody_else_is_not_found_under_this_person(sign_in, cast):
    grant = RoleGrant.objects.get(user=cast.viewer)
    assert sign_in(cast.admin).post(page("role-revoke", cast.owner.pk, grant.pk)).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [("q=LIAI", ["Liaison"]), ("role=none", ["Stranger"]), ("role=leader", ["Leader"]), ("account=deactivated", [])],
)
def test_the_list_of_people_narrows(sign_in, cast, query, names):
    answer = sign_in(cast.manager).get(f"{page('person-list')}?{query}")
    assert [person.name for person in answer.context["page"]] == names


def test_a_department_that_is_taken_is_refused(sign_in, cast):
    answer = sign_in(cast.manager).post(page("department-create"), {"name": "Other", "abbreviation": "oit"})
    assert (answer.status_code, "oit is already used" in answer.content.decode()) == (422, True)
    assert Department.objects.count() == 3


def test_the_audit_log_narrows_and_leaves_as_csv(sign_in, cast):
    client = sign_in(cast.admin)
    client.post(page("person-edit", cast.viewer.pk), person_fields(cast.viewer, name="=Reader"))
    shown = client.get(page("audit-log"), {"what": "user", "person": cast.admin.pk})
    answer = client.get(page("audit-log"), {"what": "user", "person": cast.admin.pk, "format": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert [(entry.what, entry.target) for entry in shown.context["entries"]] == [("Person edited", "=Reader")]
    assert len(lines) == 2
    assert "Name: Viewer → =Reader" in lines[1]
    assert ",'=Reader," in lines[1]


@pytest.mark.parametrize(
    ("words", "found"),
    [("strassen", 0), ("Zoë", 1), ("zoe", 1), ("ZOE reader", 1), ("moved because", 1), ("bècause", 1), ("it's", 1),
     ("zoe nobody", 0), ("(", 0), ("[a-z]+", 0), (".*", 0), ("\\", 0), ("'", 1), ("a" * 5000, 0)],
)  # fmt: skip
def test_the_audit_log_is_searched_by_words_of_name_and_reason(sign_in, cast, words, found):
    doing = act("2026-10-05T12:00", by=cast.admin, reason="It’s moved because of [more] work.")
    update_user(user=cast.viewer, fields={"name": "Zoë Reader"}, act=doing)
    update_user(user=cast.owner, fields={"name": "Another"}, act=act("2026-10-05T12:00", by=cast.admin))
    shown = sign_in(cast.admin).get(page("audit-log"), {"q": words})
    assert shown.status_code == 200
    assert len(shown.context["entries"]) == found


def test_the_audit_log_narrows_by_how_it_came_and_leaves_as_json_lines(sign_in, cast):
    update_user(user=cast.viewer, fields={"name": "Zoë"}, act=act("2026-10-05T12:00", by=cast.admin, channel="api"))
    answer = sign_in(cast.admin).get(page("audit-log"), {"channel": "api", "format": "jsonl"})
    (line,) = b"".join(answer.streaming_content).decode().splitlines()
    said = json.loads(line)
    assert said.keys() == set(FIELDS)
    assert (said["verb"], said["actor_id"]) == ("user.changed", cast.admin.pk)
    assert said["happened_at"].endswith("Z")
    assert said["changes"] == {"name": ["Viewer", "Zoë"]}
    assert "jsonl" in answer["Content-Disposition"]


def test_a_day_that_is_none_is_told(sign_in, cast):
    answer = sign_in(cast.admin).get(page("audit-log"), {"day": "2026-02-30"})
    assert (answer.status_code, "is no day of the calendar" in answer.content.decode()) == (422, True)
