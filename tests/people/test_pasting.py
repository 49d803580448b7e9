"""What a pasted list of people says, in whatever order and with whatever signs between its parts; no guesses."""

import time

import pytest

from people.pasting import MOST_PEOPLE, TANGLED, Vocabulary, named_after, read_pasted

STREETS, HEALTH = 1, 2
KNOWN = Vocabulary(
    departments={
        "streets": STREETS, "department of public health": HEALTH, "dph": HEALTH, "parks": None,
        "licenses and inspections": 4,
    },
    roles={"contributor": "contributor", "viewer": "viewer", "department liaison": "liaison", "liaison": "liaison"},
)  # fmt: skip
PAT = ("Pat Doe", "pat@test.example")
KIM = ("Kim Roe", "kim@test.example")


def read(text):
    return read_pasted(text, KNOWN).entries


def people(text):
    found = read(text)
    assert [one.problem for one in found if one.problem] == []
    return [(one.name, one.email) for one in found]


def whole(text):
    (one,) = read(text)
    assert one.problem == ""
    return one.name, one.email, one.department, one.role


def problems(text):
    return [(one.line, one.problem) for one in read(text) if one.problem]


@pytest.mark.parametrize(
    "line",
    [
        "Pat Doe\tpat@test.example\tStreets\tContributor",
        "Contributor\tstreets\tPAT@test.example\tPat Doe",
        "Pat Doe,pat@test.example,Streets,Contributor",
        "pat@test.example; Pat Doe; contributor; STREETS",
        '"Doe, Pat",pat@test.example,Streets,Contributor',
        "Doe, Pat <pat@test.example>, Streets, Contributor",
        "Streets, Pat Doe <pat@test.example>, Contributor",
        "Pat Doe (Streets) <pat@test.example>, Contributor",
        "Pat Doe pat@test.example Streets Contributor",
        "Pat Doe\u00a0\u00a0 pat@test.example \u00a0 Streets   Contributor",
        "\u200bPat Doe\t<pat@test.example>\tStreets\tContributor\u2060",
    ],
)
def test_the_parts_of_a_person_stand_in_any_order(line):
    assert whole(line) == (*PAT, STREETS, "contributor")


@pytest.mark.parametrize(
    "text",
    [
        "Doe, Pat <pat@test.example>; Roe, Kim <kim@test.example>;",
        '"Doe, Pat" <pat@test.example>, "Roe, Kim" <kim@test.example>',
        "Pat Doe <pat@test.example>, Kim Roe <kim@test.example>",
        "To: Pat Doe <pat@test.example>,\n  Kim Roe <kim@test.example>",
        "'Pat Doe' <pat@test.example>; 'Kim Roe' <kim@test.example>",
        "Pat Doe [mailto:pat@test.example]\n\n\nKim Roe <kim@test.example>.",
        "pat@test.example (Pat Doe)\nkim@test.example (Kim Roe)",
        "Name,E-mail\nPat Doe,pat@test.example\n\"Roe, Kim\",kim@test.example",
        "First name\tLast name\tE-mail address\nPat\tDoe\tpat@test.example\nKim\tRoe\tkim@test.example",
        "E-mail;Name\nDoe, Pat <pat@test.example>\nkim@test.example;Kim Roe",
    ],
)  # fmt: skip
def test_lists_of_mail_programs_and_spreadsheets_name_the_same_people(text):
    assert people(text) == [PAT, KIM]


def test_bare_addresses_with_any_signs_between_them():
    text = "a@test.example, b@test.example c@test.example;d@test.example\n'e@test.example'"
    assert [email for _, email in people(text)] == [f"{letter}@test.example" for letter in "abcde"]


