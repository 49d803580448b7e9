"""A plan's tree on one page: moved, renumbered and renamed by form, each with its history, two people at once."""

import gzip
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Goal, GoalVersion, Strategy
from goals.numbering import key_between, natural_key, next_number
from goals.services import create_goal, create_strategy, update_goal, update_plan
from initiatives.models import Initiative
from initiatives.selectors.structure import Place, plan_tree
from initiatives.services import move_row, renumber_plan, retire_row, update_initiative
from records.models import AuditEvent
from tests.build import act, make_initiative
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def grown(plan, goal, cast):
    """1 Security: 1.1 Protect (1.1, 1.2, 1.3) and 1.4 beside it; 2 Equity: 2.1 Reach (2.1)."""
    protect = Strategy.objects.get()
    two = Goal.objects.get(number="2")
    reach = create_strategy(goal=two, fields={"number": "2.1", "title": "Reach"}, act=act())
    for number in ("1.1", "1.2", "1.3"):
        make_initiative(plan, goal=goal, strategy=protect, number=number, owner=cast.owner)
    make_initiative(plan, goal=goal, number="1.4")
    make_initiative(plan, goal=two, strategy=reach, number="2.1", owner=cast.owner)
    return plan


def order(plan):
    return [row.number for row in plan_tree(plan).rows]


def row(number, model=Initiative):
    return model.objects.get(number=number, deleted_at__isnull=True)


def to(act_name, plan, moved):
    return reverse(f"initiatives:structure-{act_name}", args=[plan.slug, moved._meta.model_name, moved.pk])


def send_move(client, plan, moved, place):
    return client.post(to("move", plan, moved), {"place": place, "version": moved.version})


