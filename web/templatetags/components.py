"""The components that stand in every row of a list, as tags: a list draws hundreds, and includes took half its time."""

from collections.abc import Iterable
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from web.templatetags.ui import days_phrase, days_state, status_key, status_label

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside words. name: a symbol of templates/_components/sprite.html."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{}"></use></svg>', name)


@register.simple_tag(name="date")
def show_date(
    day: date | None, *, due: bool = False, today: date | None = None, done: bool = False, time: bool = False
) -> SafeString:
    """A day; time adds the time of day, in the time zone of the installation.

    due adds "in 12 days" or "41 days late" in its colour, from today (the day the page speaks for) on, unless done.
    """
    if not day:
        return SafeString('<span class="muted">No date</span>')
    local = timezone.localtime(day) if isinstance(day, datetime) and timezone.is_aware(day) else day
    machine, words = ("c", "j M Y, H:i") if time else ("Y-m-d", "j M Y")
    html = f'<time class="nowrap" datetime="{format_date(local, machine)}">{format_date(local, words)}</time>'
    if due and not done:
        state = days_state(day, today) or "muted"
        html += f' <span class="small nowrap {state}">{days_phrase(day, today)}</span>'
    return SafeString(html)


@register.simple_tag
def status_badge(status: object, *, label: str | None = None, large: bool = False) -> SafeString:
    """A status as icon and word; label is the status's own word. Empty or unknown: "No current update"."""
    key = status_key(status)
    size = " status-large" if large else ""
    return SafeString(f'<span class="status st-{key}{size}">{icon(key)}{escape(label or status_label(key))}</span>')


@register.simple_tag
def progress(done: int, total: int, *, what: str = "milestones met", wide: bool = False) -> SafeString:
    """How many of how many, as a bar and numbers; "None set" where there are none."""
    if not total:
        return SafeString('<span class="muted small">None set</span>')
    return format_html(
        '<span class="progress{0}"><progress value="{1}" max="{2}" aria-label="{1} of {2} {3}"></progress>'
        '<span>{1} of {2}<span class="visually-hidden"> {3}</span></span></span>',
        " progress-wide" if wide else "", done, total, what,
    )  # fmt: skip


@register.simple_tag(name="name")
def show_name(name: str | None, *, missing: str = "") -> SafeString:
    """The name of a person or a department, kept apart from the words around it, whatever its direction of writing.

    Nobody is "No owner" in the colour of what is late, or what missing says.
    """
    if name:
        return format_html("<bdi>{}</bdi>", name)
    return escape(missing) if missing else SafeString('<span class="late">No owner</span>')


@register.simple_tag
def names(several: Iterable[str]) -> SafeString:
    return format_html_join(", ", "<bdi>{}</bdi>", ((name,) for name in several))
