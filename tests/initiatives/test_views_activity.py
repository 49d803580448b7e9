"""What happened in a plan, by day, through the client."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from goals.models import Goal
from goals.services import update_goal
from initiatives.services import delete_initiative
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def read(sign_in, cast, plan):
    client = sign_in(cast.viewer)

    def _read(query: str = "", slug: str = plan.slug) -> str:
        response = client.get(reverse("initiatives:plan-activity", args=[slug]) + query)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return _read


@pytest.fixture
def eventful(plan, cast):
    row = make_initiative(plan, number="1.1", title="Fiber ring", owner=cast.owner, when="2026-09-20T12:00")
    make_milestone(row, date(2026, 11, 1), title="Pilot")
    report(row, "on_track", "2026-10-01T12:00", cast.owner, happened="Cables were laid.")
    make_initiative(
        plan, number="2.1", title="Portal", goal=Goal.objects.get(plan=plan, number="2"), when="2026-10-02T12:00"
    )
    return row


def test_acts_stand_under_their_day_with_links(read, eventful):
    text = read()
    first, second = text.index('datetime="2026-10-02"'), text.index('datetime="2026-10-01"')
    assert first < text.index("Portal") < second < text.index("Status update: ")
    assert f'href="{reverse("initiatives:initiative-detail", args=[eventful.pk])}"' in text


def test_it_can_be_narrowed_by_kind_and_by_focus_area(read, eventful, plan):
    assert "Portal" not in read("?what=status_update")
    assert "Status update: " in read("?what=status_update")
    assert "Fiber ring" not in read(f"?goal={Goal.objects.get(plan=plan, number='2').pk}")
    assert "Nothing matches" in read("?goal=999")
    assert "Nothing matches" in read("?what=no")


def test_a_past_day_knows_nothing_later_and_what_was_retired_is_still_told(read, eventful, cast):
    delete_initiative(initiative=eventful, act=act("2026-10-03T12:00", cast.manager, reason="Merged elsewhere."))
    assert "Status update: " not in read("?as_of=2026-09-30")
    assert "Merged elsewhere." in read()


def test_other_plans_and_how_a_plan_is_set_up_are_not_told(read, eventful, cast):
    other = build_plan("other-plan", title="Other plan")
    make_initiative(other, number="9.9", title="Elsewhere")
    update_goal(goal=eventful.goal, fields={"title": "Safety first"}, act=act(NOW, cast.manager))
    text = read()
    assert "Elsewhere" not in text
    assert "Safety first" in text
    assert "Plan added" not in text
