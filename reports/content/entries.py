"""How an initiative stands in a report: its name, its status, who answers, and its entry among all initiatives."""

from collections.abc import Iterable, Sequence

from initiatives.judgement import counted
from reports.content.outline import (
    Cell,
    Day,
    Line,
    Look,
    Prose,
    Row,
    Status,
    Words,
    cell,
    day_words,
    muted,
    place,
    typed,
    words,
)
from reports.content.report import Attention, ReportContent
from reports.content.rows import PROSE, Correction, Initiative


def entry(report: ReportContent, row: Initiative, signed: Sequence[str]) -> Row:
    inside = (Words(f" {row.visibility_label}", "small"),) if row.visibility == "internal" else ()
    name: list[Line] = [words(typed(_name(row.number, row.title)), *inside)]
    if row.priority_names:
        name.append(words(Words("Priorities: ", "small"), Words(", ".join(row.priority_names), "small", is_typed=True)))
    if signed:
        name.append(words(Words(f"Signed off: {'; '.join(signed)}", "small")))
    percent = (words(Words(f"{row.percent}%", "small")),) if row.percent is not None else ()
    department = (words(Words(row.department_name, "small", is_typed=True)),) if row.department_name else ()
    slipped = slip(row.slip_days, row.slip_count)
    due = cell(Day(row.due_date, report.day if row.is_open else None))
    return Row(
        (
            tuple(name),
            (*status_cell(row), *percent),
            _last_update(row, is_public=report.is_public),
            (*cell(owner(row)), *department),
            (*due, *([words(Words(f"slipped {slipped}", "small"))] if slipped else [])),
            cell(*_milestones(row)),
        ),
        row.source_id,
    )


def _last_update(row: Initiative, *, is_public: bool) -> Cell:
    """What was said with the last update, and by whom; strangers do not read who typed it."""
    by_hand = (Prose(row.override_reason, "Set by hand:", "strong"),) if row.override_reason else ()
    if row.last_updated_at is None:
        return (*cell(muted("Nothing was reported.")), *by_hand)
    texts: tuple[tuple[str, str, Look], ...] = (
        (row.happened, "", ""), (row.next_steps, "Next:", "strong"), (row.help_needed, "Help needed:", "late"),
    )  # fmt: skip
    found: list[Prose | Line] = [Prose(text, label, look) for text, label, look in texts if text.strip()]
    found = found or [words(muted("No text with this update."))]
    author = [] if is_public else [Words(f"{row.author_name or 'planapp (system)'}, ", "small", is_typed=True)]
    return (*found, words(*author, Words(day_words(row.last_updated_at), "small")), *by_hand)


def _milestones(row: Initiative) -> Iterable[Words | str]:
    if not row.milestones_total:
        return [muted("None")]
    late = (", ", Words(f"{row.milestones_overdue} overdue", "late")) if row.milestones_overdue else ()
    return [f"{row.milestones_met} of {row.milestones_total} met", *late]


def status_cell(row: Initiative) -> Cell:
    reported = (words(Words(f"reported {row.reported_label.lower()}", "small")),) if row.differs else ()
    return ((Status(row.effective_status, row.effective_label),), *reported)


def owner(row: Initiative) -> Words:
    return typed(row.owner_name) if row.owner_name else Words("No owner", "late")


def slip(days: int, times: int) -> str:
    if not days:
        return ""
    return counted(days, "day") + (f", {times} times" if times > 1 else "")


def needy(item: Attention) -> Row:
    """An initiative that needs attention: its name, how it stands, why, and whose it is."""
    row = item.initiative
    return Row((cell(ref(row)), status_cell(row), cell(typed(". ".join(item.reasons) + ".")), cell(owner(row))))


def ref(row: Initiative) -> Words:
    """An initiative named, linked to its entry."""
    return typed(_name(row.number, row.title), place(row.source_id))


def named(report: ReportContent, initiative_id: int, number: str, title: str) -> Words:
    """The same where only its number is known: plain words if it is not in this report any more."""
    return typed(_name(number, title), place(initiative_id) if initiative_id in report.by_id else "")


def _name(number: str, title: str) -> str:
    return f"{number} {title}".strip() or "(no title)"


def said(text: str) -> Cell:
    return cell(typed(text)) if text else cell("–")


def told(row: Correction, text: str) -> Cell:
    """What was told: as prose where people write prose, else letter by letter."""
    return prose(text) if row.field in PROSE else said(text)


def prose(text: str) -> Cell:
    return (Prose(text),) if text.strip() else cell("–")
