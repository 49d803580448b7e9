"""Texts on slides: cut at a word with an ellipsis, never past their box."""

from hypothesis import given
from hypothesis import strategies as st

from reports.exporters.slides.fitting import cut, width_of


def test_what_fits_stays_as_it_is():
    assert cut("Two words", width=100, size=10) == ("Two words", 1)


def test_what_does_not_fit_ends_at_a_word():
    told, lines = cut("Modernization of everything that the City runs", width=120, size=10, lines=1)
    assert (told, lines) == ("Modernization of…", 1)


def test_a_second_line_is_used_before_anything_is_cut():
    told, lines = cut("Modernization of everything", width=100, size=10, lines=2)
    assert (told, lines) == ("Modernization of everything", 2)


def test_a_word_longer_than_the_box_is_broken():
    told, lines = cut("W" * 500, width=100, size=10, lines=2)
    assert lines == 2
    assert told == "W" * (len(told) - 1) + "…"
    assert 15 <= len(told) <= 22


@given(st.text(max_size=400), st.integers(1, 4))
def test_no_text_is_wider_than_its_lines(text, lines):
    told, used = cut(text, width=120, size=12, lines=lines)
    assert used <= lines
    assert width_of(told) <= lines * 10 + 0.95
    assert told.endswith("…") or told == " ".join(text.split())
