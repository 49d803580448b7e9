"""A long report is shown part by part. Which one an address asks for; without one, headings and figures alone."""

from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode

from reports.content.report import ReportHead
from reports.content.sections import SECTIONS

ALL = "all"
PARTS = frozenset({ALL, *(build.__name__ for build, _ in SECTIONS)})


def asked_part(request: HttpRequest) -> str:
    """The key of a section, ALL, or nothing."""
    part = request.GET.get("part", "")
    return part if part in PARTS else ""


def in_parts(content: ReportHead, part: str, *, keep: dict[str, str]) -> dict[str, Any]:
    """For the templates of a report's page. `keep`: what else of the address the parts need."""
    return {
        "is_split": content.is_long and part != ALL,
        "part": part,
        "parts_href": "?" + urlencode({**keep, "part": ""}),
    }
