"""What is typed, as words to look for: nothing is an error, and what parts nothing is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.likeness import beginnings, likest, one_slip_away, slips
from search.words import PART, asked


def said(text: str) -> list[tuple[tuple[str, ...], ...]]:
    return [word.phrases for word in asked(text).words]


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("2.3.1", "2.3.1", []),
        (" 2.3.1. ", "2.3.1", []),
        ("2.3.1 fiber", "2.3.1", [(("fiber",),)]),
        ("3", "3", [(("3",),)]),
        ("L&I", "", [(("l", "i"), ("li",))]),
        ("l & i", "", [(("l", "i"), ("li",))]),
        ("Wi-Fi", "", [(("wi", "fi"), ("wifi",))]),
        ("parks and recreation", "", [(("parks",),), (("recreation",),)]),
        ("and", "", [(("and",),)]),
        ("Mayor’s office", "", [(("mayors",),), (("office",),)]),
        ("fiber,wireless;(roof)", "", [(("fiber",),), (("wireless",),), (("roof",),)]),
        ("broad\u00adband BROADBAND", "", [(("broadband",),), (("broadband",),)]),
        ('"', "", []),
        ("AND", "", [(("and",),)]),
        ("-x", "", [(("x",),)]),
        ("😀", "", []),
        ("title:x* NEAR(y)", "", [(("title",),), (("x",),), (("near",),), (("y",),)]),
    ],
)
def test_what_was_typed(text, number, words):
    found = asked(text)
    assert found.number == number
    assert said(text) == words
    assert found.is_empty == (not number and not words)


def test_the_last_word_may_go_on():
    assert [word.begun for word in asked("fiber in libr").words] == [(), (("libr",),)]
    assert asked("L&I").words[0].begun == (), "li would begin library"


@given(st.text(max_size=80))
def test_words_hold_letters_and_digits_alone(text):
    """So none of them can end a quotation mark in a question to a database."""
    for word in asked(text).words:
        for phrase in word.phrases:
            assert all(PART.fullmatch(one) for one in phrase)


def test_slips_are_counted_once_each():
    assert slips("broadband", "broadband", 2) == 0
    assert slips("brodband", "broadband", 2) == 1
    assert slips("braodband", "broadband", 2) == 1
    assert slips("boradbnad", "broadband", 2) == 2
    assert slips("fiber", "bridge", 2) == 3


@pytest.mark.parametrize(
    ("typed", "stands", "found"),
    [
        ("brodband", ["broadband", "blog", "board"], ["broadband"]),
        ("damage", ["data", "dark", "date", "demo"], []),
        ("libary", ["library", "binary", "diary"], ["library"]),
        ("cat", ["car", "cut"], []),
        ("govtv", ["phlgovtv", "govern"], ["phlgovtv"]),
    ],
)
def test_only_what_is_near_is_taken_for_a_word(typed, stands, found):
    assert likest(typed, stands) == found


def test_a_stem_has_lost_its_ending():
    assert likest("licences", ["licens", "lice", "listen"], are_stems=True) == ["licens"]
    assert likest("accelarator", ["acceler", "access"], are_stems=True) == ["acceler"]


@given(st.text("abcdey", min_size=4, max_size=7))
def test_what_is_one_slip_away_begins_as_is_looked_for(word):
    begins = tuple(beginnings(word))
    near = {other for other in one_slip_away(word) if other[0] in word[:2]}
    assert {other for other in near if not other.startswith(begins)} == set()
    assert len(begins) <= 6, "few, for each is a look into the list of stems"


def test_of_a_word_that_may_have_two_slips_all_that_begins_with_its_letters_is_looked_at():
    assert beginnings("accelarator") == ["a", "c"]
    assert beginnings("llamas")[:1] == ["l"]
