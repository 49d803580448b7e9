"""A plan made from another one: copied, or followed by a successor that carries open work forward; and made active."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Bearing, Evidence, Goal, Plan, Priority, Strategy
from goals.services import (
    add_evidence,
    create_evidence,
    create_goal,
    create_plan,
    create_priority,
    create_strategy,
    retire_evidence,
    update_plan,
)
from initiatives.models import Alignment, Commitment, Contribution, Initiative, Lineage, Milestone, StatusUpdate
from initiatives.selectors.structure import Place, plan_tree
from initiatives.selectors.succession import Choice, Succession
from initiatives.services import (
    Along,
    begin_successor,
    cancel_milestone,
    carry_forward,
    complete_milestone,
    copy_plan,
    move_row,
    propose_commitment,
    retire_row,
    update_initiative,
    withdraw_commitment,
)
from initiatives.services.succession import refuse_empty
from people.services import update_user
from records.audit import StaleVersion
from records.models import AuditEvent
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW
from tests.initiatives.test_structure import row

pytestmark = pytest.mark.usefixtures("stopped")
NEXT = {"title": "Next plan", "start_date": date(2027, 7, 1), "end_date": date(2029, 6, 30)}


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def before(plan, goal, cast):
    """1 Security: 1.1 Protect (1.1 with everything, 1.2 completed) and 1.3 beside it, ownerless; 2 Equity is empty."""
    protect = Strategy.objects.get()
    safer = create_priority(plan=plan, name="Safer", act=act())
    update_plan(
        plan=plan, fields={}, holidays={date(2026, 12, 25): "Christmas", date(2028, 1, 1): "New Year"}, act=act()
    )
    one = make_initiative(
        plan, goal=goal, strategy=protect, number="1.1", owner=cast.owner, lead_department=cast.streets,
        due_date=date(2027, 3, 1), summary="Poles and wires.",
    )  # fmt: skip
    update_initiative(initiative=one, fields={}, contributors=[cast.contributor], priorities=[safer], act=act(NOW))
    make_milestone(one, date(2026, 12, 1), title="Design", owner=cast.owner)
    complete_milestone(milestone=make_milestone(one, date(2026, 9, 1), title="Survey"), act=act(NOW))
    cancel_milestone(milestone=make_milestone(one, None, title="Given up"), act=act(NOW))
    propose_commitment(initiative=one, department=cast.streets, what="Poles", due_date=date(2027, 1, 5), act=act(NOW))
    taken = propose_commitment(initiative=one, department=cast.health, what="Nurses", due_date=None, act=act(NOW))
    withdraw_commitment(commitment=taken, act=act(NOW, reason="Not needed."))
    report(one, "on_track", NOW, cast.owner, percent=40)
    report(make_initiative(plan, goal=goal, strategy=protect, number="1.2"), "completed", NOW, cast.owner, percent=100)
    make_initiative(plan, goal=goal, number="1.3")
    return plan


def tree_of(plan):
    return [(one.kind, one.number, one.title) for one in plan_tree(plan).rows]


def manager(cast, **more):
    return act(NOW, cast.manager, **more)


# Copies ------------------------------------------------------------------------------------------


def test_a_copy_has_everything_but_what_was_reported(before, cast):
    move_row(row=row("1.3"), place=Place("First", goal_id=row("1.3").goal_id), act=act(NOW))
    move_row(row=row("1.2"), place=Place("First", goal_id=row("1.3").goal_id), act=act(NOW))
    along = Along(commitments=True, days=365)
    made = copy_plan(source=before, fields=NEXT, along=along, act=manager(cast))
    assert (made.state, made.slug, made.predecessor) == ("draft", "next-plan", None)
    assert tree_of(made) == tree_of(before)  # in the order in which it stood, moved rows too
    one = Initiative.objects.get(plan=made, number="1.1")
    assert (one.owner, one.lead_department, one.summary) == (cast.owner, cast.streets, "Poles and wires.")
    assert (one.start_date, one.due_date, one.baseline_due_date) == (date(2026, 7, 1), *[date(2028, 2, 29)] * 2)
    assert (one.latest_update, one.reported_status, one.percent) == (None, "", None)
    assert [span.person for span in Contribution.objects.filter(initiative=one)] == [cast.contributor]
    assert Alignment.objects.get(initiative=one).priority == Priority.objects.get(plan=made)
    steps = Milestone.objects.filter(initiative=one)
    assert [(step.title, step.due_date, step.is_open) for step in steps] == [
        ("Design", date(2027, 12, 1), True), ("Survey", date(2027, 9, 1), True),
    ]  # fmt: skip
    promised = Commitment.objects.get(initiative=one)
    assert (promised.what, promised.due_date, promised.state) == ("Poles", date(2028, 1, 5), "proposed")
    assert list(made.holidays.values_list("name", flat=True)) == ["New Year"]  # the other lies before it begins
    assert not StatusUpdate.objects.filter(initiative__plan=made).exists()
    assert not Lineage.objects.exists()
    told = AuditEvent.objects.filter(reason="Copied from “Test plan”.", actor_label="Manager")
    assert set(told.values_list("verb", flat=True)) == {
        "plan.created", "plan.changed", "goal.created", "strategy.created", "priority.created", "initiative.created",
        "milestone.added", "commitment.proposed",
    }  # fmt: skip


def test_a_copy_has_the_reasons_for_the_plan_and_a_successor_finds_its_own(before, goal, cast):
    update_plan(plan=before, fields={"introduction": "In short."}, act=act(NOW))
    said = {"text": "Parks are dark.", "share": Decimal("84.5"), "source": "Survey 2024", "link": "https://a.example/"}
    create_evidence(plan=before, fields={"text": "The law asks for a plan."}, act=act(NOW))
    create_evidence(plan=before, fields=said, goals=[goal], act=act(NOW))
    retire_evidence(
        evidence=create_evidence(plan=before, fields={"text": "Not so."}, goals=[goal], act=act(NOW)), act=act(NOW)
    )
    made = copy_plan(source=before, fields=NEXT, along=Along(initiatives="none"), act=manager(cast))
    whole, one = Evidence.objects.filter(plan=made)
    assert (made.introduction, whole.text) == ("In short.", "The law asks for a plan.")
    assert {name: getattr(one, name) for name in said} == said
    assert [span.goal for span in Bearing.objects.filter(evidence__plan=made)] == [
        Goal.objects.get(plan=made, number="1")
    ]
    later = begin_successor(before=before, fields=NEXT, act=manager(cast))
    assert later.introduction == "In short."
    assert not Evidence.objects.filter(plan=later).exists()


def test_findings_that_are_added_together_are_checked_like_one(before, goal, cast):
    other = build_plan("other", title="Other")
    for finding in (Evidence(plan=other, text="Dark."), Evidence(plan=before, text="")):
        with pytest.raises(ValidationError):
            add_evidence(
                plan=finding.plan, rows=[(Evidence(plan=finding.plan, text="Right."), []), (finding, [goal])], act=act()
            )
    assert not Evidence.objects.exists()


def test_people_stay_behind_where_they_are_not_wanted_or_have_left(before, cast):
    update_user(user=cast.contributor, fields={"is_active": False}, act=act(NOW))
    with_people = copy_plan(source=before, fields=NEXT, along=Along(), act=manager(cast))
    one = Initiative.objects.get(plan=with_people, number="1.1")
    assert (one.owner, Contribution.objects.filter(initiative=one).count()) == (cast.owner, 0)
    bare = copy_plan(source=before, fields=NEXT, along=Along(people=False), act=manager(cast))
    one = Initiative.objects.get(plan=bare, number="1.1")
    assert (bare.slug, one.owner, Milestone.objects.filter(initiative=one, owner__isnull=False).count()) == (
        "next-plan-2", None, 0,
    )  # fmt: skip
    assert not Commitment.objects.filter(initiative__plan=bare).exists()


@pytest.mark.parametrize(("which", "numbers"), [("open", ["1.1", "1.3"]), ("none", [])])
def test_fewer_initiatives_go_along_where_that_is_asked(before, cast, which, numbers):
    made = copy_plan(source=before, fields=NEXT, along=Along(initiatives=which), act=manager(cast))
    assert list(Initiative.objects.filter(plan=made).values_list("number", flat=True)) == numbers
    assert Goal.objects.filter(plan=made).count() == 2


def test_a_date_that_would_leave_the_calendar_of_plans_is_refused_and_nothing_is_made(before, cast):
    with pytest.raises(ValidationError, match="would move out of the years 1990 to 2100"):
        copy_plan(source=before, fields=NEXT, along=Along(days=50_000), act=manager(cast))
    with pytest.raises(ValidationError, match="would move out of the years"):
        copy_plan(source=before, fields=NEXT, along=Along(days=9_000_000), act=manager(cast))
    assert Plan.objects.count() == 1


def statements(do):
    with CaptureQueriesContext(connection) as seen:
        do()
    return len(seen)


def test_a_copy_and_a_successor_cost_the_same_for_many_rows(before, cast):
    def grow(count, begin):
        for number in range(begin, begin + count):
            part = create_strategy(
                goal=Goal.objects.get(plan=before, number="2"),
                fields={"number": f"2.{number}", "title": f"Part {number}", "lead": cast.leader}, act=act(),
            )  # fmt: skip
            create_goal(plan=before, fields={"number": f"{number}", "title": f"Goal {number}"}, act=act())
            more = make_initiative(before, goal=part.goal, strategy=part, number=f"9.{number}", owner=cast.owner)
            update_initiative(initiative=more, fields={}, contributors=[cast.leader], act=act(NOW))
            make_milestone(more, date(2026, 12, 1))
            create_evidence(plan=before, fields={"text": f"Finding {number}"}, goals=[part.goal], act=act())
            propose_commitment(initiative=more, department=cast.streets, what="Help", due_date=None, act=act(NOW))

    def carry():
        plan = begin_successor(before=Plan.objects.get(pk=before.pk), fields=NEXT, act=manager(cast))
        half = Initiative.objects.filter(plan=before).order_by("-pk")[: Initiative.objects.count() // 4]
        choice = Choice(carried={one.pk for one in half}, under={}, rest="cancelled", commitments=True)
        later = act(NOW + timedelta(days=plan.pk), cast.manager, reason="The plan ends.")
        carry_forward(plan=plan, choice=choice, act=later)

    def copy():
        copy_plan(source=before, fields=NEXT, along=Along(commitments=True), act=manager(cast))

    grow(4, 10)
    few = (statements(copy), statements(carry))
    grow(20, 100)
    assert (statements(copy), statements(carry)) == few


# Successors --------------------------------------------------------------------------------------


def successor(before, cast, **fields):
    return begin_successor(before=before, fields=NEXT | fields, act=manager(cast))


def chosen(*numbers, **more):
    keys = set(Initiative.objects.filter(number__in=numbers).values_list("pk", flat=True))
    return Choice(carried=keys, **{"under": {}} | more)


def test_what_is_carried_says_what_it_was_and_the_rest_is_closed_with_a_reason(before, cast, sign_in):
    plan = successor(before, cast)
    assert (plan.predecessor, plan.state, tree_of(plan)) == (before, "draft", [])
    assert Priority.objects.get(plan=plan).name == "Safer"
    old = Initiative.objects.get(plan=before, number="1.1")
    version = old.version
    act_ = manager(cast, reason="The plan ends.")
    found = carry_forward(plan=plan, choice=chosen("1.1", rest="cancelled", commitments=True), act=act_)
    assert ([step.number for step in found.steps], [str(one) for one in found.left]) == (
        ["1.1"],
        ["1.3 Initiative 1.3"],
    )
    assert tree_of(plan) == [
        ("goal", "1", "Security"),
        ("strategy", "1.1", "Protect"),
        ("initiative", "1.1", old.title),
    ]
    new = Initiative.objects.get(plan=plan)
    assert (new.owner, new.start_date, new.due_date) == (cast.owner, date(2025, 7, 1), date(2027, 3, 1))  # due before
    assert list(Milestone.objects.filter(initiative=new).values_list("title", flat=True)) == ["Design"]  # the open one
    assert Commitment.objects.get(initiative=new).what == "Poles"
    line = Lineage.objects.get()
    assert (line.initiative, line.origin, line.kind) == (new, old, "carried")
    old.refresh_from_db()
    assert (old.version, old.reported_status) == (version, "on_track")  # as it stood; who edits it is not disturbed
    assert AuditEvent.objects.get(verb="initiative.carried").changes == {
        "carried": ["", "1.1 Initiative 1.1, in Next plan"]
    }
    assert (
        AuditEvent.objects.get(verb="initiative.created", target_id=new.pk).reason
        == "Carried forward from “Test plan”."
    )
    closed = Initiative.objects.get(plan=before, number="1.3")
    assert (closed.reported_status, closed.latest_update.happened) == ("cancelled", "The plan ends.")
    client = sign_in(cast.viewer)
    page = client.get(reverse("initiatives:initiative-detail", args=[new.pk])).content.decode()
    assert "1.1 Initiative 1.1, in Test plan" in page
    page = client.get(reverse("initiatives:initiative-detail", args=[old.pk])).content.decode()
    assert "Carried forward as" in page
    assert "Followed by" in client.get(reverse("initiatives:plan-detail", args=[before.slug])).content.decode()
    assert "Follows" in client.get(reverse("initiatives:plan-detail", args=[plan.slug])).content.decode()


def test_what_went_on_is_not_offered_twice_unless_it_was_retired_there(before, cast, sign_in):
    plan = successor(before, cast)
    carry_forward(plan=plan, choice=chosen("1.1"), act=manager(cast))
    client, page = sign_in(cast.manager), reverse("initiatives:plan-carry", args=[plan.slug])
    offered = client.get(page).context["offer"]
    assert ([one.number for one in offered.rows], offered.carried) == (["1.3"], 1)
    retire_row(row=Initiative.objects.get(plan=plan), act=manager(cast, reason="By mistake."))
    offered = client.get(page).context["offer"]
    assert ([one.number for one in offered.rows], offered.carried) == (["1.1", "1.3"], 0)


def test_a_number_that_is_taken_is_not_given_twice(before, cast):
    plan = successor(before, cast)
    other = create_goal(plan=plan, fields={"number": "1", "title": "Something else"}, act=act(NOW))
    make_initiative(plan, goal=other, number="1.1")
    carry_forward(plan=plan, choice=chosen("1.1", "1.3"), act=manager(cast))
    assert [(kind, number) for kind, number, _ in tree_of(plan)] == [
        ("goal", "1"), ("initiative", "1.1"), ("goal", "2"), ("strategy", "2.1"), ("initiative", "2.1"),
        ("initiative", "2.2"),
    ]  # fmt: skip


def test_it_goes_under_the_focus_area_that_was_chosen(before, cast):
    plan = successor(before, cast)
    other = create_goal(plan=plan, fields={"number": "7", "title": "Something else"}, act=act(NOW))
    old = Goal.objects.get(plan=before, number="1")
    carry_forward(plan=plan, choice=chosen("1.1", under={old.pk: other.pk}), act=manager(cast))
    new = Initiative.objects.get(plan=plan)
    assert (new.goal, new.strategy, new.number) == (other, None, "7.1")
    assert not Strategy.objects.filter(goal__plan=plan).exists()


def test_one_that_is_left_behind_can_have_a_reason_of_its_own(before, cast, sign_in):
    plan = successor(before, cast)
    make_initiative(before, goal=row("1.3").goal, number="1.4")
    client, page = sign_in(cast.manager), reverse("initiatives:plan-carry", args=[plan.slug])
    words = {name: field.value() for name, field in _fields(client.get(page))}
    words |= {"carried": [row("1.1").pk], "rest": "cancelled", f"reason_{row('1.4').pk}": "The state does it."}
    shown = client.post(page, words)  # one has none yet: nothing that was typed is lost
    assert shown.status_code == 422
    assert "The state does it." in shown.content.decode()
    shown = client.post(page, words | {"reason": "The plan ends."})
    assert "<summary>Another reason for one of them</summary>" in shown.content.decode()
    words = {name: field.value() for name, field in _fields(shown)}
    assert client.post(page, words | {"apply": "1"}).status_code == 302
    said = StatusUpdate.objects.filter(status="cancelled").order_by("initiative__number")
    assert list(said.values_list("happened", flat=True)) == ["The plan ends.", "The state does it."]
    both = {row(number).pk: "Each its own." for number in ("1.3", "1.4")}
    refuse_empty(chosen("1.1", rest="cancelled", reasons=both), Succession([], [row("1.3"), row("1.4")], {}, {}), act())


REFUSED = {
    "nothing chosen": (chosen, {}, "Tick at least one initiative"),
    "no reason": (chosen, {"rest": "completed"}, "say why the others are closed"),
    "no such end": (chosen, {"rest": "on_track"}, "Choose what becomes of the others"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_choice_must_say(before, cast, case):
    make, words, sentence = REFUSED[case]
    plan = successor(before, cast)
    with pytest.raises(ValidationError, match=sentence):
        carry_forward(plan=plan, choice=make(**words), act=manager(cast))
    assert not Initiative.objects.filter(plan=plan).exists()


def test_a_locked_plan_takes_nothing_over_and_a_plan_without_one_before_has_nothing_to_take(before, cast):
    plan = successor(before, cast)
    update_plan(plan=plan, fields={"is_locked": True}, act=act(NOW))
    for choice in (chosen("1.1"), chosen()):  # whatever could be ticked would not help
        with pytest.raises(ValidationError, match="The plan is locked"):
            carry_forward(plan=Plan.objects.get(pk=plan.pk), choice=choice, act=manager(cast))
    with pytest.raises(ValidationError, match="names no plan before it"):
        carry_forward(plan=before, choice=chosen("1.1"), act=manager(cast))


@pytest.mark.parametrize("what", ["an update there", "an edit there", "a heading here"])
def test_two_plans_that_moved_meanwhile_are_shown_as_they_are_now(before, cast, sign_in, what):
    plan = successor(before, cast)
    client, page = sign_in(cast.manager), reverse("initiatives:plan-carry", args=[plan.slug])
    words = {name: field.value() for name, field in _fields(client.get(page))}
    shown = client.post(page, words)
    assert shown.status_code == 200
    assert "This would happen" in shown.content.decode()
    old = row("1.3")
    if what == "an update there":
        report(old, "at_risk", NOW + timedelta(minutes=1), cast.owner)
    elif what == "an edit there":
        update_initiative(initiative=old, fields={"title": "Other"}, act=act(NOW))
    else:
        create_goal(plan=plan, fields={"number": "1", "title": "Security"}, act=act(NOW))
    seen = {name: field.value() for name, field in _fields(shown)}
    answer = client.post(page, seen | {"apply": "1"})
    assert answer.status_code == 409
    assert "changed one of the two plans" in answer.content.decode()
    assert not Lineage.objects.exists()
    with pytest.raises(StaleVersion):
        carry_forward(plan=plan, choice=chosen("1.1"), seen_version=int(words["version"]), act=manager(cast))


def test_only_what_was_shown_is_done(before, cast, sign_in):
    plan = successor(before, cast)
    client, page = sign_in(cast.manager), reverse("initiatives:plan-carry", args=[plan.slug])
    first = client.get(page)
    assert "checked" in first.content.decode()
    words = {name: field.value() for name, field in _fields(first)}
    assert client.post(page, words | {"apply": "1"}).status_code == 200  # never shown: it is shown first
    shown = client.post(page, words)
    seen = {name: field.value() for name, field in _fields(shown)}
    fewer = seen | {"carried": [str(row("1.3").pk)], "apply": "1"}
    assert client.post(page, fewer).status_code == 200  # another choice: it is shown too
    assert not Lineage.objects.exists()
    done = client.post(page, seen | {"apply": "1", "archive": ""}, follow=True)
    assert "2 carried forward." in done.content.decode()
    assert client.post(page, seen | {"apply": "1", "archive": ""}).status_code == 302  # sent twice: once
    assert Lineage.objects.count() == 2


def test_the_plan_before_is_archived_where_that_is_wanted(before, cast):
    plan = successor(before, cast)
    carry_forward(plan=plan, choice=chosen("1.1", archive=True), act=manager(cast))
    assert Plan.objects.get(pk=before.pk).state == "archived"


def _fields(answer):
    form = answer.context["form"]
    for name in form.fields:
        if form[name].value() not in (None, False):
            yield name, form[name]


# Pages -------------------------------------------------------------------------------------------


def test_the_ways_to_a_new_plan(before, cast, sign_in):
    client = sign_in(cast.manager)
    dates = {"start_date": "1 Jul 2027", "end_date": "30 Jun 2029", "title": "Plan 2027"}
    copy = reverse("initiatives:plan-copy")
    assert f'<option value="{before.pk}" selected' in client.get(f"{copy}?like={before.slug}").content.decode()
    answer = client.post(copy, dates | {"like": before.pk, "initiatives": "all", "people": "on", "days": ""})
    assert answer["Location"] == reverse("initiatives:plan-structure", args=["plan-2027"])
    assert Initiative.objects.get(plan__slug="plan-2027", number="1.1").due_date == date(2029, 2, 28)  # 730 days later
    wrong = client.post(copy, dates | {"like": before.pk, "initiatives": "all", "days": "30000"})
    assert wrong.status_code == 422
    assert "can be at most 20000" in wrong.content.decode()
    answer = client.post(reverse("initiatives:plan-succeed"), dates | {"predecessor": before.pk, "slug": "after"})
    assert answer["Location"] == reverse("initiatives:plan-carry", args=["after"])
    new = reverse("goals:plan-create")
    words = {name: field.value() for name, field in _fields(client.get(new))} | dates | {"title": "Brought in"}
    answer = client.post(f"{new}?then=file", words)
    assert answer["Location"] == reverse("imports:import-start", args=["brought-in"])
    assert Plan.objects.get(slug="brought-in").state == "draft"


def test_a_plan_becomes_active_when_everything_open_has_an_owner(before, cast, sign_in):
    plan = copy_plan(source=before, fields=NEXT, along=Along(), act=manager(cast))
    client, page = sign_in(cast.manager), reverse("initiatives:plan-activate", args=[plan.slug])
    text = client.get(page).content.decode()
    for lacking in ("1.2 Initiative 1.2", "1.3 Initiative 1.3", "2 Equity"):
        assert lacking in text
    assert "Make it active" not in text
    with pytest.raises(ValidationError) as refused:
        update_plan(plan=plan, fields={"state": "active"}, act=manager(cast))
    assert refused.value.message_dict["state"] == [
        "State: the plan cannot become active yet. Without an initiative: 2 Equity. "
        "Without an owner: 1.2 Initiative 1.2; 1.3 Initiative 1.3."
    ]
    version = Plan.objects.get(pk=plan.pk).version
    assert client.post(page, {"version": version}).status_code == 422
    for number in ("1.2", "1.3"):
        one = Initiative.objects.get(plan=plan, number=number)
        update_initiative(initiative=one, fields={"owner": cast.leader}, act=act(NOW))
    retire_row(row=Goal.objects.get(plan=plan, number="2"), act=act(NOW, reason="Empty."))
    assert "Make it active" in client.get(page).content.decode()
    assert client.post(page, {"version": version})["Location"] == reverse("initiatives:plan-detail", args=[plan.slug])
    assert Plan.objects.get(pk=plan.pk).state == "active"


def test_an_empty_plan_cannot_become_active(cast):
    plan = copy_plan(source=_bare(), fields=NEXT, along=Along(), act=manager(cast))
    with pytest.raises(ValidationError, match="It has no focus area yet"):
        update_plan(plan=plan, fields={"state": "active"}, act=manager(cast))


def _bare():
    fields = {"title": "Bare", "slug": "bare", "start_date": date(2025, 7, 1), "end_date": date(2026, 6, 30)}
    return create_plan(fields=fields, act=act())
