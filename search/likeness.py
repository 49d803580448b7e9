"""How alike two words are spelt: letters left out, put in, exchanged or swapped with their neighbour."""

from collections.abc import Iterable
from string import ascii_lowercase

MOST_ALIKE = 4  # words that are taken for one that stands nowhere
SHORTEST_STEM = 5
LONGEST = 24  # letters of a word
ENDING = 4  # letters that a stem may have lost


def allowed(word: str) -> int:
    """How many slips a word of this length may have: none where it is so short that anything is like it, or no word."""
    return 0 if len(word) < 4 or len(word) > LONGEST else 1 if len(word) < 8 else 2


def slips(one: str, other: str, most: int) -> int:
    """How many slips lie between two words; more than `most` where they are more."""
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]


def one_slip_away(word: str) -> set[str]:
    """Every word that one slip makes of this one."""
    letters = sorted({*ascii_lowercase, *word})
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {a + b[1:] for a, b in parts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    exchanged = {a + letter + b[1:] for a, b in parts if b for letter in letters}
    put_in = {a + letter + b for a, b in parts for letter in letters}
    return (left_out | swapped | exchanged | put_in) - {word}


def beginnings(word: str) -> list[str]:
    """How what may be meant begins: with the same letter, for a slip in the first is rare, or with the second letter.

    One slip leaves few ways to begin with the second letter: it stands first, or twice, or the two are swapped.
    """
    first, second = word[0], word[1:2]
    if allowed(word) != 1:
        return list(dict.fromkeys(word[:2]))
    swapped = {near[:3] for one in (word, _stemmed(word)) for near in one_slip_away(one) if near[0] == second}
    return [first, *sorted(swapped if first != second else ())]


def _stemmed(word: str) -> str:
    """As a stem writes a y at the end."""
    return f"{word[:-1]}i" if word.endswith("y") else word


def likest(word: str, candidates: Iterable[str], *, are_stems: bool = False) -> list[str]:
    """Of the candidates those that a word was probably meant for, the likest first.

    A stem is held against the beginning of the word, for it has lost its ending.
    """
    most, found = allowed(word), []
    if are_stems:
        word = _stemmed(word)
    for other in set(candidates) - {word}:
        if len(other) < 3:
            continue
        far = slips(word, other, most)
        if far > most and are_stems and SHORTEST_STEM <= len(other) < len(word) <= len(other) + ENDING:
            nearest = min(slips(word[: len(other) + more], other, 1) for more in (-1, 0, 1))
            far = nearest if nearest <= 1 else far
        if far > most and len(word) >= 4 and word in other:
            far = most
        if far <= most:
            found.append((far, word[0] != other[0], -len(other), other))
    return [other for *_, other in sorted(found)[:MOST_ALIKE]]
