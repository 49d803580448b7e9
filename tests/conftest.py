"""The fixed cast, one person per role, and a clock that stands still at the doors."""

from datetime import UTC, datetime

import pytest

from goals.models import Goal, Plan
from initiatives.models import Initiative
from people.models import User
from tests.build import Cast, build_cast, build_plan

# Monday, 5 October 2026, 10:00 in Philadelphia.
NOW = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def cast(db) -> Cast:
    """admin, manager, leader, owner, contributor, liaison (of Streets), viewer, stranger (no role)."""
    return build_cast()


@pytest.fixture
def plan(cast) -> Plan:
    """An active plan, 1 July 2025 to 30 June 2027, with goals 1 and 2 and strategy 1.1."""
    return build_plan()


@pytest.fixture
def goal(plan) -> Goal:
    return Goal.objects.get(plan=plan, number="1")


@pytest.fixture
def initiative(plan, goal, cast) -> Initiative:
    """Initiative 1.1 of the plan, owned by `cast.owner`, led by Streets."""
    from tests.build import make_initiative  # noqa: PLC0415 - the fixture, not the module, needs a database

    return make_initiative(plan, goal=goal, number="1.1", owner=cast.owner, lead_department=cast.streets)


@pytest.fixture
def sign_in(client):
    """sign_in(user) → a client signed in as that person."""

    def _sign_in(user: User):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _sign_in
