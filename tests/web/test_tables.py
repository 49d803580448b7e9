"""Cases B-59 and B-60: what people typed comes back from a file as it was, and never runs as a formula."""

import csv
import io
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from web.tables import (
    CELL_LIMIT,
    FORMULA,
    RISKY,
    Column,
    csv_blocks,
    csv_value,
    file_name,
    guarded,
    sheet_name,
    unguarded,
    xlsx_file,
)

AWKWARD = [
    "a,b;c",
    'say "yes"',
    "two\nlines",
    "José Peña, Łódź",
    "市政府",
    "🏙️ city",
    "  spaces  ",
    "tab\tinside",
    "'quoted'",
]
FORMULAS = [
    '=HYPERLINK("http://x.example","click")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "|calc", "＝1", "＋1",
    "－1", "＠x",
]  # fmt: skip
TEXT = [Column("Text")]


def from_csv(values):
    text = "".join(csv_blocks(TEXT, [[value] for value in values]))
    assert text.startswith("\ufeff")
    return [row[0] for row in list(csv.reader(io.StringIO(text[1:], newline="")))[1:]]


def from_xlsx(values, columns=TEXT):
    with xlsx_file("list", columns, [[value] for value in values]) as file:
        book = load_workbook(io.BytesIO(file.read()))
    return [row[0] for row in book.active.iter_rows(min_row=2)]


def test_b59_awkward_text_comes_back_as_it_was():
    assert from_csv(AWKWARD) == AWKWARD
    assert [cell.value for cell in from_xlsx(AWKWARD)] == AWKWARD


@pytest.mark.parametrize("text", FORMULAS)
def test_b60_no_text_becomes_a_formula(text):
    (read,) = from_csv([text])
    assert read == "'" + text
    (cell,) = from_xlsx([text])
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "\r") == text


def test_b60_a_real_number_stays_a_number():
    assert from_csv([-3, -2.5]) == ["-3", "-2.5"]
    assert [(cell.value, cell.data_type) for cell in from_xlsx([-3])] == [(-3, "n")]


def test_dates_and_instants_are_those_of_the_plan():
    moment = datetime(2026, 10, 1, 3, 30, tzinfo=UTC)  # still 30 September in Philadelphia
    assert from_csv([date(2026, 9, 30), moment, None, True]) == ["2026-09-30", "2026-09-30 23:30", "", "yes"]
    (cell,) = from_xlsx([moment], [Column("When", "instant")])
    assert cell.value == datetime(2026, 9, 30, 23, 30)  # noqa: DTZ001 - a spreadsheet knows no zones


def test_the_heading_of_a_number_stands_over_it_and_leaves_the_filter_button_a_line():
    with xlsx_file("t", [Column("What"), Column("Milestones overdue", "int", 11)], [["a", 1]]) as file:
        sheet = load_workbook(file).active
    assert [cell.alignment.horizontal for cell in sheet[1]] == [None, "right"]
    assert (sheet.row_dimensions[1].height, sheet.freeze_panes, sheet.auto_filter.ref) == (45, "A2", "A1:B2")


def test_control_characters_and_endless_texts_break_no_file():
    assert from_csv(["a\x00b\x0bc"]) == ["abc"]
    (cell,) = from_xlsx(["x" * (CELL_LIMIT + 10)])
    assert len(cell.value) == CELL_LIMIT


def test_b60_every_form_of_a_risky_letter_is_known():
    forms = {letter for letter in map(chr, range(0x110000)) if unicodedata.normalize("NFKC", letter) in FORMULA}
    assert forms == RISKY


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.dates(), st.text(max_size=8), st.sampled_from([*AWKWARD, *FORMULAS]),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
)  # fmt: skip


@given(st.lists(st.tuples(CELL, CELL, st.dates()), max_size=20))
def test_b60_a_column_looked_at_as_a_whole_is_written_as_cell_by_cell(rows):
    columns = [Column("One"), Column("Two", "int"), Column("Three", "date")]
    told = io.StringIO()
    csv.writer(told).writerows([csv_value(value) for value in row] for row in rows)
    assert "".join(list(csv_blocks(columns, rows))[1:]) == told.getvalue()


def test_days_before_march_1900_are_the_days_that_spreadsheets_mean():
    days = [date(1900, 2, 28), date(1900, 3, 1), date(2026, 9, 30)]
    assert [cell.value.date() for cell in from_xlsx(days, [Column("Day", "date")])] == days


@given(st.text(max_size=60))
def test_guarded_text_never_starts_like_a_formula(text):
    first = unicodedata.normalize("NFKC", guarded(text)[:1])
    assert first not in {"=", "+", "-", "@", "\t", "\r", "\n", "|"} or first == ""
    assert guarded(text) in {text, "'" + text}


@pytest.mark.parametrize(
    ("name", "file"), [("Streets: 30/9", "streets-30-9"), ("../../etc/passwd", "etc-passwd"), ("市", "planapp")]
)
def test_names_of_files_are_plain(name, file):
    assert file_name(name) == file


def test_names_of_sheets_are_what_spreadsheets_take():
    assert sheet_name("L&I: [late]/*?" + "x" * 60) == ("L&I   late    " + "x" * 60)[:31].strip()
    assert sheet_name("[]") == "Sheet"


@pytest.mark.parametrize("text", ["9.20", "007", "1-2", "3/4", "1e5", "12:30", "3 Mar", "1,000", "$5", "50%", "(3)"])
def test_an_identifier_reaches_a_spreadsheet_as_the_text_it_is_and_comes_back(text):
    assert csv_value(text) == "'" + text
    assert unguarded(str(csv_value(text))) == text
    assert "".join(csv_blocks([Column("Number")], [(text,), ("plain",)])).count("'") == 1


@pytest.mark.parametrize("text", ["A-1", "2.3 Fiber", "Q1", "x" * 50, "1" * 41, "3 Marchers"])
def test_what_no_spreadsheet_would_change_stays_as_it_is(text):
    assert csv_value(text) == text
