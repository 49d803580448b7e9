"""Run as a program: people who are each owed one digest. One through the services, the rest as copies in SQL."""

import os
import sys
from datetime import timedelta

import django
from django.db import connection, transaction
from django.utils import timezone

ADDRESS = "person{:05}@test.example"


def copy(cursor, table: str, count: int, **own: str) -> None:
    """`count` copies of the last row of a table; `own` says in SQL what differs, with {n} as the copy's number."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", [table]
    )
    names = [name for (name,) in cursor.fetchall()]
    values = [own.get(name, f't."{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} "
        f"FROM (SELECT * FROM {table} ORDER BY id DESC LIMIT 1) t, generate_series(1, %s) n ORDER BY n",
        [count],
    )


@transaction.atomic
def seed(people: int) -> None:
    from people.asof import local_day  # noqa: PLC0415 - Django must be set up first
    from people.roles import Role  # noqa: PLC0415
    from people.services import create_user, grant_role  # noqa: PLC0415
    from tests.build import act, build_plan, make_initiative, make_milestone, report  # noqa: PLC0415

    now = timezone.now()
    plan = build_plan()
    person = create_user(email=ADDRESS.format(0), name="Person", act=act())
    grant_role(user=person, role=Role.CONTRIBUTOR, act=act())
    one = make_initiative(plan, number="1.1000", owner=person)
    report(one, "on_track", now - timedelta(hours=1), person)
    milestone = make_milestone(one, local_day(now) + timedelta(days=7))
    first = person.pk, one.pk
    rest = people - 1
    with connection.cursor() as cursor:
        # Numbers of copies follow their originals one by one, so a copy's owner is found by counting.
        for table, key in (("people_user", person.pk), ("initiatives_initiative", one.pk)):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [key])
        copy(cursor, "people_user", rest, email="'person' || lpad(n::text, 5, '0') || '@test.example'")
        copy(cursor, "people_rolegrant", rest, user_id=f"{first[0]} + n")
        copy(
            cursor, "initiatives_initiative", rest,
            owner_id=f"{first[0]} + n", number="'1.' || (1000 + n)::text", sort_key="'1.' || (1000 + n)::text",
        )  # fmt: skip
        copy(cursor, "initiatives_milestone", rest, initiative_id=f"{first[1]} + n")
        cursor.execute("ANALYZE")
    assert milestone.pk


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
    django.setup()
    seed(int(sys.argv[1]))
