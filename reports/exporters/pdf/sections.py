"""The sections of a report in their order, in the words of the page (templates/reports/sections)."""

from collections.abc import Iterable, Sequence

from reports.content import Initiative, ReportContent
from reports.content.report import Step
from reports.exporters.pdf.blocks import (
    Block,
    Cell,
    Span,
    badge,
    cell,
    day,
    due,
    due_words,
    heading,
    length,
    line,
    many,
    muted,
    named,
    own,
    paragraph,
    place,
    prose,
    ref,
    said,
    slip,
    table,
)
from reports.exporters.pdf.markdown import markdown

SHORT_ENTRY = 1_500  # characters up to which an initiative's entry is kept on one page
AREAS_A_CHART = 12  # a chart must fit a page
LONGEST_HEADING = 80  # characters; the appendix has the whole name
PRIORITIES_A_TABLE = 6  # a matrix with more columns is told in parts
FIELDS = {
    "effective_label": "Status", "reported_label": "Reported status", "percent": "Percent",
    "happened": "What happened", "next_steps": "What is next", "help_needed": "Help needed",
}  # fmt: skip


def sections(report: ReportContent) -> Iterable[Block]:
    yield from summary(report)
    yield from corrections(report)
    yield from story(report)
    yield from focus_areas(report)
    yield from attention(report)
    yield from milestones(report)
    yield from ahead(report)
    yield from promises(report)
    yield from alignment(report)
    yield from freshness(report)
    yield from appendix(report)


def summary(report: ReportContent) -> Iterable[Block]:
    workflow = report.workflow
    yield heading(1, "Summary")
    if not workflow.summary:
        yield muted("No summary was written yet." if workflow.is_draft else "No summary was written.")
        return
    yield from markdown(workflow.summary)
    if workflow.summary_at:
        yield paragraph(said(workflow.summary_by, "muted"), own(f", {day(workflow.summary_at)}", "muted"))


def corrections(report: ReportContent) -> Iterable[Block]:
    if not report.rows.corrections:
        return
    yield heading(1, "What this revision corrects")
    rows = []
    for row in report.rows.corrections:
        rows.append(
            [
                cell(_ref_to(report, row.initiative_id, f"{row.number} {row.title}")),
                cell(FIELDS.get(row.field, row.field)),
                prose(row.before, style="") or cell("–"),
                prose(row.after, style="") or cell("–"),
                [*prose(row.reason, style=""), line(own(day(row.recorded_at), "small"))],
            ]
        )
    yield table([("Initiative", 2.0), ("Field", 1.2), ("Before", 2.0), ("After", 2.0), ("Why", 2.0)], rows)


def story(report: ReportContent) -> Iterable[Block]:
    yield heading(1, "What changed")
    changes = report.changes
    if changes is None:
        yield muted("No earlier quarter was frozen, so there is nothing to compare with.")
        return
    if not changes.story:
        yield paragraph(f"Since {changes.before_label} nothing moved.")
        return
    spans: list[Span | str] = [f"Since {changes.before_label}: "]
    for index, change in enumerate(changes.story):
        spans += [", " if index else "", {**own(str(change.count)), "to": f"change-{change.key}"}, f" {change.words}"]
    yield paragraph(*spans, ".")
    for change in changes.story:
        yield heading(2, change.sentence.capitalize(), id=f"change-{change.key}")
        items = []
        for item in change.items:
            told = [_ref_to(report, item.initiative_id, f"{item.number} {item.title}")]
            if item.what:
                told += [own(". "), said(item.what)]
            if item.before and item.after:
                told += [own(": "), own("from ", "muted"), own(item.before), own(" to ", "muted"), own(item.after)]
            if item.days:
                told.append(own(f" ({many(item.days, 'day')})"))
            items.append(cell(*told))
        yield {"kind": "list", "items": items}


