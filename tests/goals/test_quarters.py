"""Rule B-66: fiscal quarters, checked against a second, slower way to count them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.quarters import NotAQuarter, Quarter


@pytest.mark.parametrize(
    ("day", "slug"),
    [
        (date(2026, 9, 30), "FY2027-Q1"), (date(2026, 10, 1), "FY2027-Q2"), (date(2026, 12, 31), "FY2027-Q2"),
        (date(2027, 1, 1), "FY2027-Q3"), (date(2027, 6, 30), "FY2027-Q4"), (date(2027, 7, 1), "FY2028-Q1"),
    ],
)  # fmt: skip
def test_b66_quarters_of_a_year_from_july(day, slug):
    assert Quarter.of(day).slug == slug


def test_b66_a_year_from_january_is_named_after_itself():
    assert Quarter.of(date(2026, 9, 30), 1).slug == "FY2026-Q3"


def slow(day: date, start_month: int) -> tuple[int, int]:
    """Walk from the first day of a fiscal year, three months at a time."""
    year, month = day.year - 1, start_month
    fiscal = year if start_month == 1 else year + 1
    number = 1
    while True:
        after_year, after_month = (year + 1, month - 9) if month > 9 else (year, month + 3)
        if date(year, month, 1) <= day < date(after_year, after_month, 1):
            return fiscal, number
        year, month, number = after_year, after_month, number + 1
        if number == 5:
            fiscal, number = fiscal + 1, 1


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 12))
def test_b66_both_ways_to_count_agree(day, start_month):
    quarter = Quarter.of(day, start_month)
    assert (quarter.fiscal_year, quarter.number) == slow(day, start_month)
    assert quarter.first_day <= day <= quarter.last_day
    assert Quarter.of(quarter.last_day + timedelta(days=1), start_month) == quarter.next()
    assert quarter.next().previous() == quarter == Quarter.parse(quarter.slug, start_month)


@pytest.mark.parametrize(
    "text", ["", "2027-Q1", "FY2027-Q5", "FY2027-Q0", "FY0000-Q1", "FY20270-Q1", "FY2027-Q1; x", "ＦＹ2027-Q1"]
)
def test_what_is_no_quarter_gets_a_sentence(text):
    with pytest.raises(NotAQuarter, match="is not a quarter"):
        Quarter.parse(text)


def test_names_may_be_typed_loosely():
    assert Quarter.parse(" fy2027 q1 ") == Quarter(2027, 1)
