"""Where a plan came from: findings with their sources, in order, with their history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from goals.models import Evidence, EvidenceVersion, Goal
from goals.selectors import evidence_as_of
from goals.services import (
    create_evidence,
    move_evidence,
    restore_evidence,
    retire_evidence,
    update_evidence,
)
from records.asof import AsOf
from records.models import AuditEvent
from tests.build import act, build_plan
from tests.conftest import NOW

EARLY, LATER = "2026-07-10T12:00", "2026-08-10T12:00"


def found(plan, day=None) -> list[str]:
    when = AsOf.now(NOW) if day is None else AsOf.end_of(day)
    return [one.row.text for one in evidence_as_of(plan.pk, when)]


@pytest.fixture
def three(plan):
    return [create_evidence(plan=plan, fields={"text": text}, act=act(EARLY)) for text in ("One", "Two", "Three")]


def test_a_finding_is_read_as_it_stood(plan):
    goal = Goal.objects.filter(plan=plan).earliest("pk")
    row = create_evidence(
        plan=plan, fields={"text": "Most are offline", "share": Decimal("61.5")}, goals=[goal], act=act(EARLY)
    )
    update_evidence(evidence=row, fields={"share": Decimal(84), "text": "Most are online"}, goals=[], act=act(LATER))
    then, now = (evidence_as_of(plan.pk, when)[0] for when in (AsOf.end_of(date(2026, 7, 31)), AsOf.now(NOW)))
    assert (then.row.text, then.share, [area.number for area in then.areas]) == ("Most are offline", "61.5%", ["1"])
    assert (now.row.text, now.share, now.areas) == ("Most are online", "84%", ())
    assert evidence_as_of(plan.pk, AsOf.end_of(date(2026, 7, 31)), goal=goal.pk) != []
    assert evidence_as_of(plan.pk, AsOf.now(NOW), goal=goal.pk) == []
    assert found(plan, date(2026, 7, 1)) == []


def test_an_unchanged_save_leaves_nothing(plan, three):
    events, versions = AuditEvent.objects.count(), EvidenceVersion.objects.count()
    update_evidence(evidence=three[0], fields={"text": "One", "share": None}, goals=[], act=act(LATER))
    assert (AuditEvent.objects.count(), EvidenceVersion.objects.count()) == (events, versions)


def test_moving_is_kept_and_said_twice_moves_once(plan, three):
    for _ in range(2):
        move_evidence(evidence=three[0], beside=three[1].pk, is_after=True, act=act(LATER))
    assert found(plan) == ["Two", "One", "Three"]
    assert found(plan, date(2026, 7, 31)) == ["One", "Two", "Three"]
    assert AuditEvent.objects.filter(verb="evidence.moved").count() == 2  # each of the two rows, once
    assert Evidence.objects.get(pk=three[0].pk).version == 1  # whoever edits its words is not disturbed


def test_rows_of_one_place_get_places_of_their_own(plan, three):
    Evidence.objects.filter(plan=plan).update(order=5)
    move_evidence(evidence=three[2], beside=three[0].pk, is_after=False, act=act(LATER))
    assert found(plan) == ["Three", "One", "Two"]


def test_retired_and_restored(plan, three):
    retire_evidence(evidence=three[1], act=act(LATER, reason="Out of date"))
    assert found(plan) == ["One", "Three"]
    with pytest.raises(ValidationError, match="not in the list any more"):
        move_evidence(evidence=three[0], beside=three[1].pk, is_after=True, act=act(LATER))
    restore_evidence(evidence=three[1], act=act("2026-09-01T12:00"))
    assert found(plan) == ["One", "Two", "Three"]
    assert found(plan, date(2026, 8, 15)) == ["One", "Three"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "text"),
        ({"text": "x", "share": Decimal("100.5")}, "share"),
        ({"text": "x", "link": "javascript:alert(1)"}, "link"),
    ],
)
def test_what_is_no_finding_is_refused(plan, fields, said):
    with pytest.raises(ValidationError) as refused:
        create_evidence(plan=plan, fields=fields, act=act(EARLY))
    assert list(refused.value.message_dict) == [said]
    assert not Evidence.objects.exists()


def test_a_focus_area_of_another_plan_is_refused(plan):
    other = build_plan("other-plan", title="Other")
    foreign = Goal.objects.filter(plan=other).earliest("pk")
    with pytest.raises(ValidationError, match="choose only those of this plan"):
        create_evidence(plan=plan, fields={"text": "x"}, goals=[foreign], act=act(EARLY))


def test_a_retired_focus_area_is_not_named(plan, three):
    goal = Goal.objects.filter(plan=plan).earliest("pk")
    update_evidence(evidence=three[0], fields={}, goals=[goal], act=act(LATER))
    Goal.objects.filter(pk=goal.pk).update(deleted_at=NOW)
    goal.versions.filter(recorded_until__isnull=True).update(recorded_until=NOW - timedelta(days=1))
    assert evidence_as_of(plan.pk, AsOf.now(NOW))[0].areas == ()


@pytest.fixture
def page(client, cast, plan):
    """A page of the plan, as somebody sees it."""

    def get(who: str, rest: str) -> str:
        client.force_login(getattr(cast, who))
        return client.get(f"/plans/{plan.slug}/{rest}").content.decode()

    with time_machine.travel(NOW, tick=False):
        yield get


def test_everybody_reads_and_managers_edit(page, plan, goal):
    fields = {"text": "Homes lack internet", "share": Decimal("14.7"), "source": "Survey", "link": "https://a.example"}
    create_evidence(plan=plan, fields=fields, goals=[goal], act=act(EARLY))
    told = page("viewer", "why/")
    for words in ("14.7%", "Homes lack internet", "Survey", "https://a.example", str(goal)):
        assert words in told
    assert "Add a finding" not in told
    assert "Add a finding" in page("manager", "why/")
    assert "Add a finding" not in page("manager", "why/?as_of=2026-08-01")
    assert "Homes lack internet" not in page("viewer", "why/?as_of=2026-07-05")


def test_its_focus_area_and_the_plan_lead_there(page, plan, goal):
    create_evidence(plan=plan, fields={"text": "Homes lack internet"}, goals=[goal], act=act(EARLY))
    assert "Homes lack internet" in page("viewer", f"goals/{goal.number}/")
    assert "Homes lack internet" not in page("viewer", "goals/2/")
    assert f"/plans/{plan.slug}/why/" in page("viewer", "")


def test_a_share_that_is_none_comes_back_with_its_words(client, cast, plan):
    client.force_login(cast.manager)
    where = f"/plans/{plan.slug}/why/new/"
    answer = client.post(where, {"text": "Homes lack internet", "share": "many"})
    assert answer.status_code == 422
    assert "“Share of people, in percent” must be a number." in answer.content.decode()
    assert "Homes lack internet" in answer.content.decode()
    assert client.post(where, {"text": "Homes lack internet", "share": "14.7"}).status_code == 302
    assert Evidence.objects.get().share == Decimal("14.7")
