"""The list of initiatives: groups, chosen columns, and how many rows each choice of a filter would leave."""

import csv
import io
import json
import re
from datetime import date
from itertools import product

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from goals.models import Goal
from goals.services import create_priority, update_plan
from initiatives.services import update_initiative
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")
LIST = reverse("initiatives:initiative-list")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rows(plan, cast):
    """Seven initiatives that differ in everything that filters ask for."""
    safer, greener = (create_priority(plan=plan, name=name, act=act()) for name in ("Safer", "Greener"))
    equity = Goal.objects.get(plan=plan, number="2")
    said = ["on_track", "at_risk", "", "on_hold", "completed", "on_track", ""]
    for at, status in enumerate(said):
        row = make_initiative(
            plan, number=f"{1 + at % 2}.{at + 1}", goal=equity if at % 2 else Goal.objects.get(plan=plan, number="1"),
            owner=[cast.owner, cast.contributor, None][at % 3],
            lead_department=[cast.streets, None, cast.health, cast.streets][at % 4],
            visibility="internal" if at in {1, 4} else "public", start_date=date(2026, 9, 1),
        )  # fmt: skip
        priorities = [[safer], [], [safer, greener]][at % 3]
        helping = [cast.contributor] if at in {0, 4} else []
        update_initiative(initiative=row, fields={}, priorities=priorities, contributors=helping, act=act("2026-09-02"))
        if status:
            report(row, status, "2026-09-20T12:00", cast.owner, percent=10 * at)
        if at == 5:
            make_milestone(row, date(2026, 9, 10))


def counted(client, query) -> tuple[int, dict[str, dict[str, int]]]:
    answer = client.get(LIST, query)
    found = re.search(r'data-counts="([^"]*)"', answer.content.decode())
    return answer.context["page"].paginator.count, json.loads(found[1].replace("&quot;", '"'))


def test_each_choice_says_how_many_rows_it_would_leave(sign_in, cast, rows):
    """Whatever else is set: the number beside a choice is the number of rows that choosing it gives."""
    client = sign_in(cast.contributor)
    begins = [
        {}, {"status": "on_track"}, {"owner": "none"}, {"mine": "on"}, {"attention": "on", "visibility": "public"},
        {"goal": Goal.objects.get(number="1").pk, "status": "on_track"}, {"q": "initiative 2"}, {"q": "nothing"},
        {"department": cast.streets.pk, "attention": "on", "mine": "on"},
    ]  # fmt: skip
    tried = 0
    for query in begins:
        total, counts = counted(client, query)
        assert total == len(client.get(LIST, query).context["page"].object_list)
        form = client.get(LIST, query).context["form"]
        for name, left in counts.items():
            choices = getattr(form.fields[name], "choices", [("on", "")])
            for value in (str(value) for value, _ in choices if value != ""):
                others = {key: own for key, own in query.items() if key != name}
                then, _ = counted(client, {**others, name: value})
                assert (query, name, value, left.get(value, 0)) == (query, name, value, then)
                tried += 1
    assert tried > 150


def test_each_plan_says_how_many_rows_it_would_leave(sign_in, cast, rows):
    """The current plans are in the list together, an archived one by choice alone."""
    for slug, number in (("parks", 2), ("old", 3)):
        other = build_plan(slug=slug, title=slug.title())
        for at in range(number):
            report(make_initiative(other, number=f"1.{at + 1}"), "on_track", "2026-09-20T12:00", cast.owner)
    update_plan(plan=other, fields={"state": "archived"}, act=act("2026-09-21"))
    client = sign_in(cast.viewer)
    begins = [{}, {"plan": "parks"}, {"plan": "old"}, {"status": "on_track"}, {"plan": "old", "status": "on_track"}]
    seen = set()
    for query in begins:
        total, counts = counted(client, query)
        for slug, left in counts["plan"].items():
            then, _ = counted(client, query | {"plan": slug})
            assert (query, slug, left) == (query, slug, then)
        assert total == sum(counts["status"].values()) or "status" in query
        seen |= counts["plan"].items()
    assert {("parks", 2), ("old", 3)} < seen
    assert len(seen) == 4
    text = client.get(LIST, {"plan": "parks"}).content.decode()
    assert ">Parks (2)</option>" in text
    assert ">Plan: Parks<" in text


