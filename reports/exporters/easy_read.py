"""A plan in plain words as a PDF of a page: the same sentences as on its page (initiatives/selectors/easy_read.py)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from initiatives.selectors.easy_read import EasyRead
from records.days import in_words
from reports.content.outline import Text, Words
from reports.exporters.pdf.draw import Data, heading, line, short, span, text
from reports.exporters.to_pdf import icons, typeset
from reports.exporters.words import STATUS_INK


def easy_read_pdf(easy: EasyRead, day: date) -> bytes:
    plan = easy.plan
    return typeset(
        {
            "title": f"{plan.title}: in plain words", "subject": "", "keywords": [], "built": None, "hash": "",
            "plan": [_line(plan.title)],
            "heading": "In plain words",
            "marks": ["Sample activity"] if plan.sample_note else [],
            "alerts": [[_line(plan.sample_note)]] if plan.sample_note else [],
            "footer": _line(f"{short(plan.title, 60)}, {in_words(day)}"),
            "facts": [], "contents": False, "icons": icons(), "colours": STATUS_INK,
            "blocks": list(_blocks(easy)),
        }
    )  # fmt: skip


def _blocks(easy: EasyRead) -> Iterator[Data]:
    if easy.plan.introduction.strip():
        yield from text(Text(easy.plan.introduction, ()))
    yield _heading(1, "What we want, and how far we are")
    yield _said(easy.whole)
    for part in easy.parts:
        yield heading(2, [span(Words(f"{part.goal.number} {part.goal.title}", is_typed=True), "wide")])
        if part.wants:
            yield _said(part.wants, is_typed=True)
        yield _said(part.how_far)
    yield _heading(1, "What comes next")
    yield from _list(
        [
            line(
                (
                    Words(f"By {in_words(one.day)}: "),
                    Words(one.what, is_typed=True),
                    Words(f" ({one.kind.lower()}, {one.number})"),
                )
            )
            for one in easy.next_dates
        ],
        "No open date lies ahead.",
    )
    yield _heading(1, "Whom to ask")
    asked = [line((Words(f"{area}: ", is_typed=True), Words(name, is_typed=True))) for area, name in easy.leads]
    if easy.managers:
        asked.append(line((Words("The plan itself: "), Words(", ".join(easy.managers), is_typed=True))))
    yield from _list(asked, "Nobody is named yet.")


def _list(lines: list[Data], empty: str) -> Iterator[Data]:
    yield {"kind": "list", "items": [[one] for one in lines]} if lines else _said(empty)


def _heading(level: int, words: str) -> Data:
    return heading(level, [span(Words(words))])


def _said(words: str, *, is_typed: bool = False) -> Data:
    return {"kind": "text", "lines": [_line(words, is_typed=is_typed)]}


def _line(words: str, *, is_typed: bool = True) -> dict[str, Any]:
    return {"spans": [span(Words(words, is_typed=is_typed), "wide")]}
