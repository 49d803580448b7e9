"""Who may see and shape a plan, and of which plan an address speaks."""

from typing import Any

import rules
from django.db.models import Model, Q

from goals.models import Evidence, Plan, PlanVersion, Priority, Strategy
from people.models import User
from people.roles import Role
from people.rules import is_member, may_manage, reads_plan_of
from records.statements import Keys

rules.add_perm("goals.change_plan", may_manage)
rules.add_perm("goals.read_plan", is_member & reads_plan_of)

# Addresses that name a row by its `pk`: how their names begin, what the row is, and the way from it to its plan.
# The longest beginning counts. Every room adds its own.
ADDRESSES: dict[str, tuple[type[Model], str]] = {
    "goals:evidence-": (Evidence, "plan"),
    "goals:strategy-": (Strategy, "goal__plan"),
    "goals:priority-": (Priority, "plan"),
}
# Addresses of no plan, which show and change of all plans only what the reader may; every other address of no plan is
# closed to whoever has a role in some plans alone. Those of the rooms below know no plans.
SIFTED: set[str] = set()
BELOW = ("people:", "sign_in:", "account_", "mfa_", "openid_connect_", "saml_")


def readable(user: User) -> Keys | None:
    """The numbers of the plans that somebody may read; None: all, without a look. One query for a request."""
    return None if user.reads_every_plan else Keys(sorted(own_plans(user)))


def own_plans(user: User) -> dict[int, int]:
    """The plans for which somebody has a role of its own, each with what its roles point to; none without a look."""
    known: dict[int, int] | None = user.__dict__.get("own_plans")
    if known is None:
        keys = user.plan_accesses
        rows = Plan.objects.filter(access__in=keys).values_list("pk", "access") if keys else ()
        known = user.__dict__["own_plans"] = dict(rows)
    return known


def managed(user: User) -> Keys | None:
    """The numbers of the plans that somebody manages; None: all. For what is done in several plans at once."""
    if user.has_role(Role.PLAN_MANAGER, Role.ADMINISTRATOR):
        return None
    mine = user.managed_accesses
    return Keys(sorted(plan for plan, access in own_plans(user).items() if access in mine))


def among_managed(user: User, path: str = "plan") -> Q:
    """The condition on rows whose plan, found under `path`, somebody manages."""
    plans = managed(user)
    return Q() if plans is None else Q(**{f"{path}__in": plans})


def among_readable(user: User, path: str = "plan") -> Q:
    """The condition on rows whose plan is found under `path`."""
    plans = readable(user)
    return Q() if plans is None else Q(**{f"{path}__in": plans})


def may_open(user: User, name: str, parts: dict[str, Any]) -> bool:
    """Whether an address is about a plan that somebody may read, or shows of every plan only what they may."""
    plans = readable(user)
    return plans is None or name in SIFTED or name.startswith(BELOW) or _plans_of(name, parts) <= set(plans)


def _plans_of(name: str, parts: dict[str, Any]) -> set[int | None]:
    """The plan that an address speaks of; of an earlier short name all that ever had it. {None}: nobody knows."""
    found: set[int | None] = set()
    if "slug" in parts:
        found.update(Plan.objects.filter(slug=parts["slug"]).values_list("pk", flat=True))
        if not found:
            found.update(PlanVersion.objects.filter(slug=parts["slug"]).values_list("subject", flat=True))
    elif "pk" in parts and (start := max((one for one in ADDRESSES if name.startswith(one)), key=len, default="")):
        model, path = ADDRESSES[start]
        found.update(model._default_manager.filter(pk=parts["pk"]).values_list(path, flat=True))
    return found or {None}
