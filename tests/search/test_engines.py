"""One contract for both engines. The suite runs on SQLite and on PostgreSQL; what is found must be the same."""

import pytest
from django.db import connection

from initiatives.models import Initiative
from people.models import User
from search.engines import the_engine
from search.engines.base import Branch
from search.words import asked
from tests.build import make_initiative

ROWS = {
    "1.1": ("Broadband for libraries", "Fiber and wireless at every branch, with L&I permits."),
    "1.2": ("Library hours", "Longer hours; broadband is asked for by the Mayor’s office."),
    "1.3": ("SmartBlockPHL", "Wi-Fi on street lights. Delayed deliveries."),
    "1.4": ("Résumé help", "Co-operation with branches of the free library, 2.3.1 and others."),
    "1.5": ("한국 Straße", "And the"),
}
# What is typed, and the numbers of the rows that have it, in what names them and anywhere.
ASKED = [
    ("broadband", {"1.1"}, {"1.1", "1.2"}),
    ("library", {"1.1", "1.2"}, {"1.1", "1.2", "1.4"}),
    ("librar", {"1.1", "1.2"}, {"1.1", "1.2", "1.4"}),
    ("broadband library", {"1.1"}, {"1.1", "1.2"}),
    ("library broadband", {"1.1"}, {"1.1", "1.2"}),
    ("L&I", set(), {"1.1"}),
    ("wifi", set(), {"1.3"}),
    ("wi-fi", set(), {"1.3"}),
    ("wi fi", set(), {"1.3"}),
    ("smart block", {"1.3"}, {"1.3"}),
    ("delivery", set(), {"1.3"}),
    ("delays", set(), {"1.3"}),
    ("cooperation", set(), {"1.4"}),
    ("co‑operation", set(), {"1.4"}),
    ("resume", {"1.4"}, {"1.4"}),
    ("RÉSUMÉ", {"1.4"}, {"1.4"}),
    ("mayors", set(), {"1.2"}),
    ("mayor's", set(), {"1.2"}),
    ("strasse", {"1.5"}, {"1.5"}),
    ("한국", {"1.5"}, {"1.5"}),
    ("and the", set(), {"1.4", "1.5"}),
    ("nowhere", set(), set()),
    ("fiber nowhere", set(), set()),
    ("street-lights", set(), {"1.3"}),
]


@pytest.fixture
def rows(plan, cast):
    for number, (title, summary) in ROWS.items():
        make_initiative(plan, number=number, title=title, summary=summary, owner=cast.owner)
    return Initiative.objects.all()


def found(rows, text, *, in_names, most=100, is_any=False):
    branch = Branch("initiative", rows, most, in_names=in_names)
    hits = the_engine().find([branch], asked(text).words, is_any=is_any)
    numbers = dict(Initiative.objects.values_list("pk", "number"))
    return {numbers[hit.id]: hit.rank for hit in hits}


def test_each_question_finds_the_same_rows(rows):
    wrong = {}
    for text, named, anywhere in ASKED:
        got = set(found(rows, text, in_names=True)), set(found(rows, text, in_names=False))
        if got != (named, anywhere):
            wrong[text] = got
    assert wrong == {}


def test_any_word_will_do_where_asked_and_more_of_them_rank_higher(rows):
    hits = found(rows, "fiber wireless hours nowhere", in_names=False, is_any=True)
    assert set(hits) == {"1.1", "1.2"}
    assert all(rank > 0 for rank in hits.values())


def test_what_names_a_row_ranks_higher_than_what_it_says(rows):
    hits = found(rows, "broadband", in_names=False)
    assert hits["1.1"] > hits["1.2"]


def test_the_newest_are_weighed_and_no_more_than_asked_for(rows):
    assert set(found(rows, "library", in_names=False, most=2)) == {"1.2", "1.4"}


def test_a_condition_on_the_rows_is_part_of_the_question(rows, cast):
    """A limit of one would otherwise be used up by a row that nobody may see."""
    hidden = rows.exclude(number="1.4")
    assert set(found(hidden, "library", in_names=False, most=1)) == {"1.2"}


def test_several_branches_are_one_question(rows, django_assert_num_queries):
    people = Branch("person", User.objects.all(), 5, in_names=True)
    words = asked("owner").words
    with django_assert_num_queries(1):
        hits = the_engine().find([Branch("initiative", rows, 5, in_names=False), people], words)
    assert [(hit.kind, hit.in_names) for hit in hits] == [("person", True)]


def test_words_that_stand_nowhere_and_what_is_spelt_like_them(rows):
    engine, words = the_engine(), asked("brodband libary hours").words
    tables = ["initiatives_initiative", "people_user"]
    assert [word.typed for word in engine.unknown(tables, words)] == ["brodband", "libary"]
    alike = engine.alike(tables, words[:2])
    assert alike["brodband"][0] == "broadband"
    assert any(word.startswith("librar") for word in alike["libary"])


def test_of_several_words_those_that_stand_nowhere_are_named_in_their_order(rows):
    engine, tables = the_engine(), ["initiatives_initiative", "people_user"]
    words = asked("zebra broadband yak L&I owner xylophones").words
    assert [word.typed for word in engine.unknown(tables, words)] == ["zebra", "yak", "xylophones"]
    assert engine.unknown(tables, []) == []


def planner() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE category LIKE 'Query Tuning%%'", [])
        return dict(cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no planner to be told")
def test_who_asks_within_a_transaction_has_its_planner_back(rows):
    engine, before = the_engine(), planner()
    with engine.asking():
        assert planner()["join_collapse_limit"] == "1"
        within = planner()
        assert engine.alike(["initiatives_initiative"], asked("brodband").words)["brodband"]
        assert planner() == within
    assert planner() == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no planner to be told")
@pytest.mark.parametrize(("is_one_of_many", "limit"), [(False, "1"), (True, "8")])
def test_where_functions_look_words_up_the_planner_may_begin_with_them(rows, monkeypatch, is_one_of_many, limit):
    monkeypatch.setattr("search.engines.postgresql._one_of_many", lambda: is_one_of_many)
    with the_engine().asking():
        assert (planner()["join_collapse_limit"], planner()["random_page_cost"]) == (limit, "0.005")


def test_the_words_by_which_rows_were_found(rows):
    keys = dict(rows.values_list("number", "pk"))
    ids = {"initiatives_initiative": [keys["1.1"], keys["1.2"]]}
    assert the_engine().marked(ids, asked("library broadband").words) == {"broadband", "libraries", "library"}
    assert the_engine().marked({}, asked("library").words) == frozenset()


@pytest.mark.parametrize(
    "text", ['"', "AND", "x OR", "-x", "NEAR(a b)", "title:a", "a*", "(", "'", "a & | ! b", "%", "\\"]
)
def test_what_either_language_takes_for_its_own_is_a_word(rows, text):
    words = asked(text).words
    if words:
        assert found(rows, text, in_names=False) is not None
        the_engine().alike(["initiatives_initiative"], words)