def test_columns_that_say_nothing_here_are_named():
    found = read_pasted("Phone,E-mail,Department,Role\n215 555,pat@test.example,DPH,Liaison\n", KNOWN)
    assert found.left_out == ["Phone"]
    assert [(one.email, one.department, one.role) for one in found.entries] == [(PAT[1], HEALTH, "liaison")]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("Pat Doe\n", 1, "There is no e-mail address in this line."),
        ("\n\npat@", 3, "“pat@” is no e-mail address"),
        ("pat@test.example, Pat Doe, Fire", 1, "“Fire” is no department and no role"),
        ("Doe, Pat, pat@test.example", 1, "“Pat” is no department and no role"),
        ("Pat Doe <pat@test.example> Fire", 1, "“Fire” is no department and no role"),
        ("pat@test.example\tParks", 1, "“Parks”: several departments are called so"),
        ("pat@test.example\tStreets\tDPH", 1, "“DPH”: a second department"),
        ("pat@test.example\tViewer\tLiaison", 1, "“Liaison”: a second role"),
        ("Pat,pat@test.example,Kim,kim@test.example", 1, "Several e-mail addresses stand in this line"),
        ("Pat\tpat@test.example\tkim@test.example", 1, "Several e-mail addresses stand in this line"),
        ("Name\tE-mail\tRole\nPat\tpat@test.example\tStreets", 2, "“Streets” is no role that"),
        ("Name\tE-mail\tRole\nPat\tpat@test.example\tJanitor", 2, "“Janitor” is no role that"),
        ("Name\tE-mail\nPat\t", 2, "There is no e-mail address below “E-mail”."),
        ("Name\tE-mail\nPat\t215", 2, "“215” below “E-mail” is no e-mail address"),
        ("Name\tE-mail\nPat\tpat@test.example\textra", 2, "“extra” stands below no heading."),
        ("pat@test.example\n" + "x" * 151 + "\tlee@test.example", 2, "a name has at most 150"),
        ("x" * 250 + "@test.example", 1, "an e-mail address has at most 254"),
    ],
)
def test_the_wrong_part_is_named_with_its_line(text, line, sentence):
    ((found, problem),) = problems(text)
    assert found == line
    assert sentence in problem


def test_below_a_heading_a_department_can_be_new():
    (found,) = read("Name\tE-mail\tDepartment\nPat\tpat@test.example\tFire  and rescue")
    assert (found.new_department, found.department, found.problem) == ("Fire and rescue", None, "")


def test_who_stands_twice_counts_once_and_is_asked_about_where_the_words_differ():
    same = read("Pat Doe <pat@test.example>\nPAT@test.example")
    assert [(one.twin_of, one.problem) for one in same] == [(0, ""), (1, "")]
    assert problems("Pat Doe <pat@test.example>\nPat Roe <pat@test.example>") == [
        (2, "pat@test.example stands in line 1 already, with other words.")
    ]


def test_names_made_of_addresses():
    assert named_after("pat.de_doe@test.example") == "Pat De Doe"
    assert (named_after("new@test.example"), named_after("@"), named_after(".@x")) == ("new", "", "")


@pytest.mark.parametrize("name", ["John Smith, Jr", "Pat Doe, PhD", "A, B, C"])
def test_a_comma_that_turns_nothing(name):
    assert people(f'"{name}"\tj@test.example') == [(name, "j@test.example")]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000, "@" * 100_000, ",@" * 50_000, '"' * 100_000, "<" * 99_999 + "@", "a@b.example," * 8_000,
        " @ " * 33_000, "(a@b.example" * 8_000, "a@b.example " + "x " * 49_000, "\t" * 99_990 + "a@b.example",
        "a@b.example\n" * 8_000, ";" * 99_000, "to:" * 33_000, "\u202e\u2066\x0b" * 30_000 + "@",
    ],
)  # fmt: skip
def test_a_hostile_list_is_read_in_bounded_time(text):
    begun = time.process_time()
    assert len(read(text)) <= 2 * MOST_PEOPLE
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "line",
    [
        "pat@test.example, kim@test.example Roe",  # whose name is it?
        "Doe pat@test.example kim@test.example",
        "E-mail\tName\npat@test.example kim@test.example\tPat Doe",
    ],
)
def test_two_people_whose_words_cannot_be_told_apart_are_no_guess(line):
    ((_, problem),) = problems(line)
    assert problem == TANGLED
