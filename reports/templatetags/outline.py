"""The outline of a report on pages: what a cell holds as HTML. How blocks look is in templates/reports/sections."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from reports.content import ReportContent, outline
from reports.content.outline import Cell, Day, Line, Piece, Prose, Row, Section, Status
from web.markdown import to_html
from web.templatetags.components import show_date, status_badge

register = template.Library()


@register.simple_tag
def report_outline(report: ReportContent) -> dict[str, Section]:
    """The sections of a report's page by their key, in their order."""
    return {section.key: section for section in outline(report, "page")}


@register.filter
def beside(rows: Iterable[Row], total: bool) -> list[tuple[Row, bool]]:
    """Rows, each with whether it is the one that sums the others."""
    listed = list(rows)
    return [(row, total and row is listed[-1]) for row in listed]


@register.filter
def line(pieces: Line) -> SafeString:
    return format_html_join("", "{}", ((_piece(piece),) for piece in pieces))


@register.filter
def cell(value: Cell, address: str = "") -> SafeString:
    """A cell: its first line as it is, each further one below it. With an address, its first words lead there."""
    first, *rest = value or ((),)
    shown = _line(first)
    if address and not isinstance(first, Prose):
        shown = format_html('<a href="{}">{}</a>{}', address, first[0].text, line(first[1:]))
    return format_html_join("", "{}", [(shown,), *((format_html("<div>{}</div>", _line(one)),) for one in rest)])


def _line(value: Line | Prose) -> SafeString:
    if not isinstance(value, Prose):
        return line(value)
    label = format_html('<span class="{}">{}</span> ', value.look or "muted", value.label) if value.label else ""
    text = mark_safe(to_html(value.text))  # noqa: S308 - cleaned there
    return format_html('<div class="prose">{}{}</div>', label, text)


def _piece(piece: Piece) -> SafeString:
    if isinstance(piece, Status):
        return status_badge(piece.status, label=piece.text)
    if isinstance(piece, Day):
        return show_date(piece.day, due=piece.today is not None, today=piece.today)
    look = {"small": "small muted"}.get(piece.look, piece.look)
    shown = format_html('<span class="{}">{}</span>', look, piece.text) if look else conditional_escape(piece.text)
    return format_html('<a href="#{}">{}</a>', piece.to, shown) if piece.to else shown
