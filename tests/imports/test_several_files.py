"""A plan in several files: chosen together, contradicting each other, and with rows that fit nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from imports.models import Import
from imports.reading.files import read_file
from imports.reading.sheets import MOST_SHEETS, CannotRead
from imports.reading.structured import together
from imports.services import answer_columns, leave_rows_out, take_rows_again
from initiatives.models import Initiative
from tests.build import act, build_plan
from tests.conftest import NOW
from tests.hostile_files import zipped
from tests.imports.files import csv_file, upload, xlsx_file
from tests.imports.steps import apply, lines, send, sentences, take_guess

ACTIONS = csv_file(
    ("Number", "Initiative", "Focus area", "Start date"),
    ("1.8", "Lend laptops", "1", "2026-07-01"),
    ("1.9", "Light the parks", "1", "2026-08-01"),
)
STATUSES = csv_file(
    ("Action ID", "Status", "Launch date"),
    ("1.8", "In progress", "2026-07-01"),
    ("1.9", "On track", "2026-09-01"),
    ("9.9", "On track", ""),
)


def send_both(client, plan, *files):
    files = files or (("actions.csv", ACTIONS), ("statuses.csv", STATUSES))
    page = reverse("imports:import-start", args=[plan.slug])
    return client.post(page, {"file": [upload(data, name) for name, data in files]})


@pytest.fixture
def job(manager, plan):
    """Two files whose columns were confirmed."""
    assert send_both(manager, plan).status_code == 302
    return take_guess(manager, Import.objects.get())


def test_files_that_are_chosen_together_are_one_import(manager, plan, job):
    assert job.file_name == "actions.csv and 1 more"
    assert [(one["name"], one["kind"]) for one in job.mapping] == [
        ("actions", "initiative"),
        ("statuses", "initiative"),
    ]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([("a.csv", b"x"), ("b.xlsx", xlsx_file(("One", [("A",)])))], "“b.xlsx” is none"),
        ([("a.csv", b"x"), ("sub/A.csv", b"x"), ("a.csv", b"y")], "Two of the files are called “a.csv”"),
        ([(f"{at}.csv", b"x") for at in range(MOST_SHEETS + 1)], f"at most {MOST_SHEETS} can be read"),
    ],
)
def test_files_that_cannot_go_together_are_refused_in_a_sentence(files, sentence):
    with pytest.raises(CannotRead, match=sentence):
        together(files)


def test_the_page_says_why_files_cannot_go_together(manager, plan):
    answer = send_both(manager, plan, ("a.csv", ACTIONS), ("b.xml", b"<a/>"))
    assert answer.status_code == 422
    assert "“b.xml” is none" in answer.content.decode()
    assert not Import.objects.exists()


def test_two_sheets_of_one_name_in_an_archive_are_told_apart():
    sheets = read_file(zipped([(name, ACTIONS) for name in ("2026/plan.csv", "2027/plan.csv", "other.csv")]), "a.zip")
    assert [sheet.name for sheet in sheets] == ["2026/plan", "2027/plan", "other"]


def test_words_are_asked_as_soon_as_the_columns_are_known(manager, plan):
    send_both(manager, plan)
    job = Import.objects.get()
    page = reverse("imports:import-columns", args=[job.pk])
    form = manager.get(page).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    words = reverse("imports:import-words", args=[job.pk])
    assert manager.post(page, values)["Location"] == words
    answer = manager.post(words, {})  # nothing is answered: its rows are among the errors, and it is not asked again
    assert answer["Location"] == reverse("imports:import-detail", args=[job.pk])


def test_a_cell_of_another_sheet_is_named_where_it_stands(job):
    first = next(line for line in lines(job, "error") if line["label"].startswith("1.8"))
    ((_, _, said),) = first["problems"]
    assert said.startswith("Status in row 2 of “statuses” “In progress” is none of: ")


def test_where_two_sheets_differ_it_is_said_what_would_be_right(job):
    assert (3, (
        "Launch date differs from “Start date” in row 3 of “actions”: 2026-08-01. Make both the same, or leave one of "
        "the two columns out."
    )) in sentences(job)  # fmt: skip


def test_a_column_that_differs_is_left_out_by_one_button(manager, job):
    page, leave = (reverse(f"imports:import-{name}", args=[job.pk]) for name in ("detail", "leave-column"))
    assert manager.get(page).context["differing"] == [("statuses", "Launch date", 1)]
    for sheet, column in (("statuses", "Status of another"), ("other", "Launch date"), ("", "")):
        answer = manager.post(leave, {"sheet": sheet, "column": column}, follow=True)
        assert "This column is not read any more." in answer.content.decode()
    answer = manager.post(leave, {"sheet": "statuses", "column": "Launch date"}, follow=True)
    assert "“Launch date” of “statuses” is left out." in answer.content.decode()
    assert answer.context["differing"] == []
    assert not any("differs" in sentence for _, sentence in sentences(Import.objects.get()))
    again = manager.post(leave, {"sheet": "statuses", "column": "Launch date"}, follow=True)  # sent twice
    assert "Look again; nothing was changed." in again.content.decode()


def test_rows_with_errors_are_left_out_and_taken_again(manager, plan, job):
    manager.post(reverse("imports:import-words", args=[job.pk]), {"word_0": "on_track"})
    job.refresh_from_db()
    assert job.counts["error"] == 2
    page = manager.get(reverse("imports:import-detail", args=[job.pk]))
    ticks = [line["at"] for line in page.context["page"]]
    assert page.context["rows"]["digest"].value() == job.digest
    leave = reverse("imports:import-rows", args=[job.pk])
    answer = manager.post(leave, {"digest": job.digest})
    assert answer.status_code == 422
    assert "Tick one row at least." in answer.content.decode()
    assert manager.post(leave, {"digest": job.digest, "lines": [*ticks, 999]}).status_code == 302
    job.refresh_from_db()
    assert (job.counts.get("error"), [one.get("left_out") for one in job.mapping]) == (None, [[], [3, 4]])
    shown = manager.get(reverse("imports:import-detail", args=[job.pk])).content.decode()
    assert "rows\n  3, 4." in shown
    manager.post(reverse("imports:import-rows-again", args=[job.pk]))
    job.refresh_from_db()
    assert job.counts["error"] == 2
    manager.post(leave, {"digest": job.digest, "lines": ticks})
    apply(manager, job)
    assert set(Initiative.objects.values_list("number", "reported_status")) == {
        ("1.8", "on_track"), ("1.9", ""),
    }  # fmt: skip


def test_all_rows_with_errors_are_left_out_at_once_where_they_fill_more_than_a_page(manager, plan):
    rows = [(f"7.{n}", "", "On track") for n in range(60)]
    data = csv_file(("Number", "Initiative", "Status"), ("1.9", "Lend laptops", "On track"), *rows)
    job = take_guess(manager, send(manager, plan, data))
    page = reverse("imports:import-detail", args=[job.pk])
    text = " ".join(manager.get(page).content.decode().split())
    assert "1 row names no focus area." in text
    assert f"{reverse('imports:import-columns', args=[job.pk])}#id_default_goal" in text
    assert "Leave all 61 rows out" in text
    manager.post(reverse("imports:import-rows", args=[job.pk]), {"digest": job.digest, "every": "1"})
    job.refresh_from_db()
    assert (job.counts.get("error"), len(job.mapping[0]["left_out"])) == (None, 61)
    text = manager.get(page).content.decode()
    assert "Leave all" not in text
    assert "no focus area" not in text


def test_rows_of_a_preview_that_was_made_anew_are_not_left_out(manager, job, cast):
    answer = manager.post(reverse("imports:import-rows", args=[job.pk]), {"digest": "another", "lines": [0]})
    assert answer.status_code == 422
    assert "made anew meanwhile" in answer.content.decode()
    with pytest.raises(ValidationError, match="Tick one row"):
        leave_rows_out(job=job, digest=job.digest, lines=[999], act=act(NOW, cast.manager))


def test_rows_of_a_file_that_moved_on_are_neither_left_out_nor_taken_again(job, cast):
    answer_columns(job=job, mapping=job.mapping, default_goal="", act=act(NOW, cast.manager))
    with pytest.raises(ValidationError, match="has moved on meanwhile"):
        leave_rows_out(job=job, digest=job.digest, lines=[0], act=act(NOW, cast.manager))
    with pytest.raises(ValidationError, match="has moved on meanwhile"):
        take_rows_again(job=job, act=act(NOW, cast.manager))


def test_after_a_file_was_applied_to_a_draft_the_page_leads_on(manager, cast):
    draft = build_plan("draft-plan", title="Draft", state="draft")
    send_both(manager, draft, ("actions.csv", ACTIONS))
    job = take_guess(manager, Import.objects.get())
    apply(manager, job)
    page = manager.get(reverse("imports:import-detail", args=[job.pk])).content.decode()
    assert "2 of its open initiatives\n  have no owner" in page
    assert f"{reverse('initiatives:initiative-list')}?plan=draft-plan&amp;owner=none" in page
    assert reverse("initiatives:plan-activate", args=["draft-plan"]) in page


def test_the_structure_of_a_plan_leads_to_import_and_export(manager, plan):
    page = manager.get(reverse("initiatives:plan-structure", args=[plan.slug])).content.decode()
    assert reverse("imports:import-start", args=[plan.slug]) in page
