"""Run as a program: fill a database with people who are each owed one digest. The parent test kills what follows."""

import os
import sys
from datetime import UTC, date, datetime

import django


def seed(count: int) -> None:
    """`count` people, each the owner of one initiative with one milestone due in a week."""
    from django.db import transaction  # noqa: PLC0415 - Django must be set up first

    from people.roles import Role  # noqa: PLC0415
    from people.services import create_user, grant_role  # noqa: PLC0415
    from tests.build import act, build_plan, make_initiative, make_milestone, report  # noqa: PLC0415

    with transaction.atomic():
        plan = build_plan()
        for n in range(count):
            person = create_user(email=f"person{n:05}@test.example", name=f"Person {n}", act=act())
            grant_role(user=person, role=Role.CONTRIBUTOR, act=act())
            one = make_initiative(plan, number=f"1.{n + 10}", owner=person)
            report(one, "on_track", datetime(2026, 10, 5, 12, tzinfo=UTC), person)
            make_milestone(one, date(2026, 10, 12))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.reminders.settings_storm")
    django.setup()
    seed(int(sys.argv[1]))
