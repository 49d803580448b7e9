"""HTML: the report as one file that needs nothing else, with the look of the page."""

import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from reports.content import ReportContent
from reports.exporters.words import cover_facts


def to_html(report: ReportContent) -> bytes:
    context = {"report": report, "facts": cover_facts(report), "style": style()}
    return render_to_string("reports/export.html", context).encode()


@cache
def style() -> SafeString:
    """The style sheet without its web fonts, which a single file cannot carry; the system's stand in."""
    found = finders.find("css/app.css")
    text = Path(found).read_text() if isinstance(found, str) else ""
    return mark_safe(re.sub(r"@font-face\s*{[^}]*}", "", text))  # noqa: S308 - our own style sheet
