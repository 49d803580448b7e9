"""What the preview refuses of a row, each in its sentence and nothing else of the file with it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from goals.services import update_plan
from imports.comparing import work
from imports.comparing.compare import compare
from imports.kinds import KINDS
from imports.reading.sheets import Sheet
from initiatives.services import accept_commitment, deliver_commitment, propose_commitment
from people.services import update_user
from tests.build import act, make_initiative
from tests.conftest import NOW

TODAY = date(2026, 10, 5)
LATER = date(2027, 1, 15)
NEW = {"number": "1.9", "title": "Lend laptops", "goal": "1"}


def problems(plan, *rows):
    """Of rows, each (kind, {field: cell}), in one file: the sentences that refuse them."""
    sheets, mapping = [], []
    for kind in dict.fromkeys(kind for kind, _ in rows):
        cells = [row for of, row in rows if of == kind]
        keys = list(dict.fromkeys(key for row in cells for key in row))
        labels = [KINDS[kind].field(key).label for key in keys]
        sheets.append(Sheet(kind, [labels, *([row.get(key) for key in keys] for row in cells)], kind=kind))
        mapping.append({"kind": kind, "header": 0, "columns": {str(at): key for at, key in enumerate(keys)}})
    lines = compare(plan, sheets, mapping, known={}, today=TODAY).lines
    return [problem.sentence for line in lines for problem in line.problems]


def of_initiative(**cells):
    return [("initiative", NEW | cells)]


def of_milestone(**cells):
    return [("milestone", {"initiative": "1.1", "title": "Order them"} | cells)]


def of_commitment(**cells):
    return [("commitment", {"initiative": "1.1", "department": "Streets", "what": "Dig"} | cells)]


REFUSED = {
    "a person by a sign and letters": (
        of_initiative(owner="#abc"), "Owner nobody here is called “#abc”. Add the person first, or say who is meant."),
    "a person by a sign and a key": (
        of_initiative(owner="#1"), "Owner nobody here is called “#1”. Add the person first, or say who is meant."),
    "one of several people by a sign and a key": (
        of_initiative(contributors="Owner; #1"),
        "Contributors nobody here is called “#1”. Add the person first, or say who is meant."),
    "a department by a sign and letters": (
        of_commitment(department="#abc"), "Department there is no department “#abc”. Add it, or say which is meant."),
    "a department by a sign and a key": (
        of_commitment(department="#1"), "Department there is no department “#1”. Add it, or say which is meant."),
    "a department by a plus, that nobody said is new": (
        of_commitment(department="+Parks"),
        "Department there is no department “+Parks”. Add it, or say which is meant."),
    "a focus area with too long a name": (
        of_initiative(goal="Long " * 80), "Ensure this value has at most 200 characters (it has 399)."),
    "a priority without a name": (
        [("priority", {"title": "", "meaning": "Safer"})], "Every priority needs a name."),
    "a strategy of no focus area": (
        [("strategy", {"number": "1.9", "title": "Share", "goal": ""})],
        "Say which focus area the strategy belongs to."),
    "a focus area twice": (
        [("goal", {"title": "Equity"}), ("goal", {"title": "Equity"})], "Equity stands in this file twice."),
    "a new focus area without a title": (
        [("goal", {"number": "7", "title": "", "text": "What for"})], "A new focus area needs a title."),
    "an initiative twice": (
        [*of_initiative(number=""), *of_initiative(number="")], "This initiative stands in this file twice."),
    "a new initiative of no focus area": (of_initiative(goal=""), "Say under which focus area it belongs."),
    "a new initiative without a title": (
        of_initiative(title=""), "No initiative here has the number 1.9, and a new one needs a title."),
    "a priority that is not there": (
        of_initiative(priorities="Greener"), "“Greener” is no priority of this plan."),
    "a percentage without a status": (
        of_initiative(percent="30"), "Say the status too: what is said of an initiative is an update."),
    "a percentage in words": (
        of_initiative(status="On track", percent="lots"), "Percent done “lots” is not a number from 0 to 100."),
    "more than all": (of_initiative(status="On track", percent="130"), "Percent done 130 is not between 0 and 100."),
    "a title that is too long": (
        of_initiative(title="x" * 201), "Title has 201 characters; at most 200 fit."),
    "words that are too long": (
        of_initiative(status="On track", happened="x" * 10_001),
        "What happened has 10,001 characters; at most 10,000 fit."),
    "a formula without its answer": (
        of_initiative(summary={"formula": "=A1"}),
        "Summary holds a formula without its answer. Open the file in your spreadsheet program, save it, and choose it "
        "again."),
    "a formula that is broken": (
        of_initiative(summary="#REF!"),
        "Summary says #REF!: a formula that is broken. Mend it in your spreadsheet program, or clear the cell."),
    "a finding of nothing": ([("evidence", {"text": "", "share": "40"})], "Say what was found."),
    "a share in words": (
        [("evidence", {"text": "Dark", "share": "half"})],
        "Share of people, in percent “half” is not a number from 0 to 100."),
    "a milestone without a title": (of_milestone(title=""), "Every milestone needs a title."),
    "a milestone of nothing": (of_milestone(initiative=""), "Say which initiative it belongs to."),
    "a milestone of what is not there": (
        of_milestone(initiative="8.8"), "No initiative of this plan or this file is “8.8”."),
    "a milestone done tomorrow": (
        of_milestone(completed_date="2026-10-06"), "6 Oct 2026 has not come yet."),
    "a commitment to nothing": (of_commitment(what=""), "Say what the department is to do."),
    "a commitment of nobody": (of_commitment(department=""), "Say which department promises it."),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_row_is_refused_in_its_sentence(plan, initiative, what):
    rows, sentence = REFUSED[what]
    assert problems(plan, *rows) == [sentence]


def test_a_title_that_two_initiatives_have_needs_the_number(plan, initiative):
    for number in ("1.7", "1.8"):
        make_initiative(plan, number=number, title="Lend laptops")
    assert problems(plan, *of_initiative(number="")) == ["Several initiatives have this title. Give the number."]


def test_whoever_was_deactivated_takes_no_milestone_on(plan, initiative, cast):
    update_user(user=cast.contributor, fields={"is_active": False}, act=act(NOW))
    said = problems(plan, *of_milestone(owner="Contributor"))
    assert said == ["Contributor was deactivated. Choose somebody who is active."]


def test_what_the_service_would_refuse_of_a_commitment_is_refused_in_the_preview(plan, initiative, monkeypatch):
    def refuse(row, *, is_draft):
        raise ValidationError({"what": "What: say it in other words."})

    monkeypatch.setattr(work, "check_commitment", refuse)
    assert problems(plan, *of_commitment()) == ["say it in other words."]


def test_what_was_delivered_is_not_turned_back(plan, initiative, cast):
    row = propose_commitment(
        initiative=initiative, department=cast.streets, what="Dig", due_date=LATER, act=act(NOW, cast.owner)
    )
    row = accept_commitment(commitment=row, act=act(NOW, cast.liaison))
    deliver_commitment(commitment=row, act=act(NOW, cast.liaison))
    assert problems(plan, *of_commitment(state="Accepted")) == [
        "It is delivered here, and that is not turned back by a file."
    ]


@pytest.mark.parametrize(
    "rows",
    [
        of_initiative(),
        of_initiative(number="1.1", title="", goal="2"),
        [("goal", {"number": "3", "title": "Civic pride"})],
    ],
    ids=["a new initiative", "another focus area", "a new focus area"],
)
def test_b51_in_a_locked_plan_nothing_is_added_or_moved(plan, initiative, rows):
    update_plan(plan=plan, fields={"is_locked": True}, act=act(NOW))
    (said,) = problems(plan, *rows)
    assert said.startswith("The plan is locked")
