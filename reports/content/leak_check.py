"""Whether a text names an initiative: leadership's own words must not tell residents of an internal one."""

import re
from collections.abc import Iterable
from typing import Protocol


class Named(Protocol):
    """An initiative, as far as a text can name it."""

    @property
    def number(self) -> str: ...
    @property
    def title(self) -> str: ...


def named_in(text: str, rows: Iterable[Named]) -> tuple[Named, ...]:
    """The initiatives whose title or number, as a word of its own, stands in the text."""
    words = _plain(text)
    return tuple(row for row in rows if words and (_stands(row.title, words) or _stands(row.number, words)))


def _stands(name: str, words: str) -> bool:
    plain = _plain(name)
    return bool(plain) and re.search(rf"(?<![\w.]){re.escape(plain)}(?![\w]|\.\w)", words) is not None


def _plain(text: str) -> str:
    """As it is compared: emphasis, case and line breaks do not hide a name."""
    return " ".join(re.sub(r"[*_`~\\]", "", text).casefold().split())
