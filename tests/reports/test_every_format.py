"""One report, every format, read back: the same counts, names, statuses and dates (rules B-58 to B-60)."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from django.core.management import call_command
from django.db import transaction
from lxml import etree

from goals.models import Goal
from goals.services import create_priority
from initiatives.services import (
    accept_commitment,
    complete_milestone,
    override_status,
    propose_commitment,
    update_initiative,
    update_milestone,
)
from people.roles import Role
from people.services import create_user, grant_role
from reports import services
from reports.content import Correction, SignOff
from reports.exporters import FORMATS
from reports.workflow.report import Quarters
from tests.build import act, at, build_cast, build_plan, make_initiative, make_milestone, report
from tests.reports.conftest import AFTER_Q1, AFTER_Q2, Q1, Q2
from tests.reports.pdf_reader import Document
from tests.reports.readers import READERS, step_day, unescaped
from web.tables import CELL_LIMIT, CUT_MARK

pytestmark = pytest.mark.django_db  # so that there is a database for `told`

AWKWARD = (
    "=1+1", "+1 week", "-1 week", "@SUM(A1)", "\t=1", "＝1", "|calc", '=HYPERLINK("http://x.example","click")',
    "<script>alert(1)</script> & co", "a\x0bb\x01c", "_x0041_ ]]> {{ x }} %s", "שלום עולם: דוח", "市政府 🏙️ José, Łódź",
    "interdepartmental " * 11,
)  # fmt: skip
STATUSES = ("on_track", "at_risk", "off_track", "on_hold", "completed", "cancelled", "on_track")
LONG = "A long story. " * 2_858  # 40,012 characters
SECRET = ("Zebra crossing at the vault", "77.903", "Keeper of zebras", "Zebra milestone", "Zebra promise", "Zebra told")
SHOUTED = SECRET[0].upper()
GONE = {"2.1": "", "1.2": "9"}  # initiatives whose focus area is gone, and the number they say it had


def build():
    """A plan whose every text is awkward, through two quarters; one initiative of it is internal."""
    cast = build_cast()
    plan = build_plan(title="Plan A/B: \\ “quoted” = 2027?", slug="plan-a-b")
    two = Goal.objects.get(plan=plan, number="2")
    safer = create_priority(plan=plan, name="=Safer", order=1, act=act())
    greener = create_priority(plan=plan, name="Cleaner and greener", order=2, act=act())
    for number, text in enumerate(AWKWARD, start=1):
        row = make_initiative(
            plan, number=f"{1 + number % 2}.{number}", title=text, owner=cast.owner, lead_department=cast.streets,
            goal=two if number % 2 else None, due_date=date(2027, 1, number) if number % 3 else None,
        )  # fmt: skip
        priorities = [safer, greener][number % 3 :]
        update_initiative(initiative=row, fields={}, priorities=priorities, act=act())
        report(row, STATUSES[number % 7], "2026-09-20T12:00", cast.owner, happened=text + LONG, help_needed=text)
        moved = make_milestone(row, date(2026, 12, number), title=f"{text} moves")
        done = make_milestone(row, date(2026, 12, 30), title=f"{text} is met")
        make_milestone(row, date(2026, 8, number), title=f"{text} is missed")
        complete_milestone(milestone=done, completed_date=date(2026, 12, number), act=act("2026-12-20T12:00"))
        update_milestone(
            milestone=moved, fields={"due_date": date(2027, 2, number)}, act=act("2026-12-21T12:00", reason=text)
        )
        promise = propose_commitment(
            initiative=row, department=cast.health, what=text, due_date=date(2026, 11, number), act=act()
        )
        if number % 2:
            accept_commitment(commitment=promise, act=act("2026-11-20T12:00", cast.manager))
    title, number, keeper, step, promise, told = SECRET
    owner = create_user(email="keeper@test.example", name=keeper, password="x", act=act())
    grant_role(user=owner, role=Role.CONTRIBUTOR, act=act())
    secret = make_initiative(plan, number=number, title=title, owner=owner, visibility="internal")
    report(secret, "off_track", "2026-12-20T12:00", owner, happened=told, help_needed=told)
    make_milestone(secret, date(2026, 12, 1), title=step)
    propose_commitment(initiative=secret, department=cast.oit, what=promise, due_date=date(2027, 1, 5), act=act())
    override_status(initiative=secret, status="at_risk", act=act("2026-12-22T12:00", reason=told))
    for quarter, when in ((Q1, AFTER_Q1), (Q2, AFTER_Q2)):
        services.freeze_quarter(plan=plan, quarter=quarter, act=act(when))
    return cast, plan


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """The report as plain values: read once, and nothing of it stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        _, plan = build()
        quarters = Quarters(plan)
        content = quarters.frozen(quarters.report(Q2))
        transaction.set_rollback(True)
    return with_more_secrets(content)


