"""Rows of a plan's tree are split, merged, retired and restored, with their history, and never by half."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Goal, Plan, Strategy
from goals.services import create_goal, create_strategy, update_plan
from initiatives.models import Commitment, Contribution, Initiative, InitiativeVersion, Lineage, Milestone
from initiatives.selectors.structure import plan_tree
from initiatives.services import merge_rows, propose_commitment, restore_row, retire_row, split_row, update_initiative
from records.models import AuditEvent
from tests.build import act, make_initiative, make_milestone
from tests.conftest import NOW
from tests.initiatives.test_structure import order, row, to

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def grown(plan, goal, cast):
    """1 Security: 1.1 Protect (1.1, 1.2); 2 Equity is empty. 1.1 has two milestones and a commitment."""
    protect = Strategy.objects.get()
    one = make_initiative(plan, goal=goal, strategy=protect, number="1.1", owner=cast.owner)
    make_initiative(plan, goal=goal, strategy=protect, number="1.2", owner=cast.leader)
    make_milestone(one, date(2026, 12, 1), title="Design")
    make_milestone(one, date(2027, 3, 1), title="Build")
    propose_commitment(initiative=one, department=cast.streets, what="Poles", due_date=None, act=act())
    update_initiative(initiative=one, fields={}, contributors=[cast.contributor], act=act("2025-08-01T12:00"))
    return plan


def test_a_part_is_split_off_with_what_was_ticked(sign_in, cast, grown):
    client = sign_in(cast.manager)
    one, build = row("1.1"), Milestone.objects.get(title="Build")
    form = client.get(to("split", grown, one)).context["form"]
    assert (form["number"].value(), form["title"].value()) == ("1.3", "Initiative 1.1")
    words = {"number": "1.3", "title": "Build it", "moving": [f"milestone-{build.pk}"], "version": one.version}
    assert client.post(to("split", grown, one), words).status_code == 302
    made = row("1.3")
    assert (made.strategy, made.owner, made.title) == (one.strategy, cast.owner, "Build it")
    assert list(Milestone.objects.filter(initiative=made).values_list("title", flat=True)) == ["Build"]
    assert Contribution.objects.get(initiative=made).person == cast.contributor
    page = client.get(reverse("initiatives:initiative-detail", args=[made.pk])).content.decode()
    assert "Split off from" in page
    assert "1.1 Initiative 1.1" in page
    assert AuditEvent.objects.get(verb="initiative.split").changes == {"split_off": ["", "1.3 Build it"]}
    taken = client.post(to("split", grown, one), words | {"moving": []})
    assert taken.status_code == 422
    assert "Number: 1.3 is already used in this plan." in taken.content.decode()


def test_a_group_is_split_and_merged_with_what_stands_in_it(sign_in, cast, grown):
    client = sign_in(cast.manager)
    security, protect = row("1", Goal), row("1.1", Strategy)
    words = {"number": "1.2", "title": "Detect", "moving": [f"initiative-{row('1.2').pk}"], "version": protect.version}
    assert client.post(to("split", grown, protect), words).status_code == 302
    detect = row("1.2", Strategy)
    assert row("1.2").strategy == detect
    words = {"number": "3", "title": "Resilience", "moving": [f"strategy-{detect.pk}"], "version": security.version}
    assert client.post(to("split", grown, security), words).status_code == 302
    third = row("3", Goal)
    detect.refresh_from_db()
    assert (detect.goal, row("1.2").goal) == (third, third)
    words = {"into": protect.pk, "reason": "One team", "version": detect.version}
    assert client.post(to("merge", grown, detect), words).status_code == 302
    assert (row("1.2").strategy, row("1.2").goal) == (protect, security)
    assert [str(one) for one in plan_tree(grown).retired] == ["1.2 Detect"]


def test_one_is_merged_into_another_and_its_page_leads_there(sign_in, cast, grown):
    client = sign_in(cast.manager)
    one, two = row("1.1"), row("1.2")
    without = client.post(to("merge", grown, one), {"into": two.pk, "version": one.version})
    assert without.status_code == 422
    itself = client.post(to("merge", grown, one), {"into": one.pk, "reason": "R", "version": one.version})
    assert itself.status_code == 422
    assert "Choose one of the answers offered" in itself.content.decode()
    words = {"into": two.pk, "reason": "The same work", "version": one.version}
    assert client.post(to("merge", grown, one), words).status_code == 302
    assert Milestone.objects.filter(initiative=two).count() == 2
    assert Commitment.objects.get().initiative == two
    assert Contribution.objects.get(initiative=two, recorded_until__isnull=True).person == cast.contributor
    assert client.get(reverse("initiatives:initiative-detail", args=[one.pk]))["Location"] == reverse(
        "initiatives:initiative-detail", args=[two.pk]
    )
    page = client.get(reverse("initiatives:initiative-detail", args=[two.pk])).content.decode()
    assert "Took over" in page
    assert Lineage.objects.get().kind == "merged"


def test_the_service_merges_nothing_into_itself_or_another_plan(cast, grown):
    one, how = row("1.1"), act(NOW, cast.manager, reason="R")
    with pytest.raises(Exception, match="cannot be merged into itself"):
        merge_rows(row=one, into=one, act=how)
    other = Plan.objects.get(pk=grown.pk)
    other.pk, other.slug, other.access, other._state.adding = None, "other", None, True
    other.save()
    goal = create_goal(plan=other, fields={"number": "1", "title": "One"}, act=act())
    with pytest.raises(Exception, match="belongs to another plan"):
        merge_rows(row=row("2", Goal), into=goal, act=how)


def test_retired_with_a_reason_and_restored(sign_in, cast, grown):
    client = sign_in(cast.manager)
    one = row("1.1")
    assert client.post(to("retire", grown, one), {"version": one.version}).status_code == 422
    words = {"version": one.version, "reason": "Given up"}
    assert client.post(to("retire", grown, one), words).status_code == 302
    assert client.get(reverse("initiatives:initiative-detail", args=[one.pk])).status_code == 404
    assert order(grown) == ["1", "1.1", "1.2", "2"]
    make_initiative(grown, number="1.1", when=NOW)  # the number was free
    back = client.get(to("restore", grown, one)).context["form"]
    assert (back["number"].value(), back["place"].value()) == ("1.3", f"strategy-{one.strategy_id}")
    words = {"number": "1.1", "place": f"strategy-{one.strategy_id}", "version": one.version + 1}
    taken = client.post(to("restore", grown, one), words)
    assert "Number: 1.1 is already used in this plan." in taken.content.decode()
    assert client.post(to("restore", grown, one), words | {"number": "1.3"}).status_code == 302
    one.refresh_from_db()
    assert (one.number, one.deleted_at) == ("1.3", None)
    assert client.get(reverse("initiatives:initiative-detail", args=[one.pk])).status_code == 200
    spans = list(InitiativeVersion.objects.filter(subject=one).order_by("recorded_from"))
    assert spans[-2].recorded_until < spans[-1].recorded_from
    assert spans[-1].recorded_until is None
    assert client.get(to("restore", grown, one)).status_code == 404


def test_a_group_that_holds_something_is_not_retired(cast, grown):
    how = act(NOW, cast.manager, reason="Empty")
    with pytest.raises(Exception, match="still holds 2 rows"):
        retire_row(row=row("1.1", Strategy), act=how)
    with pytest.raises(Exception, match="still holds 1 row"):
        retire_row(row=row("1", Goal), act=how)
    equity = row("2", Goal)
    retire_row(row=equity, act=how)
    create_goal(plan=grown, fields={"number": "2", "title": "Two"}, act=act(NOW))
    with pytest.raises(Exception, match="2 is already used"):
        restore_row(row=equity, number="2", place=None, act=how)
    assert restore_row(row=equity, number="4", place=None, act=how).number == "4"


def test_a_draft_is_turned_round_without_reasons(sign_in, cast, plan):
    update_plan(plan=plan, fields={"state": "draft"}, act=act(NOW))
    made = make_initiative(plan, number="1.1")
    answer = sign_in(cast.manager).post(to("retire", plan, made), {"version": made.version, "reason": ""})
    assert answer.status_code == 302


def test_an_old_number_leads_to_the_initiative(sign_in, cast, grown):
    one = row("1.1")
    update_initiative(initiative=one, fields={"number": "7.1"}, act=act(NOW))
    client = sign_in(cast.viewer)
    page = reverse("initiatives:initiative-detail", args=[one.pk])
    for number in ("1.1", "7.1"):
        assert client.get(f"/plans/{grown.slug}/initiatives/{number}/")["Location"] == page
    assert client.get(f"/plans/{grown.slug}/initiatives/9.9/").status_code == 404
    assert "Earlier numbers" in client.get(page).content.decode()


def test_what_somebody_else_moved_away_meanwhile_stops_the_split(cast, grown):
    other = create_strategy(goal=row("2", Goal), fields={"number": "2.1", "title": "Reach"}, act=act())
    two = row("1.2")
    update_initiative(initiative=two, fields={"goal": other.goal, "strategy": other}, act=act(NOW))
    before = Initiative.objects.count(), Strategy.objects.count()
    with pytest.raises(Exception, match="does not stand under"):
        split_row(row=row("1.1", Strategy), number="1.9", title="New", moving=[two], act=act(NOW))
    assert (Initiative.objects.count(), Strategy.objects.count()) == before


def test_handing_many_rows_costs_what_few_do(plan, goal):
    def statements(count, number):
        one, two = (
            create_strategy(goal=goal, fields={"number": f"{number}.{n}", "title": "Part"}, act=act()) for n in (1, 2)
        )
        for n in range(count):
            make_initiative(plan, goal=goal, strategy=one, number=f"{number}.{n}")
        with CaptureQueriesContext(connection) as merged:
            merge_rows(row=one, into=two, act=act(NOW, reason="Grown together."))
        assert Initiative.objects.filter(strategy=two).count() == count
        return len(merged)

    assert statements(2, 8) == statements(40, 9)
