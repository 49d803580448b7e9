"""Files of a report (rules B-58 to B-61): one content, safe text, real dates and numbers."""

import csv
import io
import json
import re
import zipfile
from datetime import date, datetime
from itertools import pairwise

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl.utils import column_index_from_string, get_column_letter

from initiatives.services import update_initiative
from reports import content
from reports.exporters import FORMATS
from reports.models import ExportedFile
from reports.services import freeze_quarter
from tests.build import act, at, make_initiative, report
from tests.reports.conftest import AFTER_Q1, AWKWARD, Q1, TRICKY
from tests.reports.hostile import hostile_report
from web.tables import unguarded


def url(format_key, quarter="FY2027-Q2"):
    return reverse("reports:report-export", args=["test-plan", quarter, format_key])


@pytest.fixture
def reader(cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-05T15:00"))
    return sign_in(cast.viewer)


def book_of(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def rows_of_csv(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_b58_the_spreadsheet_has_a_cover_one_header_row_and_a_row_each(story, content_of, reader):
    response = reader.get(url("xlsx"))
    assert response["Content-Disposition"] == 'attachment; filename="test-plan-fy2027-q2-r1.xlsx"'
    book = book_of(response.content)
    assert book.sheetnames == ["Cover", "Overview", "Initiatives", "Milestones", "Changes", "Commitments", "Alignment"]
    cover = {row[0].value: row[1].value for row in book["Cover"].iter_rows(min_row=3) if row[0].value}
    assert cover["Plan"] == "Test plan"
    assert cover["Quarter"] == "FY2027 Q2"
    assert cover["As of"] == datetime(2026, 12, 31)  # noqa: DTZ001 - a day in a cell
    assert (cover["State"], cover["Revision"]) == ("Open", 1)
    assert cover["Built"] == datetime(2027, 1, 5, 9, 0)  # noqa: DTZ001 - plan time
    assert cover["Content hash"] == content_of().workflow.content_hash
    sheet = book["Initiatives"]
    assert (sheet.max_row, sheet.freeze_panes, sheet.auto_filter.ref) == (8, "A2", "A1:AA8")
    assert [sheet.cell(1, n).value for n in (1, 2, 5)] == ["Number", "Initiative", "Status"]


def test_every_sheet_prints_in_letters_that_can_be_read_and_no_page_across_is_nearly_empty(story, reader):
    for sheet in book_of(reader.get(url("xlsx")).content).worksheets[1:]:
        widths = [sheet.column_dimensions[get_column_letter(n)].width for n in range(1, sheet.max_column + 1)]
        assert sheet.page_setup.orientation == "landscape", sheet.title
        assert sheet.print_title_rows == "$1:$1", sheet.title
        if sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage:
            is_short = sheet.title == "Overview" or sheet.max_row == 1  # charts that no page cuts; headings alone
            assert sheet.page_setup.fitToHeight == (None if is_short else 0), sheet.title  # without a number it is one
            assert sum(widths) < 220 or sheet.max_row == 1, sheet.title
            continue
        assert sheet.page_setup.scale >= 50, sheet.title
        ends = [one.id for one in sheet.col_breaks.brk] + [len(widths)]
        named = widths[: column_index_from_string(sheet.print_title_cols.rpartition("$")[2])]
        for start, end in pairwise([0, *ends]):
            used = sum(widths[start:end]) + (sum(named) if start else 0)
            assert 110 < used < 230, (sheet.title, start, end)


def test_b58_the_spreadsheets_counts_are_the_pages(story, content_of, reader):
    report_ = content_of()
    sheet = book_of(reader.get(url("xlsx")).content)["Overview"]
    headings = [cell.value for cell in sheet[1]]
    assert headings == ["Focus area", *[label for _, label in report_.status_columns], "All", "Share completed"]
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert last == ["Whole plan", *[report_.counts[key] for key, _ in report_.status_columns], 7, 17]
    html = reader.get(reverse("reports:report-detail", args=["test-plan", "FY2027-Q2"])).content.decode()
    total = html[html.index('class="total"') :]
    shown = re.findall(r'<td role="cell" data-label="[^"]+" class="num">(\d+)', total)
    assert [int(number) for number in shown[: len(last) - 1]] == last[1:]
    assert len(sheet._charts) == 2


def test_both_charts_of_the_spreadsheet_say_in_words_what_they_show(story, content_of):
    told = content_of()
    archive = zipfile.ZipFile(io.BytesIO(FORMATS["xlsx"].write(told)))
    drawing = archive.read("xl/drawings/drawing1.xml").decode()
    by_area, whole = re.findall(r'descr="([^"]*)"', drawing)
    assert by_area.startswith("Security: ")
    assert whole == "Whole plan: " + ", ".join(f"{item.label} {item.count}" for item in told.whole.segments)


def test_b58_dates_are_dates_and_numbers_numbers(story, reader):
    sheet = book_of(reader.get(url("xlsx")).content)["Initiatives"]
    row = {sheet.cell(1, n).value: sheet.cell(2, n) for n in range(1, sheet.max_column + 1)}
    assert row["Due"].value == datetime(2027, 3, 1)  # noqa: DTZ001 - a day in a cell
    assert (row["Due"].data_type, row["Slip in days"].data_type, row["Percent"].data_type) == ("d", "n", "n")


@pytest.mark.parametrize("format_key", ["csv", "xlsx"])
def test_b59_awkward_text_survives(story, reader, format_key):
    data = reader.get(url(format_key, "FY2027-Q1")).content
    if format_key == "csv":
        texts = [row["What happened"] for row in rows_of_csv(data)]
    else:
        sheet = book_of(data)["Initiatives"]
        column = [cell.value for cell in sheet[1]].index("What happened")
        texts = [row[column] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert AWKWARD in texts


def test_b60_no_formula_from_user_text(plan, cast, reader):
    for n, start in enumerate(["=1+1", "+1", "-1", "@x", "\t=x", "\r=x", "＝1", "|x", TRICKY], start=1):
        row = make_initiative(plan, number=f"1.{n}", title=start.strip() or "x")
        report(row, "on_track", "2026-09-20T12:00", cast.owner, happened=start)
    freeze_quarter(plan=plan, quarter=Q1, act=act(AFTER_Q1))
    book = book_of(reader.get(url("xlsx", "FY2027-Q1")).content)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    for line in rows_of_csv(reader.get(url("csv", "FY2027-Q1")).content):
        for value in line.values():
            assert not re.match(r"[=+\-@\t\r＝|]", value), value


def test_b60_a_negative_number_stays_a_number():
    from web.tables import csv_value  # noqa: PLC0415 - one use

    assert (csv_value(-3), csv_value("-3")) == (-3, "'-3")


def test_b61_everyone_gets_the_rows_they_see(story, cast, sign_in, time_machine, client):
    time_machine.move_to(at("2027-01-05T15:00"))
    assert client.get(url("csv")).status_code == 302
    assert sign_in(cast.stranger).get(url("csv")).status_code == 403
    for person in (cast.liaison, cast.leader):
        data = sign_in(person).get(url("csv")).content
        assert [unguarded(row["Number"]) for row in rows_of_csv(data)] == [
            "1.1",
            "1.2",
            "1.3",
            "1.9",
            "2.1",
            "2.2",
            "2.3",
        ]
        data = sign_in(person).get(url("csv") + "?edition=public").content
        assert "2.2" not in [unguarded(row["Number"]) for row in rows_of_csv(data)]


@pytest.mark.parametrize("format_key", sorted(FORMATS))
def test_the_public_edition_says_nothing_of_internal_items(story, content_of, format_key):
    data = FORMATS[format_key].write(content_of().for_public())
    if format_key in {"xlsx", "pptx"}:
        data = b"".join(
            zipfile.ZipFile(io.BytesIO(data)).read(name) for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
        )
    assert b"Kept inside" not in data
    assert b"Secret matter" not in data


def test_the_json_is_the_canonical_form_and_gives_its_own_hash(story, content_of, reader):
    told = json.loads(reader.get(url("json")).content)
    lines = [json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in told["records"]]
    lines = [line.encode() for line in lines]
    assert content.content_hash(lines) == told["report"]["content_hash"] == content_of().workflow.content_hash
    assert told["report"]["quarter"] == "FY2027 Q2"


def test_the_html_file_stands_alone(story, reader):
    html = reader.get(url("html")).content.decode()
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', html)
    assert "url(" not in re.sub(r"url\(#[^)]*\)", "", html)
    assert "<script" not in html
    assert html.count('<tr role="row" id="initiative-') == 7


@pytest.mark.parametrize("format_key", sorted(FORMATS))
def test_the_same_report_gives_the_same_bytes_and_one_fingerprint(story, reader, format_key):
    first, second = reader.get(url(format_key)), reader.get(url(format_key))
    assert first.content == second.content
    assert ExportedFile.objects.filter(format=format_key).count() == 1


@pytest.mark.parametrize("format_key", sorted(FORMATS))
def test_a_draft_is_marked_and_leaves_no_fingerprint(story, reader, format_key):
    response = reader.get(url(format_key, "FY2027-Q3"))
    assert response.status_code == 200
    assert "draft" in response["Content-Disposition"]
    assert not ExportedFile.objects.exists()


def test_b41_draft_and_frozen_report_hold_the_same_rows(plan, initiative, cast, sign_in, time_machine):
    time_machine.move_to(at(AFTER_Q1))
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, happened="September")
    reader = sign_in(cast.viewer)
    before = json.loads(reader.get(url("json", "FY2027-Q1")).content)["records"]
    freeze_quarter(plan=plan, quarter=Q1, act=act(AFTER_Q1))
    update_initiative(initiative=initiative, fields={"title": "Renamed"}, act=act(AFTER_Q1))
    assert json.loads(reader.get(url("json", "FY2027-Q1")).content)["records"] == before


def test_an_unknown_format_is_not_found(story, reader):
    assert reader.get(url("exe")).status_code == 404


@pytest.mark.parametrize("format_key", sorted(FORMATS))
def test_the_command_writes_the_file_that_the_page_gives(story, reader, tmp_path, format_key):
    target = tmp_path / "report"
    call_command("export_report", "FY2027-Q2", plan="test-plan", format=format_key, output=str(target))
    assert target.read_bytes() == reader.get(url(format_key)).content


def test_the_command_exports_a_draft_as_of_a_day(story, tmp_path, time_machine):
    time_machine.move_to(at("2027-01-05T15:00"))
    target = tmp_path / "report.json"
    call_command("export_report", "FY2027-Q2", plan="test-plan", format="json", output=str(target), as_of="2026-11-10")
    told = json.loads(target.read_text())
    assert (told["report"]["state"], told["report"]["as_of"]) == ("Draft preview", "2026-11-10")
    assert {row["effective_status"] for row in told["records"] if row.get("number") == "1.2"} == {"on_track"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"as_of": "soon"}, "not a day"),
        ({"as_of": "2026-09-01"}, "not in FY2027 Q2"),
        ({"as_of": "2027-01-20"}, "has not come yet"),
        ({"revision": 7}, "nothing to report"),
    ],
)
def test_the_command_says_what_is_wrong(story, tmp_path, time_machine, options, words):
    time_machine.move_to(at("2027-01-05T15:00"))
    with pytest.raises(CommandError, match=words):
        call_command(
            "export_report", "FY2027-Q2", plan="test-plan", format="json", output=str(tmp_path / "x"), **options
        )


