"""What stands many times on the page of one initiative, drawn in Python: its milestones and its updates.

A template for each row took half of the page's time (docs/adr/0018). Texts that people typed are escaped here.
`token` is the hidden field that protects a form from being forged.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import Truncator

from initiatives.judgement import counted
from initiatives.selectors.rows import MilestoneRow, UpdateRow
from records.asof import AsOf
from web.addresses import address_of_row
from web.templatetags.components import icon, show_date, show_name, status_badge, update_card
from web.templatetags.ui import day_words, days_state

IN_PLACE = 'hx-target="#initiative" hx-swap="outerHTML"'
LONGEST_COMMENT = 200  # characters of the latest comment, below the newest update
TIMES = {1: "once", 2: "twice"}


def slip(row: Any) -> SafeString:
    """How far and how often a date moved; nothing where it did not. row: slip_count, slip_days, baseline_due_date."""
    if not row.slip_count:
        return SafeString("")
    far = f"{counted(row.slip_days, 'day')}, " if row.slip_days else ""
    often = TIMES.get(row.slip_count, f"{row.slip_count} times")
    first = f'<span class="small muted">(first agreed {show_date(row.baseline_due_date)})</span>'
    return SafeString(f'<span class="small late">slipped {far}{often}</span> {first}')


def milestone_rows(
    rows: Iterable[MilestoneRow], today: date, *, next_id: int | None, may_change: bool, token: str
) -> SafeString:
    """The rows of the table of milestones; where they may be changed with a cell more, for what can be done."""
    return SafeString("".join(_milestone(row, today, row.id == next_id, may_change, token) for row in rows))


def _milestone(row: MilestoneRow, today: date, is_next: bool, may_change: bool, token: str) -> str:
    name = escape(row.title)
    if is_next:
        name += ' <span class="mark small">Next</span>'
    if row.basis == "sample":
        name += ' <span class="small muted nowrap">Sample</span>'
    due = escape(row.due_text) or show_date(row.due_date, due=row.is_open, today=today)
    acts = ""
    if may_change:
        cell = "<td>" if row.is_open else '<td class="zero">'
        acts = f'{cell}<div class="cluster">{_milestone_acts(row, token)}</div></td>'
    return (
        f'<tr id="milestone-{row.id}"><th>{name}</th><td>{due} {slip(row)}</td><td>{_who(row)}</td>'
        f"<td>{_state(row, today)}</td>{acts}</tr>"
    )


def _who(row: MilestoneRow) -> str:
    if row.owner_name:
        return show_name(row.owner_name)
    return escape(row.department_abbreviation or "") or '<span class="muted nowrap">The owner</span>'


def _state(row: MilestoneRow, today: date) -> str:
    if row.is_cancelled:
        return status_badge("cancelled")
    if row.completed_date:
        return f'<span class="mark">{icon("completed")}Done {show_date(row.completed_date)}</span>'
    if days_state(row.due_date, today) == "late":
        return f'<span class="mark late">{icon("off_track")}Late</span>'
    return f'<span class="mark">{icon("not_started")}Open</span>'


def _milestone_acts(row: MilestoneRow, token: str) -> str:
    of = f'<span class="visually-hidden"> {escape(row.title)}</span>'
    act, look, word, edit = (
        ("complete", "button button-quiet button-small", "Done", "Edit or move")
        if row.is_open
        else ("reopen", "button-link small", "Reopen", "Edit")
    )
    where = address_of_row(f"initiatives:milestone-{act}", row.id)
    return (
        f'<form method="post" action="{where}" hx-post="{where}" {IN_PLACE} data-once>{token}'
        f'<input type="hidden" name="version" value="{row.version}">'
        f'<button type="submit" class="{look}">{word}{of}</button></form> '
        f'<a class="small with-icon" href="{address_of_row("initiatives:milestone-edit", row.id)}">'
        f"{icon('edit')}{edit}{of}</a>"
    )


def told_updates(
    updates: Iterable[tuple[UpdateRow, Mapping[str, bool]]], when: AsOf, *, stale_id: int | None, token: str
) -> SafeString:
    """Updates, each with what this person may do; the newest first and open, the others folded.

    `stale_id` is the latest one where it is older than the plan expects.
    """
    drawn: list[str] = []
    for row, allowed in updates:
        card = update_card(row, corrected=row.corrected_at, stale=not drawn and row.id == stale_id)
        acts = _update_acts(row, allowed, when, token)
        if drawn:
            drawn.append(f'{_fold(row)}<div class="stack-tight">{card}{acts}</div></details>')
        else:
            drawn.append(f'<div class="stack-tight">{card}{acts}{_latest_comment(row)}</div>')
    return SafeString("".join(drawn))


def _fold(row: UpdateRow) -> str:
    percent = "" if row.percent is None else f'<strong class="num">{row.percent}%</strong>'
    line = escape(row.happened or row.next_steps or row.help_needed or "No change")
    return (
        f'<details class="update-fold"><summary>{status_badge(row.status)}{percent}'
        f'<span class="small muted">{show_date(row.recorded_at)}</span><span class="small line">{line}</span></summary>'
    )


def _latest_comment(row: UpdateRow) -> str:
    if not row.comments:
        return ""
    said = f"{show_name(row.comment_by, missing='planapp')}, {show_date(row.comment_at)}:"
    words = escape(Truncator(row.comment_text or "").chars(LONGEST_COMMENT))
    return f'<p class="small"><span class="muted">Latest comment, {said}</span> <bdi>{words}</bdi></p>'


def _update_acts(row: UpdateRow, allowed: Mapping[str, bool], when: AsOf, token: str) -> str:
    """Under an update: who read it, and what this person may do; nothing more with one that was corrected."""
    is_last_word = not row.corrected_at
    day = day_words(row.recorded_at)
    parts = []
    if row.acknowledged_at:
        reader = show_name(row.acknowledged_by, missing="planapp")
        parts.append(f'<span class="muted">Read by {reader}, {show_date(row.acknowledged_at)}</span>')
    elif allowed["acknowledge"] and is_last_word:
        where = address_of_row("initiatives:status-update-acknowledge", row.id)
        parts.append(
            f'<form method="post" action="{where}" hx-post="{where}" {IN_PLACE} class="no-print">{token}'
            f'<button type="submit" class="button button-quiet button-small">Mark as read'
            f'<span class="visually-hidden"> update of {day}</span></button></form>'
        )
    if allowed["correct"] and is_last_word:
        where = address_of_row("initiatives:status-update-correct", row.id)
        hidden = f'<span class="visually-hidden"> the update of {day}</span>'
        parts.append(f'<a class="no-print" href="{where}">Correct{hidden}</a>')
    if is_last_word and (row.comments or allowed["comment"]):
        where = address_of_row("initiatives:status-update-comments", row.id)
        stay = "" if when.is_live else f"?as_of={when.day:%Y-%m-%d}"
        look, words = ("", counted(row.comments, "comment")) if row.comments else (' class="no-print"', "Comment")
        hidden = f'<span class="visually-hidden"> on the update of {day}</span>'
        parts.append(f'<a{look} href="{where}{stay}">{words}{hidden}</a>')
    return f'<div class="cluster small">{" ".join(parts)}</div>'
