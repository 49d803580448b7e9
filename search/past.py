"""What stood on a day, found by parts of its words in the versions that held then. Slower than the index, and rare."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from django.db.models import CharField, Q, Value
from django.db.models.functions import Concat, Left, StrIndex

from people.models import User
from records.asof import AsOf
from search.engines.base import Candidate, rows_of
from search.kinds import Kind, of_plans, sees_everybody
from search.words import Word

LINE = Value("\n")
NAMES = Left("search_text", StrIndex(Concat("search_text", LINE), LINE) - 1)  # the line of the words that name a row


def found_then(
    kinds: Sequence[Kind], words: Sequence[Word], user: User, when: AsOf, plans: Sequence[int], *, is_any: bool = False
) -> list[Candidate]:
    """The rows that had the words. One query."""
    parts = []
    for kind in kinds:
        rows = of_plans(kind.then(user, when), kind, plans)
        column = "search_text"
        if kind.key == "person" and not sees_everybody(user):
            rows, column = rows.annotate(names=NAMES), "names"
        rows = rows.filter(_has(column, words, is_any=is_any)).order_by(f"-{kind.key_then}")
        parts.append(rows.values_list(Value(kind.key, CharField()), kind.key_then, "search_text")[: kind.most])
    with_names = {kind.key for kind in kinds if kind.has_names}
    return [
        Candidate(key, key in with_names and _names(text, words), number, 0.0) for key, number, text in rows_of(parts)
    ]


def _has(column: str, words: Sequence[Word], *, is_any: bool) -> Q:
    each = [reduce(or_, (Q((f"{column}__contains", text)) for text in texts_of(word))) for word in words]
    return reduce(or_ if is_any else and_, each)


def texts_of(word: Word) -> list[str]:
    """A word as it stands in folded text: as it was typed, or what else will do for it."""
    return list(dict.fromkeys([word.typed, *("".join(phrase) for phrase in word.phrases)]))


def _names(text: str, words: Sequence[Word]) -> bool:
    names = text.partition("\n")[0]
    return all(any(one in names for one in texts_of(word)) for word in words)
