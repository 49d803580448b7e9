"""Files that governments really wrote, where a folder `shared/data` with them lies beside the checkout.

They are not ours to carry. What each is to give is written here: how many rows, and what each of its columns says.
Columns of equal shape are made here too, so that nothing rests on the folder alone.
"""

from pathlib import Path

import pytest
from django.conf import settings

from imports.meaning.columns import MEASURES, guess
from imports.meaning.dates import Fashion
from imports.meaning.headings import columns_of
from imports.models import Import
from imports.reading.files import read_file
from imports.reading.sheets import CannotRead, Sheet
from initiatives.models import Initiative
from tests.imports.files import csv_file
from tests.imports.steps import apply, lines, send, sentences, take_guess

DATA = next(
    (folder for up in Path(settings.BASE_DIR).parents if (folder := up / "shared" / "data").is_dir()), Path("missing")
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no folder shared/data beside the checkout")

# File: (kind, rows, columns that say something); "" is a file of measures, which are refused in a sentence.
SHEETS = {
    "performance-gov-goals-fy22q4.csv": ("initiative", 460, {
        "goal_id": "number", "goal_name": "title", "goal_status": "status", "goal_description": "summary",
        "organization_abbreviation": "lead_department"}),
    "performance-gov-targets-fy22-fy23.csv": ("", 756, {}),
    "ncdpi-strategic-plan/DIM_Pillars.csv": ("goal", 8, {
        "PillarID": "number", "PillarName": "title", "PillarDesc": "text"}),
    "ncdpi-strategic-plan/DIM_FocusAreas.csv": ("strategy", 26, {
        "PillarID": "goal", "FocusAreaID": "number", "FocusAreaName": "title"}),
    "ncdpi-strategic-plan/DIM_Actions.csv": ("initiative", 109, {
        "PillarID": "goal", "focus_id": "strategy", "ActionID": "number", "ActionName": "title",
        "ActionDesc": "summary", "ActionLaunchDate": "start_date"}),
    "ncdpi-strategic-plan/action-statuses.csv": ("initiative", 110, {
        "ActionID": "number", "Status": "status", "LaunchDate": "start_date"}),
    "ncdpi-strategic-plan/DIM_Measures.csv": ("", 57, {}),
    "ncdpi-strategic-plan/LandingPage_MeasureDetailsText.csv": ("", 14, {}),
    "ncdpi-strategic-plan/LandingPage_MeasureResults.csv": ("", 80, {}),
    "ncdpi-strategic-plan/why-it-counts.csv": ("", 14, {}),
}  # fmt: skip
# Goals, objectives, and measures with their targets and values; a sentence where the file is refused.
STRATML = {
    "hilton-head-island-strategic-action-plan-fy2026-2028.xml": (10, 67, "85 measures with 85 targets and 85 values"),
    "white-house-office-of-american-innovation-2017.xml": (1, 5, ""),
    "south-carolina-commerce-fy2023-accountability-report.xml": (5, 11, "28 measures with 28 targets and 56 values"),
    "stratml-committee-2011-annual-report.xml": (3, 10, "11 measures with 11 targets and 11 values"),
    "us-assistance-to-albania.xml": (8, 20, "20 measures with 411 targets and 411 values"),
    "oecd-ai-policy-observatory.xml": (3, 3, "3 measures with 3 targets and 3 values"),
    "template-part1-ansi-2009.xml": (2, 1, ""),
    "transformation-run-stratml-3.5.xml": "StratML 3.5",
}


def columns(sheet: Sheet, header: int, found: dict[int, str]) -> dict[str, str]:
    return {columns_of(sheet, header)[at][0]: key for at, key in found.items()}


@needs_data
@pytest.mark.parametrize("name", SHEETS)
def test_every_column_of_a_real_sheet_is_read_right_or_left_out(name):
    kind, rows, wanted = SHEETS[name]
    (sheet,) = read_file((DATA / "spreadsheets" / name).read_bytes(), name)
    found = guess(sheet, fashion=Fashion())
    assert (found.kind, sheet.filled - 1) == (kind, rows)
    assert columns(sheet, found.header, found.columns) == wanted
    assert kind or found.why == MEASURES


@needs_data
def test_a_real_plan_in_yaml_is_refused_in_a_sentence():
    with pytest.raises(CannotRead, match="This is YAML"):
        read_file((DATA / "oit-2024-2025.yaml").read_bytes(), "oit-2024-2025.yaml")


@needs_data
@pytest.mark.parametrize("name", STRATML)
def test_a_real_stratml_file_comes_in_or_is_refused_in_a_sentence(manager, plan, name):
    data = (DATA / "stratml" / name).read_bytes()
    if isinstance(STRATML[name], str):
        with pytest.raises(CannotRead, match=STRATML[name]):
            read_file(data, name)
        return
    goals, objectives, measures = STRATML[name]
    job = send(manager, plan, data, name)
    assert job.state == "ready", job.note
    assert sentences(job) == []
    assert sum(line["kind"] == "initiative" for line in lines(job)) == objectives
    sheets = {one["kind"]: one["rows"] for one in job.mapping}
    assert sheets["goal"] == goals
    assert any(measures in note for note in job.notes) or not measures
    assert apply(manager, job).status_code == 302
    job.refresh_from_db()
    assert job.state == "applied", job.note
    again = send(manager, plan, data, name)
    assert [line for line in lines(again) if line["group"] != "unchanged"] == []


def ncdpi() -> dict[str, bytes]:
    """The four sheets of a plan, linked by their numbers: the real ones, or of the same shape."""
    folder = DATA / "spreadsheets/ncdpi-strategic-plan"
    names = ("DIM_Pillars.csv", "DIM_FocusAreas.csv", "DIM_Actions.csv", "action-statuses.csv")
    if folder.is_dir():
        return {name: (folder / name).read_bytes() for name in names}
    heads = (
        (("PillarID", "PillarNum", "PillarName", "PillarDesc"), ("P1", "1.0", "Prepare each student", "Long.\nText.")),
        (
            ("PillarID", "FocusAreaID", "FocusAreaNum", "FocusAreaName"),
            ("P1", "P1.F1", "=RIGHT(B2,1)", "Early learning"),
        ),
        (
            ("PillarID", "focus_id", "FocusAreaID", "ActionID", "ActionName", "ActionDesc", "ActionLaunchDate"),
            ("P1", "F1", '=A2 & "." & B2', "P1.F1.A1", "Expand Pre-K", "Expand it.", "2026-01-01 00:00:00"),
            *[("",) * 7] * 900,
        ),
        (("ActionID", "Status", "LaunchDate", "PulledDate"), ("P1.F1.A1", "In Progress", "2026-01-01", "2026-08-03")),
    )
    return {name: csv_file(*rows) for name, rows in zip(names, heads, strict=True)}


def test_a_plan_over_four_sheets_comes_in_whole(manager, plan):
    """One file after the other, as an office would; what they say of statuses is asked once."""
    counts = []
    for name, data in ncdpi().items():
        job = take_guess(manager, send(manager, plan, data, name))
        if job.counts["asked"]:
            page = f"/imports/{job.pk}/words/"
            form = manager.get(page).context["form"]
            answers = {one: form[one].value() for one in form.fields if form[one].value()}
            assert manager.post(page, answers).status_code == 302
        job.refresh_from_db()
        assert [problem for problem in sentences(job) if "needs a title" not in problem[1]] == []
        if not job.counts.get("error"):
            apply(manager, job, reason="Brought in.")
        counts.append(sum(job.counts.get(group, 0) for group in ("created", "changed", "unchanged")))
    rows = Initiative.objects.filter(plan=plan)
    assert rows.exists()
    assert all(row.number.startswith(f"{row.strategy.number}.") for row in rows.select_related("strategy"))
    if DATA.is_dir():
        assert counts[:3] == [8, 26, 109]
    assert Import.objects.filter(state="applied").count() >= 3
