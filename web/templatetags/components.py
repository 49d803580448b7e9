"""The components that stand many times on a page, as tags: a list draws hundreds, and includes took half its time.

They are functions, so that rows that are drawn in Python (a room's rendering.py) call them too.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from records.days import in_words, instant_in_words
from web.addresses import address
from web.escaping import conditional_escape, escape
from web.markdown import to_html
from web.parts import Part
from web.renderers import field
from web.shares import Segment
from web.templatetags.ui import days_phrase, days_state, page_numbers, status_key, status_label, status_segments

register = template.Library()
register.simple_tag(field)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside words. name: a symbol of templates/_components/sprite.html."""
    return SafeString(
        f'<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{escape(name)}"></use></svg>'
    )


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
    machine, words = f"{local:%Y-%m-%d}", in_words(local)
    if time and isinstance(local, datetime):
        machine, words = local.isoformat(timespec="seconds"), instant_in_words(local)
    html = f'<time class="nowrap" datetime="{machine}">{words}</time>'
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
    size, of, words = " progress-wide" if wide else "", f"{int(done):,} of {int(total):,}", escape(what)
    return SafeString(
        f'<span class="progress{size}"><progress value="{int(done)}" max="{int(total)}" aria-label="{of} {words}">'
        f'</progress><span>{of}<span class="visually-hidden"> {words}</span></span></span>'
    )


@register.simple_tag(name="name")
def show_name(name: str | None, *, missing: str = "") -> SafeString:
    """The name of a person or a department, kept apart from the words around it, whatever its direction of writing.

    Nobody is "No owner" in the colour of what is late, or what missing says.
    """
    if name:
        return SafeString(f"<bdi>{escape(name)}</bdi>")
    return escape(missing) if missing else SafeString('<span class="late">No owner</span>')


_drawing = icon  # where a tag takes an `icon`


@register.simple_tag
def button(
    *,
    label: str,
    href: str = "",
    kind: str = "",
    icon: str = "",
    name: str = "",
    value: object = "",
    form: str = "",
    small: bool = False,
    hint: str = "",
) -> SafeString:
    """A button that sends its form, or with href a link that looks like one. kind: quiet, danger or link.

    form: id of another form; hint: said to screen readers after the label.
    """
    look = " ".join(filter(None, ("button" if kind != "link" else "", kind and f"button-{escape(kind)}")))
    look += " button-small" if small else ""
    words = f"{_drawing(icon) if icon else ''}{conditional_escape(label)}"
    words += f'<span class="visually-hidden"> {conditional_escape(hint)}</span>' if hint else ""
    if href:
        return SafeString(f'<a class="{look}" href="{conditional_escape(href)}">{words}</a>')
    sent = f' name="{escape(name)}" value="{conditional_escape(value)}"' if name else ""
    sent += f' form="{escape(form)}"' if form else ""
    return SafeString(f'<button type="submit" class="{look}"{sent}>{words}</button>')


@register.simple_tag(takes_context=True)
def pagination(context: Context, page: Page[Any], *, noun: str = "", target: str = "") -> SafeString:
    """Pages of a list, each as a link that keeps all else of the address. target: id of the part that htmx swaps."""
    noun = conditional_escape(noun or "rows")
    count = page.paginator.count
    which = f"{page.start_index():,}–{page.end_index():,} of {count:,}" if count else "0"
    drawn = f'<nav class="pagination" aria-label="Pages of {noun}"><p>{which} {noun}</p>'
    if not page.has_other_pages():
        return SafeString(f"{drawn}</nav>")
    before, after = _around(context["request"].GET, "page")
    swap = f' hx-target="#{escape(target)}" hx-swap="outerHTML" hx-push-url="true"' if target else ""

    def link(number: object, words: str, rel: str = "") -> str:
        where = escape(f"?{before}page={number}{after}")
        here = f' hx-get="{where}"{swap}' if target else ""
        return f'<li><a{rel} href="{where}"{here}>{words}</a></li>'

    of_page = '<span class="visually-hidden">Page </span>'
    links = [link(page.previous_page_number(), "Previous", ' rel="prev"')] if page.has_previous() else []
    for number in page_numbers(page):
        if number == page.number:
            links.append(f'<li><span aria-current="page">{of_page}{number}</span></li>')
        elif not isinstance(number, int):
            links.append('<li><span class="gap">…</span></li>')
        else:
            links.append(link(number, f"{of_page}{number}"))
    if page.has_next():
        links.append(link(page.next_page_number(), "Next", ' rel="next"'))
    return SafeString(f'{drawn}<ul role="list">{"".join(links)}</ul></nav>')