def focus_areas(report: ReportContent) -> Iterable[Block]:
    label = report.rows.cover.goal_label
    yield heading(1, f"Status by {label.lower()}")
    yield from charts(report)
    if report.completed_percent is not None:
        left_out = report.counts["cancelled"]
        more = f" Cancelled ones ({left_out}) are left out of percentages." if left_out else ""
        yield paragraph(f"{report.completed_percent}% of {many(report.counted, 'initiative')} are completed.{more}")
    columns = [
        (label, 2.0),
        *((name, 0.0) for _, name in report.status_columns),
        ("All", 0.0),
        ("Share completed", 0.0),
    ]
    rows = [
        [
            cell(said(area.goal.name, to=f"area-{area.goal.source_id}")),
            *(cell(own(str(count))) for count in area.cells),
            cell(own(str(len(area.initiatives)))),
            _share(area.completed_percent),
        ]
        for area in report.focus_areas
    ]
    counts = [cell(own(str(report.counts[status]))) for status, _ in report.status_columns]
    rows.append(
        [cell("Whole plan"), *counts, cell(str(len(report.rows.initiatives))), _share(report.completed_percent)]
    )
    yield table(columns, rows, total=True)


def charts(report: ReportContent) -> Iterable[Block]:
    """Status mix as bars, told in words beside; areas without initiatives have no bar."""
    bars = [("All initiatives", report.total_segments)]
    bars += [(area.goal.name, area.segments) for area in report.focus_areas]
    bars = [(name, segments) for name, segments in bars if segments]
    for part in _parts(len(bars), AREAS_A_CHART):
        told = [f"{name}: {', '.join(f'{s.label} {s.count}' for s in segments)}" for name, segments in bars[part]]
        yield {
            "kind": "chart",
            "alt": f"Initiatives by status. {'. '.join(told)}.",
            "bars": [
                {
                    "text": short(name, 60),
                    "parts": [{"status": s.status, "count": s.count, "width": s.width} for s in segments],
                }
                for name, segments in bars[part]
            ],
            "legend": [{"status": status, "label": label} for status, label in report.status_columns],
        }


def attention(report: ReportContent) -> Iterable[Block]:
    yield heading(1, "Needs attention")
    yield muted(f"{len(report.attention)} of {many(len(report.open_initiatives), 'open initiative')}")
    if not report.attention:
        yield paragraph("Nothing: every open initiative is on time, current and owned.")
        return
    rows = []
    for item in report.attention:
        row = item.initiative
        status = [line(span) for span in _status(row)]
        rows.append([cell(ref(row)), status, cell(said(". ".join(item.reasons) + ".")), _owner(row)])
    yield table([("Initiative", 2.2), ("Status", 1.5), ("Why", 2.3), ("Owner", 1.3)], rows)


def milestones(report: ReportContent) -> Iterable[Block]:
    yield heading(1, "Milestones")
    groups = [
        ("Met this quarter", report.milestones_met, True),
        ("Past their date", report.milestones_missed, False),
        ("Slipped and still open", report.milestones_slipped, False),
    ]
    yield {"kind": "figures", "items": [{"label": name, "value": str(len(steps))} for name, steps, _ in groups]}
    for name, steps, is_done in groups:
        yield heading(2, name)
        yield _steps(report, steps, is_done=is_done) if steps else muted("None.")


def _steps(report: ReportContent, steps: Sequence[Step], *, is_done: bool) -> Block:
    rows = []
    for step in steps:
        row = step.milestone
        last = cell(day(row.completed_date)) if is_done else due(row.due_date, report.day)
        rows.append(
            [
                cell(said(row.title)),
                cell(ref(step.initiative)),
                cell(day(row.baseline_due_date)),
                last,
                cell(slip(row.slip_days, row.slip_count)),
            ]
        )
    now = "Done" if is_done else "Now due"
    return table([("Milestone", 2.2), ("Initiative", 2.2), ("First agreed", 1.0), (now, 1.1), ("Slip", 0.9)], rows)


