"""A file on its way into a plan, through the pages."""

import io

import openpyxl
import pytest
from django.urls import reverse

from goals.models import Goal
from goals.services import update_plan
from imports.models import Import
from initiatives.models import Initiative
from initiatives.services import update_initiative
from people.services import update_user
from records.models import AuditEvent
from tests.build import act
from tests.conftest import NOW
from tests.imports.files import csv_file, upload
from tests.imports.steps import apply, lines, send, sentences, take_guess

HEAD = ("Number", "Initiative", "Focus area", "Owner", "Department", "Status", "Due date")


def test_b55_a_sheet_becomes_initiatives_with_owner_department_status_and_history(manager, plan, cast):
    data = csv_file(
        HEAD,
        ("1.1", "Encrypt laptops", "1", "Owner", "OIT", "On track", "6/30/2026"),
        ("", "Lend hotspots", "Equity", "owner@test.example", "Streets", "", "FY2027 Q1"),
    )
    job = take_guess(manager, send(manager, plan, data))
    assert (job.state, job.counts["created"]) == ("ready", 2), job.note
    assert apply(manager, job).status_code == 302
    job.refresh_from_db()
    assert job.state == "applied"
    one = Initiative.objects.get(plan=plan, number="1.1")
    assert (one.owner, one.lead_department, one.reported_status) == (cast.owner, cast.oit, "on_track")
    two = Initiative.objects.get(plan=plan, number="2.1")
    assert (two.goal.number, str(two.due_date)) == ("2", "2026-09-30")
    event = AuditEvent.objects.get(verb="initiative.created", target_id=one.pk)
    assert (event.channel, event.actor_id) == ("import", cast.manager.pk)


def test_b62_all_or_nothing_with_row_numbers(manager, plan, cast):
    rows = [(f"1.{n}", f"Work {n}", "1", "Owner", "OIT", "On track", "2026-06-30") for n in range(1, 41)]
    rows[5] = (*rows[5][:5], "Swimmingly", rows[5][6])
    rows[10] = (*rows[10][:3], "Nobody Known", *rows[10][4:6], "6/31/2026")
    job = take_guess(manager, send(manager, plan, csv_file(HEAD, *rows)))
    found = sentences(job)
    assert [row for row, _ in found] == [7, 12, 12]
    assert "Swimmingly" in found[0][1]
    assert "Nobody Known" in found[1][1]
    assert "6/31/2026" in found[2][1]
    assert apply(manager, job).status_code == 422
    assert not Initiative.objects.exists()


def test_b63_the_identifier_decides(manager, plan, cast):
    first = csv_file(HEAD, ("1.1", "One", "1", "", "", "", ""), ("1.2", "Two", "1", "", "", "", ""))
    apply(manager, take_guess(manager, send(manager, plan, first)))
    events = AuditEvent.objects.filter(target_type="initiative").count()
    second = csv_file(
        HEAD, ("1.1", "One, renamed", "1", "", "", "", ""), ("1.2", "Two", "1", "Owner", "", "", ""),
        ("", "Three", "1", "", "", "", ""),
    )  # fmt: skip
    job = send(manager, plan, second)
    assert job.state == "ready", "a file of the same shape maps itself"
    assert {line["label"]: line["group"] for line in lines(job)} == {
        "1.1 One, renamed": "changed", "1.2 Two": "changed", "1.3 Three": "created",
    }  # fmt: skip
    assert apply(manager, job).status_code == 302
    assert AuditEvent.objects.filter(target_type="initiative").count() == events + 3
    job = send(manager, plan, second)
    assert job.counts == {"unchanged": 3, "moves": 0, "asked": 0}
    twice = csv_file(HEAD, ("1.1", "One", "1", "", "", "", ""), ("1.1", "Other", "1", "", "", "", ""))
    assert sentences(send(manager, plan, twice)) == [
        (3, "Number 1.1 stands in row 2 too. Every number may stand once.")
    ]


