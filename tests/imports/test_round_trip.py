"""A whole plan leaves as a file and comes back as no change; into an empty plan it comes back as the same plan."""

from decimal import Decimal
from itertools import compress

import pytest
from django.urls import reverse

import reports.exporters
from goals.models import Goal, Priority
from goals.services import create_evidence, create_priority, update_goal, update_plan
from imports.exporting.content import plan_content
from imports.exporting.files import FORMATS
from imports.kinds import KINDS, SAID
from initiatives.services import accept_commitment, complete_milestone, propose_commitment, update_initiative
from records.models import AuditEvent
from reports.workflow.report import Quarters
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW
from tests.imports.steps import apply, lines, send

NASTY = [
    '=HYPERLINK("http://x.example","click")', "+1 or two", "-3 is a number", "@home", "'quoted'", "''=twice", "'=once",
    "commas, semicolons; “quotes” \"and\" 'more'", "two\nlines\n\nand *three*", "é ñ Ł 漢字 🙂", "|pipe", "1.10", "007",
    "_x0041_ kept", "TRUE", "2026-09-30",
]  # fmt: skip


@pytest.fixture
def full_plan(cast, plan):
    """One of everything, with texts that files like to break."""
    safer = create_priority(plan=plan, name="Safer, cleaner", meaning="The Mayor’s", act=act())
    create_priority(plan=plan, name="Greener", act=act())
    update_goal(goal=Goal.objects.get(plan=plan, number="2"), fields={"text": NASTY[8], "lead": cast.leader}, act=act())
    for index, text in enumerate(NASTY):
        row = make_initiative(
            plan, number=f"1.{index + 10}", title=f"{text}"[:200].replace("\n", " "), summary=text, owner=cast.owner,
            lead_department=cast.streets, due_date=NOW.date().replace(month=12), source=text.replace("\n", " "),
            horizon="near_term" if index % 2 else "", visibility="internal" if index % 3 else "public",
        )  # fmt: skip
        update_initiative(
            initiative=row, fields={}, contributors=[cast.contributor, cast.liaison], priorities=[safer], act=act()
        )
        report(row, "on_hold" if index % 2 else "at_risk", "2026-09-01T12:00", cast.owner, happened=text, percent=35)
        done = make_milestone(row, NOW.date().replace(month=3), title=text.replace("\n", " "), owner=cast.owner)
        make_milestone(row, NOW.date().replace(month=11), title=text.replace("\n", " "), department=cast.health)
        complete_milestone(milestone=done, completed_date=NOW.date().replace(month=2), act=act(NOW))
        promise = propose_commitment(
            initiative=row, department=cast.health, what=text.replace("\n", " "), due_date=None, act=act()
        )
        if index % 2:
            accept_commitment(commitment=promise, act=act(NOW, cast.liaison))
        plain = text.replace("\n", " ")
        borne = list(Goal.objects.filter(plan=plan))[: index % 3]
        fields = {"text": plain, "source": plain, "share": [None, Decimal("14.7"), Decimal(84)][index % 3]}
        create_evidence(plan=plan, fields=fields | {"link": "https://a.example/?b;c"}, goals=borne, act=act())
    make_milestone(row, NOW.date().replace(month=11, day=30), title="By November", due_text="2026-11")
    return update_plan(plan=plan, fields={"introduction": NASTY[8]}, act=act())


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_b59_b60_b63_an_unchanged_export_changes_nothing(manager, full_plan, kind):
    file = FORMATS[kind].write(plan_content(full_plan, tells_addresses=True))
    job = send(manager, full_plan, file, f"plan.{FORMATS[kind].extension}")
    assert job.state == "ready", "planapp knows its own files"
    assert [line for line in lines(job) if line["group"] != "unchanged"] == []
    assert job.counts["unchanged"] > 60
    before = AuditEvent.objects.count()
    assert apply(manager, job).status_code == 302
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[before:] == ["import.applied"]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_b65_into_an_empty_plan_it_is_the_same_plan(manager, full_plan, kind):
    content = plan_content(full_plan, tells_addresses=True)
    other = build_plan("other")
    for goal in Goal.objects.filter(plan=other):
        update_goal(goal=goal, fields={"number": f"9{goal.number}"}, act=act())
    job = send(manager, other, FORMATS[kind].write(content), f"plan.{FORMATS[kind].extension}")
    assert lines(job, "error") == []
    assert apply(manager, job).status_code == 302
    other.refresh_from_db()
    again = plan_content(other, tells_addresses=True)
    job.refresh_from_db()
    assert job.state == "applied", job.note
    assert Priority.objects.filter(plan=other).count() == 2
    for name in ("priority", "initiative", "milestone", "commitment", "plan", "evidence"):
        assert [list(map(str, row)) for row in again.rows[name]] == [list(map(str, row)) for row in content.rows[name]]