def _around(query: QueryDict, name: str) -> tuple[str, str]:
    """What stands in an address before and after a value that changes, at its place or at the end."""
    names = list(query)
    place = names.index(name) if name in query else len(names)
    before, after = (
        urlencode([(one, query.getlist(one)) for one in some], doseq=True)
        for some in (names[:place], names[place + 1 :])
    )
    return f"{before}&" if before else "", f"&{after}" if after else ""


@register.simple_tag(takes_context=True)
def more(context: Context, rows: Part[Any]) -> SafeString:
    """After the first rows of a list: how many there are besides, and the way to all of them."""
    if not rows.more:
        return SafeString("")
    query = context["request"].GET.copy()
    query["rows"] = "all"
    link = '<p class="small"><a class="alone" href="?{}">Show {} more</a></p>'
    return format_html(link, query.urlencode(), f"{rows.more:,}")


@register.simple_tag
def names(several: Iterable[str]) -> SafeString:
    return format_html_join(", ", "<bdi>{}</bdi>", ((name,) for name in several))


@register.simple_tag
def nav_item(view: str, label: str, *, key: str, current: str) -> SafeString:
    """One link of the main navigation; key is its section, current the one that the page belongs to."""
    mark = SafeString(' aria-current="true"') if key == current else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', address(view), mark, label)


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: str, key: str, *, sort: str, column: str = "", target: str = "") -> SafeString:
    """A column heading that sorts by a link. key: value of ?sort=; sort: the current one, "key" or "-key".

    column: the classes of its column (see `table`); target: id of the part that htmx swaps.
    """
    query = context["request"].GET.copy()
    query["sort"] = f"-{key}" if sort == key else key
    query.pop("page", None)
    link = f"?{query.urlencode()}"
    swap = format_html(' hx-get="{}" hx-target="#{}" hx-swap="outerHTML" hx-push-url="true"', link, target)
    order, drawing = {key: ("ascending", "up"), f"-{key}": ("descending", "down")}.get(sort, ("", "sort"))
    return format_html(
        '<th{}{}><a href="{}"{}>{}{}</a></th>',
        format_html(' class="{}"', column) if column else "", SafeString(f' aria-sort="{order}"') if order else "",
        link, swap if target else "", label, icon(drawing),
    )  # fmt: skip


@register.simple_tag
def status_mix(
    segments: Sequence[Segment],
    *,
    id: str,
    title: str = "Initiatives by status",
    base_url: str = "",
    legend: bool = True,
) -> SafeString:
    """A bar of statuses, each as wide as its share. segments: `counts|status_segments`; id: of its title in the page.

    legend=False where the page has the numbers in a table; with base_url each of them links to base_url + "status=…".
    """
    words = ", ".join(f"{one.label}: {one.count:,}" for one in segments) or "Nothing to count yet"
    bar = "".join(_part(one.status, f'x="{one.x}%" width="{one.width}%" height="20"') for one in segments)
    html = (
        f'<div class="stack-tight"><svg class="chart mix" height="20" width="100%" role="img" '
        f'aria-labelledby="{escape(id)}-title {escape(id)}-desc"><title id="{escape(id)}-title">{escape(title)}</title>'
        f'<desc id="{escape(id)}-desc">{escape(words)}.</desc>{bar}</svg>'
    )
    if legend:
        none = '<li class="muted">Nothing to count yet.</li>'
        html += f'<ul class="legend" role="list">{"".join(_legend(one, base_url) for one in segments) or none}</ul>'
    return SafeString(html + "</div>")


@register.simple_tag
def status_legend(segments: Sequence[Segment]) -> SafeString:
    """The words for the colours of several bars at once, without numbers."""
    drawn = "".join(f"<li>{_swatch(one.status)}<span>{escape(one.label)}</span></li>" for one in segments)
    return SafeString(f'<ul class="legend" role="list">{drawn}</ul>')


