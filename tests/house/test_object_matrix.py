"""What the role matrix says of one plain object of each kind, said of objects in every other state.

object_matrix.txt holds, for each state, the addresses that answer otherwise than in role_matrix.txt; all the others
answer the same. So a state that opens a door, or shuts one, stands there in black and white.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction

from goals.models import Goal, Plan
from goals.services import update_plan
from initiatives.services import (
    accept_ownership,
    cancel_milestone,
    complete_milestone,
    correct_status_update,
    decline_ownership,
    delete_initiative,
    override_status,
    record_status_update,
    update_initiative,
    withdraw_commitment,
)  # fmt: skip
from people.models import RoleGrant, User
from people.roles import Role
from people.services import create_user, grant_role, revoke_role, update_user
from records.models import AuditEvent
from reminders.services import set_preferences
from tests.build import act
from tests.conftest import NOW
from tests.house.addresses import addresses
from tests.house.test_role_matrix import ROLES, TABLE, answered, line, signed_in
from tests.house.test_urls_guarded import OPEN
from tests.house.world import World

STATES = Path(__file__).with_name("object_matrix.txt")
PERSON = ("people:person", "people:role", "people:invitation", "initiatives:initiative-hand-over")
WORK = (
    "initiatives:initiative", "initiatives:milestone", "initiatives:status", "initiatives:commitment",
    "initiatives:owner-request", "initiatives:comment",
)  # fmt: skip
PLAN = (*WORK, "goals:", "initiatives:structure", "initiatives:plan")
BY = act(NOW, reason="For the matrix.")


def of(world: World, user: User) -> World:
    return replace(world, grant=RoleGrant.objects.filter(user=user).latest("pk"))


def person(role: Role) -> User:
    user = create_user(email="matrix@test.example", name="Object", act=BY)
    grant_role(user=user, role=role, act=BY)
    return user


def deactivated(world: World, user: User) -> World:
    update_user(user=user, fields={"is_active": False}, act=BY)
    return of(world, user)


def once_an_administrator(world: World) -> World:
    user = person(Role.ADMINISTRATOR)
    revoke_role(grant=RoleGrant.objects.filter(user=user).latest("pk"), act=BY)
    return deactivated(world, user)


def delegated(world: World) -> World:
    until = date(2026, 12, 1)
    set_preferences(
        person=world.cast.owner, muted_kinds=[], away_from=NOW.date(), away_until=until,
        delegate=world.cast.contributor, act=BY,
    )  # fmt: skip
    return world


def edited(**fields: object) -> Callable[[World], World]:
    def change(world: World) -> World:
        update_initiative(initiative=world.initiative, fields=fields, act=BY)
        return world

    return change


def owned_by_who_left(world: World) -> World:
    user = person(Role.CONTRIBUTOR)
    update_initiative(initiative=world.initiative, fields={"owner": user}, act=BY)
    update_user(user=user, fields={"is_active": False}, act=BY)
    return world


def contributed_to(world: World) -> World:
    update_initiative(initiative=world.initiative, fields={}, contributors=[world.cast.contributor], act=BY)
    return world


def closed(world: World) -> World:
    record_status_update(initiative=world.initiative, words={"status": "completed", "happened": "Done"}, act=BY)
    return world


def of_plan(**fields: object) -> Callable[[World], World]:
    def change(world: World) -> World:
        update_plan(plan=world.plan, fields=fields, act=BY)
        return replace(world, plan=Plan.objects.get(pk=world.plan.pk))

    return change


def done(service: Callable[..., object], **what: str) -> Callable[[World], World]:
    def do(world: World) -> World:
        service(**{name: getattr(world, row) for name, row in what.items()}, act=BY)
        return world

    return do


def declined_by_owner(world: World) -> World:
    act_of_owner = act(NOW, world.cast.owner, reason="No time.")
    decline_ownership(request=world.asked, proposed=world.cast.contributor, act=act_of_owner)
    return world


def accepted_by_owner(world: World) -> World:
    accept_ownership(request=world.asked, act=act(NOW, world.cast.owner))
    return world


def led_by_contributor(world: World) -> World:
    Goal.objects.filter(pk=world.initiative.goal_id).update(lead=world.cast.contributor)
    return world


KINDS: dict[str, tuple[tuple[str, ...], Callable[[World], World]]] = {
    "a person who was deactivated": (PERSON, lambda w: deactivated(w, person(Role.VIEWER))),
    "a person who leads": (PERSON, lambda w: of(w, w.cast.leader)),
    "a plan manager": (PERSON, lambda w: of(w, w.cast.manager)),
    "an administrator": (PERSON, lambda w: of(w, w.cast.admin)),
    "an administrator who was deactivated": (PERSON, lambda w: deactivated(w, person(Role.ADMINISTRATOR))),
    "deactivated, once an administrator": (PERSON, once_an_administrator),
    "an initiative whose owner is away, with a delegate": (WORK, delegated),
    "an initiative whose owner was deactivated": (WORK, owned_by_who_left),
    "an initiative that somebody else works on": (WORK, contributed_to),
    "an initiative in a focus area led by somebody else": (WORK, led_by_contributor),
    "an initiative whose owner declined": (WORK, declined_by_owner),
    "an initiative whose owner accepted": (WORK, accepted_by_owner),
    "an internal initiative": (WORK, edited(visibility="internal")),
    "a closed initiative": (WORK, closed),
    "an initiative shown as another status": (
        WORK, lambda w: override_status(initiative=w.initiative, status="at_risk", act=BY) and w),
    "a deleted initiative": (WORK, done(delete_initiative, initiative="initiative")),
    "a completed milestone": (("initiatives:milestone",), done(complete_milestone, milestone="milestone")),
    "a cancelled milestone": (("initiatives:milestone",), done(cancel_milestone, milestone="milestone")),
    "a withdrawn commitment": (("initiatives:commitment",), done(withdraw_commitment, commitment="commitment")),
    "a corrected update": (
        ("initiatives:status",),
        lambda w: correct_status_update(update=w.update, words={"happened": "Better"}, act=BY) and w),
    "a draft plan": (PLAN, of_plan(state="draft")),
    "an archived plan": (PLAN, of_plan(state="archived")),
    "a locked plan": (PLAN, of_plan(is_locked=True)),
}  # fmt: skip


def otherwise(world: World, names: tuple[str, ...], usual: set[str]) -> list[str]:
    sessions = [signed_in(getattr(world.cast, role)) for role in ROLES]
    found = []
    for address in sorted(addresses(), key=lambda a: a.name):
        if address.name.startswith(names) and address.name not in OPEN:
            path = address.path(world.values(address))
            found += [
                line(address.name, method.upper(), [answered(session, method, path) for session in sessions])
                for method in ("get", "post")
            ]
    return [one for one in found if one not in usual]


def test_objects_of_every_state_answer_as_written(world):
    if connection.vendor != "sqlite":
        pytest.skip("Who may is not the database's to say; asked once, in the pass on SQLite")
    usual = set(TABLE.read_text().splitlines())
    found = [line("# address", "", ROLES)]
    for state, (names, make) in KINDS.items():
        events = AuditEvent.objects.count()
        with transaction.atomic():
            found += ["", f"# {state}", *otherwise(make(world), names, usual)]
            transaction.set_rollback(True)
        assert AuditEvent.objects.count() == events
    missing = sorted(set(found) - set(STATES.read_text().splitlines()))
    assert found == STATES.read_text().splitlines(), "as they answer now:\n" + "\n".join(found) + f"\n{missing}"
