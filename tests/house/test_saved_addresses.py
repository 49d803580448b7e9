"""A saved address keeps working: filters that nothing fits, parts that were renamed, a tail out of a sentence."""

import csv
import io

import pytest
from django import forms
from django.urls import reverse

from goals.models import Goal
from goals.services import update_goal, update_plan
from initiatives.services import update_initiative
from people.services import update_department
from tests.build import act
from tests.house.addresses import addresses
from tests.house.forms import Reader, drawn_with
from web.forms import FilterForm

GONE = "no-longer-here"


def filter_of(answer) -> FilterForm | None:
    """The form by which a page was narrowed."""
    values = list(drawn_with(answer))
    return next((value for value in values if isinstance(value, FilterForm) and value.is_bound), None)


@pytest.fixture
def lists(world, sign_in):
    """Every page that a form in the address narrows: (client, path, form). Found on the pages themselves."""
    client = sign_in(world.cast.admin)
    found = []
    for address in addresses():
        if not address.is_api:
            path = address.path(world.values(address))
            answer = client.get(path, {"leaver": world.cast.owner.pk})
            form = None if answer.streaming or answer.status_code != 200 else filter_of(answer)
            if form is not None:
                found.append((path, form))
    assert len(found) >= 5
    return client, found


def test_a_choice_that_is_not_offered_any_more_leaves_an_honest_empty_list(lists):
    client, found = lists
    wrong, tried = {}, 0
    for path, form in found:
        for name, field in form.fields.items():
            if isinstance(field, forms.ChoiceField):
                tried += 1
                answer = client.get(path, {name: GONE})
                rows = answer.context.get("page")
                said = f"“{form[name].label}”: what this address asks for" in answer.content.decode()
                if answer.status_code != 200 or not said or (rows is not None and len(rows)):
                    wrong[path, name] = (answer.status_code, said)
    assert wrong == {}
    assert tried >= 12


def test_its_files_hold_the_heading_alone(world, sign_in):
    client = sign_in(world.cast.admin)
    for name in ("goal", "status", "owner", "department", "priority", "visibility", "plan"):
        answer = client.get(reverse("initiatives:initiative-list-export", args=["csv"]), {name: GONE})
        rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
        assert (name, answer.status_code, len(rows)) == (name, 200, 1)
        sheet = client.get(reverse("initiatives:initiative-list-export", args=["xlsx"]), {name: GONE})
        assert (sheet.status_code, b"".join(sheet.streaming_content)[:2]) == (200, b"PK")
    log = client.get(reverse("people:audit-log"), {"what": GONE, "format": "csv"})
    assert len(b"".join(log.streaming_content).splitlines()) == 1


def test_a_filter_that_was_emptied_since(world, sign_in):
    client = sign_in(world.cast.viewer)
    saved = f"{reverse('initiatives:initiative-list')}?goal={world.initiative.goal_id}"
    assert client.get(saved).context["page"].paginator.count == 1
    update_initiative(
        initiative=world.initiative, fields={"goal": Goal.objects.get(number="2")}, act=act("2026-10-05T12:00")
    )
    answer = client.get(saved)
    assert (answer.status_code, answer.context["page"].paginator.count) == (200, 0)


@pytest.fixture
def renamed(world):
    """Focus area 1 became 7 and then 8, the plan and a department have another short name; all on 3 October."""
    goal = Goal.objects.get(plan=world.plan, number="1")
    for number in ("7", "8"):
        goal = update_goal(goal=goal, fields={"number": number}, act=act("2026-10-03T12:00"))
    update_plan(plan=world.plan, fields={"slug": "new-name"}, act=act("2026-10-03T12:00"))
    update_department(department=world.cast.streets, fields={"abbreviation": "DOS"}, act=act("2026-10-03T12:00"))
    return world


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/plans/new-name/goals/1/", "/plans/new-name/goals/8/"),
        ("/plans/new-name/goals/7/", "/plans/new-name/goals/8/"),
        ("/plans/test-plan/goals/1/", "/plans/new-name/goals/8/"),
        ("/plans/test-plan/goals/1/?as_of=2026-10-04", "/plans/new-name/goals/8/?as_of=2026-10-04"),
        ("/plans/new-name/goals/8/?as_of=2026-09-30", "/plans/new-name/goals/1/?as_of=2026-09-30"),
        ("/plans/test-plan/", "/plans/new-name/"),
        ("/plans/test-plan/structure/", "/plans/new-name/structure/"),
        ("/reports/test-plan/FY2027-Q1/", "/reports/new-name/FY2027-Q1/"),
        ("/departments/Streets/", "/departments/DOS/"),
        ("/departments/Streets/?next=1", "/departments/DOS/?next=1"),
    ],
)
def test_an_earlier_name_leads_to_the_page(renamed, sign_in, old, new):
    client = sign_in(renamed.cast.manager)
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (302, new)
    assert client.get(new).status_code == 200


