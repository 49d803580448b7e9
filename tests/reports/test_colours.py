"""A status has one colour on pages and in files."""

import re
from pathlib import Path

from reports.exporters.words import STATUS_COLOURS, STATUS_INK

CSS = (Path(__file__).parents[2] / "static" / "css" / "app.css").read_text(encoding="utf-8")
BY_DAY = dict(re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]+),", CSS))


def by_day(status):
    (name,) = re.findall(rf"\.st-{status} \{{ --st: var\(--([\w-]+)\)", CSS)
    colour = BY_DAY[name].removeprefix("#").upper()
    return colour if len(colour) == 6 else "".join(letter * 2 for letter in colour)


def test_words_and_icons_of_a_status_have_the_colour_of_the_page():
    assert {status: by_day(status) for status in STATUS_INK} == STATUS_INK


def test_bars_have_it_too_but_for_the_two_that_are_pale():
    assert {s for s in STATUS_COLOURS if STATUS_COLOURS[s] != STATUS_INK[s]} == {"not_started", "no_current_update"}
