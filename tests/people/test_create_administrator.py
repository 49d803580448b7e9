"""The first administrator is made by a command, which refuses before it changes anything."""

import io

import pytest
from django.core.management import CommandError, call_command

from people.models import RoleGrant, User
from people.roles import Role
from records.models import AuditEvent

pytestmark = pytest.mark.django_db
NEW = {"email": "New.Person@Example.gov", "name": "New  Person"}


def run(**options):
    out = io.StringIO()
    call_command("create_administrator", stdout=out, **options)
    return out.getvalue()


def typed(monkeypatch, text, *, terminal=False):
    source = io.StringIO(text)
    source.isatty = lambda: terminal
    monkeypatch.setattr("sys.stdin", source)


def test_new_person_sets_a_password_by_the_link():
    assert "Forgot your password?" in run(**NEW)
    person = User.objects.get(email="new.person@example.gov")
    assert person.name == "New Person"
    assert person.has_role(Role.ADMINISTRATOR)
    assert not person.has_usable_password()
    events = AuditEvent.objects.filter(target_id=person.pk).order_by("pk")
    assert [(event.verb, event.channel, event.actor_id) for event in events] == [
        ("user.created", "system", None), ("role.granted", "system", None),
    ]  # fmt: skip


def test_password_from_input_is_checked_as_on_the_pages(monkeypatch):
    typed(monkeypatch, "12345\n")
    with pytest.raises(CommandError, match="too short"):
        run(**NEW, password_stdin=True)
    assert not User.objects.filter(email="new.person@example.gov").exists()
    typed(monkeypatch, "quiet harbour at noon\n")
    assert "can sign in" in run(**NEW, password_stdin=True)
    assert User.objects.get(email="new.person@example.gov").check_password("quiet harbour at noon")


def test_password_typed_twice_must_be_the_same(monkeypatch):
    answers = iter(["quiet harbour at noon", "quiet harbor at noon"])
    monkeypatch.setattr("people.management.commands.create_administrator.getpass", lambda prompt: next(answers))
    with pytest.raises(CommandError, match="not the same"):
        run(**NEW, password=True)
    assert not User.objects.filter(email="new.person@example.gov").exists()


def test_email_and_name_are_asked_for_where_somebody_can_answer(monkeypatch):
    typed(monkeypatch, "", terminal=True)
    monkeypatch.setattr("builtins.input", {"E-mail: ": NEW["email"], "Name: ": NEW["name"]}.get)
    run()
    assert User.objects.get(email="new.person@example.gov").has_role(Role.ADMINISTRATOR)
    typed(monkeypatch, "")
    with pytest.raises(CommandError, match="Give --email"):
        run()


def test_what_is_typed_wrong_gets_its_sentence():
    with pytest.raises(CommandError, match="valid"):
        run(email="not an address", name="New Person")
    with pytest.raises(CommandError):
        run(email="new.person@example.gov", name=" ")


def test_who_has_an_account_is_offered_the_role_and_gets_it_once(cast):
    person = cast.contributor
    with pytest.raises(CommandError, match=f"--existing --email {person.email}"):
        run(email=person.email.upper(), name="Somebody else")
    assert "is an administrator now" in run(email=person.email.upper(), existing=True)
    assert "already" in run(email=person.email, existing=True)
    assert RoleGrant.objects.filter(user=person, role=Role.ADMINISTRATOR).count() == 1


def test_role_goes_to_nobody_unknown_or_deactivated(cast):
    with pytest.raises(CommandError, match="Nobody has"):
        run(email="new.person@example.gov", existing=True)
    with pytest.raises(CommandError, match="give --email alone"):
        run(email=cast.contributor.email, name="Another", existing=True)
    User.objects.filter(pk=cast.contributor.pk).update(is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        run(email=cast.contributor.email, existing=True)