@register.simple_tag
def status_counts(counts: Mapping[str, int], *, base_url: str) -> SafeString:
    """What a bar shows, as numbers with the status's icon; each links to base_url + "status=…". Zeros are left out."""
    drawn = (
        f'<li class="st-{one.status}"><a href="{escape(base_url)}status={one.status}" title="{escape(one.label)}">'
        f'{icon(one.status)}{one.count:,}<span class="visually-hidden"> {escape(one.label.lower())}</span></a></li>'
        for one in status_segments(counts)
    )
    return SafeString(f'<ul class="counts" role="list">{"".join(drawn)}</ul>')


def _part(status: str, place: str) -> str:
    """A rectangle in the colour of a status and over it its pattern; on track has none."""
    pattern = "" if status == "on_track" else f'<rect {place} fill="url(#p-{status})"/>'
    return f'<rect class="seg st-{status}" {place}/>{pattern}'


def _legend(one: Segment, base_url: str) -> str:
    words = f"<span>{escape(one.label)}</span>"
    if base_url:
        words = f'<a href="{escape(base_url)}status={one.status}">{escape(one.label)}</a>'
    return f'<li>{_swatch(one.status)}{words} <strong class="num">{one.count:,}</strong></li>'


def _swatch(status: str) -> str:
    drawing = _part(status, 'width="20" height="14"')
    return f'<svg class="swatch" width="20" height="14" aria-hidden="true">{drawing}</svg>'


@register.simple_tag
def course_strip(*, label: str, stretches: Iterable[Any]) -> SafeString:
    """What was reported over time: a bar of statuses, and over it a line of shares done that steps up and down.

    label is said to screen readers. stretches: `status`, `percent` (or None), `x` and `width`, 0 to 100.
    """
    bars, steps, before = "", "", None
    for one in stretches:
        bars += _part(status_key(one.status), f'x="{one.x}%" width="{one.width}%" y="34" height="14"')
        if one.percent is None:
            continue
        y, end = 30 - one.percent * 28 / 100, round(one.x + one.width, 2)
        if before is not None:
            steps += f'<line class="step" x1="{one.x}%" x2="{one.x}%" y1="{before:g}" y2="{y:g}"/>'
        steps += f'<line class="step" x1="{one.x}%" x2="{end}%" y1="{y:g}" y2="{y:g}"/>'
        before = y
    return SafeString(
        f'<svg class="chart mix course" height="48" width="100%" role="img" aria-label="{escape(label)}">'
        f'<line class="axis" x1="0" x2="100%" y1="30" y2="30"/>{steps}{bars}</svg>'
    )


@register.simple_tag
def timeline_bar(
    *,
    label: str,
    status: object,
    x: float,
    width: float,
    marks: Iterable[Any] = (),
    today_x: float | None = None,
    agreed: tuple[float, float] | None = None,
    beyond: Iterable[str] = (),
    ticks: Iterable[Any] = (),
    href: str = "",
) -> SafeString:
    """One initiative on a time axis, for a table cell. label is said to screen readers; x, width, today_x: 0 to 100.

    marks: milestones with `x`, `state` (done, late, open) and, to be named and led to, `name` and `id`; href: the page
    they stand on. agreed: (x, width) of what was agreed first. beyond: "start", "end", past which edge it goes on;
    ticks: what has an `x` is a line of the axis.
    """
    lines = "".join(f'<line class="axis" x1="{one.x}%" x2="{one.x}%" y1="0" y2="32"/>' for one in ticks)
    bar = _part(status_key(status), f'x="{x}%" width="{width}%" y="9" height="10" rx="2"') if width else ""
    if agreed:
        bar = f'<rect class="agreed" x="{agreed[0]}%" width="{agreed[1]}%" y="3" height="4"/>{bar}'
        from_, to = sorted((agreed[0] + agreed[1], x + width))
        bar += f'<line class="slip" x1="{from_:g}%" x2="{to:g}%" y1="22" y2="22"/>'
    edges = {"start": '<path class="edge" d="M8 8 L1 14 L8 20 Z"/>', "end": ""}
    bar += "".join(edges[edge] for edge in sorted(beyond))
    if "end" in beyond:  # a path knows no hundredths: the second one is drawn from the right
        bar += '<svg x="100%" overflow="visible"><path class="edge" d="M-8 8 L-1 14 L-8 20 Z"/></svg>'
    dots = "".join(_dot(one, href) for one in marks)
    if today_x is not None:
        dots += f'<line class="today-line" x1="{today_x}%" x2="{today_x}%" y1="0" y2="32"/>'
    return SafeString(
        f'<svg class="chart bar-row" height="32" width="100%" role="group" aria-label="{escape(label)}">'
        f'{lines}<line class="axis" x1="0" x2="100%" y1="14" y2="14"/>{bar}{dots}</svg>'
    )


