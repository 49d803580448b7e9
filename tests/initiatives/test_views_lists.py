"""The list of initiatives and its files, through the client: filters, order, rules B-59, B-60, B-61."""

import csv
import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.db.models import QuerySet
from django.urls import reverse

from goals.models import Goal, Plan
from goals.services import create_priority, update_plan
from initiatives.selectors.lists import Wanted
from initiatives.selectors.status import CHUNK, DECIDED
from initiatives.services import propose_commitment, update_initiative
from initiatives.views.lists import read_listing
from people.services import update_user
from records.asof import AsOf
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW
from web.tables import unguarded

pytestmark = pytest.mark.usefixtures("stopped")
LIST = "/initiatives/"


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rows(plan, cast):
    """1.1 on track, owned, Streets; 1.2 off track, nobody's; 2.10 and 2.9 not started, the latter internal."""
    safer = create_priority(plan=plan, name="Safer", act=act())
    one = make_initiative(plan, number="1.1", title="Fiber ring", owner=cast.owner, lead_department=cast.streets)
    update_initiative(
        initiative=one, fields={"summary": "Miles of glass"}, priorities=[safer], contributors=[cast.contributor],
        act=act("2026-01-01T12:00"),
    )  # fmt: skip
    report(one, "on_track", "2026-10-01T12:00", cast.owner)
    two = make_initiative(plan, number="1.2", title="Wi-Fi in parks", due_date=date(2026, 12, 1))
    report(two, "on_track", "2026-10-02T12:00")
    make_milestone(two, date(2026, 9, 1))
    equity = Goal.objects.get(plan=plan, number="2")
    start = {"start_date": date(2026, 9, 1), "goal": equity, "owner": cast.owner, "lead_department": cast.health}
    three = make_initiative(plan, number="2.10", title="Navigators", **start)
    four = make_initiative(plan, number="2.9", title="Devices", visibility="internal", **start)
    return one, two, three, four


def read(client, query="", status=200) -> str:
    response = client.get(LIST + query)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("group", ["", "goal", "department", "owner"])
def test_the_list_as_it_opens_has_the_first_of_the_rows_that_its_files_have(rows, cast, rf, group):
    """They are asked by a statement that is kept, and as any other choice of filters is."""
    two = rows[1]
    update_initiative(initiative=two, fields={"owner": cast.leader}, act=act("2026-10-03T12:00"))
    request = rf.get(LIST, {"group": group, "plan": two.plan.slug})
    request.user = cast.manager
    listing = read_listing(request, AsOf.now(NOW), is_counted=True)
    assert (listing.facets is not None, listing.wanted) == (True, Wanted(group=group))
    for last in (1, 3, 50):
        assert listing.decided(0, last) == list(listing.rows[:last].values_list("pk", *DECIDED))
    assert [key for key, *_ in listing.decided(0, 50)] == list(listing.rows.values_list("pk", flat=True))
    assert len(listing.rows) == 4


def numbers(client, query="") -> list[str]:
    """The numbers of the rows, in order, as the CSV has them."""
    response = client.get(f"{LIST}export.csv{query}")
    assert response.status_code == 200
    return [row["Number"] for row in _csv(response)]


def _csv(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    found = csv.DictReader(io.StringIO(text))
    return [{**row, "Number": unguarded(row["Number"])} for row in found]


def test_filters(sign_in, cast, plan, rows):
    client = sign_in(cast.contributor)
    equity, safer = Goal.objects.get(plan=plan, number="2"), 1
    safer = rows[0].alignments.get().priority_id
    cases = {
        "": ["1.1", "1.2", "2.9", "2.10"],
        f"?plan={plan.slug}": ["1.1", "1.2", "2.9", "2.10"],
        f"?goal={equity.pk}": ["2.9", "2.10"],
        "?status=off_track": ["1.2"],
        "?status=not_started": ["2.9", "2.10"],
        "?owner=none": ["1.2"],
        f"?owner={cast.owner.pk}": ["1.1", "2.9", "2.10"],
        f"?department={cast.streets.pk}": ["1.1"],
        f"?priority={safer}": ["1.1"],
        "?visibility=internal": ["2.9"],
        "?attention=on": ["1.2"],
        "?mine=on": ["1.1"],
        "?q=glass": ["1.1"],
        "?q=streets": ["1.1"],
        "?q=wi-fi+PARKS": ["1.2"],
        "?q=2.1": ["2.10"],
        "?q=%25": [],
        "?q=nothing+like+it": [],
        f"?goal={equity.pk}&visibility=internal": ["2.9"],
    }
    assert {query: numbers(client, query) for query in cases} == cases


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-number", ["2.10", "2.9", "1.2", "1.1"]),
        ("title", ["2.9", "1.1", "2.10", "1.2"]),
        ("status", ["1.2", "1.1", "2.9", "2.10"]),
        ("owner", ["1.1", "2.9", "2.10", "1.2"]),
        ("-owner", ["1.1", "2.9", "2.10", "1.2"]),
        ("department", ["2.9", "2.10", "1.1", "1.2"]),
        ("due", ["1.2", "1.1", "2.9", "2.10"]),
        ("updated", ["1.1", "1.2", "2.9", "2.10"]),
        ("-updated", ["1.2", "1.1", "2.9", "2.10"]),
        ("nonsense", ["1.1", "1.2", "2.9", "2.10"]),
    ],
)
def test_order_with_what_is_missing_last(sign_in, cast, rows, sort, expected):
    assert numbers(sign_in(cast.viewer), f"?sort={sort}") == expected


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?status=purple", "“Status”: what this address asks for"),
        ("?goal=999999", "“Focus area”: what this address asks for"),
        ("?goal=one", "“Focus area”: what this address asks for"),
        ("?plan=no-such-plan", "“Plan”: what this address asks for"),
        ("?owner=99999999999999999999", "“Owner”: what this address asks for"),
    ],
)
def test_an_unknown_filter_gets_a_sentence_and_an_empty_list(sign_in, cast, rows, query, sentence):
    client = sign_in(cast.viewer)
    text = read(client, query)
    assert sentence in text
    assert "No initiative matches" in text
    assert numbers(client, query) == []


