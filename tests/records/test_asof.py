"""A point of view in time: the local day counts, and its last instant is in."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from people.models import DepartmentVersion
from people.services import create_department, update_department
from records.asof import AsOf, local_day, start_of_day
from tests.build import act, at
from web.requests import as_of

MIDNIGHT = at("2026-10-01T04:00")  # 00:00 in Philadelphia


def test_the_day_is_the_local_one():
    assert local_day(at("2026-10-01T03:59")) == date(2026, 9, 30)
    assert local_day(MIDNIGHT) == date(2026, 10, 1)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24)])
def test_days_are_as_long_as_the_clock_makes_them(day, hours):
    following = start_of_day(day + timedelta(days=1))
    assert following.astimezone(at("2026-01-01").tzinfo) - start_of_day(day) == timedelta(hours=hours)


@pytest.mark.django_db
def test_g10_what_was_recorded_before_midnight_is_in_and_at_midnight_is_not():
    row = create_department(name="September", abbreviation="A", act=act(MIDNIGHT - timedelta(seconds=1)))
    update_department(department=row, fields={"name": "October"}, act=act(MIDNIGHT))

    def name(when):
        return list(DepartmentVersion.objects.as_of(when).values_list("name", flat=True))

    assert name(AsOf.end_of(date(2026, 9, 29))) == []
    assert name(AsOf.end_of(date(2026, 9, 30))) == ["September"]
    assert name(AsOf.end_of(date(2026, 10, 1))) == ["October"]
    assert name(AsOf.now(MIDNIGHT)) == ["October"]


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "2999-01-01", "1066-10-14", "2026-9", "²⁰²⁶/00/01"])
def test_a_day_that_is_none_gets_a_sentence(text):
    with pytest.raises(ValidationError) as refused:
        as_of(RequestFactory().get("/", {"as_of": text}))
    assert refused.value.message_dict["as_of"][0].startswith("As of: ")
