"""What holds of any text, date and plan: round trips, and readers that never answer with anything but a sentence."""

from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from goals.models import Goal
from imports.comparing.compare import compare
from imports.exporting.content import plan_content
from imports.exporting.files import FORMATS
from imports.meaning.columns import guess
from imports.meaning.dates import Fashion, read_date
from imports.reading.files import read_file
from imports.reading.sheets import CannotRead
from initiatives.models import Initiative
from initiatives.services import create_initiative, record_status_update
from records.texts import normalised
from tests.build import act
from tests.conftest import NOW
from web.tables import CONTROL, guarded, unguarded

# Any text that the product keeps: normalised, and without what no file format can carry.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.just("\n"), max_size=60)
KEPT = TEXT.map(lambda text: CONTROL.sub("", normalised(text))).filter(lambda text: "\ufffe" not in text)
LINE = TEXT.map(lambda text: CONTROL.sub("", normalised(text, one_line=True)))
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
ROWS = st.lists(
    st.fixed_dictionaries(
        {"title": LINE.filter(bool), "summary": KEPT, "due_date": st.none() | DAYS.filter(lambda day: day.year > 2025)}
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@given(st.text(max_size=80))
def test_b60_what_was_guarded_comes_back(text):
    assert unguarded(guarded(text)) == text


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%d-%b-%y", "%Y-%m-%d 00:00:00"]))
def test_a_day_in_any_common_fashion_is_that_day(day, fashion):
    assume("%y" not in fashion or 2000 <= day.year < 2100)
    assert read_date(day.strftime(fashion), Fashion(), end=True).day == day


@given(st.text(max_size=40) | st.integers() | st.floats() | st.booleans())
def test_no_cell_makes_a_date_fail_or_be_invented(cell):
    found = read_date(cell, Fashion(), end=True)
    assert (found.day is None) == bool(found.problem)
    if found.day is not None and isinstance(cell, str):
        assert any(sign.isdigit() for sign in cell)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"<StrategicPlan>", b'{"format": ', b"\xff\xfe", b"a,b\n"]),
)
def test_no_bytes_are_answered_with_anything_but_sheets_or_a_sentence(data, begin):
    try:
        sheets = read_file(begin + data, "plan")
    except CannotRead as refused:
        assert str(refused)  # noqa: PT017 - a sentence, where it is refused at all
    else:
        for sheet in sheets:
            guess(sheet, fashion=Fashion())


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, kind=st.sampled_from(["xlsx", "csv", "json"]))
def test_any_plan_comes_back_from_its_file_unchanged(plan, cast, rows, kind):
    Initiative.objects.filter(plan=plan, deleted_at__isnull=True).update(deleted_at=NOW)
    goal = Goal.objects.get(plan=plan, number="1")
    for number, fields in enumerate(rows):
        more = {"goal": goal, "number": f"1.{number}", "start_date": plan.start_date, "source": fields["title"]}
        row = create_initiative(plan=plan, fields=more | fields, act=act())
        words = {"status": "on_track", "happened": fields["summary"], "percent": number}
        record_status_update(initiative=row, words=words, act=act(NOW, cast.owner))
    sheets = read_file(FORMATS[kind].write(plan_content(plan, tells_addresses=True)), f"plan.{FORMATS[kind].extension}")
    mapping = [
        {"kind": one.kind, "header": one.header, "columns": {str(at): key for at, key in one.columns.items()}}
        for one in (guess(sheet, fashion=Fashion()) for sheet in sheets)
    ]
    found = compare(plan, sheets, mapping, known={}, today=NOW.date())
    changed = [(one.label, one.changes, one.problems) for one in found.lines if one.problems or not one.is_idle]
    assert not changed, str(changed)
    assert sum(line.kind == "initiative" for line in found.lines) == len(rows)