@pytest.mark.parametrize("query", ["?page=abc", "?page=-1", "?page=99999", "?page=", "?unknown=1", "?view=zz"])
def test_odd_addresses_still_show_the_list(sign_in, cast, rows, query):
    assert sign_in(cast.viewer).get(LIST + query).status_code in {200, 422}


def test_nothing_found_and_nothing_there(sign_in, cast):
    client = sign_in(cast.viewer)
    assert "There is no initiative yet" in read(client)
    assert "No initiative matches" in client.get(LIST, {"q": "roads"}).content.decode()


def test_htmx_gets_the_table_alone(sign_in, cast, rows):
    client = sign_in(cast.viewer)
    part = client.get(LIST + "?status=off_track", headers={"hx-request": "true"})
    assert part["Vary"].find("HX-Request") >= 0
    text = part.content.decode()
    assert text.strip().startswith('<section id="initiatives"')
    assert "<html" not in text
    assert 'data-announce="1 initiative"' in text
    back = client.get(LIST, headers={"hx-request": "true", "hx-history-restore-request": "true"})
    assert "<html" in back.content.decode()


def test_pages_keep_the_filter(sign_in, cast, plan):
    for number in range(51):
        make_initiative(plan, number=f"1.{number}")
    client = sign_in(cast.viewer)
    first = read(client, "?owner=none&sort=-number")
    assert "1–50 of 51 initiatives" in first
    assert 'href="?owner=none&amp;sort=-number&amp;page=2"' in first
    assert "51–51 of 51" in read(client, "?owner=none&sort=-number&page=2")
    assert len(numbers(client, "?owner=none&page=2")) == 51  # a file has all pages


def test_timeline_says_in_words_what_it_draws(sign_in, cast, rows):
    text = read(sign_in(cast.viewer), "?view=timeline")
    assert 'aria-label="1.2 Wi-Fi in parks: from 1 Jul 2025 to 1 Dec 2026, off track, 0 of 1 milestones met"' in text
    assert 'aria-label="1.1 Fiber ring: from 1 Jul 2025 without a due date, on track"' in text
    assert 'class="dot dot-late"' in text


def test_as_of_shows_the_names_and_filters_of_then(sign_in, cast, plan, rows):
    update_user(user=cast.owner, fields={"name": "Renamed"}, act=act("2026-10-03T12:00"))
    client = sign_in(cast.viewer)
    then = client.get(f"{LIST}export.csv?as_of=2026-09-30&q=fiber")
    assert then["Content-Disposition"] == 'attachment; filename="initiatives-as-of-2026-09-30.csv"'
    (row,) = _csv(then)
    assert (row["Owner"], row["Status"], row["Reported status"]) == ("Owner", "No current update", "Nothing reported")
    (row,) = _csv(client.get(f"{LIST}export.csv?q=fiber"))
    assert (row["Owner"], row["Status"]) == ("Renamed", "On track")


def test_archived_plans_are_only_shown_when_asked_for(sign_in, cast, plan, rows):
    other = build_plan("old-plan", title="Old plan")
    make_initiative(other, number="9.9")
    update_plan(plan=other, fields={"state": Plan.State.ARCHIVED}, act=act("2026-01-02T12:00"))
    client = sign_in(cast.viewer)
    assert "9.9" not in numbers(client)
    assert numbers(client, "?plan=old-plan") == ["9.9"]


AWKWARD = "Café; “Łódź”, señor\nline two, 数字 🚲"


@pytest.mark.parametrize("title", [AWKWARD.replace("\n", " "), "a, b; c \"d\" 'e'"])
def test_b59_awkward_text_survives(sign_in, cast, plan, title):
    make_initiative(plan, title=title)
    client = sign_in(cast.viewer)
    (row,) = _csv(client.get(f"{LIST}export.csv"))
    assert row["Initiative"] == title
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}export.xlsx").getvalue())).active
    assert sheet["B2"].value == title


