"""The one way a page draws a table: plain cells inside; what each needs on a phone or a screen reader is added here."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_HEADING = re.compile(r"<th\b([^>]*)>(.*?)</th>", re.DOTALL)
_CELL = re.compile(r"<(/?table|tbody|tr|th|td)\b([^>]*)>")
_MARKUP = re.compile(r"<[^>]+>")
_HIDDEN = '<span class="visually-hidden">'
_CLASS = re.compile(r'class="([^"]*)"')
_CLASSES_OF_A_COLUMN = ("num", "no-print", "bare", "when-late")
_OPTIONS = {"label", "labelledby", "wide", "kind", "rows", "stacks", "brief"}
_EVERY = '<label class="every"><input type="checkbox"> Show every column</label>'
# Where columns are too narrow, app.css turns a row into a block, which is no row to a screen reader without these.
_ROLES = {"tbody": ' role="rowgroup"', "tr": ' role="row"', "th": ' role="rowheader" scope="row"', "td": ' role="cell"'}


class TableRow(NamedTuple):
    """A row drawn in Python: the HTML of its cells, its name first, and the attributes of its own.

    A single cell is a heading or a remark between rows, and spans them all. `begins`: a group of rows of its own.
    """

    cells: Sequence[str]
    attributes: str = ""
    begins: bool = False


class TableNode(Node):
    def __init__(self, options: dict[str, FilterExpression], body: NodeList) -> None:
        self.options, self.body = options, body

    def render(self, context: Context) -> SafeString:
        head, found, rows = self.body.render(context).partition("</thead>")
        columns: list[tuple[str, str]] = []
        head = _HEADING.sub(lambda match: _heading(match, columns), head)
        head = head.replace("<thead", '<thead role="rowgroup"').replace("<tr", '<tr role="row"')
        options = {name: value.resolve(context) for name, value in self.options.items()}
        drawn = options.pop("rows", None)
        rows = _cells(rows, columns) if drawn is None else _drawn(drawn, columns)
        return mark_safe(f"{_opening(**options)}{head}{found}{rows}</table></div>")  # noqa: S308 - rendered


def _opening(
    *,
    label: str = "",
    labelledby: str = "",
    kind: str = "",
    wide: bool = False,
    stacks: bool = True,
    brief: bool = False,
) -> str:
    name = f'aria-label="{escape(label)}"' if label else f'aria-labelledby="{escape(labelledby)}"'
    classes = " ".join(filter(None, ("table-stack" if stacks else "", "table-brief" if brief else "", kind)))
    wrap = f'<div class="table-wrap{" table-wrap-wide" if wide else ""}">'
    return f'{wrap}{_EVERY if brief else ""}<table class="{classes}" role="table" {name}>'


def _heading(match: re.Match[str], columns: list[tuple[str, str]]) -> str:
    """A heading with its role; what every cell below it gets goes into columns."""
    attributes, content = match.groups()
    own = _CLASS.search(attributes)
    classes = " ".join(name for name in own[1].split() if name in _CLASSES_OF_A_COLUMN) if own else ""
    words = "" if content.startswith(_HIDDEN) else " ".join(_MARKUP.sub("", content).split()).replace('"', "&quot;")
    columns.append((f' data-label="{words}"' if words else "", classes))
    return f'<th role="columnheader" scope="col"{attributes}>{content}</th>'


def _cells(html: str, columns: list[tuple[str, str]]) -> str:
    """The rows with their roles, and each cell with its column's heading; a table inside a cell stays as it is."""
    column = inner = 0

    def give(match: re.Match[str]) -> str:
        nonlocal column, inner
        tag, attributes = match.groups()
        if tag.endswith("table"):
            inner += 1 if tag == "table" else -1
        if inner or tag not in _ROLES:
            return match[0]
        label = classes = ""
        if tag == "tr":
            column = -1
        elif tag != "tbody":
            column += 1
            if tag == "td" and "colspan" not in attributes and column < len(columns):
                label, classes = columns[column]
        if classes and 'class="' in attributes:
            attributes, classes = attributes.replace('class="', f'class="{classes} ', 1), ""
        of_column = f'{label} class="{classes}"' if classes else label
        return f"<{tag}{_ROLES[tag]}{of_column}{attributes}>"

    return _CELL.sub(give, html)


def _drawn(rows: Iterable[TableRow], columns: list[tuple[str, str]]) -> str:
    """Rows whose cells are drawn already, each put between the same tags."""
    opened = [f"<th{_ROLES['th']}>%s</th>"]
    for label, classes in columns[1:]:
        of_column = f'{label} class="{classes}"' if classes else label
        opened.append(f"<td{_ROLES['td']}{of_column}>".replace("%", "%%") + "%s</td>")
    row = f"<tr{_ROLES['tr']}%s>{''.join(opened)}</tr>"
    spanning = f'<tr{_ROLES["tr"]}%s><td{_ROLES["td"]} colspan="{len(columns)}">%s</td></tr>'
    shapes = {len(columns): row, 1: spanning}
    body = f"<tbody{_ROLES['tbody']}>"
    drawn = [
        (f"</tbody>{body}" if begins and at else "") + shapes[len(cells)] % (attributes, *cells)
        for at, (cells, attributes, begins) in enumerate(rows)
    ]
    return f"{body}{''.join(drawn)}</tbody>"


@register.tag
def table(parser: Parser, token: Token) -> TableNode:
    """Draw a table with its frame, roles and labels; rows are written as plain <tr>, <th> (the row's name) and <td>.

        {% table label="People" %}
        <thead><tr><th>Name</th><th class="num">Initiatives</th></tr></thead>
        <tbody>{% for one in page %}<tr><th>{{ one.name }}</th><td>{{ one.count }}</td></tr>{% endfor %}</tbody>
        {% endtable %}

    label, or labelledby (the id of a heading), names the table; wide=True stacks it earlier (six columns and more);
    kind is a class of app.css; stacks=False where that class says itself how rows look on a phone. The classes "num"
    and "no-print" of a heading go to its cells too. A heading for screen readers only (a visually-hidden span) labels
    no cell on a phone.

    brief=True gives a row two lines on a phone, its name and what matters, and a box to show every column. There, a
    heading's class "bare" leaves out the label of its cells, "when-late" the cells that hold nothing late; a cell's own
    class "zero" leaves that cell out.

    rows: for long lists, instead of a <tbody>: a TableRow each, drawn in Python.
    """
    words = token.split_contents()[1:]
    options: dict[str, Any] = token_kwargs(words, parser)
    if words or not options.keys() <= _OPTIONS or not options.keys() & {"label", "labelledby"}:
        raise template.TemplateSyntaxError("{% table %} takes label or labelledby, wide, kind, stacks and rows.")
    body = parser.parse(("endtable",))
    parser.delete_first_token()
    return TableNode(options, body)