def test_a_new_focus_area_is_shown_before_it_is_added(manager, plan):
    job = take_guess(manager, send(manager, plan, csv_file(HEAD, ("", "Work", "Civic pride", "", "", "", ""))))
    assert [(line["kind"], line["label"]) for line in lines(job, "created")] == [
        ("goal", "3 Civic pride"), ("initiative", "3.1 Work"),
    ]  # fmt: skip
    apply(manager, job)
    assert Goal.objects.get(plan=plan, number="3").title == "Civic pride"


def test_what_was_previewed_is_applied_or_409(manager, plan, initiative, cast):
    data = csv_file(("Number", "Title"), ("1.1", "Renamed by the file"))
    job = take_guess(manager, send(manager, plan, data))
    update_initiative(initiative=initiative, fields={"title": "Renamed by hand"}, act=act(NOW, cast.admin))
    answer = apply(manager, job)
    assert answer.status_code == 409
    assert "moved since" in answer.content.decode()
    initiative.refresh_from_db()
    assert initiative.title == "Renamed by hand"
    assert lines(Import.objects.get())[0]["changes"] == [["Title", "Renamed by hand", "Renamed by the file"]]
    assert apply(manager, job).status_code == 302
    initiative.refresh_from_db()
    assert initiative.title == "Renamed by the file"


def test_an_absent_column_leaves_alone_and_an_empty_cell_clears(manager, plan, initiative, cast):
    data = csv_file(("Number", "Title", "Owner"), ("1.1", initiative.title, ""))
    job = take_guess(manager, send(manager, plan, data))
    (line,) = lines(job)
    assert (line["group"], line["changes"]) == ("cleared", [["Owner", "Owner", ""]])
    apply(manager, job)
    initiative.refresh_from_db()
    assert (initiative.owner, initiative.lead_department) == (None, cast.streets)


def test_applied_in_two_tabs_is_applied_once(manager, plan):
    job = take_guess(manager, send(manager, plan, csv_file(HEAD, ("1.9", "Work", "1", "", "", "On track", ""))))
    digest = job.digest
    for _ in range(2):
        answer = manager.post(reverse("imports:import-apply", args=[job.pk]), {"digest": digest})
        assert answer.status_code == 302
    assert AuditEvent.objects.filter(verb="import.applied").count() == 1
    assert Initiative.objects.get(number="1.9").status_updates.count() == 1


@pytest.mark.parametrize("role", ["owner", "liaison", "leader", "viewer"])
def test_b48_who_may_not_create_may_not_import(sign_in, plan, cast, role):
    answer = sign_in(getattr(cast, role)).post(
        reverse("imports:import-start", args=[plan.slug]), {"file": upload(csv_file(HEAD))}
    )
    assert answer.status_code == 403
    assert not Import.objects.exists()


