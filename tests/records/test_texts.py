"""Texts are made the same once, below every way they come in."""

import unicodedata
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from goals.models import Goal, Plan
from goals.services import create_goal, create_plan, create_priority, update_goal, update_plan
from imports.meaning.cells import AND_SO_ON, LISTED
from initiatives.services import propose_commitment, record_status_update, update_initiative
from people.models import Department
from people.services import create_department, create_user, update_department, update_user
from records.models import AuditEvent
from records.texts import folded, is_invisible, joined_words, normalised, whole_number
from search.marking import plain
from tests.build import act

MESSY = "\u200b \r\nCafe\u0301 first\r\nthen\rmore\u2028end \u00a0\u200e"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (MESSY, "Café first\nthen\nmore\nend"),
        ("\u200b\u200e\u2060 \u3164\u2800", ""),
        ("a\u202eevil\u202c b", "aevil b"),
        ("a\x00b\ud800c", "abc"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("  - a list\n    inside", "- a list\n    inside"),
    ],
)
def test_a_text_as_it_is_kept(typed, kept):
    assert normalised(typed) == kept


@given(st.text())
def test_making_it_the_same_twice_is_making_it_the_same_once(text):
    for one_line in (False, True):
        kept = normalised(text, one_line=one_line)
        assert normalised(kept, one_line=one_line) == kept
        assert unicodedata.is_normalized("NFC", kept)
        assert "\r" not in kept
        assert not (one_line and "\n" in kept)
        assert kept == "" or not is_invisible(kept[0])


def test_every_service_keeps_texts_so_and_the_first_unchanged_save_writes_nothing(cast, plan, goal, initiative):
    by = act("2026-10-05T12:00", cast.manager)
    one = "Café first then more end"
    update_goal(goal=goal, fields={"title": MESSY, "text": MESSY}, act=by)
    update_initiative(initiative=initiative, fields={"title": MESSY, "summary": MESSY}, act=by)
    update_department(department=cast.streets, fields={"name": MESSY}, act=by)
    update_user(user=cast.owner, fields={"name": MESSY}, act=by)
    promise = propose_commitment(
        initiative=initiative, department=cast.streets, what=MESSY, due_date=date(2026, 12, 1), act=by
    )
    said = record_status_update(initiative=initiative, words={"status": "on_track", "happened": MESSY}, act=by)
    goal.refresh_from_db()
    initiative.refresh_from_db()
    assert (goal.title, goal.text) == (one, normalised(MESSY))
    assert (initiative.title, initiative.summary) == (one, normalised(MESSY))
    assert Department.objects.get(pk=cast.streets.pk).name == one
    assert (promise.what, said.happened) == (one, normalised(MESSY))
    before = AuditEvent.objects.count()
    update_goal(goal=goal, fields={"title": goal.title, "text": goal.text.replace("\n", "\r\n") + " "}, act=by)
    update_initiative(initiative=initiative, fields={"title": MESSY, "summary": MESSY}, act=by)
    update_department(department=cast.streets, fields={"name": MESSY}, act=by)
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("nothing", ["\u200b", " \u200e\u200f ", "\u3164\u2800", "\u2066\u2069"])
def test_a_name_in_which_nothing_can_be_seen_is_refused(cast, plan, goal, initiative, nothing):
    by = act("2026-10-05T12:00", cast.manager)
    for refused in (
        lambda: create_department(name=nothing, abbreviation="NEW", act=by),
        lambda: create_department(name="New", abbreviation=nothing, act=by),
        lambda: create_user(email="new@test.example", name=nothing, act=by),
        lambda: create_priority(plan=plan, name=nothing, act=by),
        lambda: update_goal(goal=goal, fields={"title": nothing}, act=by),
        lambda: update_goal(goal=goal, fields={"number": nothing}, act=by),
        lambda: update_initiative(initiative=initiative, fields={"title": nothing}, act=by),
        lambda: create_goal(plan=plan, fields={"number": "9", "title": nothing}, act=by),
    ):
        with pytest.raises(ValidationError):
            refused()


def test_departments_cannot_be_put_in_a_circle(cast):
    by = act("2026-10-05T12:00", cast.manager)
    office = create_department(name="Lamps", abbreviation="LMP", parent=cast.streets, act=by)
    with pytest.raises(ValidationError) as refused:
        update_department(department=cast.streets, fields={"parent": office}, act=by)
    assert refused.value.message_dict["parent"] == [
        "Part of: this would lead in a circle: Department of Streets → Lamps → Department of Streets."
    ]
    with pytest.raises(ValidationError):
        update_department(department=office, fields={"parent": office}, act=by)
    assert Department.objects.get(pk=cast.streets.pk).parent is None


def test_plans_cannot_follow_each_other_in_a_circle(cast, plan):
    by = act("2026-10-05T12:00", cast.manager)
    fields = {"slug": "next", "title": "Next", "start_date": date(2027, 7, 1), "end_date": date(2029, 6, 30)}
    following = create_plan(fields=fields | {"predecessor": plan}, act=by)
    with pytest.raises(ValidationError, match="circle: Test plan → Next → Test plan"):
        update_plan(plan=plan, fields={"predecessor": following}, act=by)
    assert Plan.objects.get(pk=plan.pk).predecessor is None
    assert Goal.objects.filter(plan=plan).exists()


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("0", 0), ("", None), ("-1", None), ("²", None), ("1.5", None), ("501", None)]
)
def test_a_number_from_outside(text, number):
    assert whole_number(text, 500) == number


def test_a_number_of_many_digits_is_none_and_not_an_error():
    assert whole_number("1" * 5_000) is None


# What is looked through anew from each of its letters takes an hour at this length; from its beginning, no time.
@pytest.mark.parametrize("text", ["x" * 1_000_000, "aB" * 500_000, "a-" * 500_000, "-" * 1_000_000, "7" * 1_000_000])
def test_a_word_without_end_is_looked_through_once(text):
    assert len(joined_words(text)) <= 1


@pytest.mark.parametrize(
    "text", ["\n" * 1_000_000, "[" * 1_000_000, "[a](" * 250_000, " " * 1_000_000, "*" * 1_000_000]
)
def test_so_are_signs_without_end(text):
    assert len(plain(text)) <= 1_000_000
    assert AND_SO_ON.split("a" + text + "b")[0][:1] == "a"
    assert LISTED.split("a" + text + "b")[0][:1] == "a"


def test_parts_of_words_are_those_that_people_type():
    assert joined_words("Wi-Fi co-operate SmartBlockPHL") == ["wifi", "cooperate", "smart", "block", "phl", "blockphl"]


@given(st.text(st.characters(max_codepoint=127), max_size=60) | st.from_regex(r"[A-Za-z`' -]{0,30}", fullmatch=True))
def test_plain_letters_are_taken_the_short_way_to_the_same_end(text):
    """A mark that nobody sees, at the end, takes the long way and changes nothing else."""
    long_way = f"{text}\u200b"
    assert folded(text) == folded(long_way)
    assert joined_words(text) == joined_words(long_way)