def test_keys_between_always_sort_between():
    keys = [natural_key(number) for number in ("1", "1.1", "1.2", "1.10", "2")]
    for _ in range(6):
        for index in range(len(keys), -1, -1):
            before, after = keys[index - 1] if index else "", keys[index] if index < len(keys) else None
            found = key_between(before, after)
            assert before < found
            assert after is None or found < after
            keys.insert(index, found)
        keys = keys[:: len(keys) // 5 or 1]
    assert (next_number("2", {"2.1", "2.9", "1.4", "2.x"}), next_number("", [])) == ("2.10", "1")


def test_a_row_is_moved_and_keeps_its_number(sign_in, cast, grown):
    client = sign_in(cast.manager)
    moved, first, protect = row("1.3"), row("1.1"), row("1.1", Strategy)
    answer = send_move(client, grown, moved, f"strategy-{protect.pk}")
    assert answer["Location"].endswith(f"/structure/#initiative-{moved.pk}")
    assert order(grown) == ["1", "1.1", "1.3", "1.1", "1.2", "1.4", "2", "2.1", "2.1"]
    event = AuditEvent.objects.get(verb="initiative.moved")
    assert event.changes == {"place": ["3 of 3 in 1.1 Protect", "1 of 3 in 1.1 Protect"]}
    moved.refresh_from_db()
    assert "It stands there already." in client.post(
        to("move", grown, moved), {"place": f"strategy-{protect.pk}", "version": moved.version}, follow=True
    ).content.decode()  # fmt: skip
    assert AuditEvent.objects.filter(verb="initiative.moved").count() == 1
    reach = row("2.1", Strategy)
    assert send_move(client, grown, first, f"strategy-{reach.pk}:{row('2.1').pk}").status_code == 302
    first.refresh_from_db()
    assert (first.goal, first.strategy, first.number) == (row("2", Goal), reach, "1.1")


def test_a_strategy_takes_its_initiatives_along(sign_in, cast, grown):
    client = sign_in(cast.manager)
    two = row("2", Goal)
    assert send_move(client, grown, row("1.1", Strategy), f"goal-{two.pk}").status_code == 302
    assert order(grown) == ["1", "1.4", "2", "1.1", "1.1", "1.2", "1.3", "2.1", "2.1"]
    assert set(Initiative.objects.filter(strategy__number="1.1").values_list("goal", flat=True)) == {two.pk}


def test_a_move_that_would_leave_a_number_twice_is_refused(sign_in, cast, grown):
    two = row("2", Goal)
    create_strategy(goal=two, fields={"number": "1.1", "title": "Other"}, act=act())
    mine = Strategy.objects.get(title="Protect")
    before = AuditEvent.objects.count()
    answer = send_move(sign_in(cast.manager), grown, mine, f"goal-{two.pk}")
    assert answer.status_code == 422
    assert "the number would stand there twice" in answer.content.decode()
    assert AuditEvent.objects.count() == before


def test_two_people_who_move_the_same_row_are_shown_both_places(sign_in, cast, grown):
    client = sign_in(cast.manager)
    moved, protect, reach = row("1.1"), row("1.1", Strategy), row("2.1", Strategy)
    mine = {"place": f"strategy-{protect.pk}:{row('1.2').pk}", "version": moved.version}
    assert send_move(client, grown, moved, f"strategy-{reach.pk}").status_code == 302
    answer = client.post(to("move", grown, moved), mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Somebody else saved this in the meantime" in text
    assert "First in 2.1 Reach" in text
    assert "After 1.2 Initiative 1.2" in text
    assert client.post(to("move", grown, moved), mine | {"version": moved.version + 1}).status_code == 302


def test_a_neighbour_that_went_elsewhere_is_no_place_any_more(sign_in, cast, grown):
    client = sign_in(cast.manager)
    protect, reach, beside = row("1.1", Strategy), row("2.1", Strategy), row("1.2")
    send_move(client, grown, beside, f"strategy-{reach.pk}")
    answer = send_move(client, grown, row("1.1"), f"strategy-{protect.pk}:{beside.pk}")
    assert answer.status_code == 422
    assert "it is no longer there, somebody changed the structure" in answer.content.decode()


def test_numbers_follow_and_old_ones_lead_on(sign_in, cast, grown):
    client = sign_in(cast.manager)
    send_move(client, grown, row("2", Goal), "plan")
    page = client.get(reverse("initiatives:structure-renumber", args=[grown.slug]))
    assert [(str(one), number) for one, number in page.context["numbers"]] == [
        ("2 Equity", "1"), ("2.1 Reach", "1.1"), ("2.1 Initiative 2.1", "1.1"), ("1 Security", "2"),
        ("1.1 Protect", "2.1"), ("1.1 Initiative 1.1", "2.1"), ("1.2 Initiative 1.2", "2.2"),
        ("1.3 Initiative 1.3", "2.3"), ("1.4 Initiative 1.4", "2.4"),
    ]  # fmt: skip
    form = page.context["form"]
    words = {"by_strategy": "goal", "version": form["version"].value()}
    assert client.post(page.request["PATH_INFO"], words).status_code == 302
    assert order(grown) == ["1", "1.1", "1.1", "2", "2.1", "2.1", "2.2", "2.3", "2.4"]
    security = Goal.objects.get(title="Security")
    assert list(GoalVersion.objects.filter(subject=security).order_by("pk").values_list("number", flat=True))[-1] == "2"
    assert AuditEvent.objects.filter(verb__endswith=".renumbered").count() == 9
    again = client.post(page.request["PATH_INFO"], words)
    assert again.status_code == 409
    assert "Somebody else changed the structure" in again.content.decode()
    # Within strategies each begins anew.
    by = client.get(reverse("initiatives:structure-renumber", args=[grown.slug]) + "?by=strategy")
    assert [number for _, number in by.context["numbers"]] == ["1.1.1", "2.1.1", "2.1.2", "2.1.3", "2.2"]


def test_an_old_number_of_a_focus_area_leads_to_it(sign_in, cast, grown):
    client = sign_in(cast.manager)
    update_goal(goal=row("2", Goal), fields={"number": "7"}, act=act(NOW))
    old = reverse("initiatives:goal-detail", args=[grown.slug, "2"])
    assert client.get(old)["Location"] == reverse("initiatives:goal-detail", args=[grown.slug, "7"])


def test_renamed_in_place_and_both_texts_shown(sign_in, cast, grown):
    client = sign_in(cast.manager)
    mine = row("1.1")
    words = {"number": "1.1", "title": "Fiber", "person": cast.leader.pk, "version": mine.version}
    update_initiative(initiative=mine, fields={"title": "Copper"}, act=act(NOW, cast.admin))
    answer = client.post(to("rename", grown, mine), words)
    assert answer.status_code == 409
    assert "Copper" in answer.content.decode()
    assert 'value="Fiber"' in answer.content.decode()
    assert client.post(to("rename", grown, mine), words | {"version": mine.version + 1}).status_code == 302
    mine.refresh_from_db()
    assert (mine.title, mine.owner) == ("Fiber", cast.leader)
    for kind, model in (("goal", Goal), ("strategy", Strategy)):
        found = model.objects.order_by("pk").first()
        answer = client.post(
            to("rename", grown, found), {"number": found.number, "title": kind, "person": "", "version": found.version}
        )
        assert answer.status_code == 302
    assert "already used in this plan" in client.post(
        to("rename", grown, mine), {"number": "1.2", "title": "Fiber", "version": mine.version}
    ).content.decode()  # fmt: skip


def test_one_more_is_added_where_it_belongs(sign_in, cast, grown):
    client = sign_in(cast.manager)
    protect = row("1.1", Strategy)
    add = reverse("initiatives:structure-add", args=[grown.slug]) + f"?strategy={protect.pk}"
    form = client.get(add).context["form"]
    assert form["number"].value() == "1.5"  # within the focus area, as the others are counted
    words = {"number": "1.5", "title": "Fifth", "another": "1"}
    assert client.post(add, words)["Location"] == add
    fifth = row("1.5")
    assert (fifth.strategy, fifth.goal, fifth.start_date) == (protect, protect.goal, grown.start_date)
    assert client.get(add).context["form"]["number"].value() == "1.6"


def test_a_locked_plan_stays_as_it_is(sign_in, cast, grown):
    update_plan(plan=grown, fields={"is_locked": True}, act=act(NOW))
    client = sign_in(cast.manager)
    moved = row("1.1")
    before = AuditEvent.objects.count()
    goal = row("1", Goal)
    answers = [
        send_move(client, grown, moved, f"goal-{goal.pk}"),
        client.post(to("rename", grown, moved), {"number": "9", "title": "A", "version": moved.version}),
        client.post(reverse("initiatives:structure-add", args=[grown.slug]), {"number": "9.9", "title": "A"}),
        client.post(reverse("goals:goal-create", args=[grown.slug]), {"number": "9", "title": "A"}),
        client.post(reverse("goals:strategy-create", args=[grown.slug, "1"]), {"number": "1.9", "title": "A"}),
        client.post(
            reverse("initiatives:structure-renumber", args=[grown.slug]),
            {"by_strategy": "goal", "version": plan_tree(grown).version},
        ),
    ]
    assert [answer.status_code for answer in answers] == [422] * 6
    assert all("The plan is locked" in answer.content.decode() for answer in answers)
    assert AuditEvent.objects.count() == before
    words = {"number": "1.1", "title": "Still a title", "person": moved.owner_id, "version": moved.version}
    assert client.post(to("rename", grown, moved), words).status_code == 302


def test_what_is_missing_is_listed(sign_in, cast, grown):
    page = sign_in(cast.manager).get(reverse("initiatives:plan-structure", args=[grown.slug]))
    assert [str(one) for one in page.context["tree"].without_owner] == ["1.4 Initiative 1.4"]
    assert [str(one) for one in page.context["tree"].without_strategy] == ["1.4 Initiative 1.4"]
    assert "1 without an\n  owner" in page.content.decode()


def test_five_hundred_initiatives_cost_few_queries_and_bytes(sign_in, cast, plan):
    goals = [*Goal.objects.all(), *(create_goal(plan=plan, fields={"number": f"{n}", "title": f"Area {n}"}, act=act())
                                    for n in (3, 4, 5))]  # fmt: skip
    strategies = [
        create_strategy(goal=goal, fields={"number": f"{goal.number}.{n}", "title": f"Group {n}"}, act=act())
        for goal in goals
        for n in range(2, 6)
    ]
    for n in range(500):
        strategy = strategies[n % 20]
        make_initiative(
            plan, goal=strategy.goal, strategy=strategy, number=f"{strategy.number}.{n}", owner=cast.owner,
            title=f"Initiative {n * 7919 % 10_007} of the {n * 104_729 % 9_973} things that differ",
        )  # fmt: skip
    client = sign_in(cast.manager)
    path = reverse("initiatives:plan-structure", args=[plan.slug])
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert len(seen) <= 12
    assert len(gzip.compress(answer.content)) <= 60_000
    assert answer.content.count(b'class="grip"') == 500 + 5 + 21


def test_rows_of_another_plan_and_unknown_kinds_are_not_found(sign_in, cast, grown):
    client = sign_in(cast.manager)
    for address in ("milestone/1/", "goal/999/", "initiative/999/move/", "strategy/999/name/"):
        assert client.get(f"/plans/{grown.slug}/structure/{address}").status_code == 404


def test_numbering_anew_and_taking_along_cost_the_same_for_many_rows(plan, goal):
    two = row("2", Goal)

    def statements(count, begin):
        protect = Strategy.objects.get()
        for number in range(begin, begin + count):
            make_initiative(plan, goal=protect.goal, strategy=protect, number=f"9.{number}")
        with CaptureQueriesContext(connection) as moved:
            where = two if protect.goal_id == goal.pk else goal
            moved_at = NOW + timedelta(days=begin)
            move_row(row=protect, place=Place("First", goal_id=where.pk), act=act(moved_at))
        with CaptureQueriesContext(connection) as numbered:
            assert renumber_plan(plan=plan, by_strategy=False, act=act(moved_at + timedelta(hours=1))) >= count
        return len(moved), len(numbered)

    assert statements(2, 1) == statements(40, 10)
    assert AuditEvent.objects.filter(verb="initiative.moved").count() == 2 + 42


def test_a_new_initiative_begins_with_the_next_number_where_it_stands(sign_in, cast, grown, goal):
    client = sign_in(cast.manager)
    new = reverse("initiatives:initiative-create", args=[grown.slug])
    protect, two = Strategy.objects.get(number="1.1"), row("2", Goal)

    def begins(query):
        form = client.get(new + query).context["form"]
        return form["goal"].value(), form["strategy"].value(), form["number"].value()

    assert begins("") == (None, None, None)  # of two focus areas nobody can know which
    assert begins(f"?goal={goal.pk}") == (goal.pk, None, "1.5")
    assert begins(f"?goal={goal.pk}&strategy={protect.pk}") == (goal.pk, protect.pk, "1.5")
    assert begins(f"?goal={two.pk}&strategy={protect.pk}") == (two.pk, None, "2.2")
    assert begins("?goal=none") == (None, None, None)
    make_initiative(grown, goal=goal, strategy=protect, number="1.1.1")
    assert begins(f"?goal={goal.pk}&strategy={protect.pk}") == (goal.pk, protect.pk, "1.1.2")
    words = {"goal": goal.pk, "number": "1.6", "title": "Six", "start_date": "1 Jul 2026"}
    words |= {"audience": "residents", "visibility": "public", "another": "1"}
    assert client.post(f"{new}?goal={goal.pk}", words)["Location"] == f"{new}?goal={goal.pk}"  # for one more


def test_the_only_focus_area_is_chosen(sign_in, cast, plan, goal):
    retire_row(row=row("2", Goal), act=act(NOW, reason="Empty."))
    form = sign_in(cast.manager).get(reverse("initiatives:initiative-create", args=[plan.slug])).context["form"]
    assert (form["goal"].value(), form["number"].value()) == (goal.pk, "1.1")