def test_a_file_with_errors_comes_back_with_a_column_that_says_them_and_maps_itself_again(manager, plan):
    rows = [("1.1", "One", "1", "", "", "On track", ""), ("1.2", "Two", "1", "", "", "Swimmingly", "")]
    job = take_guess(manager, send(manager, plan, csv_file(HEAD, *rows)))
    answer = manager.get(reverse("imports:import-problems", args=[job.pk]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert cells[0] == [*HEAD, "Problem"]
    assert cells[1][7] is None
    assert "Swimmingly" in cells[2][7]
    again = send(manager, plan, answer.content, "mended.xlsx")
    assert sentences(again) == sentences(job)


def test_the_template_is_known_by_its_headings(manager, plan):
    data = manager.get(reverse("imports:import-template", args=[plan.slug])).content
    book = openpyxl.load_workbook(io.BytesIO(data))
    book["Initiatives"].append(["1", None, None, None, "1.1", "Lend laptops"])
    target = io.BytesIO()
    book.save(target)
    job = send(manager, plan, target.getvalue(), "filled in.xlsx")
    assert [line["label"] for line in lines(job, "created")] == ["1.1 Lend laptops"]
    assert lines(job, "error") == []


def test_a_file_of_measures_alone_leads_to_another_one(manager, plan):
    data = csv_file(("Measure ID", "Measure", "Target"), ("1", "Students who read", "80"), ("2", "Who count", "70"))
    job = send(manager, plan, data)
    page = reverse("imports:import-columns", args=[job.pk])
    text = manager.get(page).content.decode()
    assert "These rows are measures" in text
    assert "Nothing of this file would come into the plan" in text
    assert "Show what would change" not in text
    said = {"kind_0": "initiative", "header_0": "1", "redraw": "1"}
    assert "Show what would change" in manager.post(page, said).content.decode()


def test_words_are_asked_once_a_plan(manager, plan, cast):
    data = csv_file(
        HEAD,
        ("1.1", "One", "1", "The boss", "Parks", "In progress", "Summer 2026"),
        ("1.2", "Two", "1", "", "", "", "3/31/2027"),
    )
    job = take_guess(manager, send(manager, plan, data))
    page = reverse("imports:import-words", args=[job.pk])
    form = manager.get(page).context["form"]
    assert [form.fields[name].label for name in form.fields if name.startswith("word")] == [
        "Status “In progress”", "Person “The boss”", "Department “Parks”", "Date “Summer 2026”",
    ]  # fmt: skip
    assert form["word_0"].value() == "on_track", "likely, and proposed, and not taken unasked"
    assert form["word_2"].value() == "+", "resembles no department that is there"
    answers = {"word_0": "at_risk", "word_1": str(cast.leader.pk), "word_2": "+", "word_3": "2026-08-31"}
    assert manager.post(page, answers).status_code == 302
    job.refresh_from_db()
    assert lines(job, "error") == []
    apply(manager, job)
    row = Initiative.objects.get(plan=plan, number="1.1")
    assert (row.owner, row.lead_department.name, str(row.due_date)) == (cast.leader, "Parks", "2026-08-31")
    assert row.reported_status == "at_risk"
    assert send(manager, plan, data).counts["unchanged"] == 2


def test_b51_a_locked_plan_takes_nothing_new_and_says_so_before(manager, plan, initiative):
    update_plan(plan=plan, fields={"is_locked": True}, act=act(NOW))
    rows = (("1.1", "Renamed", "1"), ("1.2", "New", "1"), ("1.3", "New", "Civic pride"))
    job = take_guess(manager, send(manager, plan, csv_file(("Number", "Initiative", "Focus area"), *rows)))
    assert [(line["label"], line["group"]) for line in lines(job)] == [
        ("3 Civic pride", "error"), ("1.1 Renamed", "changed"), ("1.2 New", "error"), ("1.3 New", "error"),
    ]  # fmt: skip
    assert "locked" in sentences(job)[0][1]


def test_people_of_the_file_without_an_account_are_invited_in_one_go(manager, plan):
    rows = [("1.1", "One", "1", "Pat Doe", "", "", ""), ("1.2", "Two", "1", "new@test.example", "", "", "")]
    job = take_guess(manager, send(manager, plan, csv_file(HEAD, *rows)))
    page = reverse("imports:import-words", args=[job.pk])
    form = manager.get(page).context["form"]
    assert form["mail_1"].value() == "new@test.example"
    answers = {"mail_0": "pat@test.example", "mail_1": "new@test.example"}
    assert manager.post(page, answers).status_code == 302
    invited = AuditEvent.objects.filter(verb="user.invited").values_list("target_label", flat=True)
    assert sorted(invited) == ["Pat Doe", "new"]
    job.refresh_from_db()
    assert lines(job, "error") == []
    apply(manager, job)
    assert [row.owner.email for row in Initiative.objects.filter(plan=plan)] == ["pat@test.example", "new@test.example"]
    assert Initiative.objects.filter(plan=plan)[0].owner.has_role("contributor")


def test_somebody_who_was_deactivated_is_named_and_takes_nothing_on(manager, plan, cast):
    update_user(user=cast.owner, fields={"is_active": False}, act=act(NOW, cast.admin))
    job = take_guess(manager, send(manager, plan, csv_file(HEAD, ("1.1", "One", "1", "Owner", "", "", ""))))
    assert sentences(job) == [(2, "Owner was deactivated. Choose somebody who is active.")]
