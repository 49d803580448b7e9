"""The page and its suggestions: what is found, told and marked, for whom, on which day; nonsense is answered too."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Plan
from goals.quarters import Quarter
from goals.services import create_evidence
from initiatives.services import (
    add_comment,
    correct_status_update,
    delete_initiative,
    propose_commitment,
    update_initiative,
    withdraw_comment,
)
from people.services import update_user
from records.asof import AsOf
from reports.services import freeze_quarter, write_summary
from search.engines import the_engine
from search.finding import find
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW

PAGE = "/search/"


def text_of(answer) -> str:
    return " ".join(answer.content.decode().replace("<mark>", "").replace("</mark>", "").split())


def hits(client, q, **more):
    answer = client.get(PAGE, {"q": q, **more})
    assert answer.status_code == 200
    return [(hit.kind, href) for hit, href in answer.context["hits"]]


@pytest.fixture
def filled(plan, cast):
    row = make_initiative(
        plan, number="1.1", title="Broadband for libraries", summary="Fiber to **every** branch.", owner=cast.owner
    )
    make_milestone(row, None, title="Poles stand at the zoo")
    propose_commitment(initiative=row, department=cast.streets, what="Unlock the cabinets", due_date=None, act=act())
    report(row, "on_track", "2026-09-20T12:00", cast.owner, happened="The vendor delivered giraffes.")
    create_evidence(plan=plan, fields={"text": "Half walk to a branch", "source": "Travel survey"}, act=act())
    return row


def test_each_kind_is_found_and_leads_to_its_place(filled, plan, cast, sign_in):
    client = sign_in(cast.manager)
    page = reverse("initiatives:initiative-detail", args=[filled.pk])
    assert hits(client, "1.1")[0] == ("initiative", page) or hits(client, "1.1")[0][0] == "strategy"
    assert ("initiative", page) in hits(client, "1.1")
    assert hits(client, "broadband") == [("initiative", page)]
    (milestone,) = hits(client, "poles zoo")
    assert milestone[0] == "milestone"
    assert milestone[1].startswith(f"{page}#milestone-")
    assert hits(client, "cabinets")[0][1].startswith(f"{page}#commitment-")
    assert hits(client, "giraffes")[0][1].startswith(f"{page}?updates=all#update-")
    assert hits(client, "streets")[0] == ("department", reverse("initiatives:department-detail", args=["Streets"]))
    assert hits(client, "equity")[0] == ("goal", reverse("initiatives:goal-detail", args=[plan.slug, "2"]))
    assert hits(client, "protect")[0][1].startswith(reverse("initiatives:goal-detail", args=[plan.slug, "1"]))
    assert hits(client, "contributor")[0] == ("person", reverse("people:person-detail", args=[cast.contributor.pk]))
    assert hits(client, "travel survey")[0][1].startswith(
        f"{reverse('initiatives:plan-why', args=[plan.slug])}#evidence-"
    )
    asked = ("1.1", "broadband", "poles", "cabinets", "giraffes", "streets", "equity", "protect", "contributor", "walk")
    for q in asked:
        kind, href = hits(client, q)[0]
        assert client.get(href).status_code == 200, (kind, href)
        assert "#" not in href or href.partition("#")[2] in client.get(href).content.decode()


@pytest.mark.parametrize("state", ["none", "archived"])
@pytest.mark.parametrize("path", [PAGE, "/search/suggestions/"])
def test_where_no_plan_is_open_people_and_departments_are_found_all_the_same(cast, sign_in, state, path):
    if state == "archived":
        build_plan(state="archived")
    client = sign_in(cast.manager)
    for q, day in (("streets", ""), ("nothing like it", ""), ("1.1", ""), ("streets", "2026-09-01")):
        answer = client.get(path, {"q": q, "as_of": day})
        assert answer.status_code == 200
        assert ("Department of Streets" in text_of(answer)) == (q == "streets")


def test_a_frozen_quarter_is_found_by_its_name_and_its_summary(filled, plan, cast, sign_in):
    quarter = Quarter(2027, 1)
    freeze_quarter(plan=plan, quarter=quarter, act=act("2026-10-05T14:00"))
    write_summary(
        plan=plan, quarter=quarter, text="A quiet quarter for zebras.", act=act("2026-10-05T15:00", cast.leader)
    )
    client = sign_in(cast.viewer)
    where = reverse("reports:report-detail", args=[plan.slug, quarter.slug])
    assert ("report", where) in hits(client, "FY2027 Q1")
    assert hits(client, "zebras") == [("report", where)]
    assert client.get(where).status_code == 200
    assert hits(client, "zebras", as_of="2026-10-01") == []


def test_what_was_found_is_marked_and_nothing_typed_is_markup(filled, plan, cast, sign_in):
    make_initiative(plan, number="1.2", title="<b>Fiber</b> & co", summary="x " * 300 + "the fibers end here <script>")
    page = sign_in(cast.viewer).get(PAGE, {"q": "fiber"}).content.decode()
    assert "&lt;b&gt;<mark>Fiber</mark>&lt;/b&gt; &amp; co" in page
    assert "<mark>Fiber</mark> to every branch." in page, "without the signs of Markdown"
    assert "… " in page
    assert "the <mark>fibers</mark> end here &lt;script&gt;" in page
    assert "<script>" not in page.split("<main", 1)[1]


def test_a_slip_is_forgiven_and_said(filled, cast, sign_in):
    answer = sign_in(cast.viewer).get(PAGE, {"q": "brodband"})
    assert [hit.kind for hit, _ in answer.context["hits"]] == ["initiative"]
    assert "Nothing has the word “<bdi>brodband</bdi>”" in text_of(answer) or "“brodband”" in text_of(answer)
    assert "<strong>broadband</strong>" in text_of(answer)


def test_one_word_that_stands_nowhere_is_not_asked_for_twice(filled, plan, cast, monkeypatch):
    def asked_again(*_):
        raise AssertionError("Which tables have the word was asked before.")

    monkeypatch.setattr(type(the_engine()), "unknown", asked_again)
    when = AsOf.now(NOW)
    assert find("brodband", user=cast.manager, when=when, plans=[plan.pk]).instead == {"brodband": ["broadband"]}
    with pytest.raises(AssertionError):  # of one kind alone not all tables were asked
        find("brodband", user=cast.manager, when=when, plans=[plan.pk], kind="update")


def test_where_nothing_has_all_words_some_will_do_and_it_is_said(filled, cast, sign_in):
    answer = sign_in(cast.viewer).get(PAGE, {"q": "broadband xylophone quartet"})
    assert [hit.kind for hit, _ in answer.context["hits"]] == ["initiative"]
    assert "Nothing has all of these words." in text_of(answer)


def test_only_whoever_manages_people_finds_them_by_e_mail(filled, cast, sign_in):
    client = sign_in(cast.viewer)
    assert hits(client, "owner@test.example") == []
    assert hits(client, "contributor") == [], "owns nothing, and is on no page that a viewer can read"
    person = ("person", f"{reverse('initiatives:initiative-list')}?owner={cast.owner.pk}")
    assert hits(client, "owner") == [person]
    assert "test.example" not in client.get(PAGE, {"q": "owner"}).content.decode().split("<main", 1)[1]
    assert hits(client, "owner@test.example", as_of="2026-10-01") == []
    assert hits(client, "owner", as_of="2026-10-01")[0][0] == "person"
    client = sign_in(cast.manager)
    assert hits(client, "owner@test.example")[0] == ("person", reverse("people:person-detail", args=[cast.owner.pk]))


def test_what_is_gone_is_not_found_nor_what_hung_on_it(filled, cast, sign_in):
    delete_initiative(initiative=filled, act=act("2026-10-01T12:00"))
    client = sign_in(cast.manager)
    for q in ("broadband", "poles", "cabinets", "giraffes"):
        assert hits(client, q) == [], q
        assert len(hits(client, q, as_of="2026-09-25")) == 1, q


def test_a_comment_is_found_in_its_thread_until_it_is_taken_back(filled, plan, cast, sign_in):
    update = filled.status_updates.get()
    comment = add_comment(update=update, text="Who feeds the okapi?", act=act("2026-09-21T12:00", cast.leader))
    client = sign_in(cast.viewer)
    thread = reverse("initiatives:status-update-comments", args=[update.pk])
    ((kind, href),) = hits(client, "okapi")
    assert (kind, href) == ("comment", f"{thread}#comment-{comment.pk}")
    assert f'id="comment-{comment.pk}"' in client.get(href).content.decode()
    withdraw_comment(comment=comment, act=act("2026-09-23T12:00", cast.leader))
    assert hits(client, "okapi") == []
    then = hits(client, "okapi", as_of="2026-09-22")
    assert then == [("comment", f"{thread}?as_of=2026-09-22#comment-{comment.pk}")]
    assert hits(client, "okapi", as_of="2026-09-20") == []


def test_no_comment_on_what_is_gone(filled, cast, sign_in):
    add_comment(update=filled.status_updates.get(), text="Okapi", act=act("2026-09-21T12:00", cast.leader))
    delete_initiative(initiative=filled, act=act("2026-09-23T12:00", cast.manager))
    assert hits(sign_in(cast.manager), "okapi") == []


def test_a_corrected_update_says_what_it_says_now(filled, cast, sign_in):
    wrong = filled.status_updates.get()
    correct_status_update(
        update=wrong,
        words={"happened": "The vendor delivered okapis."},
        act=act("2026-10-01T12:00", cast.owner, reason="Other animals."),
    )
    client = sign_in(cast.viewer)
    assert hits(client, "giraffes") == []
    assert len(hits(client, "okapis")) == 1
    assert len(hits(client, "giraffes", as_of="2026-09-30")) == 1
    assert hits(client, "okapis", as_of="2026-09-30") == []


def test_as_of_a_day_the_words_of_then_are_found_and_told(filled, cast, sign_in):
    update_initiative(
        initiative=filled, fields={"title": "Wireless for zoos", "number": "1.9"}, act=act("2026-09-25T12:00")
    )
    update_user(user=cast.owner, fields={"name": "Somebody Else"}, act=act("2026-09-26T12:00"))
    client = sign_in(cast.viewer)
    page = reverse("initiatives:initiative-detail", args=[filled.pk])
    assert hits(client, "broadband") == []
    then = client.get(PAGE, {"q": "broadband", "as_of": "2026-09-24"})
    assert [(hit.number, str(hit.title), hit.who) for hit, _ in then.context["hits"]] == [
        ("1.1", "<mark>Broadband</mark> for libraries", "Owner")
    ]
    assert then.context["hits"][0][1] == f"{page}?as_of=2026-09-24"
    assert "The plan as it stood" in then.content.decode()
    assert ("initiative", f"{page}?as_of=2026-09-24") in hits(client, "1.1", as_of="2026-09-24")
    assert ("initiative", page) not in hits(client, "1.1")
    assert client.get(PAGE, {"q": "x", "as_of": "1999-01-01"}).status_code == 404
    assert client.get(PAGE, {"q": "x", "as_of": "no day"}).status_code == 400


def test_one_kind_and_one_plan_alone(filled, plan, cast, sign_in):
    other = build_plan("other", state=Plan.State.ARCHIVED, title="Earlier plan")
    make_initiative(other, number="1.1", title="Broadband of long ago")
    client = sign_in(cast.viewer)
    assert len(hits(client, "broadband")) == 1, "an archived plan is looked through where it is asked for"
    assert len(hits(client, "broadband", plan="other")) == 1
    assert hits(client, "broadband", kind="update") == []
    answer = client.get(PAGE, {"q": "broadband", "plan": "no-longer-here"})
    assert answer.status_code == 200
    assert "what this address asks for" in answer.content.decode()


MANY = " ".join(f"qx{one}{other}zz" for one in "abcdefgh" for other in "klmno")  # forty words that stand nowhere
NONSENSE = [
    MANY,
    '"',
    "AND",
    "-x",
    "x" * 10_000,
    "word " * 2_000,
    "😀",
    "%",
    "\\",
    "'",
    "()",
    "*",
    "a:b",
    "\u200b",
    "--",
    "1.2.3.4.5.6",
]


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: text[:8])
@pytest.mark.parametrize("as_of", ["", "2026-10-01"])
def test_nonsense_is_answered_in_words(filled, cast, sign_in, text, as_of):
    client = sign_in(cast.viewer)
    answer = client.get(PAGE, {"q": text, "as_of": as_of})
    assert answer.status_code == 200
    said = text_of(answer)
    assert "Nothing was found" in said or "no word in this" in said or answer.context["hits"]
    assert client.get(f"{PAGE}suggestions/", {"q": text, "as_of": as_of}).status_code == 200
    if len(text) > 1_000:
        assert "longer than can be looked for at once" in said


def test_a_zero_byte_is_refused_with_a_sentence(cast, plan, sign_in):
    answer = sign_in(cast.viewer).get(f"{PAGE}?q=a%00b")
    assert answer.status_code == 400
    assert "<h1" in answer.content.decode()


def test_an_empty_box_asks_for_nothing_and_says_nothing(plan, cast, sign_in):
    answer = sign_in(cast.viewer).get(PAGE)
    assert answer.status_code == 200
    assert "Nothing was found" not in text_of(answer)


@pytest.mark.parametrize("q", ["broadband", "1.1", "brodband xyz", "nothing at all"])
@pytest.mark.parametrize("as_of", ["", "2026-10-01"])
@pytest.mark.parametrize("path", [PAGE, f"{PAGE}suggestions/"])
def test_a_page_costs_twelve_statements_at_most(filled, cast, sign_in, q, as_of, path):
    client = sign_in(cast.manager)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path, {"q": q, "as_of": as_of}).status_code == 200
    assert len([query for query in seen.captured_queries if "SAVEPOINT" not in query["sql"]]) <= 12


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}suggestions/"])
def test_all_of_a_page_is_asked_as_it_suits_a_search(filled, cast, sign_in, path, monkeypatch):
    """Where the database has a planner to be told, what is found and what is told are asked within."""
    engine, inside = type(the_engine()), []

    @contextmanager
    def told(self):
        inside.append("begin")
        yield
        inside.append("end")

    monkeypatch.setattr(engine, "asking", told)
    for name in ("find", "marked"):
        real = getattr(engine, name)
        monkeypatch.setattr(engine, name, lambda *a, real=real, name=name, **k: inside.append(name) or real(*a, **k))
    sign_in(cast.viewer).get(path, {"q": "broadband"})
    assert inside == ["begin", "find", "marked", "end"]


def test_suggestions_are_options_that_say_where_they_lead(filled, cast, sign_in):
    client = sign_in(cast.viewer)
    text = client.get(f"{PAGE}suggestions/", {"q": "broad"}).content.decode()
    assert text.count('role="option"') == 1
    assert reverse("initiatives:initiative-detail", args=[filled.pk]) in text
    assert client.get(f"{PAGE}suggestions/", {"q": "b"}).content == b""


def test_the_box_in_the_header_keeps_the_day_and_needs_no_script(filled, cast, sign_in):
    page = sign_in(cast.viewer).get("/initiatives/", {"as_of": "2026-10-01"}).content.decode()
    header = page[page.index("<header") : page.index("</header>")]
    assert 'action="/search/"' in header
    assert 'name="as_of" value="2026-10-01"' in header


def test_pages_of_twenty_with_the_question_kept(plan, cast, sign_in):
    for number in range(25):
        make_initiative(plan, number=f"1.{number}", title=f"Fiber {number}")
    client = sign_in(cast.viewer)
    assert len(hits(client, "fiber")) == 20
    assert len(hits(client, "fiber", page="2")) == 5
    assert "q=fiber" in client.get(PAGE, {"q": "fiber"}).content.decode()
