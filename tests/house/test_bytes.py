"""A page weighs what it shows: the same at 120 initiatives and at 2,001, and never more than 200 kB.

Plain bytes, before they are compressed: what a process has to draw.
"""

from datetime import date

import pytest
from django.urls import reverse

from initiatives.models import Initiative, InitiativeVersion, Milestone, MilestoneVersion
from records.history import Recorded
from tests.build import make_initiative, make_milestone, report

MOST = 200_000
LARGER = 1.15  # what numbers of four digits and the words of other rows may add


def copies(row: Recorded, versions: type, count: int, **own) -> list[Recorded]:
    """A row and its version so many times over; `own` gives what differs, of the number of the copy."""
    version = versions.objects.get(subject=row.pk, recorded_until=None)
    made = []
    for number in range(count):
        row.pk, row._state.adding = None, True
        for name, value in own.items():
            setattr(row, name, value(number))
        made.append(type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}))
    made = type(row).objects.bulk_create(made)
    kept = [field.attname for field in version._meta.concrete_fields if field.name not in {"id", "subject"}]
    fields = {name: getattr(version, name) for name in kept if name not in own}
    versions.objects.bulk_create(
        versions(subject_id=copy.pk, **fields, **{name: getattr(copy, name) for name in own}) for copy in made
    )
    return made


@pytest.fixture
def grow(plan, cast):
    """grow(count): so many more initiatives that all need attention, each with a late milestone."""

    def more(count: int) -> None:
        row = make_initiative(plan, number=f"9.{count}", owner=cast.owner, lead_department=cast.streets)
        report(row, "off_track", "2026-09-01T12:00", cast.owner, happened="The vendor left. " * 5)
        step = make_milestone(row, date(2026, 10, 1))
        row.refresh_from_db()
        many = copies(
            row, InitiativeVersion, count, number=lambda n: f"1.{count}.{n}", sort_key=lambda n: f"1.{count:06}.{n:06}"
        )
        copies(step, MilestoneVersion, count, initiative_id=lambda n: many[n].pk)

    return more


def test_a_page_weighs_what_it_shows(plan, goal, cast, sign_in, grow, time_machine):
    time_machine.move_to("2026-11-26T15:00:00Z")
    pages = {
        "my work": reverse("my-work"),
        "plan": reverse("initiatives:plan-detail", args=[plan.slug]),
        "plan of a past day": reverse("initiatives:plan-detail", args=[plan.slug]) + "?as_of=2026-11-20",
        "list": reverse("initiatives:initiative-list"),
        "list on a time axis": reverse("initiatives:initiative-list") + "?view=timeline",
        "focus area": reverse("initiatives:goal-detail", args=[plan.slug, goal.number]),
        "departments": reverse("initiatives:department-list"),
        "department": reverse("initiatives:department-detail", args=["Streets"]),
        "reports": reverse("reports:report-list"),
        "report": reverse("reports:report-detail", args=[plan.slug, "FY2027-Q2"]),
        "API": "/api/v1/initiatives/",
    }
    readers = {"owner": sign_in(cast.owner), "manager": sign_in(cast.manager)}

    def weigh() -> dict[tuple[str, str], int]:
        answers = {(who, name): client.get(path) for who, client in readers.items() for name, path in pages.items()}
        assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 200} == {}
        return {key: len(answer.content) for key, answer in answers.items()}

    one = weigh()
    grow(120)
    some = weigh()
    grow(1_880)
    assert Initiative.objects.count() > 2_001
    assert Milestone.objects.count() > 2_001
    many = weigh()
    assert {key: (some[key], size) for key, size in many.items() if size > LARGER * some[key]} == {}
    assert {key: size for key, size in many.items() if size > MOST} == {}
    assert {key for key, size in one.items() if size > some[key] * LARGER} == set()