def ahead(report: ReportContent) -> Iterable[Block]:
    yield heading(1, f"Dates in {report.next_label}")
    if not report.next_dates:
        yield muted(f"No open date lies in {report.next_label}.")
        return
    yield muted(many(len(report.next_dates), "date"))
    rows = [
        [cell(said(item.what)), cell(day(item.day)), cell(item.kind), cell(ref(item.initiative)), cell(said(item.who))]
        for item in report.next_dates
    ]
    yield table([("What", 2.3), ("Date", 1.0), ("Kind", 1.0), ("Initiative", 2.2), ("Who", 1.5)], rows)


def promises(report: ReportContent) -> Iterable[Block]:
    yield heading(1, "Commitments by department")
    if not report.promises:
        yield muted("No department had promised anything.")
    columns = [("Commitment", 2.3), ("Initiative", 2.2), ("State", 1.1), ("First agreed", 1.0), ("Due", 1.1)]
    for group in report.promises:
        yield heading(2, said(group.name.strip() or "No department", "wide"))
        yield muted(f"{group.open} open, {group.overdue} overdue, {group.delivered} delivered")
        rows = []
        for item in group.promises:
            row = item.commitment
            state = [own(row.state_label)] + ([own(", "), own("overdue", "late")] if item.is_overdue else [])
            rows.append(
                [
                    cell(said(row.what)), cell(ref(item.initiative)), cell(*state), cell(day(row.baseline_due_date)),
                    due(row.due_date, report.day) if row.is_open else cell(day(row.due_date)),
                ]
            )  # fmt: skip
        yield table(columns, rows)


def alignment(report: ReportContent) -> Iterable[Block]:
    yield heading(1, "Alignment with priorities")
    label = report.rows.cover.goal_label
    if not report.priorities:
        yield muted("The plan names no priorities.")
        return
    yield muted(f"How many initiatives of each {label.lower()} serve each priority. One initiative may serve several.")
    for part in _parts(len(report.priorities), PRIORITIES_A_TABLE):
        columns = [
            (label, 1.6),
            *((short(priority.title, LONGEST_HEADING), 1.0) for priority in report.priorities[part]),
        ]
        rows = [
            [cell(said(goal.name)), *(cell(str(count or "–")) for count in served[part])]
            for goal, served in report.alignment
        ]
        yield {**table(columns, rows), "numbers": True}


def freshness(report: ReportContent) -> Iterable[Block]:
    count = len(report.open_initiatives)
    yield heading(1, "How fresh and how owned")
    figures = [
        ("Open initiatives", str(count)),
        ("Without a current update", f"{len(report.stale)} of {count}"),
        ("Without an owner", f"{len(report.ownerless)} of {count}"),
    ]
    yield {"kind": "figures", "items": [{"label": label, "value": value} for label, value in figures]}
    rows = [[cell(words.capitalize()), cell(str(number))] for words, number in report.ages]
    yield {**table([("Age of the last update", 2.0), ("Open initiatives", 1.0)], rows), "numbers": True, "narrow": True}
    if report.ownerless:
        spans: list[Span | str] = ["Without an owner: "]
        for index, row in enumerate(report.ownerless):
            spans += [", " if index else "", ref(row)]
        yield paragraph(*spans, ".")


def appendix(report: ReportContent) -> Iterable[Block]:
    signed: dict[int, list[str]] = {}
    for item in report.workflow.sign_offs:
        signed.setdefault(item.initiative_id, []).append(f"{item.by_name}, {day(item.at)}")
    yield {**heading(1, "All initiatives", id="appendix"), "new_page": True}
    yield muted(f"{many(len(report.rows.initiatives), 'initiative')} as of {day(report.day)}")
    for area in report.focus_areas:
        yield heading(2, said(area.goal.name, "wide"), id=f"area-{area.goal.source_id}")
        if not area.initiatives:
            yield muted("No initiatives.")
        for row in area.initiatives:
            yield entry(report, row, signed.get(row.source_id, []))


