"""Presentation only: words, dates and shapes for templates. Nothing here reads the database."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from records.days import in_words
from records.texts import isolated
from web import shares, spans
from web.addresses import address
from web.markdown import to_html, to_plain

register = template.Library()


class Address(URLNode):
    """Django's own `{% url %}`, but that an address of one shape is looked up once (web.addresses)."""

    def render(self, context: Context) -> str:
        if self.kwargs:
            return str(super().render(context))
        found = ""
        try:
            found = address(self.view_name.resolve(context), *(one.resolve(context) for one in self.args))
        except NoReverseMatch:
            if not self.asvar:
                raise
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> Address:
    node = parse_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)


class Static(StaticNode):
    """Django's own `{% static %}`, but that the address of a file is looked up once a process."""

    def url(self, context: Context) -> str:
        return _address_of_file(self.path.resolve(context))


_address_of_file = cache(StaticNode.handle_simple)


@register.tag("static")
def static(parser: Parser, token: Token) -> StaticNode:
    return Static.handle_token(parser, token)


# In the order in which bars and legends show them: best first, then waiting, then ended, then unknown.
STATUS_LABELS = {
    "completed": "Completed",
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "on_hold": "On hold",
    "not_started": "Not started",
    "cancelled": "Cancelled",
    "no_current_update": "No current update",
}


@register.filter
def status_key(value: object) -> str:
    """The status as a known key; anything else (an empty one too) is "no_current_update"."""
    key = str(getattr(value, "value", value) or "")
    return key if key in STATUS_LABELS else "no_current_update"


@register.filter
def status_label(value: object) -> str:
    return STATUS_LABELS[status_key(value)]


@register.filter
def status_segments(counts: Mapping[str, int]) -> tuple[shares.Segment, ...]:
    """Counts by status as the parts of a bar, best first."""
    return shares.segments({status: counts.get(status, 0) for status in STATUS_LABELS}, STATUS_LABELS)


@register.filter
def entry(table: Mapping[Any, Any] | None, key: Any) -> Any:
    """What a table holds under a key; None where it holds nothing, or there is no table."""
    return table.get(key) if table else None


@register.filter
def percent(part: float | None, whole: float | None = 100) -> str:
    """`{{ 3|percent:5 }}` is "60%"; `{{ 40|percent }}` is "40%"; nothing of nothing is a dash."""
    if part is None or not whole:
        return "–"
    return f"{shares.percent(part, whole)}%"


@register.filter
def number(count: int | str) -> str:
    """A count as people write it: 2,001; words in its place ("100 or more", nothing) stay as they are.

    Not for numbers that are names, such as 2.3.1, years or rows of a file.
    """
    return f"{count:,}" if isinstance(count, int) else count


@register.filter
def days_phrase(day: date | None, today: date | None = None) -> str:
    """ "today", "tomorrow", "in 12 days", "41 days late". Give today where the page speaks for another day."""
    if day is None:
        return ""
    days = (_day(day) - _day(today or timezone.localdate())).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if days > 0:
        return f"in {spans.in_words(days)}"
    return f"{spans.in_words(-days)} late"


@register.filter
def days_ago(day: date | None, today: date | None = None) -> str:
    """The age of something: "today", "yesterday", "12 days ago"."""
    if day is None:
        return "never"
    days = (_day(today or timezone.localdate()) - _day(day)).days
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{spans.in_words(days)} ago"


@register.filter
def days_state(day: date | None, today: date | None = None) -> str:
    """Class for a due date: "late", "soon" (within 14 days) or nothing."""
    if day is None:
        return ""
    days = (_day(day) - _day(today or timezone.localdate())).days
    if days < 0:
        return "late"
    return "soon" if days <= 14 else ""


@register.filter
def page_numbers(page: Page[Any]) -> list[int | str]:
    """The page numbers around this page, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag
def position(day: date | None, start: date, end: date) -> float:
    """Where a day stands between two others, 0 to 100, for the x of a drawing."""
    span = (_day(end) - _day(start)).days
    if day is None or span <= 0:
        return 0.0
    return round(min(100.0, max(0.0, (_day(day) - _day(start)).days * 100 / span)), 3)


@register.filter
def day_words(day: date | None) -> str:
    """A day as plain words, where `{% date %}` cannot mark it up: in the text of a mail, inside a label."""
    return in_words(_day(day)) if day else ""


@register.filter
def isolate(name: object) -> str:
    """A name in the text of a mail or the title of a page; in markup `{% name %}`."""
    return isolated(str(name))


def _day(moment: date) -> date:
    if isinstance(moment, datetime):
        return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()
    return moment


# Markdown ----------------------------------------------------------------------------------------


@register.filter
def markdown(text: str | None) -> SafeString:
    """What a person wrote, as safe HTML."""
    return mark_safe(to_html(text or ""))  # noqa: S308 - cleaned there


@register.filter
def markdown_plain(text: str | None) -> str:
    """What a person wrote, as words alone."""
    return to_plain(text or "")


# Forms -------------------------------------------------------------------------------------------


@register.filter
def first_control_id(bound: BoundField) -> str:
    """The id that a link from the error summary jumps to; of a group, its first choice."""
    own: str = bound.id_for_label
    if own:
        return own
    subwidgets = bound.subwidgets
    first: str = subwidgets[0].id_for_label if subwidgets else ""
    return first or str(bound.auto_id)
