"""A page that stood open while planapp was updated comes back with the fields it lacks, holding what the row holds."""

from datetime import date
from types import SimpleNamespace

import pytest
from django import forms
from django.http import QueryDict

from web.forms import Day, PageForm

CHOICES = [("1", "One"), ("2", "Two")]
ROW = SimpleNamespace(
    version=3, title="Held", due=date(2026, 9, 30), is_open=True, kind="2", several=["1", "2"], empty=None, closed=False
)


class Today(PageForm):
    title = forms.CharField()
    due = Day()
    is_open = forms.BooleanField(required=False)
    closed = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    empty = Day(required=False)


def sent(**values: str) -> Today:
    data = QueryDict(mutable=True)
    data.update({"version": "3", **values})
    return Today(data, row=ROW)


def test_every_kind_of_field_that_was_not_there_keeps_what_the_row_holds():
    form = sent(title="Typed", drawn_with="title")
    assert form.catch_up()
    assert form.is_valid(), form.errors
    held = {name: getattr(ROW, name) for name in ("due", "is_open", "closed", "kind", "several", "empty")}
    assert form.values() == {"title": "Typed", **held}
    assert not form.catch_up(), "the page that is shown now has them all"


@pytest.mark.parametrize("drawn", [{}, {"drawn_with": "title due is_open closed kind several empty"}])
def test_a_page_of_today_is_taken_at_its_word(drawn):
    form = sent(title="Typed", due="2026-10-01", kind="1", several="1", **drawn)
    assert not form.catch_up()
    assert form.is_valid(), form.errors
    assert form.values()["is_open"] is False


def test_a_field_that_is_no_more_does_no_harm():
    assert not sent(drawn_with="title due is_open closed kind several empty retired").catch_up()
