"""A plan on one page in plain words: its own data, its introduction, and the same as a PDF."""

import pytest

from goals.models import Goal
from goals.selectors import plan_as_of
from goals.services import update_goal, update_plan
from initiatives.selectors.easy_read import easy_read, first_sentence, how_far
from initiatives.selectors.rollup import Rollup
from records.asof import AsOf
from tests.build import act
from tests.conftest import NOW
from tests.reports.pdf_reader import Document


@pytest.mark.parametrize(
    ("counts", "asking", "said"),
    [
        ({}, 0, "No work stands here yet."),
        ({"cancelled": 1}, 0, "1 initiative is cancelled."),
        ({"completed": 1}, 0, "The one initiative is completed."),
        ({"completed": 3, "cancelled": 1}, 0, "All 3 initiatives are completed. 1 was cancelled."),
        ({"on_track": 1}, 0, "1 initiative is under way or planned; none is completed yet. None needs attention now."),
        ({"completed": 1, "off_track": 1, "at_risk": 2}, 1,
         "1 of 4 initiatives is completed; 3 are still open. 1 needs attention now."),
        ({"completed": 2, "off_track": 1, "cancelled": 2}, 1,
         "2 of 3 initiatives are completed; 1 is still open. 1 needs attention now. 2 were cancelled."),
    ],
)  # fmt: skip
def test_counts_are_said_in_sentences(counts, asking, said):
    assert how_far(Rollup(counts, needing_attention=asking)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("**Every** home is online. And more.", "Every home is online."),
        ("No full stop", "No full stop"),
        ("One paragraph\n\nAnother.", "One paragraph"),
        ("x" * 300, "x" * 239 + "…"),
        ("Thin. Little is published. More.", "Thin. Little is published."),
    ],
)
def test_a_focus_area_is_said_in_one_sentence(text, said):
    assert first_sentence(text) == said


@pytest.fixture
def told(plan, cast, story):
    update_plan(plan=plan, fields={"introduction": "Read **this** first."}, act=act("2027-01-06T12:00"))
    goal = Goal.objects.get(plan=plan, number="1")
    fields = {"text": "Every home is online. More words.", "lead": cast.leader}
    update_goal(goal=goal, fields=fields, act=act("2027-01-06T12:00"))
    return ["first.", "Every home is online.", "Leader", "Manager", "What comes next", "Whom to ask"]


def test_the_page_and_its_pdf_say_the_same(told, sign_in, cast, plan, time_machine):
    time_machine.move_to(NOW.replace(year=2027, month=1, day=8), tick=False)
    client = sign_in(cast.viewer)
    page = client.get(f"/plans/{plan.slug}/easy-read/").content.decode()
    assert "Read <strong>this</strong> first." in page
    assert "More words" not in page
    answer = client.get(f"/plans/{plan.slug}/easy-read.pdf")
    assert answer["Content-Type"] == "application/pdf"
    words = " ".join(one.text for one in Document(answer.content).all("H1", "H2", "P", "LI"))
    when = AsOf.now(NOW.replace(year=2027, month=1, day=8))
    easy = easy_read(plan_as_of(plan.slug, when, None), when)
    for said in (*told, easy.whole, *(part.how_far for part in easy.parts), *(one.what for one in easy.next_dates)):
        assert said in " ".join(page.split()), said
        assert "".join(said.split()) in "".join(words.split()), said


def test_an_earlier_day_has_its_own_words(told, sign_in, cast, plan, time_machine):
    time_machine.move_to(NOW.replace(year=2027, month=1, day=8), tick=False)
    page = sign_in(cast.viewer).get(f"/plans/{plan.slug}/easy-read/?as_of=2026-12-31").content.decode()
    assert "first." not in page
    assert "Every home is online" not in page


def test_nobody_reads_it_without_signing_in(client, plan):
    for page in ("easy-read/", "easy-read.pdf", "why/"):
        assert client.get(f"/plans/{plan.slug}/{page}").status_code == 302
