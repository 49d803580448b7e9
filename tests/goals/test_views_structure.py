"""Shaping a plan in the browser: who may, two people on one form, sent twice, wrong input, nothing changed."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from goals.models import Goal, Plan, Priority, Strategy
from goals.services import create_priority, update_goal, update_plan
from records.models import AuditEvent
from tests.build import act
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def sent(form, **more):
    """The form as a browser would send it back, with these changes."""
    values = {}
    for name, field in form.fields.items():
        value = form[name].value()
        if value is None or value is False:
            continue
        values[name] = field.widget.format_value(value) if not isinstance(value, bool) else "on"
        if isinstance(value, str):
            values[name] = value.replace("\n", "\r\n")
    return values | more


def form_at(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.context["form"]


def paths_of(plan, goal):
    strategy = Strategy.objects.get(goal=goal)
    priority = create_priority(plan=plan, name="Safer", act=act())
    return {
        "plan-create": reverse("goals:plan-create"),
        "plan-structure": reverse("initiatives:plan-structure", args=[plan.slug]),
        "plan-edit": reverse("goals:plan-edit", args=[plan.slug]),
        "goal-create": reverse("goals:goal-create", args=[plan.slug]),
        "goal-edit": reverse("goals:goal-edit", args=[plan.slug, goal.number]),
        "strategy-create": reverse("goals:strategy-create", args=[plan.slug, goal.number]),
        "strategy-edit": reverse("goals:strategy-edit", args=[strategy.pk]),
        "priority-create": reverse("goals:priority-create", args=[plan.slug]),
        "priority-edit": reverse("goals:priority-edit", args=[priority.pk]),
    }


def test_only_managers_and_administrators_shape_a_plan(sign_in, cast, plan, goal):
    paths = paths_of(plan, goal)
    for who, expected in (("manager", 200), ("admin", 200), ("leader", 403), ("owner", 403), ("liaison", 403)):
        client = sign_in(getattr(cast, who))
        assert {name: client.get(path).status_code for name, path in paths.items()} == dict.fromkeys(paths, expected)
    before = AuditEvent.objects.count()
    client = sign_in(cast.leader)
    assert {
        client.post(path, {"title": "Mine"}).status_code for name, path in paths.items() if name != "plan-structure"
    } == {403}
    assert AuditEvent.objects.count() == before


def test_set_up_a_plan_with_its_parts(sign_in, cast):
    client = sign_in(cast.manager)
    new = reverse("goals:plan-create")
    values = sent(
        form_at(client, new), title="Plan 2028", slug="plan-2028", start_date="2027-07-01", end_date="2028-06-30",
        holidays="2027-11-25 Thanksgiving Day\n\n2027-12-24", goal_label="Pillar",
    )  # fmt: skip
    answer = client.post(new, values)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == reverse("initiatives:plan-structure", args=["plan-2028"])
    assert client.post(new, values)["Location"] == answer["Location"]  # sent twice: one plan
    plan = Plan.objects.get()
    assert (plan.state, plan.working_days, plan.due_soon_days, plan.reminders_on) == (
        "draft",
        [0, 1, 2, 3, 4],
        [30, 7, 1],
        True,
    )
    assert list(plan.holidays.values_list("day", "name")) == [
        (date(2027, 11, 25), "Thanksgiving Day"), (date(2027, 12, 24), "Holiday"),
    ]  # fmt: skip
    for path, more in (
        (reverse("goals:goal-create", args=["plan-2028"]), {"number": "1", "title": "Safe", "lead": cast.leader.pk}),
        (reverse("goals:strategy-create", args=["plan-2028", "1"]), {"number": "1.1", "title": "Protect"}),
        (reverse("goals:priority-create", args=["plan-2028"]), {"name": "Greener", "order": "2"}),
    ):
        assert client.post(path, sent(form_at(client, path), **more)).status_code == 302
    assert (Goal.objects.get().lead, Strategy.objects.get().sort_key) == (cast.leader, "000001.000001")
    text = client.get(answer["Location"]).content.decode()
    for shown in ("Pillars, strategies and initiatives", "1 Safe", "1.1 Protect", "Greener", "Leader"):
        assert shown in text


def test_an_unchanged_save_changes_nothing(sign_in, cast, plan, goal):
    update_plan(plan=plan, fields={"mission": "One.\n\nTwo.\n"}, act=act("2026-10-01T12:00"))
    client = sign_in(cast.manager)
    paths = paths_of(plan, goal)
    before = AuditEvent.objects.count()
    for name in ("plan-edit", "goal-edit", "strategy-edit", "priority-edit"):
        answer = client.post(paths[name], sent(form_at(client, paths[name])))
        assert answer.status_code == 302, (name, answer.context["form"].errors)
    assert AuditEvent.objects.count() == before


def test_settings_are_kept_with_their_history(sign_in, cast, plan):
    client = sign_in(cast.manager)
    edit = reverse("goals:plan-edit", args=[plan.slug])
    answer = client.post(
        edit,
        sent(
            form_at(client, edit), expected_update_days="30", working_days=["0", "1"],
            holidays="2026-11-26 Thanksgiving Day", due_soon_days="7 14, 7", reminders_on="",
        ),
    )  # fmt: skip
    assert answer.status_code == 302
    plan.refresh_from_db()
    assert (plan.expected_update_days, plan.working_days, plan.due_soon_days, plan.reminders_on) == (
        30,
        [0, 1],
        [14, 7],
        False,
    )
    event = AuditEvent.objects.filter(verb="plan.changed").latest("pk")
    assert event.actor_id == cast.manager.pk
    assert event.changes["holidays"] == ["", "2026-11-26 Thanksgiving Day"]
    assert event.changes["expected_update_days"] == ["90", "30"]


def test_two_people_on_one_form_are_shown_both_texts(sign_in, cast, plan, goal):
    client = sign_in(cast.manager)
    edit = reverse("goals:goal-edit", args=[plan.slug, goal.number])
    mine = sent(form_at(client, edit), title="My title")
    update_goal(goal=goal, fields={"title": "Their title"}, act=act(NOW, cast.admin))
    answer = client.post(edit, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Somebody else saved this in the meantime" in text
    assert "Their title" in text
    assert 'value="My title"' in text
    goal.refresh_from_db()
    assert goal.title == "Their title"
    assert client.post(edit, sent(answer.context["form"])).status_code == 302
    goal.refresh_from_db()
    assert goal.title == "My title"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end_date": "2025-06-30"}, "End date: it lies before the start date."),
        ({"start_date": "0001-01-01"}, "Start date: 1 is not a year a plan speaks of."),
        ({"title": ""}, "Fill in “Title”."),
        ({"title": "x" * 201}, "“Title” can have at most 200 characters."),
        ({"working_days": ["9"]}, "Working days"),
        ({"due_soon_days": "soon"}, "Remind before a due date: write up to twelve whole numbers"),
        ({"overdue_days": "0"}, "Remind after a due date: write up to twelve whole numbers"),
        ({"overdue_days": "1, 3, 7"}, "Remind after a due date: 1 and 3 are closer than 5 days."),
        ({"repeat_days": "4"}, "must be at least 5."),
        ({"holidays": "26 Nov Thanksgiving"}, "Holidays: line 1, “26 Nov Thanksgiving”, names no day"),
        ({"expected_update_days": "99999999999"}, "This can be at most 3650 days."),
        ({"expected_update_days": "0"}, "Days between updates"),
        ({"fiscal_year_start_month": "13"}, "Choose one of the answers offered for “Fiscal year starts in”."),
        ({"state": "gone"}, "Choose one of the answers offered for “State”."),
    ],
)
def test_wrong_settings_get_a_sentence_and_change_nothing(sign_in, cast, plan, changes, sentence):
    client = sign_in(cast.manager)
    edit = reverse("goals:plan-edit", args=[plan.slug])
    values = sent(form_at(client, edit), mission="Typed and kept") | changes
    before = AuditEvent.objects.count()
    answer = client.post(edit, values)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "Typed and kept" in answer.content.decode()
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("2", "Number: 2 is already used."),
        ("a/b", "Number: use letters, digits, dots and hyphens only"),
        ("12345678901", "can have at most 10 characters"),
        ("", "Fill in “Number”."),
    ],
)
def test_a_wrong_number_gets_a_sentence(sign_in, cast, plan, number, sentence):
    client = sign_in(cast.manager)
    new = reverse("goals:goal-create", args=[plan.slug])
    answer = client.post(new, sent(form_at(client, new), number=number, title="Third"))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Goal.objects.count() == 2


@pytest.mark.parametrize("slug", ["new", "test-plan", "Not a slug"])
def test_a_wrong_short_name_is_refused(sign_in, cast, plan, slug):
    client = sign_in(cast.manager)
    new = reverse("goals:plan-create")
    values = sent(form_at(client, new), title="Second", slug=slug, start_date="2027-07-01", end_date="2028-06-30")
    assert client.post(new, values).status_code == 422
    assert Plan.objects.count() == 1


@pytest.mark.parametrize(
    ("title", "slug"), [("Test plan", "test-plan-2"), ("New", "new-2"), ("計画", "plan"), ("A " * 90, f"{'a-' * 27}a")]
)
def test_a_plan_gets_its_short_name_from_its_title_where_none_is_typed(sign_in, cast, plan, title, slug):
    client = sign_in(cast.manager)
    new = reverse("goals:plan-create")
    values = sent(form_at(client, new), title=title, slug="", start_date="2027-07-01", end_date="2028-06-30")
    assert client.post(new, values)["Location"] == reverse("initiatives:plan-structure", args=[slug])


def test_a_priority_twice_is_refused(sign_in, cast, plan):
    create_priority(plan=plan, name="Safer", act=act())
    client = sign_in(cast.manager)
    new = reverse("goals:priority-create", args=[plan.slug])
    answer = client.post(new, sent(form_at(client, new), name="SAFER", order="0"))
    assert answer.status_code == 422
    assert "is already a priority of this plan" in answer.content.decode()
    assert Priority.objects.count() == 1


def test_what_is_not_there_is_not_found(sign_in, cast, plan):
    client = sign_in(cast.manager)
    for path in (
        "/plans/no/edit/",
        "/plans/no/structure/",
        f"/plans/{plan.slug}/goals/9/edit/",
        "/strategies/999/edit/",
    ):
        assert client.get(path).status_code == 404


def swap(goal, other):
    numbers = goal.number, other.number
    for row, number in ((goal, "99"), (other, numbers[0]), (goal, numbers[1])):
        row.refresh_from_db()
        update_goal(goal=row, fields={"number": number}, act=act())


def test_a_form_drawn_for_one_focus_area_is_not_saved_on_the_one_that_took_its_number(sign_in, cast, plan, goal):
    client = sign_in(cast.manager)
    other = Goal.objects.get(plan=plan, number="2")
    update_goal(goal=other, fields={"title": "Theirs"}, act=act())
    edit, add = (reverse(f"goals:{name}", args=[plan.slug, "1"]) for name in ("goal-edit", "strategy-create"))
    drawn = sent(form_at(client, edit), title="Mine"), sent(form_at(client, add), title="Mine too")
    swap(goal, other)
    Goal.objects.filter(pk=other.pk).update(version=drawn[0]["version"])  # as versions may well happen to agree
    events, strategies = AuditEvent.objects.count(), Strategy.objects.count()
    answers = client.post(edit, drawn[0]), client.post(add, drawn[1])
    assert [answer.status_code for answer in answers] == [409, 409]
    assert all(word in answers[0].content.decode() for word in ("Mine", "Theirs"))
    assert "Mine too" in answers[1].content.decode()
    assert (AuditEvent.objects.count(), Strategy.objects.count()) == (events, strategies)
    assert client.post(add, sent(answers[1].context["form"], number="2.9")).status_code == 302
    assert Strategy.objects.get(title="Mine too").goal == other
