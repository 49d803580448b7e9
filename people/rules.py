"""Who may do what: the predicates every room builds on. `user.has_perm(name, object)` is the only question asked."""

from typing import Any

import rules

from people.models import Department, User
from people.roles import GIVES, Role

__all__ = [
    "can_give_every_role_of",
    "is_administrator",
    "is_leader",
    "is_liaison_of",
    "is_member",
    "is_plan_manager",
    "may_manage",
    "roles_given_by",
]


@rules.predicate
def is_member(user: User) -> bool:
    """Holds at least one role: may read the plan, internal items too."""
    return bool(user.grants)


@rules.predicate
def is_administrator(user: User) -> bool:
    return user.has_role(Role.ADMINISTRATOR)


@rules.predicate
def is_plan_manager(user: User) -> bool:
    return user.has_role(Role.PLAN_MANAGER)


@rules.predicate
def is_leader(user: User) -> bool:
    return user.has_role(Role.LEADER)


@rules.predicate
def is_liaison_of(user: User, department: Department | int | None) -> bool:
    key: Any = department.pk if isinstance(department, Department) else department
    return key in user.liaison_department_ids


def roles_given_by(user: User) -> frozenset[str]:
    """The roles somebody may give: up to their own, never one above."""
    return frozenset[str]().union(*(GIVES.get(grant.role, frozenset()) for grant in user.grants))


@rules.predicate
def can_give_every_role_of(user: User, person: User | None) -> bool:
    """Every role the person holds or ever held: who changes an account's address can take it over, and reactivate it.

    A role that was taken away counts too, for it may be given back.
    """
    if person is None:
        return False
    return roles_given_by(user).issuperset(person.role_grants.values_list("role", flat=True))


may_manage = is_plan_manager | is_administrator

rules.add_perm("people.read", is_member)
rules.add_perm("people.change_person", may_manage)
rules.add_perm("people.change_account", may_manage & can_give_every_role_of)
rules.add_perm("people.change_department", may_manage)
rules.add_perm("people.grant_role", may_manage & can_give_every_role_of)
rules.add_perm("people.take_off_factors", is_administrator)
rules.add_perm("people.view_audit_log", may_manage)