def with_more_secrets(content):
    """What leadership adds after the freeze names the internal item too; and two initiatives lost their focus area."""
    (secret,) = (row for row in content.rows.initiatives if row.title == SECRET[0])
    rows = tuple(
        replace(row, goal_number=GONE[row.number], goal_title="") if row.number in GONE else row
        for row in content.rows.initiatives
    )
    correction = Correction(
        initiative_id=secret.source_id, number=secret.number, title=secret.title, corrected_update_id=1, update_id=2,
        field="happened", before=SECRET[5], after=SECRET[5], reason=SECRET[5], author_name=SECRET[2],
        recorded_at=content.workflow.built_at,
    )  # fmt: skip
    workflow = replace(
        content.workflow, revision=2, summary=f"Late is:\n\n- *{SHOUTED}*", summary_by=SECRET[2],
        summary_at=content.workflow.built_at,
        sign_offs=(SignOff(secret.source_id, SECRET[2], content.workflow.built_at, 1),),
    )  # fmt: skip
    return replace(content, workflow=workflow, rows=replace(content.rows, initiatives=rows, corrections=(correction,)))


@pytest.fixture(scope="module")
def files(told):
    return {key: kind.write(told) for key, kind in FORMATS.items()}


def test_every_format_has_a_reader():
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("key", sorted(READERS))
def test_b58_b59_each_format_says_the_same(told, files, key):
    reader = READERS[key]
    read = reader.read(files[key])

    def text(value):
        return reader.text(value)

    assert dict(read.counts) == {label: told.counts[status] for status, label in told.status_columns}
    assert sum(read.counts.values()) == len(AWKWARD) + 1
    rows = reader.initiatives(told)
    assert {number: (text(title), status) for number, (title, status) in read.initiatives.items()} == {
        row.number: (text(row.title), row.effective_label) for row in rows
    }
    if read.alignment is not None:
        assert {text(goal): served for goal, served in read.alignment.items()} == {
            text(goal.name): served for goal, served in told.alignment
        }
    if read.areas is not None:
        assert {text(name): count for name, count in read.areas.items()} == {
            text(area.goal.name): len(area.initiatives) for area in told.focus_areas
        }
    if read.due is not None:
        assert read.due == {row.number: row.due_date for row in rows}
    if read.milestones is not None:
        assert sorted((text(title), day) for title, day in read.milestones) == sorted(
            (text(step.milestone.title), step_day(step)) for step in reader.milestones(told)
        )
    if read.commitments is not None:
        assert sorted((text(what), state) for what, state in read.commitments) == sorted(
            (text(item.commitment.what), item.commitment.state_label)
            for group in told.promises
            for item in group.promises
        )


def test_only_the_csv_says_nothing_of_milestones_and_commitments(files):
    silent = [key for key, reader in READERS.items() if reader.read(files[key]).milestones is None]
    assert silent == ["csv"]


@pytest.mark.parametrize("key", sorted(READERS))
def test_initiatives_whose_focus_area_is_gone_are_told_together(told, files, key):
    reader = READERS[key]
    read = reader.read(files[key])
    assert set(GONE) & {row.number for row in reader.initiatives(told)} <= set(read.initiatives)
    if key in {"csv", "json"}:  # rows of their own, which name their focus area or none
        assert (set(GONE) <= set(read.initiatives), read.areas) == (True, None)
    else:
        assert read.areas["Without a focus area"] == len(GONE)


def test_what_people_read_has_alignment_as_a_matrix(told, files):
    assert len(told.priorities) == 2
    assert any(all(served) and served[0] != served[1] for _, served in told.alignment)
    matrix = {key for key, reader in READERS.items() if reader.read(files[key]).alignment}
    assert matrix == {"html", "pdf", "pptx", "xlsx"}


# B-60: no format runs what was typed ---------------------------------------------------------------------------------