def test_the_numbers_stand_beside_the_choices_and_not_in_the_filters_in_use(sign_in, cast, rows):
    text = sign_in(cast.viewer).get(LIST, {"status": "on_track", "attention": "on"}).content.decode()
    assert re.search(r'<option value="on_track" selected>On track \(\d\)</option>', text)
    assert re.search(r"Needs attention \(\d\)</label>", text)
    assert ">Status: On track<" in text


def test_what_is_not_there_has_no_numbers(sign_in, cast, rows):
    text = sign_in(cast.viewer).get(LIST, {"status": "purple"}).content.decode()
    assert "data-counts" not in text


@pytest.mark.parametrize(
    ("group", "heads"),
    [
        ("goal", [("1 Security", "4 initiatives"), ("2 Equity", "3 initiatives")]),
        ("owner", [("Contributor", "2 initiatives"), ("Owner", "3 initiatives"), ("No owner", "2 initiatives")]),
        (
            "department",
            [("Department of Public Health", "2 initiatives"), ("Department of Streets", "3 initiatives"),
             ("No lead department", "2 initiatives")],
        ),
    ],
)  # fmt: skip
def test_groups_have_headings_with_counts(sign_in, cast, rows, group, heads):
    client = sign_in(cast.viewer)
    text = client.get(LIST, {"group": group}).content.decode()
    found = re.findall(r'class="row-group".*?<bdi>(.*?)</bdi></h2> <span[^>]*>(.*?)</span>', text)
    assert found == heads
    assert 'data-announce="7 initiatives, in groups"' in text
    assert len(client.get(LIST, {"group": "size"}).context["page"].object_list) == 7


def test_a_group_goes_on_on_the_next_page_and_keeps_the_order_inside(sign_in, cast, plan):
    for number in range(53):
        make_initiative(plan, number=f"1.{number}", owner=cast.owner if number > 20 else None)
    client = sign_in(cast.viewer)
    first, second = (
        client.get(LIST, {"group": "owner", "sort": "-number", "page": page}).content.decode() for page in (1, 2)
    )
    assert "32 initiatives<" in first
    assert "21 initiatives<" in first
    assert re.findall(r"</h2> <span[^>]*>(.*?)</span>", second) == ["21 initiatives, continued"]
    numbers = re.findall(r">1\.(\d+) Initiative", first)
    assert numbers[:3] + numbers[32:34] == ["52", "51", "50", "20", "19"]


def test_columns_are_chosen_by_the_address_and_carried_along(sign_in, cast, rows):
    client = sign_in(cast.viewer)
    answer = client.get(f"{LIST}?col=percent&col=status&col=nonsense&status=on_track&group=owner")
    text = answer.content.decode()
    heads = re.findall(r"<th role=\"columnheader\"[^>]*>(?:<a[^>]*>)?([^<]+)", text)
    assert heads == ["Initiative", "Status", "Percent done"]
    assert text.count('<input type="hidden" name="col" value="percent">') == 2  # with the filters and with the day
    assert "&amp;col=status" in re.search(r'href="(/initiatives/export\.csv[^"]*)"', text)[1]
    sheet = b"".join(client.get(f"{LIST}export.csv?col=percent&col=status").streaming_content).decode("utf-8-sig")
    (head, *_) = csv.reader(io.StringIO(sheet))
    assert head == ["Number", "Initiative", "Visibility", "Focus area", "Status", "Reported status", "Percent done"]
    assert len(client.get(LIST).context["headings"]) == 6


def test_groups_columns_and_counts_cost_no_statement_more(sign_in, cast, rows):
    client = sign_in(cast.manager)
    costs = {}
    for query in ({}, *({"group": group, "col": col} for group, col in product(("goal", "owner"), ("start", "owner")))):
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST, query)
        costs[urlencode(query)] = len(seen)
    assert max(costs.values()) <= min(costs[""], 12)