def entry(report: ReportContent, row: Initiative, signed: Sequence[str]) -> Block:
    """One initiative as it stood."""
    spans = _status(row)
    if row.percent is not None:
        spans.append(own(f"{row.percent}%"))
    if row.visibility == "internal":
        spans.append(own(row.visibility_label, "muted"))
    status = [part for span in spans for part in (own("  "), span)][1:]
    told = _told(row)
    return {
        "kind": "together",
        "keep": length(told) <= SHORT_ENTRY,
        "blocks": [
            heading(3, said(named(row), "wide"), id=place(row.source_id)),
            {**paragraph(*status), "stay": True},
            {"kind": "facts", "columns": 2, "items": _entry_facts(report, row, signed)},
            {"kind": "text", "lines": told},
        ],
    }


def _entry_facts(report: ReportContent, row: Initiative, signed: Sequence[str]) -> list[Block]:
    facts: list[tuple[str, Cell]] = [
        ("Owner", _owner(row)),
        ("Department", cell(said(row.department_name or "–"))),
        ("Due", _due(row, report)),
        ("Milestones", _milestones(row)),
    ]
    if row.priority_names:
        facts.append(("Priorities", cell(said(", ".join(row.priority_names)))))
    if signed:
        facts.append(("Signed off", cell(said("; ".join(signed)))))
    return [{"label": name, "lines": lines} for name, lines in facts]


def _told(row: Initiative) -> Cell:
    """What was said with the last update, and by whom."""
    reason = cell(own("Set by hand: ", "strong"), said(row.override_reason)) if row.override_reason else []
    if row.last_updated_at is None:
        return [*cell(own("Nothing was reported.", "muted")), *reason]
    lines = prose(row.happened)
    for words, label, style in ((row.next_steps, "Next: ", "strong"), (row.help_needed, "Help needed: ", "late")):
        more = prose(words, own(label, style))
        lines += [{**one, "gap": one.get("gap", False) or not index} for index, one in enumerate(more)]
    if not lines:
        lines = cell(own("No text with this update.", "muted"))
    author = row.author_name or "planapp (system)"
    lines.append({**line(said(author, "small"), own(f", {day(row.last_updated_at)}", "small")), "gap": True})
    return [*lines, *reason]


def _due(row: Initiative, report: ReportContent) -> Cell:
    spans = [own(day(row.due_date), "" if row.due_date else "muted")]
    if row.is_open and row.due_date:
        spans += [own(", "), due_words(row.due_date, report.day)]
    lines = cell(*spans)
    return [*lines, line(own(f"slipped {slip(row.slip_days, row.slip_count)}", "small"))] if row.slip_days else lines


def _milestones(row: Initiative) -> Cell:
    if not row.milestones_total:
        return cell(own("None", "muted"))
    late = [own(", "), own(f"{row.milestones_overdue} overdue", "late")] if row.milestones_overdue else []
    return cell(own(f"{row.milestones_met} of {row.milestones_total} met"), *late)


def _status(row: Initiative) -> list[Span | str]:
    spans: list[Span | str] = [badge(row.effective_status, row.effective_label)]
    if row.differs:
        spans.append(own(f"reported {row.reported_label.lower()}", "small"))
    return spans


def _owner(row: Initiative) -> Cell:
    return cell(said(row.owner_name) if row.owner_name else own("No owner", "late"))


def _share(percent: int | None) -> Cell:
    return cell(own("No data", "muted") if percent is None else own(f"{percent}%"))


def _ref_to(report: ReportContent, initiative_id: int, words: str) -> Span:
    """A link where the initiative is in this report; plain words where it is not any more."""
    return said(words, to=place(initiative_id) if initiative_id in report.by_id else "")


def short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _parts(count: int, most: int) -> list[slice]:
    """As few and as even parts as hold at most so many each."""
    parts = -(-count // most)
    size = -(-count // parts) if parts else 1
    return [slice(start, start + size) for start in range(0, count, size)]
