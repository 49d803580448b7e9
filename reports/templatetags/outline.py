"""The outline of a report on pages: what a cell and a row hold as HTML. Blocks are in templates/reports/sections.

Drawn in Python, for the table of all initiatives has thousands of cells.
"""

from collections.abc import Iterator
from html import escape

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from reports.content import ReportContent, outline
from reports.content.first_view import BriefReport, FirstView, first_view
from reports.content.outline import Cell, Day, Group, Line, Piece, Prose, Row, Section, Status, Table
from web.addresses import address, address_of_row
from web.markdown import to_html
from web.templatetags.components import show_date, status_badge
from web.templatetags.tables import TableRow

register = template.Library()


@register.simple_tag
def report_outline(report: ReportContent | BriefReport) -> dict[str, Section]:
    """The sections of a report's page by their key, in their order."""
    if isinstance(report, BriefReport):
        return report.first_view.outline
    return {section.key: section for section in outline(report, "page")}


@register.simple_tag
def report_first_view(report: ReportContent | BriefReport) -> FirstView:
    return report.first_view if isinstance(report, BriefReport) else first_view(report)


@register.simple_tag(takes_context=True)
def outline_rows(context: Context, table: Table) -> Iterator[TableRow]:
    """The rows of a table, group by group. From the page: standalone, and what _body.html names."""
    for group in table.groups:
        if group.heading:
            yield TableRow((_heading(group),), ' class="row-group"')
        if not group.rows:
            yield TableRow((f'<span class="muted">{escape(group.empty)}</span>',))
        for row in group.rows:
            if row.initiative_id is not None:
                first, own = _entry(context, row, row.initiative_id), f' id="{row.id}"'
            else:
                is_total = table.has_total and row is group.rows[-1]
                first, own = cell(row.cells[0]), ' class="total"' if is_total else ""
            yield TableRow((first, *map(cell, row.cells[1:])), own)


def _heading(group: Group) -> str:
    place = f' id="{group.id}"' if group.id else ""
    aside = f' <span class="small muted">{escape(group.aside)}</span>' if group.aside else ""
    return f"<h3{place}>{escape(group.heading)}</h3>{aside}"


def _entry(context: Context, row: Row, initiative_id: int) -> str:
    """An initiative at the head of its row: on the page with a link to it, and what this person may do."""
    if context.get("standalone"):
        return cell(row.cells[0])
    shown: str = cell(row.cells[0], address_of_row("initiatives:initiative-detail", initiative_id))
    of = (context["plan"].slug, context["quarter"].slug)
    name = f'<span class="visually-hidden"> {escape(_name(row))}</span>'
    if context.get("may_work") and initiative_id not in context["mine"]:
        action = address("reports:report-sign-off", *of, initiative_id)
        shown += (
            f'<form method="post" class="no-print" action="{action}" data-once>'
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{context["csrf_token"]}">'
            f'<button type="submit" class="button-link small">Sign off{name}</button></form>'
        )
    if context.get("may_correct"):
        href = address("reports:report-correct", *of, "initiative", initiative_id)
        shown += f'<a class="small no-print" href="{href}">Correct{name}</a>'
    return shown


def _name(row: Row) -> str:
    first = row.cells[0][0]
    return first.text if isinstance(first, Prose) else first[0].text


@register.filter
def line(pieces: Line) -> SafeString:
    return SafeString("".join(map(_piece, pieces)))


@register.filter
def cell(value: Cell, href: str = "") -> SafeString:
    """A cell: its first line as it is, each further one below it. With an address, its first words lead there."""
    first, *rest = value or ((),)
    shown = _line(first)
    if href and not isinstance(first, Prose):
        shown = f'<a href="{escape(href)}">{escape(first[0].text)}</a>{line(first[1:])}'
    return SafeString(shown + "".join(f"<div>{_line(one)}</div>" for one in rest))


def _line(value: Line | Prose) -> str:
    if not isinstance(value, Prose):
        return line(value)
    label = f'<span class="{value.look or "muted"}">{escape(value.label)}</span> ' if value.label else ""
    return f'<div class="prose">{label}{to_html(value.text)}</div>'


def _piece(piece: Piece) -> str:
    if isinstance(piece, Status):
        return status_badge(piece.status, label=piece.text)
    if isinstance(piece, Day):
        return show_date(piece.day, due=piece.today is not None, today=piece.today)
    look = "small muted" if piece.look == "small" else piece.look
    shown = f'<span class="{look}">{escape(piece.text)}</span>' if look else escape(piece.text)
    return f'<a href="#{piece.to}">{shown}</a>' if piece.to else shown