def test_every_address_with_an_earlier_name_still_answers(renamed, sign_in):
    """The role matrix's world, asked by the names it had: no page of it is lost."""
    client = sign_in(renamed.cast.admin)
    old = {"slug": "test-plan", "number": "1", "abbreviation": "Streets"}
    new = {"slug": "new-name", "number": "8", "abbreviation": "DOS"}
    lost = {}
    for address in addresses():
        if set(address.parts) & set(old) and not address.name.startswith("public"):
            values = renamed.values(address)
            now = client.get(address.path(values | new), follow=True)
            then = client.get(address.path(values | old), follow=True)
            if now.status_code != then.status_code:
                lost[address.name] = (now.status_code, then.status_code)
    assert lost == {}


def test_a_name_that_somebody_else_has_now_means_them(renamed, sign_in):
    update_goal(goal=Goal.objects.get(number="2"), fields={"number": "1"}, act=act("2026-10-04T12:00"))
    client = sign_in(renamed.cast.manager)
    named = Goal.objects.get(plan=renamed.plan, number="1")
    assert client.get("/plans/new-name/goals/1/").context["goal"].subject_id == named.pk
    assert client.get("/plans/new-name/goals/3/").status_code == 404


def test_a_form_that_was_open_while_its_number_changed_is_still_taken(renamed, sign_in):
    client = sign_in(renamed.cast.manager)
    sent = {"number": "8", "title": "Typed meanwhile", "version": Goal.objects.get(number="8").version}
    assert client.post("/plans/new-name/goals/1/edit/", sent).status_code == 302
    assert Goal.objects.get(number="8").title == "Typed meanwhile"


def test_a_stranger_is_sent_to_sign_in_and_learns_no_new_name(renamed, client):
    answers = [
        client.get(path) for path in ("/plans/test-plan/", "/public/test-plan/FY2027-Q1/", "/departments/Streets/")
    ]
    assert [answer.status_code for answer in answers] == [302, 404, 302]
    assert not any(
        "new-name" in answer.get("Location", "") or "DOS" in answer.get("Location", "") for answer in answers
    )


TAILS = (".", ",", ")", ").", "%20", "%C2%A0", "%E2%80%9D", "/)", "/%20", "%E2%80%8B", "*", "'", "];")


def test_a_tail_out_of_a_sentence_is_forgiven_on_every_page(world, sign_in):
    client = sign_in(world.cast.admin)
    wrong, tried = [], 0
    for address in addresses():
        path = address.path(world.values(address))
        if address.is_api or path == "/" or client.get(path).status_code != 200:
            continue
        for tail in TAILS if address.name.endswith("-detail") else (").",):
            tried += 1
            location = client.get(path + tail).get("Location", "")
            if location.rstrip("/") != path.rstrip("/"):
                wrong.append((path + tail, location))
    assert wrong == []
    assert tried > 120


@pytest.mark.parametrize("tail", [".", ")", "%20", "%E2%80%9D."])
def test_a_tail_on_the_query_is_forgiven_too(world, sign_in, tail):
    client = sign_in(world.cast.viewer)
    for query in ("as_of=2026-09-30", "sort=title&status=on_track", "page=1"):
        answer = client.get(f"/initiatives/?{query}{tail}")
        assert (answer.status_code, answer["Location"]) == (302, f"/initiatives/?{query}")
    assert client.get(f"/initiatives/?q=U.S{tail}").status_code == 200


def test_what_never_was_is_not_found(world, sign_in):
    client = sign_in(world.cast.viewer)
    for path in (
        "/nothing/.",
        "/plans/nope).",
        "/departments/nope./",
        "/initiatives/99999).",
        "//evil.example/).",
        "/).",
    ):
        answer = client.get(path, follow=True)
        assert answer.status_code in {200, 404}
        assert all(step.startswith("/") and not step.startswith("//") for step, _ in answer.redirect_chain)


MAY_LEAD_ELSEWHERE = {"number", "abbreviation"}  # parts of addresses that people change and give to another row


def test_every_form_at_an_address_that_can_come_to_name_another_row_says_which_it_was_drawn_for(world, sign_in):
    client, seen = sign_in(world.cast.manager), set()
    for address in addresses():
        if MAY_LEAD_ELSEWHERE.isdisjoint(address.parts) or address.is_api:
            continue
        answer = client.get(path := address.path(world.values(address)))
        if answer.streaming or answer.status_code != 200:
            continue
        reader = Reader(path)
        reader.feed(answer.content.decode())
        for form in reader.forms:
            seen |= {address.name} if form.typed else set()
            assert form.typed == {} or form.action != path or "about" in form.values, address.name
    assert seen >= {"goals:goal-edit", "goals:strategy-create"}
