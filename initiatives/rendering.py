"""The rows of long lists, drawn in Python: a page has hundreds, and a template of their own for each took most of it.

What each function gives goes into `{% table rows=… %}`. Texts that people typed are escaped here, one by one.
"""

from collections.abc import Iterable, Iterator
from html import escape

from initiatives.judgement import counted
from initiatives.selectors.status import InitiativeStatus
from records.asof import AsOf
from web.addresses import address, address_of_row
from web.templatetags.components import progress, show_date, show_name, status_badge
from web.templatetags.tables import TableRow
from web.templatetags.ui import days_ago


def initiative_rows(rows: Iterable[InitiativeStatus], when: AsOf, stay: str = "") -> Iterator[TableRow]:
    """Initiative, status, owner, due, last update, milestones: on the pages of a focus area and a department.

    `stay` is the end of links that keep the day the page speaks for.
    """
    for row in rows:
        internal = ' <span class="muted small">Internal</span>' if row.visibility == "internal" else ""
        yield TableRow((_named(row, stay) + internal, *_standing(row, when)))


def listed_rows(
    rows: Iterable[InitiativeStatus], when: AsOf, stay: str = "", *, is_chosen_from: bool = False
) -> Iterator[TableRow]:
    """The same in the list, with the focus area under the title, and at the end the lead department.

    `is_chosen_from`: each row has a box to tick, for what is done to several.
    """
    for row in rows:
        place = f"{row.goal_number} {row.goal_title}" + (" · Internal" if row.visibility == "internal" else "")
        name = f'{_named(row, stay)}<br><span class="muted small">{escape(place)}</span>'
        if is_chosen_from:
            label = escape(f"Choose {row.number} {row.title}")
            name = f'<input type="checkbox" name="pick" value="{row.id}" aria-label="{label}"> {name}'
        lead = '<span class="muted">None</span>'
        if abbreviation := row.department_abbreviation:
            href = address("initiatives:department-detail", abbreviation) + stay
            lead = f'<a href="{escape(href)}">{escape(abbreviation)}</a>'
        yield TableRow((name, *_standing(row, when), lead))


def _named(row: InitiativeStatus, stay: str) -> str:
    href = address_of_row("initiatives:initiative-detail", row.id)
    return f'<a href="{href}{escape(stay)}">{escape(row.number)} {escape(row.title)}</a>'


def _standing(row: InitiativeStatus, when: AsOf) -> tuple[str, ...]:
    """The five cells that every list of initiatives has."""
    status: str = status_badge(row.effective_status)
    if row.differs:
        status += f'<br><span class="small muted">Reported {row.reported_label.lower()}</span>'
    due: str = show_date(row.due_date, due=row.is_open, today=when.day)
    if row.due_date != row.baseline_due_date:
        due += f'<br><span class="small muted">{_moved(row)} {show_date(row.baseline_due_date)}</span>'
    return status, show_name(row.owner_name), due, _last_update(row, when), _milestones(row)


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
