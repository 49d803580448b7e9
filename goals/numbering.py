"""Numbers of a plan's parts, and the keys that keep them in order. A number is what people read; the key is the place.

A new row stands where its number puts it. Moved, it keeps its number and gets a key between its new neighbours, until
somebody numbers the plan anew.
"""

import re
from collections.abc import Iterable
from typing import Any

KEY_LENGTH = 80
STEPS = [500_000 >> halving for halving in range(19)]
APART = 1_000  # between two keys made one after the other
TAIL = re.compile(r"\d{6}$")


def natural_key(number: str) -> str:
    """A text that sorts "2.10" after "2.9": every run of digits padded to six places."""
    return re.sub(r"\d+", lambda run: run[0].zfill(6), number)[:KEY_LENGTH]


def key_of_number(row: Any, number: str) -> dict[str, str]:
    """What else changes where a row gets this number: it goes where that puts it, and stays put with the one it has."""
    return {} if number == row.number else {"sort_key": natural_key(number)}


def key_between(before: str, after: str | None) -> str:
    """A key that sorts after `before` and, where there is one, before `after`; "" where no more room is left.

    Digits alone decide, so every way in which a database compares texts agrees.
    """
    start = before or _just_below(after or "")
    beside = _just_above(before)
    if beside and (after is None or beside < after):
        return beside
    for _ in range(KEY_LENGTH // 7):
        for step in STEPS:
            found = f"{start}.{step:06}" if start else f"{step:06}"
            if after is None or found < after:
                return found if len(found) <= KEY_LENGTH else ""
        start = f"{start}.000000"
    return ""


def next_number(prefix: str, taken: Iterable[str]) -> str:
    """The number after the highest of these under a prefix: "2.4" where 2.1 and 2.3 are taken under "2"."""
    start = f"{prefix}." if prefix else ""
    ends = [number.removeprefix(start) for number in taken if number.startswith(start)]
    last = max((int(end) for end in ends if end.isascii() and end.isdigit()), default=0)
    return f"{start}{last + 1}"


def _just_above(key: str) -> str:
    """A key a little after one that was made here; "" where it is one of a number, for the next may be taken."""
    tail = TAIL.search(key)
    if tail and APART <= int(tail[0]) < 1_000_000 - APART:
        return f"{key[: tail.start()]}{int(tail[0]) + APART:06}"
    return ""


def _just_below(key: str) -> str:
    """A key that sorts before this one with nothing beside it in between."""
    tail = TAIL.search(key)
    if tail and int(tail[0]):
        return f"{key[: tail.start()]}{int(tail[0]) - 1:06}"
    return key[:-1]
