"""The words by which something was found, marked in what it says; of a long text the part that holds most of them."""

import re
from collections.abc import Callable, Collection

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from records.texts import folded, joined_words
from search.words import PART

TOKEN = re.compile(r"\w+(?:[-'’‘ʼ‐‑&]\w+)*")
SHOWN = 40  # words of a long text
LEAD = 6  # of them before the first one that is marked
NO_TEXT = mark_safe("")
Marks = Callable[[str], bool]  # whether a word of a text, as written, is one by which it was found
# Markdown's own signs. No part of it looks on over lines, or from one bracket to the end for each bracket before.
WRITING = re.compile(r"^[ \t]*+(?:>|#+|[-*+]\s)[ \t]*+|[*`]+|\[([^\[\]]*+)\]\([^()]*+\)", re.MULTILINE)


def of_words(found: Collection[str]) -> Marks:
    """By the words that the index says; a word made of several is marked where one of its parts was found."""

    def is_marked(token: str) -> bool:
        parts = PART.findall(folded(token))
        whole = {*parts, "".join(parts), *joined_words(token)}
        return not whole.isdisjoint(found)

    return is_marked


def of_parts(words: Collection[str]) -> Marks:
    """By parts of words, as a list finds them."""
    return lambda token: any(word in folded(token) for word in words)


def plain(text: str) -> str:
    """A text without the signs of its Markdown, on one line."""
    return " ".join(WRITING.sub(lambda sign: sign.group(1) or "", text).split())


def marked(text: str, marks: Marks) -> SafeString:
    """A text as HTML, each word by which it was found in <mark>."""
    parts, at = [], 0
    for token in TOKEN.finditer(text):
        if marks(token.group()):
            parts += [escape(text[at : token.start()]), format_html("<mark>{}</mark>", token.group())]
            at = token.end()
    return mark_safe("".join([*parts, escape(text[at:])]))  # noqa: S308 - every part was escaped


def snippet(text: str, marks: Marks) -> SafeString:
    """The part of a text in which most was found, from a little before; from the beginning where nothing was."""
    text = plain(text)
    spans = [(token.start(), token.end(), marks(token.group())) for token in TOKEN.finditer(text)]
    if not spans:
        return NO_TEXT
    hits = [number for number, (_, _, is_hit) in enumerate(spans) if is_hit]
    best = max(hits, key=lambda first: sum(first <= hit < first + SHOWN - LEAD for hit in hits), default=0)
    first = max(0, best - LEAD)
    if len(spans) <= SHOWN:
        first = 0
    last = min(first + SHOWN, len(spans)) - 1
    begin = 0 if first == 0 else spans[first][0]
    end = len(text) if last == len(spans) - 1 else spans[last][1]
    found = marked(text[begin:end], marks)
    return format_html("{}{}{}", "… " if begin else "", found, "" if end == len(text) else " …")