@pytest.mark.parametrize("kind", FORMATS)
def test_b61_the_file_is_for_people_with_a_role(client, sign_in, cast, full_plan, kind):
    page = reverse("imports:plan-export", args=[full_plan.slug, kind])
    assert client.get(page).status_code == 302
    answer = sign_in(cast.viewer).get(page)
    assert answer.status_code == 200
    assert answer.content == FORMATS[kind].write(plan_content(full_plan)), "names alone, for whoever cannot import it"


@pytest.mark.parametrize("is_new", [False, True])
def test_stratml_part_1_loses_nothing_that_it_can_hold(manager, full_plan, is_new):
    content = plan_content(full_plan, tells_addresses=True)
    job = send(manager, build_plan("other") if is_new else full_plan, FORMATS["stratml"].write(content), "plan.xml")
    assert job.state == "ready", job.note
    if not is_new:
        assert [line for line in lines(job) if line["group"] != "unchanged"] == []
        return
    for name in ("Greener", "Safer, cleaner"):
        create_priority(plan=job.plan, name=name, act=act())
    job = send(manager, job.plan, FORMATS["stratml"].write(content), "plan.xml")
    assert lines(job, "error") == []
    assert apply(manager, job).status_code == 302
    again = plan_content(job.plan, tells_addresses=True)
    carried = [one.key not in SAID for one in KINDS["initiative"].fields]
    for before, after in zip(content.rows["initiative"], again.rows["initiative"], strict=True):
        assert [*compress(after, carried)] == [*compress(before, carried)]
    assert again.rows["goal"] == content.rows["goal"]
    assert again.rows["plan"] == content.rows["plan"]
    assert again.rows["evidence"] == content.rows["evidence"]


def test_a_report_in_stratml_part_2_comes_back_as_no_change(manager, full_plan):
    """Its initiatives, what was reported of them, their milestones and commitments."""
    report_of = Quarters(full_plan).preview(full_plan.quarter_of(NOW.date()), at=NOW)
    job = send(manager, full_plan, reports.exporters.FORMATS["stratml"].write(report_of), "report.xml")
    changed = [line for line in lines(job) if line["group"] != "unchanged"]
    assert changed == [], changed[:3]
    assert job.counts["unchanged"] > 60


@pytest.mark.parametrize("page", ["/plans/none/import/", "/plans/test-plan/export/docx/", "/imports/999/"])
def test_b64_what_does_not_exist_is_not_found(manager, plan, page):
    assert manager.get(page).status_code == 404


def test_a_finding_says_what_is_wrong_with_it(manager, plan):
    sheet = (
        b'Finding,"Share of people, in percent",Focus areas it bears on,Link to it\n'
        b"Most are online,184,1,\nFew are online,14.75,1,\nNobody knows,,77,\nA trick,,,javascript:alert(1)\n"
        b"Half are online,50%,1; 2,https://a.example\n"
    )
    job = send(manager, plan, sheet, "why.csv")
    said = {line["row"]: line["problems"][0][2] for line in lines(job, "error")}
    assert said == {
        2: "Share of people, in percent 184 is not between 0 and 100.",
        3: "Share of people, in percent 14.75 is finer than a tenth of a percent. Round it, such as 14.8.",
        4: "“77” is no focus area of this plan or this file.",
        5: "write a web address that starts with https://.",
    }
    assert [line["label"] for line in lines(job, "created")] == ["Half are online"]


def test_a_changed_share_changes_the_finding_and_its_words_are_another_one(manager, plan):
    create_evidence(plan=plan, fields={"text": "Half are online", "share": 50}, act=act())
    sheet = b'Finding,"Share of people, in percent"\nHalf are online,51\nMost are online,84\n'
    job = send(manager, plan, sheet, "why.csv")
    assert [line["group"] for line in lines(job)] == ["changed", "created"]
    assert apply(manager, job).status_code == 302
    assert [(row[0], row[1]) for row in plan_content(plan).rows["evidence"]] == [
        ("Half are online", "51"), ("Most are online", "84"),
    ]  # fmt: skip