@pytest.mark.parametrize("title", ['=HYPERLINK("http://x.example","click")', "+1", "-1+2", "@SUM(A1)", "＝1", "|calc"])
def test_b60_no_formula_from_user_text(sign_in, cast, plan, title):
    make_initiative(plan, title=title)
    client = sign_in(cast.viewer)
    (line,) = _csv(client.get(f"{LIST}export.csv"))
    assert line["Initiative"] == "'" + title
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}export.xlsx").getvalue())).active
    assert (sheet["B2"].value, sheet["B2"].data_type) == (title, "s")
    assert (sheet["M2"].value, sheet["M2"].data_type) == (0, "n")


@pytest.mark.parametrize("who", ["viewer", "liaison", "leader", "manager"])
@pytest.mark.parametrize("query", ["", "?attention=on", "?visibility=internal", "?owner=none&sort=-number"])
def test_b61_the_file_has_the_rows_and_facts_of_the_screen(sign_in, cast, rows, who, query):
    client = sign_in(getattr(cast, who))
    page = read(client, query)
    found = _csv(client.get(f"{LIST}export.csv{query}"))
    on_screen = [row for row in ("1.1", "1.2", "2.9", "2.10") if f">{row} " in page]
    assert sorted(row["Number"] for row in found) == sorted(on_screen)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}export.xlsx{query}").getvalue())).active
    assert [str(row[0].value) for row in sheet.iter_rows(min_row=2)] == [row["Number"] for row in found]
    for row in found:
        facts = {row["Initiative"], row["Focus area"], row["Status"], row["Owner"], row["Lead department"]}
        assert {fact for fact in facts if fact not in page} == set()


def test_b61_a_stranger_gets_neither_page_nor_file(client, sign_in, cast, rows):
    assert client.get(f"{LIST}export.csv").status_code == 302
    assert sign_in(cast.stranger).get(f"{LIST}export.csv").status_code == 403


def test_files_of_a_sample_plan_say_so_in_their_name(sign_in, cast, plan, rows):
    update_plan(plan=plan, fields={"sample_note": "Sample activity."}, act=act("2026-10-01T12:00"))
    for kind in ("csv", "xlsx"):
        answer = sign_in(cast.viewer).get(f"{LIST}export.{kind}")
        answer.getvalue()  # read to the end, as a browser does: the file is closed
        assert answer["Content-Disposition"] == f'attachment; filename="initiatives-sample-activity-2026-10-05.{kind}"'


def test_a_format_we_do_not_write_is_not_found(sign_in, cast, rows):
    assert sign_in(cast.viewer).get(f"{LIST}export.exe").status_code == 404


def test_the_list_costs_the_same_for_one_row_and_for_three(sign_in, cast, plan, django_assert_max_num_queries):
    client = sign_in(cast.viewer)
    create_priority(plan=plan, name="Safer", act=act())
    counts = []
    for number in (1, 2, 3):
        row = make_initiative(plan, number=f"1.{number}", owner=cast.owner, lead_department=cast.streets)
        make_milestone(row, date(2026, 11, 1))
        if number == 2:
            continue
        sizes = []
        for query in ("", "?view=timeline", "?q=i&attention=&owner=", "export.xlsx"):
            with django_assert_max_num_queries(12) as captured:
                answer = client.get(LIST + query)
                answer.getvalue()  # a file asks the database while it is sent
            assert answer.status_code == 200
            sizes.append(len(captured))
        counts.append(sizes)
    assert counts[0] == counts[1]


def test_every_heading_sorts_by_a_link_that_reverse_finds(sign_in, cast, rows):
    text = read(sign_in(cast.viewer), "?sort=due")
    for key in ("number", "status", "owner", "-due", "updated", "department"):
        assert f'href="?sort={key}"' in text
    assert reverse("initiatives:initiative-list") == LIST


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("address", "heading"),
    [
        (f"{LIST}export.", "Number,"),
        ("/departments/Streets/initiatives.", "Number,"),
        ("/departments/Streets/commitments.", "Commitment,"),
    ],
)
def test_b61_downloads_read_their_rows_one_after_another(plan, cast, sign_in, address, heading, kind, monkeypatch):
    """The heading of a CSV leaves before the query for its rows has begun; nothing keeps a list of rows."""
    row = make_initiative(plan, number="1.1", lead_department=cast.streets)
    propose_commitment(initiative=row, department=cast.streets, what="Dig", due_date=date(2027, 1, 5), act=act())
    begun = []
    read = QuerySet.iterator

    def watched(rows, chunk_size=None):
        begun.append(chunk_size)
        return read(rows, chunk_size)

    monkeypatch.setattr(QuerySet, "iterator", watched)
    parts = iter(sign_in(cast.viewer).get(f"{address}{kind}").streaming_content)
    if kind == "csv":
        assert next(parts).decode("utf-8-sig").startswith(heading)
        assert begun == []
        assert next(parts).count(b"\r\n") == 1
    assert begun == [CHUNK]
    b"".join(parts)
