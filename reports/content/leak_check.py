"""Whether a text names an initiative: leadership's own words must not tell residents of an internal one."""

import re
from collections.abc import Iterable

from reports.content.rows import Initiative


def named_in(text: str, rows: Iterable[Initiative]) -> tuple[Initiative, ...]:
    """The initiatives whose title or number, as a word of its own, stands in the text."""
    told = _plain(text)
    return tuple(row for row in rows if told and (_stands(row.title, told) or _stands(row.number, told)))


def _stands(name: str, told: str) -> bool:
    plain = _plain(name)
    return bool(plain) and re.search(rf"(?<![\w.]){re.escape(plain)}(?![\w]|\.\w)", told) is not None


def _plain(text: str) -> str:
    """As it is compared: emphasis, case and line breaks do not hide a name."""
    return " ".join(re.sub(r"[*_`~\\]", "", text).casefold().split())