def test_a_sample_plan_is_marked_in_every_file(cast, time_machine):
    from reports.workflow.report import Quarters  # noqa: PLC0415 - one use
    from tests.build import build_plan  # noqa: PLC0415 - one use

    plan = build_plan("sample", sample_note="Invented for the demonstration.")
    make_initiative(plan)
    freeze_quarter(plan=plan, quarter=Q1, act=act(AFTER_Q1))
    quarters = Quarters(plan)
    told = quarters.frozen(quarters.report(Q1))
    assert b"sample activity" in FORMATS["csv"].write(told)
    assert b"Invented for the demonstration." in FORMATS["html"].write(told)
    assert b"Invented for the demonstration." in FORMATS["json"].write(told)
    cover = book_of(FORMATS["xlsx"].write(told))["Cover"]
    assert "Invented for the demonstration." in [row[1] for row in cover.iter_rows(values_only=True)]


@pytest.mark.parametrize("seed", range(8))
def test_b59_any_text_makes_a_whole_spreadsheet(seed):
    told = hostile_report(seed)
    book = book_of(FORMATS["xlsx"].write(told))
    assert book["Initiatives"].max_row == 1 + len(told.rows.initiatives)
    assert [
        cell.coordinate for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"
    ] == []


def test_every_day_in_the_changes_sheet_is_a_date(story, reader):
    sheet = book_of(reader.get(url("xlsx")).content)["Changes"]
    slipped = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[8]]
    assert [(row[6].date(), row[7].date(), row[8]) for row in slipped] == [(date(2026, 12, 1), date(2027, 1, 11), 41)]