def _dot(mark: Any, href: str) -> str:
    """A milestone; with a name and an address a link, whose name shows on focus and under the pointer."""
    dot = f'<circle class="dot dot-{mark.state}" cx="{mark.x}%" cy="14" r="5"/>'
    name = escape(getattr(mark, "name", ""))
    if not (name and href):
        return dot
    side = "end" if mark.x > 50 else "start"
    return (
        f'<a class="dot-link" href="{escape(href)}#milestone-{mark.id}" aria-label="{name}">{dot}'
        f'<text class="dot-name" x="{mark.x}%" y="30" text-anchor="{side}">{name}</text></a>'
    )


@register.simple_tag
def update_card(
    update: Any, *, corrected: object = False, stale: bool = False, href: str = "", label: str = ""
) -> SafeString:
    """One status update. update: status, review_date, percent, author, recorded_at, channel, get_channel_display, and…

    …happened, next_steps, help_needed, corrects, reason. corrected: a later one corrects it; stale: it is too old;
    href and label: a link below it.
    """
    own = f' id="update-{update.pk}"' if update.pk else ""
    if update.recorded_at:
        own += f' aria-label="Update of {instant_in_words(timezone.localtime(update.recorded_at))}"'
    html = f'<article class="update st-{status_key(update.status)}"{own}><header class="cluster">'
    html += "".join(_said_of(update))
    if update.corrects:
        html += f'<span class="mark">{icon("edit")}Correction</span>'
    if corrected:
        html += f'<span class="mark">{icon("edit")}Corrected later</span>'
    if stale:
        html += f'<span class="mark late">{icon("no_current_update")}Out of date</span>'
    html += "</header>"
    if update.corrects and update.reason:
        html += f'<p class="small"><span class="muted">Why it was corrected:</span> {escape(update.reason)}</p>'
    said = "".join(
        f'<div><dt>{title}</dt><dd class="prose">{to_html(words)}</dd></div>'
        for title, words in (
            ("What happened", update.happened),
            ("What is next", update.next_steps),
            ("What help is needed", update.help_needed),
        )
        if words
    )
    html += f"<dl>{said}</dl>" if said else '<p class="muted small">No change since the last update.</p>'
    if href:
        html += f'<p class="small"><a href="{escape(href)}">{escape(label)}</a></p>'
    return SafeString(html + "</article>")


def _said_of(update: Any) -> Iterable[str]:
    """Status and figures, then who said it, when and how."""
    yield status_badge(update.status)
    if review := getattr(update, "review_date", None):
        yield f' <span class="small">Review by {show_date(review)}</span>'
    if update.percent is not None:
        yield f' <strong class="num">{update.percent}%</strong>'
    author = show_name(str(getattr(update.author, "name", update.author))) if update.author else "planapp"
    way = ""
    if update.channel and update.channel != "web":
        way = f" by {escape(update.get_channel_display or update.channel)}"
    yield f' <span class="small muted">{author}, {show_date(update.recorded_at, time=True)}{way}</span>'


@register.simple_tag
def facts(items: Iterable[Mapping[str, Any]], *, side: bool = False) -> SafeString:
    """Name and value pairs. items: {label, value, href}; no value is a dash; side=True stands in one column."""
    html = f'<dl class="facts{" facts-side" if side else ""}">'
    for item in items:
        value = "–" if item["value"] is None else conditional_escape(item["value"])
        if href := item.get("href"):
            value = f'<a href="{escape(href)}">{value}</a>'
        html += f"<div><dt>{escape(item['label'])}</dt><dd>{value}</dd></div>"
    return SafeString(html + "</dl>")
