"""A property: whatever is edited after a quarter ended, its snapshot says the same however late it is built (B-37)."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.models import Goal
from goals.services import update_goal, update_plan
from initiatives.models import Initiative, Milestone, StatusUpdate
from initiatives.services import (
    cancel_milestone,
    complete_milestone,
    correct_status_update,
    create_initiative,
    delete_initiative,
    hand_over,
    override_status,
    update_initiative,
    update_milestone,
)
from people.services import update_department, update_user
from reports.services import freeze_quarter
from tests.build import act, at, make_initiative, make_milestone, report
from tests.reports.conftest import Q1

END = at("2026-10-01T04:00")
STATUSES = ["not_started", "on_track", "at_risk", "off_track", "on_hold", "completed", "cancelled"]


class Undo(Exception):
    """Takes everything back at the end of an example."""


def edits(plan, cast):
    """Things people do, each given a moment and a number."""

    def row(n):
        rows = list(Initiative.objects.filter(plan=plan, deleted_at__isnull=True).order_by("pk"))
        return rows[n % len(rows)]

    def step(n):
        rows = list(Milestone.objects.filter(deleted_at__isnull=True).order_by("pk"))
        return rows[n % len(rows)]

    def because(when):
        return act(when, cast.admin, reason="An edit")

    def new(n, when):
        fields = {
            "goal": Goal.objects.get(plan=plan, number="1"), "number": f"9.{n}", "title": f"New {n}",
            "start_date": date(2026, 10, 1),
        }  # fmt: skip
        create_initiative(plan=plan, fields=fields, act=because(when))

    return [
        lambda n, when: report(row(n), STATUSES[n % 7], when, cast.owner, happened=f"Text {n}", percent=n % 101),
        lambda n, when: update_initiative(
            initiative=row(n),
            fields={"title": f"Title {n}", "due_date": date(2027, 1, 1) + timedelta(days=n), "owner": cast.contributor},
            act=because(when),
        ),
        lambda n, when: delete_initiative(initiative=row(n), act=because(when)),
        lambda n, when: override_status(initiative=row(n), status=STATUSES[n % 7], act=because(when)),
        lambda n, when: update_milestone(
            milestone=step(n), fields={"due_date": date(2026, 8, 1) + timedelta(days=n)}, act=because(when)
        ),
        lambda n, when: complete_milestone(milestone=step(n), completed_date=date(2026, 8, 2), act=because(when)),
        lambda n, when: cancel_milestone(milestone=step(n), act=because(when)),
        lambda n, when: make_milestone(row(n), date(2026, 9, 1), when),
        lambda n, when: update_user(user=cast.owner, fields={"name": f"Name {n}"}, act=because(when)),
        lambda n, when: update_department(department=cast.streets, fields={"name": f"Dept {n}"}, act=because(when)),
        lambda n, when: update_goal(goal=row(n).goal, fields={"title": f"Goal {n}"}, act=because(when)),
        lambda n, when: update_plan(plan=plan, fields={"expected_update_days": 1 + n}, act=because(when)),
        lambda n, when: hand_over(leaver=cast.owner, to=cast.contributor, act=because(when)),
        lambda n, when: correct_status_update(
            update=StatusUpdate.objects.order_by("pk")[n % StatusUpdate.objects.count()],
            words={"happened": f"Corrected {n}"},
            act=because(when),
        ),
        new,
    ]


changes = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 60), st.integers(0, 90 * 24 * 60)), max_size=8)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=changes, after=changes)
def test_b37_random_edits_after_the_end_change_nothing(plan, cast, before, after):
    def make(moves, start: datetime, sign: int):
        todo = edits(plan, cast)
        for kind, n, minutes in sorted(moves, key=lambda move: sign * move[2]):
            try:
                with transaction.atomic():
                    todo[kind](n, start + sign * timedelta(minutes=minutes + 1))
            except (ValidationError, StatusUpdate.DoesNotExist, ZeroDivisionError):
                pass  # a refused edit is an edit that did not happen

    def frozen(when):
        try:
            with transaction.atomic():
                nonlocal told
                told = freeze_quarter(plan=plan, quarter=Q1, act=act(when)).content_hash
                raise Undo
        except Undo:
            return told

    told = ""
    try:
        with transaction.atomic():
            for n in range(3):
                row = make_initiative(plan, number=f"1.{n}", owner=cast.owner, lead_department=cast.streets)
                make_milestone(row, date(2026, 9, 1) + timedelta(days=40 * n))
                report(row, "on_track", "2026-06-20T12:00", cast.owner, happened="As agreed")
            make(before, END - timedelta(days=91), 1)
            on_time = frozen(END)
            make(after, END, 1)
            assert frozen(END + timedelta(days=91)) == on_time
            raise Undo
    except Undo:
        pass
