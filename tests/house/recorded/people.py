"""What the services of the room `people` leave in the audit log."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.test import override_settings

import people.services as p
from people.models import User
from people.sessions import SessionStore
from records.models import AuditEvent
from tests.conftest import NOW
from tests.house.recorded.common import Table, by
from tests.house.world import World


def newcomer(world: World) -> User:
    known = User.objects.filter(email="new@test.example").first()
    return known or p.create_user(email="new@test.example", name="New", act=by(world, minutes=0))


def left_long_ago(world: World) -> Any:
    """The administrator is the last one and stays, and all others but one have been here."""
    User.objects.exclude(pk=world.cast.viewer.pk).update(last_login=NOW)
    with override_settings(DEACTIVATE_UNSEEN_DAYS=30):
        return p.deactivate_unseen(at=NOW + timedelta(days=9) + timedelta(minutes=1))


def sessions_ended(world: World) -> int:
    viewer = world.cast.viewer
    if not AuditEvent.objects.filter(verb="user.sessions_ended").exists():
        session = SessionStore()
        session[SESSION_KEY] = str(viewer.pk)
        session.create()
    return p.end_sessions(user=viewer, here=None, act=by(world))


def feed_ended(world: World) -> bool:
    p.make_feed_address(user=world.cast.viewer, seen=0, act=by(world, "viewer", minutes=0))
    return p.end_feed_address(user=world.cast.viewer, act=by(world, "viewer"))


TABLE: Table = {
    "create_department": (
        ["department.created"], lambda w: p.create_department(name="New", abbreviation="NEW", act=by(w))),
    "update_department": (
        ["department.changed"],
        lambda w: p.update_department(department=w.cast.health, fields={"name": "Health"}, act=by(w))),
    "create_user": (["user.created"], lambda w: p.create_user(email="n@test.example", name="New", act=by(w))),
    "invite_people": (
        ["user.created", "role.granted", "user.invited"],
        lambda w: p.invite_people(newcomers=[p.Newcomer("n@test.example", "New", role="viewer")], act=by(w))),
    "invite_to_plan": (
        ["user.created", "role.granted", "user.invited"],
        lambda w: p.invite_to_plan(
            newcomer=p.Newcomer("n@test.example", "New", role="viewer", plan_access=w.plan.access), act=by(w))),
    "invite_user": (
        ["user.created", "user.invited"], lambda w: p.invite_user(user=newcomer(w), act=by(w))),
    "accept_invitation": (
        ["user.created", "user.joined"],
        lambda w: p.accept_invitation(user=newcomer(w), password="a long word", act=by(w))),
    "update_user": (
        ["user.changed"], lambda w: p.update_user(user=w.cast.viewer, fields={"name": "Reader"}, act=by(w))),
    "set_password": (
        ["user.password_set"], lambda w: p.set_password(user=w.cast.viewer, password="a long word", act=by(w))),
    "note_new_browser": (
        ["user.new_browser"], lambda w: p.note_new_browser(user=w.cast.viewer, browser="Firefox", act=by(w, "viewer"))),
    "make_feed_address": (
        ["user.feed_made"],
        lambda w: p.make_feed_address(user=w.cast.viewer, seen=0, act=by(w, "viewer"))),
    "end_feed_address": (["user.feed_made", "user.feed_ended"], feed_ended),
    "end_sessions": (["user.sessions_ended"], sessions_ended),
    "deactivate_unseen": (["user.deactivated"], left_long_ago),
    "grant_role": (["role.granted"], lambda w: p.grant_role(user=w.cast.viewer, role="leader", act=by(w))),
    "revoke_role": (["role.revoked"], lambda w: p.revoke_role(grant=w.grant, act=by(w))),
}  # fmt: skip

SILENT: dict[str, str] = {}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {
    "create_department",
    "create_user",
    "invite_people",
    "set_password",
    "note_new_browser",
    "accept_invitation",
}
