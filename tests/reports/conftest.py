"""A plan with two quarters to report on."""

from datetime import date

import pytest

from goals.models import Goal
from goals.quarters import Quarter
from goals.services import create_priority
from initiatives.services import (
    accept_commitment,
    complete_milestone,
    deliver_commitment,
    propose_commitment,
    update_initiative,
    update_milestone,
)
from reports.services import freeze_quarter
from reports.workflow.report import Quarters
from tests.build import act, make_initiative, make_milestone, report

Q1, Q2 = Quarter(2027, 1), Quarter(2027, 2)
AFTER_Q1, AFTER_Q2 = "2026-10-05T14:00", "2027-01-05T14:00"
TRICKY = '=HYPERLINK("http://x.example","click")'
AWKWARD = "Commas, “quotes”; semicolons,\nline breaks, é ñ Ł 漢字 🚲"


def tell(plan, cast):
    """Six initiatives through Q1 and Q2 of FY2027; what becomes of each is in its name."""
    safer = create_priority(plan=plan, name="Safer", order=1, act=act())
    create_priority(plan=plan, name="Cleaner", order=2, act=act())
    two = Goal.objects.get(plan=plan, number="2")

    def add(number, title, **more):
        return make_initiative(plan, number=number, title=title, owner=cast.owner, lead_department=cast.streets, **more)

    rows = {
        "better": add("1.1", "Gets better", due_date=date(2027, 3, 1)),
        "worse": add("1.2", "Gets worse"),
        "done": add("1.3", TRICKY),
        "silent": add("2.1", "Falls silent", goal=two),
        "internal": add("2.2", "Kept inside", goal=two, visibility="internal"),
        "cancelled": add("2.3", "Called off", goal=two),
    }
    update_initiative(initiative=rows["better"], fields={}, priorities=[safer], act=act())
    late = make_milestone(rows["worse"], date(2026, 12, 1))
    met = make_milestone(rows["done"], date(2026, 9, 15))
    make_milestone(rows["internal"], date(2027, 2, 1))
    first = propose_commitment(
        initiative=rows["better"], department=cast.streets, what="Poles", due_date=date(2026, 9, 1), act=act()
    )
    propose_commitment(
        initiative=rows["worse"], department=cast.health, what="Clinic data", due_date=date(2027, 2, 15), act=act()
    )
    for name, status, text in (
        ("better", "at_risk", "Waiting for parts"),
        ("worse", "on_track", AWKWARD),
        ("done", "on_track", "+1 week of testing"),
        ("silent", "on_track", "All well"),
        ("internal", "at_risk", "Secret matter"),
        ("cancelled", "on_hold", "Paused"),
    ):
        report(rows[name], status, "2026-09-20T12:00", cast.owner, happened=text, percent=40)
    complete_milestone(milestone=met, completed_date=date(2026, 9, 14), act=act("2026-09-14T16:00"))
    accept_commitment(commitment=first, act=act("2026-09-10T12:00", cast.liaison))
    freeze_quarter(plan=plan, quarter=Q1, act=act(AFTER_Q1))
    report(rows["better"], "on_track", "2026-11-20T12:00", cast.owner, happened="Parts came")
    report(rows["worse"], "off_track", "2026-11-20T12:00", cast.owner, happened="Vendor left", help_needed="A vendor")
    report(rows["done"], "completed", "2026-11-20T12:00", cast.owner)
    report(rows["internal"], "at_risk", "2026-11-20T12:00", cast.owner)
    report(rows["cancelled"], "cancelled", "2026-11-20T12:00", cast.owner)
    update_milestone(
        milestone=late, fields={"due_date": date(2027, 1, 11)}, act=act("2026-11-01T12:00", reason="Vendor")
    )
    deliver_commitment(commitment=first, act=act("2026-11-02T12:00", cast.liaison))
    rows["new"] = add("1.9", "Born in the quarter", when="2026-11-03T12:00", start_date=date(2026, 11, 1))
    update_initiative(initiative=rows["new"], fields={"owner": None}, act=act("2026-11-04T12:00"))
    freeze_quarter(plan=plan, quarter=Q2, act=act(AFTER_Q2))
    return rows


@pytest.fixture
def story(plan, cast):
    return tell(plan, cast)


@pytest.fixture
def content_of(plan):
    """content_of(quarter) → the frozen report as it is read for pages and files."""

    def read(quarter=Q2, revision=None):
        quarters = Quarters(plan)
        return quarters.frozen(quarters.report(quarter), revision)

    return read
