"""The sweep of `make mutants` finds guards of every kind, takes out the one that is named, and nothing else."""

import builtins
from types import SimpleNamespace

import pytest

from tests.mutants.guards import NAME, Switch, files, guards, switched

SOURCE = """
def check_name(name):
    if not name or name.isspace():
        raise ValueError("Give a name.")

def save(name, days, notes):
    errors = {}
    if days < 0:
        errors["days"] = f"{days} is less than none."
    elif days > 9 and (name == "x" or days > 99):
        errors |= {"days": "far too many"}
    if errors:
        raise ValueError(errors)
    check_name(name)
    refusal = refusal_of(name)
    if refusal:
        raise refusal
    if name == "y":
        notes.refuse("this name", "")
    return name

def refusal_of(name):
    if name == "z":
        return ValueError("Give another name.")
    return None

@transaction.atomic
def add(kept, name):
    if name in kept:
        return name
    kept.append(name)
    return name

def done_elsewhere():
    raise NotImplementedError
"""


@pytest.fixture
def switch(monkeypatch):
    switch = Switch()
    monkeypatch.setattr(builtins, NAME, switch, raising=False)
    return switch


def made(switch):
    space = {"transaction": SimpleNamespace(atomic=lambda function: function)}
    exec(compile(switched("rooms.py", SOURCE)[0], "rooms.py", "exec"), space)  # noqa: S102 - what stands above
    return space


@pytest.fixture
def save(switch):
    return made(switch)["save"]


class Notes(list):
    def refuse(self, *words):
        self.append(words)


FOUND = {guard.words: guard.key for guard in switched("rooms.py", SOURCE)[1]}


def test_each_kind_is_found_and_told_by_its_words():
    assert list(FOUND) == [
        "or not name", "or name.isspace()", "Give a name.", "… is less than none.", "or name == 'x'", "or days > 99",
        "far too many", "raise ValueError(errors)", "check_name(name)", "raise refusal", "this name",
        "Give another name.", "if name in kept",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("out", "name", "days"),
    [
        ("or not name", "", 1),
        ("or name.isspace()", " ", 1),
        ("Give a name.", "", 1),
        ("check_name(name)", "", 1),
        ("… is less than none.", "a", -1),
        ("or name == 'x'", "x", 10),
        ("or days > 99", "a", 100),
        ("far too many", "a", 100),
        ("raise ValueError(errors)", "a", -1),
        ("raise refusal", "z", 1),
        ("Give another name.", "z", 1),
    ],
)
def test_what_is_taken_out_refuses_no_more(save, switch, out, name, days):
    with pytest.raises(ValueError, match=r"."):
        save(name, days, Notes())
    assert FOUND[out] in switch.fired
    switch.out = FOUND[out]
    assert save(name, days, Notes()) == name


def test_a_note_is_a_refusal_too(save, switch):
    notes = Notes()
    save("y", 1, notes)
    switch.out = FOUND["this name"]
    save("y", 1, notes)
    assert notes == [("this name", "")]


def test_what_is_there_already_is_added_again_without_its_guard(switch):
    add, kept = made(switch)["add"], []
    assert (add(kept, "a"), add(kept, "a"), kept) == ("a", "a", ["a"])
    switch.out = FOUND["if name in kept"]
    add(kept, "a")
    assert kept == ["a", "a"]


def test_what_refuses_nothing_is_not_said_to(save, switch):
    assert save("a", 1, Notes()) == "a"
    assert switch.fired == set()


def test_the_guards_of_every_room_that_has_services_are_found():
    found = guards()
    assert {"goals/services.py", "people/services.py", "imports/services/working.py"} <= set(files())
    assert {key.partition("/")[0] for key in found} >= {
        "goals", "imports", "initiatives", "outbox", "people", "records", "reminders", "reports",
    }  # fmt: skip
    assert not any("/views" in key or "/forms" in key for key in found)
