"""Frozen quarters, found by what they are called and by their summaries. They are few, so each is looked at."""

import re
from calendar import month_name
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from records.asof import AsOf
from records.days import in_words
from records.texts import search_text_of
from reports.models import ActKind, QuarterSnapshot, ReportAct
from search.engines.base import Candidate
from search.words import PART, Word

KIND, LABEL, PLURAL = "report", "Report", "Reports"
MOST = 400  # quarters, the newest; five plans over twenty years


def frozen_quarters(when: AsOf, plans: Collection[int]) -> list[Any]:
    """The newest revision of each quarter, with its summary as `said`. One query."""
    written = ReportAct.objects.filter(when.recorded(), snapshot=OuterRef("pk"), kind=ActKind.SUMMARY_WRITTEN)
    rows = QuarterSnapshot.objects.filter(~Q(content_hash=""), when.recorded("built_at"), plan__in=plans)
    said = Subquery(written.order_by("-recorded_at", "-pk").values("text")[:1])
    newest: dict[tuple[int, date], Any] = {}
    for row in rows.annotate(said=said).order_by("-as_of_day", "-revision")[:MOST]:
        newest.setdefault((row.plan_id, row.as_of_day), row)
    return list(newest.values())


def having(quarters: Iterable[Any], words: Collection[Word], *, is_any: bool = False) -> list[Candidate]:
    """Those of the quarters that have all the words, or one of them."""
    found = []
    enough = any if is_any else all
    for row in quarters:
        names, text = _words(called(row)), _words(row.said or "")
        if enough(_has(f"{names} {text}", word) for word in words):
            found.append(Candidate(KIND, enough(_has(names, word) for word in words), row.pk, 0.0))
    return found


def called(row: QuarterSnapshot) -> str:
    """Everything by which somebody may know a quarter."""
    quarter = row.period
    first, last = quarter.first_day, quarter.last_day
    months = " ".join(month_name[(first.month - 1 + step) % 12 + 1] for step in range(3))
    return (
        f"{quarter.label} quarter report fiscal year {quarter.fiscal_year} quarter {quarter.number} "
        f"{in_words(first)} {in_words(last)} {months} {last.year}"
    )


def _words(text: str) -> str:
    return " ".join(PART.findall(search_text_of(text).replace("'", "")))


def _has(text: str, word: Word) -> bool:
    return any(re.search(rf"\b{' '.join(phrase)}", text) for phrase in word.phrases)
