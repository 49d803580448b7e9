"""Accounts of people who were not here for long are closed, where the installation asks for it."""

from datetime import timedelta

import pytest

from people import tasks
from people.models import RoleGrant, User
from people.services import create_user, deactivate_unseen, invite_user, update_user
from records.models import AuditEvent
from tests.build import BEGIN, act, report
from tests.conftest import NOW

DAYS = 90
LONG_AGO, RECENTLY = NOW - timedelta(days=DAYS, seconds=1), NOW - timedelta(days=DAYS)


@pytest.fixture
def asked(settings, cast):
    """Everybody was here long ago, the administrator lately."""
    settings.DEACTIVATE_UNSEEN_DAYS = DAYS
    User.objects.update(last_login=LONG_AGO)
    User.objects.filter(pk=cast.admin.pk).update(last_login=RECENTLY)


def closed() -> set[str]:
    return {person.email.partition("@")[0] for person in User.objects.filter(is_active=False)}


def test_nobody_is_deactivated_unless_it_is_asked_for(cast, settings):
    assert settings.DEACTIVATE_UNSEEN_DAYS is None
    assert deactivate_unseen(at=NOW + timedelta(days=9_999)) == []
    assert closed() == set()


def test_who_gave_no_sign_is_deactivated_with_an_event_each(asked, cast):
    before = set(User.objects.filter(is_active=False).values_list("pk", flat=True))
    gone = deactivate_unseen(at=NOW)
    assert cast.admin not in gone
    assert {cast.viewer, cast.owner, cast.manager} <= set(gone)
    events = AuditEvent.objects.filter(verb="user.deactivated", reason="Not here for 90 days.")
    assert {event.target_id for event in events} == {person.pk for person in gone}
    assert {(event.actor_id, event.channel) for event in events} == {(None, "system")}
    assert before == set()
    assert deactivate_unseen(at=NOW + timedelta(hours=1)) == []


def test_any_sign_of_a_person_counts(asked, cast, initiative):
    doing = act(RECENTLY, by=cast.admin)
    User.objects.filter(pk=cast.viewer.pk).update(last_login=RECENTLY)
    report(initiative, "on_track", RECENTLY, cast.owner)  # perhaps by the link of a mail, without a sign-in
    create_user(email="new@test.example", name="New", act=doing)
    never = create_user(email="never@test.example", name="Never", act=act(LONG_AGO))
    again = create_user(email="again@test.example", name="Again", act=act(LONG_AGO))
    invite_user(user=again, act=doing)
    deactivate_unseen(at=NOW)
    assert {"never", "manager", "leader"} <= closed()
    assert closed().isdisjoint({"viewer", "owner", "new", "again", "admin"})
    never.refresh_from_db()
    update_user(user=never, fields={"is_active": True}, act=act(NOW, by=cast.admin))
    deactivate_unseen(at=NOW + timedelta(days=1))
    assert "never" not in closed()


def test_the_last_administrator_stays_and_is_the_one_who_was_here_last(asked, cast):
    RoleGrant.objects.create(user=cast.viewer, role="administrator", recorded_from=BEGIN)
    User.objects.filter(pk=cast.admin.pk).update(last_login=LONG_AGO - timedelta(days=1))
    deactivate_unseen(at=NOW)
    assert "admin" in closed()
    assert "viewer" not in closed()


def test_beat_asks_for_it(asked, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    tasks.deactivate_unseen_people()
    assert "viewer" in closed()