def parts_of(data):
    """Every part of a file by name, archives inside archives too."""
    if not data.startswith(b"PK"):
        return {"": data}
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            found |= {f"{name}/{inner}": part for inner, part in parts_of(archive.read(name)).items()}
    return found


@pytest.mark.parametrize("key", ["xlsx", "pptx"])
def test_b60_no_workbook_holds_a_formula_or_a_link(files, key):
    sheets = {name: data for name, data in parts_of(files[key]).items() if "/worksheets/sheet" in name}
    assert len(sheets) == {"xlsx": 8, "pptx": 2}[key]
    for name, data in sheets.items():
        root = etree.fromstring(data)
        tags = {etree.QName(node).localname for node in root.iter()}
        assert not tags & {"f", "hyperlink", "hyperlinks"}, name


def test_b60_a_formula_in_the_name_of_a_focus_area_stays_text_in_a_charts_workbook(told):
    headings = tuple(replace(row, number="=1", title="=1+1") for row in told.rows.headings)
    rows = tuple(replace(row, goal_number="=1") for row in told.rows.initiatives)
    data = FORMATS["pptx"].write(replace(told, rows=replace(told.rows, headings=headings, initiatives=rows)))
    books = [part for name, part in _archives(data) if name.endswith(".xlsx")]
    cells = [
        cell for book in books for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows() for cell in row
    ]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert "=1 =1+1" in [cell.value for cell in cells]


def _archives(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def test_b60_the_csv_guards_every_cell(files):
    for line in csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"), newline="")):
        assert [cell for cell in line if re.match(r"[=+\-@\t\r\n|＝＋－＠]", cell)] == []


def test_b60_what_was_typed_is_no_markup_of_a_page(files):
    assert b"<script" not in files["html"]
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in files["html"]


def test_a_text_longer_than_a_cell_is_cut_and_says_so_and_stays_whole_elsewhere(files):
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))["Initiatives"]
    column = [cell.value for cell in sheet[1]].index("What happened")
    texts = [unescaped(row[column]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    long = [text for text in texts if text.endswith(CUT_MARK)]
    assert [len(text.encode("utf-16-le")) // 2 for text in long] == [CELL_LIMIT] * len(AWKWARD)
    for key in ("csv", "json", "stratml", "html"):
        assert files[key].decode().count(LONG.strip()) == len(AWKWARD), key


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_a_plans_title_with_slashes_makes_a_plain_file_name(db, key, sign_in, time_machine, tmp_path):
    time_machine.move_to(at("2027-01-05T15:00"))
    cast = build_cast()
    plan = build_plan(title="../A/B: \\ “quoted”\r\nX: y", slug="plan-a-b")
    make_initiative(plan, owner=cast.owner)
    services.freeze_quarter(plan=plan, quarter=Q2, act=act(AFTER_Q2))
    response = sign_in(cast.viewer).get(f"/reports/plan-a-b/FY2027-Q2/export.{key}")
    assert response["Content-Disposition"] == f'attachment; filename="plan-a-b-fy2027-q2-r1.{FORMATS[key].extension}"'
    target = tmp_path / "here"
    call_command("export_report", "FY2027-Q2", plan="plan-a-b", format=key, output=str(target))
    assert target.read_bytes() == response.content
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


# The public edition --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def public_files(told):
    return {key: kind.write(told.for_public()) for key, kind in FORMATS.items()}


@pytest.mark.parametrize("key", sorted(READERS))
def test_the_public_edition_counts_without_internal_items(told, public_files, key):
    read = READERS[key].read(public_files[key])
    inside = READERS[key].read(FORMATS[key].write(told))
    assert sum(read.counts.values()) == len(AWKWARD)
    gone = set(inside.initiatives) - set(read.initiatives)
    assert gone == {SECRET[1]}


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_the_public_edition_has_no_trace_of_an_internal_item_in_any_part(files, public_files, key):
    """Texts, cached numbers of charts, workbooks inside charts, notes, properties, names of parts."""
    secrets = [*SECRET, SHOUTED]
    words = [word.encode() for word in secrets]

    def found(data):
        if key == "pdf":  # its words are drawn letter by letter
            document = Document(data)
            told = [document.root.text, str(dict(document.pdf.docinfo)), repr(document.marked)]
            return [word for word in secrets if any(word in text for text in told)]
        parts = parts_of(data)
        return [(name, word) for name, part in parts.items() for word in words if word in part or word in name.encode()]

    assert found(files[key]) != []
    assert found(public_files[key]) == []
