"""The rows of long lists, drawn in Python: a page has hundreds, and a template of their own for each took most of it.

What each function gives goes into `{% table rows=… %}`. Texts that people typed are escaped here, one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils.safestring import SafeString

from initiatives.judgement import counted
from initiatives.selectors.changes import Move, Slip
from initiatives.selectors.status import InitiativeStatus
from initiatives.selectors.timeline import Axis, Bar
from records.asof import AsOf
from web.addresses import address, address_of_row
from web.templatetags.components import progress, show_date, show_name, status_badge, timeline_bar
from web.templatetags.tables import TableRow
from web.templatetags.ui import days_ago


@dataclass(frozen=True)
class Asking:
    """Beside which rows a reader is offered to ask for an update, and where they come back to."""

    may: Callable[[InitiativeStatus], bool]
    back: str

    def link(self, row: InitiativeStatus) -> str:
        """Where nothing current was said of what is open and somebody could say it."""
        if not (row.is_stale and row.is_open and row.owner_id and self.may(row)):
            return ""
        href = f"{address_of_row('initiatives:initiative-ask', row.id)}?next={quote(self.back)}"
        name = escape(f"{row.number} {row.title}")
        hidden = f'<span class="visually-hidden"> of {name}</span>'
        return f' <a class="small nowrap no-print" href="{escape(href)}">Ask for an update{hidden}</a>'


def initiative_rows(
    rows: Iterable[InitiativeStatus], when: AsOf, stay: str = "", asking: Asking | None = None
) -> Iterator[TableRow]:
    """Initiative, status, owner, due, last update, milestones: on the pages of a focus area and a department.

    `stay` is the end of links that keep the day the page speaks for.
    """
    for row in rows:
        internal = ' <span class="muted small">Internal</span>' if row.visibility == "internal" else ""
        ask = asking.link(row) if asking else ""
        yield TableRow((_named(row, stay) + internal + ask, *_standing(row, when)))


@dataclass(frozen=True)
class Grouped:
    """Rows in groups: by what, how many rows each group has on all pages, and the row that stands before the first."""

    by: str
    counts: Mapping[Any, int]
    last: InitiativeStatus | None = None

    def key(self, row: InitiativeStatus) -> int | None:
        return {"goal": row.goal_id, "department": row.department_id, "owner": row.owner_id}[self.by]

    def heading(self, row: InitiativeStatus) -> str:
        """The group that begins, or goes on from the page before, with this row."""
        name = {
            "goal": f"{row.goal_number} {row.goal_title}", "owner": row.owner_name, "department": row.department_name,
        }[self.by]  # fmt: skip
        nobody = {"owner": "No owner", "department": "No lead department"}.get(self.by, "")
        count = counted(self.counts.get(self.key(row), 0), "initiative")
        aside = f"{count}, continued" if self.last and self.key(self.last) == self.key(row) else count
        return f'<h2><bdi>{escape(name or nobody)}</bdi></h2> <span class="small muted">{aside}</span>'

    def unfolding(self, row: InitiativeStatus, is_open: bool) -> str:
        """The heading with what folds its group on a phone, and is not there on a wider page (`.unfold` in app.css)."""
        hidden = '<span class="visually-hidden">Initiatives of this group</span>'
        opened = " open" if is_open else ""
        return f'{self.heading(row)}<details class="unfold"{opened}><summary>{hidden}</summary></details>'


def listed_rows(
    rows: Iterable[InitiativeStatus],
    when: AsOf,
    stay: str = "",
    *,
    columns: Sequence[str],
    grouped: Grouped | None = None,
    is_chosen_from: bool = False,
    asking: Asking | None = None,
) -> Iterator[TableRow]:
    """The rows of the list: a focus area under each title, then the columns chosen; under headings where grouped.

    `is_chosen_from`: each row has a box to tick, for what is done to several.
    """
    draw = [CELLS[name] for name in columns]
    before: int | str | None = ""
    for row in rows:
        if grouped and grouped.key(row) != before:
            before = grouped.key(row)
            yield TableRow((grouped.heading(row),), ' class="row-group"')
        place = f"{row.goal_number} {row.goal_title}" + (" · Internal" if row.visibility == "internal" else "")
        name = f'{_named(row, stay)}<br><span class="muted small">{escape(place)}</span>'
        name += asking.link(row) if asking else ""
        if is_chosen_from:
            label = escape(f"Choose {row.number} {row.title}")
            name = f'<input type="checkbox" name="pick" value="{row.id}" aria-label="{label}"> {name}'
        yield TableRow((name, *(cell(row, when, stay) for cell in draw)))


def timeline_rows(
    bars: Iterable[Bar], axis: Axis, when: AsOf, stay: str = "", *, grouped: Grouped | None = None
) -> Iterator[TableRow]:
    """Initiative, status, and its bar with, where a row has no axis above it, the days in words.

    Grouped, a phone shows the first group and the headings of the others, which open.
    """
    today = axis.today(when.day)
    before: int | str | None = ""
    for bar in bars:
        row = bar.row
        if grouped and grouped.key(row) != before:
            heading = grouped.unfolding(row, is_open=before == "")
            before = grouped.key(row)
            yield TableRow((heading,), ' class="row-group"', begins=True)
        drawn = timeline_bar(
            label=bar.label, status=row.effective_status, x=bar.x, width=bar.width, marks=bar.marks, today_x=today,
            agreed=bar.agreed, beyond=bar.beyond, ticks=axis.heads,
            href=address_of_row("initiatives:initiative-detail", row.id) + stay,
        )  # fmt: skip
        words = f'<span class="small muted bar-words">{escape(bar.dates)}</span>'
        yield TableRow((_named(row, stay), status_badge(row.effective_status), f"{drawn}{words}"))


def _named(row: InitiativeStatus, stay: str) -> str:
    href = address_of_row("initiatives:initiative-detail", row.id)
    return f'<a href="{href}{escape(stay)}">{escape(row.number)} {escape(row.title)}</a>'


def _standing(row: InitiativeStatus, when: AsOf) -> tuple[str, ...]:
    """The five cells that the list of a focus area or a department has."""
    return _status(row), _owner(row), _due(row, when), _last_update(row, when), _milestones(row)


def _status(row: InitiativeStatus) -> str:
    status: str = status_badge(row.effective_status)
    if row.differs:
        status += f'<br><span class="small muted">Reported {row.reported_label.lower()}</span>'
    return status


def _owner(row: InitiativeStatus) -> str:
    owner: str = show_name(row.owner_name)
    if row.is_owner_unconfirmed:
        owner += '<br><span class="small muted">Not confirmed</span>'
    return owner


def _due(row: InitiativeStatus, when: AsOf) -> str:
    due: str = show_date(row.due_date, due=row.is_open, today=when.day)
    if row.due_date != row.baseline_due_date:
        due += f'<br><span class="small muted">{_moved(row)} {show_date(row.baseline_due_date)}</span>'
    return due


def _lead(row: InitiativeStatus, stay: str) -> str:
    if not row.department_abbreviation:
        return '<span class="muted">None</span>'
    href = address("initiatives:department-detail", row.department_abbreviation) + stay
    return f'<a href="{escape(href)}">{escape(row.department_abbreviation)}</a>'


def _moved(row: InitiativeStatus) -> str:
    """ "Slipped 41 days, twice, from", before the date first agreed."""
    if not row.slip_days:
        return "First agreed"
    often = {0: "", 1: "", 2: ", twice,"}.get(row.slip_count, f", {row.slip_count} times,")
    return f"Slipped {counted(row.slip_days, 'day')}{often} from"


def _last_update(row: InitiativeStatus, when: AsOf) -> str:
    late = "late" if row.is_stale and row.is_open else "muted"
    if row.last_updated_at is None:
        return f'<span class="small {"late" if row.is_stale else "muted"}">Never</span>'
    age = days_ago(row.last_updated_at, when.day)
    return f'{show_date(row.last_updated_at)}<br><span class="small {late}">{age}</span>'


def _milestones(row: InitiativeStatus) -> str:
    late = ""
    if row.milestones_overdue and row.is_open:
        late = f'<br><span class="small late">{row.milestones_overdue} late</span>'
    return progress(row.milestones_met, row.milestones_total) + late


def _percent(row: InitiativeStatus) -> str:
    return '<span class="muted">–</span>' if row.percent is None else f"{row.percent}%"


# The columns of the list (selectors.lists.LISTED): how each draws a row, on its day, with the end of links that stay.
CELLS: dict[str, Callable[[InitiativeStatus, AsOf, str], str]] = {
    "status": lambda row, when, stay: _status(row),
    "owner": lambda row, when, stay: _owner(row),
    "due": lambda row, when, stay: _due(row, when),
    "updated": lambda row, when, stay: _last_update(row, when),
    "milestones": lambda row, when, stay: _milestones(row),
    "department": lambda row, when, stay: _lead(row, stay),
    "start": lambda row, when, stay: show_date(row.start_date),
    "percent": lambda row, when, stay: _percent(row),
}


def move_lines(moves: Iterable[Move], stay: str = "", *, are_gone: bool = False) -> SafeString:
    """What moved, a line each: how it stood and how it stands. What is gone has no page to lead to."""
    return SafeString("".join(_move(move, stay, are_gone) for move in moves))


def _move(move: Move, stay: str, is_gone: bool) -> str:
    name = escape(f"{move.number} {move.title}")
    href = f"{address_of_row('initiatives:initiative-detail', move.id)}{escape(stay)}"
    named = f"<span>{name}</span>" if is_gone else f'<a href="{href}">{name}</a>'
    standing = _TO.join(status_badge(status) for status in (move.before, move.after) if status)
    return f'<li class="row">{named} <span class="cluster">{standing}</span></li>'


def slip_lines(slips: Iterable[Slip], stay: str = "") -> SafeString:
    """Dates that were moved later, a line each."""
    return SafeString("".join(_slip(slip, stay) for slip in slips))


def _slip(slip: Slip, stay: str) -> str:
    href = f"{address_of_row('initiatives:initiative-detail', slip.initiative_id)}{escape(stay)}"
    later = f'<span class="late nowrap">{counted(slip.days, "day")} later</span>'
    days = f"{show_date(slip.before)} {_ARROW} {show_date(slip.after)} {later}"
    return f'<li class="row"><a href="{href}">{escape(slip.label)}</a> <span class="small">{days}</span></li>'


_ARROW = '<span aria-hidden="true">→</span><span class="visually-hidden">to</span>'
_TO = f"<span>{_ARROW}</span>"
