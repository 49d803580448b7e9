"""Who may do what: the predicates every room builds on. `user.has_perm(name, object)` is the only question asked."""

from typing import Any

import rules

from people.models import Department, User, works_in
from people.roles import GIVES, OF_EVERYTHING, Role

__all__ = [
    "access_of",
    "can_give_every_role_of",
    "is_administrator",
    "is_leader",
    "is_liaison_of",
    "is_member",
    "is_plan_manager",
    "manages_a_plan",
    "may_manage",
    "plans_given_in",
    "plans_seen_by",
    "reads_plan_of",
    "roles_given_by",
]


@rules.predicate
def is_member(user: User) -> bool:
    """Holds at least one role: may read the plan, internal items too."""
    return bool(user.grants)


def access_of(row: Any) -> int | None:
    """The plan that a row belongs to, as roles name it; None for what belongs to none, or says nothing of it.

    Rows of rooms above say it as `plan_access_id`. Asked only where a role for one plan may decide.
    """
    found: int | None = getattr(row, "plan_access_id", None)
    return found


def has_role_for(user: User, row: Any, *roles: str) -> bool:
    """Everywhere, or in the plan of this row; about nothing in particular only who holds it everywhere."""
    if user.has_role(*roles):
        return True
    if not user.has_role_somewhere(*roles):
        return False
    key = access_of(row)
    return key is not None and user.has_role(*roles, plan_access=key)


@rules.predicate
def reads_plan_of(user: User, row: Any) -> bool:
    """Holds a role for the whole installation, or one in the plan of this row."""
    return user.reads_every_plan or access_of(row) in user.plan_accesses


@rules.predicate
def is_administrator(user: User) -> bool:
    return user.has_role(Role.ADMINISTRATOR)


@rules.predicate
def is_plan_manager(user: User, row: Any) -> bool:
    return has_role_for(user, row, Role.PLAN_MANAGER)


@rules.predicate
def is_leader(user: User, row: Any) -> bool:
    return has_role_for(user, row, Role.LEADER)


def is_liaison_of(user: User, department: Department | int | None, row: Any) -> bool:
    """Speaks for a department, everywhere or in the plan of this row."""
    key: Any = department.pk if isinstance(department, Department) else department
    held = {grant.plan_access_id for grant in user.grants if grant.role == Role.LIAISON and grant.department_id == key}
    return None in held or (bool(held) and access_of(row) in held)


def roles_given_by(user: User, plan_access: int | None = None) -> frozenset[str]:
    """The roles somebody may give for the whole installation or in one plan: up to their own there, never one above."""
    held = (grant.role for grant in user.grants if grant.plan_access_id in (None, plan_access))
    given = frozenset[str]().union(*(GIVES.get(role, frozenset()) for role in held))
    return given if plan_access is None else given - OF_EVERYTHING


def plans_seen_by(user: User) -> frozenset[int] | None:
    """The plans whose people and audit log somebody is shown; None: all, and what is about none."""
    return None if may_manage(user, None) else user.managed_accesses


def plans_given_in(user: User, person: User | None) -> frozenset[int] | None:
    """For which plans somebody gives this person roles and takes them away; None: everywhere and for every plan.

    Whoever manages one plan decides about roles in it, whoever the person is; nothing else of the person is theirs.
    """
    if may_manage(user, None) and can_give_every_role_of(user, person):
        return None
    return user.managed_accesses if user.is_active else frozenset()


@rules.predicate
def can_give_every_role_of(user: User, person: User | None) -> bool:
    """Every role the person holds or ever held: who changes an account's address can take it over, and reactivate it.

    A role that was taken away counts too, for it may be given back.
    """
    if person is None:
        return False
    return roles_given_by(user).issuperset(person.role_grants.values_list("role", flat=True))


@rules.predicate
def manages_a_plan(user: User) -> bool:
    """Plan manager everywhere or in some plan, or administrator: sees people, each those of their own plans."""
    return user.has_role_somewhere(Role.PLAN_MANAGER, Role.ADMINISTRATOR)


@rules.predicate
def gives_roles_in_a_plan_to(user: User, person: User | None) -> bool:
    """Manages a plan by a role for that plan, and is told of this person."""
    if person is None or not user.is_active or not user.managed_accesses:
        return False
    return bool(User.objects.filter(works_in(user.managed_accesses), pk=person.pk).exists())


@rules.predicate
def was_let_in_by(user: User, person: User | None) -> bool:
    """Every role that the person holds or ever held, and there is one, is in plans that the user manages."""
    if person is None or not user.is_active or not user.managed_accesses:
        return False
    held = set(person.role_grants.values_list("plan_access", flat=True))
    return bool(held) and held <= user.managed_accesses


may_manage = is_plan_manager | is_administrator

rules.add_perm("people.read", is_member)
rules.add_perm("people.change_person", may_manage)
rules.add_perm("people.change_account", may_manage & can_give_every_role_of)
rules.add_perm("people.change_department", may_manage)
rules.add_perm("people.view_people", manages_a_plan)
rules.add_perm("people.invite_to_plan", manages_a_plan)
rules.add_perm("people.send_invitation", (may_manage & can_give_every_role_of) | was_let_in_by)
rules.add_perm("people.grant_role", (may_manage & can_give_every_role_of) | gives_roles_in_a_plan_to)
rules.add_perm("people.take_off_factors", is_administrator)
rules.add_perm("people.end_sessions", is_administrator)
rules.add_perm("people.view_audit_log", manages_a_plan)
