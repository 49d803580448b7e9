"""XLSX: cover, overview with native charts, a sheet for each kind of row. Dates are dates, numbers are numbers."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import xlsxwriter

from reports.content import Initiative, ReportContent
from reports.exporters import Progress, silent
from reports.exporters.words import INITIATIVES, STATUS_COLOURS, Field, cells_of, cover_facts
from web.markdown import to_plain
from web.tables import LETTER, LINE, Column, cell_text, lines_of, open_book, write_cell, write_sheet

R = TypeVar("R")
LINES = 8  # a row of a report is at most so many lines high; the text goes on inside its cell
ON_ONE_PAGE = 12  # focus areas whose table and charts can be read on one printed page
TITLE_FONT = {"name": "Montserrat", "size": 12, "color": "#0f4d90"}
ROW_HEIGHT = 20  # pixels of a row, as programs draw it by themselves


def to_xlsx(report: ReportContent, progress: Progress = silent) -> bytes:
    target = io.BytesIO()
    book = open_book(target)
    properties: dict[str, Any] = {
        "title": report.title, "author": "planapp", "subject": report.workflow.content_hash,
        "keywords": "sample activity" if report.rows.cover.sample_note else "",
    }  # fmt: skip
    if report.workflow.built_at is not None:  # the same report gives the same bytes
        properties["created"] = report.workflow.built_at.replace(tzinfo=None)
    book.set_properties(properties)
    _cover(book, report)
    _overview(book, report)
    cells = [cells_of(fields) for fields in (INITIATIVES, MILESTONES, COMMITMENTS, CORRECTIONS)]
    initiatives, milestones, commitments, corrections = cells
    promises = [item for group in report.promises for item in group.promises]
    changes, alignment = list(_changes(report)), list(_alignment(report))
    all_rows = (report.rows.initiatives, report.steps, changes, promises, alignment, report.rows.corrections)
    count = Count(sum(map(len, all_rows)), progress)
    sheets: list[tuple[str, Sequence[Column], Iterable[Sequence[Any]]]] = [
        ("Initiatives", INITIATIVES, map(initiatives, map(_in_words, report.rows.initiatives))),
        ("Milestones", MILESTONES, map(milestones, report.steps)),
        ("Changes", CHANGES, changes),
        ("Commitments", COMMITMENTS, map(commitments, promises)),
    ]
    if alignment:
        priorities = [Column(priority.title, "int", 14) for priority in report.priorities]
        sheets.append(("Alignment", [Column(report.rows.cover.goal_label, width=60), *priorities], alignment))
    if report.rows.corrections:
        sheets.append(("Corrections", CORRECTIONS, map(corrections, report.rows.corrections)))
    for name, columns, rows in sheets:
        write_sheet(book, name, columns, count.of(rows), lines=LINES)
    book.close()
    return target.getvalue()


MILESTONES = (
    Field("Initiative", "text", 10, "initiative.number"),
    Field("Initiative title", "text", 44, "initiative.title"),
    Field("Milestone", "text", 50, "milestone.title"),
    Field("State", "text", 12, "state"),
    Field("First agreed", "date", 12, "milestone.baseline_due_date"),
    Field("Due", "date", 12, "milestone.due_date"),
    Field("Done", "date", 12, "milestone.completed_date"),
    Field("Slip in days", "int", 10, "milestone.slip_days"),
    Field("Times slipped", "int", 10, "milestone.slip_count"),
    Field("Owner", "text", 22, "milestone.owner_name"),
    Field("Department", "text", 30, "milestone.department_name"),
)
COMMITMENTS = (
    Field("Department", "text", 34, "commitment.department_name"),
    Field("Commitment", "text", 50, "commitment.what"),
    Field("Initiative", "text", 10, "initiative.number"),
    Field("Initiative title", "text", 44, "initiative.title"),
    Field("State", "text", 12, "commitment.state_label"),
    Field("Overdue", "text", 10, "is_overdue"),
    Field("First agreed", "date", 12, "commitment.baseline_due_date"),
    Field("Due", "date", 12, "commitment.due_date"),
)
CORRECTIONS = (
    Field("Initiative", "text", 10, "number"),
    Field("Initiative title", "text", 44, "title"),
    Field("Field", "text", 18, "label"),
    Field("Milestone or commitment", "text", 30, "part_title"),
    Field("Before", "text", 40, "before"),
    Field("After", "text", 40, "after"),
    Field("Why", "text", 40, "reason"),
    Field("Corrected by", "text", 22, "author_name"),
    Field("Corrected at", "instant", 18, "recorded_at"),
)
CHANGES = [
    Column("Change", width=22), Column("Initiative", width=10), Column("Initiative title", width=44),
    Column("What", width=44), Column("Before", width=18), Column("After", width=18),
    Column("Date before", "date", 12), Column("Date after", "date", 12), Column("Days", "int", 8),
]  # fmt: skip


class Count:
    """Counts rows of several tables into one number."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def of(self, rows: Iterable[R]) -> Iterator[R]:
        for row in rows:
            yield row
            self.done += 1
            self.progress(self.done, self.total)


def _in_words(row: Initiative) -> Initiative:
    """With what people typed as words alone."""
    happened, next_steps, help_needed = map(to_plain, (row.happened, row.next_steps, row.help_needed))
    return replace(row, happened=happened, next_steps=next_steps, help_needed=help_needed)


def _changes(report: ReportContent) -> Iterable[list[Any]]:
    for change in report.changes.story if report.changes else ():
        what = "Date slipped" if change.key == "slipped" else change.words.capitalize()  # not the median of all
        for item in change.items:
            words = (item.before, item.after) if item.days is None else ("", "")
            days = (item.before_day, item.after_day)
            yield [what, item.number, item.title, item.what, *words, *days, item.days]


def _alignment(report: ReportContent) -> Iterable[list[Any]]:
    """How many initiatives of each focus area serve each priority; nothing where the plan names no priorities."""
    for goal, served in report.alignment if report.priorities else ():
        yield [goal.name, *served]


def _cover(book: xlsxwriter.Workbook, report: ReportContent) -> None:
    sheet = book.add_worksheet("Cover")
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90)
    sheet.hide_gridlines(2)
    sheet.set_paper(LETTER)
    sheet.fit_to_pages(1, 0)
    title = book.add_format({"bold": True, "font_size": 18, "font_color": "#0f4d90", "text_wrap": True})
    name = book.add_format({"bold": True, "valign": "top"})
    styles = {
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        "text": book.add_format({"text_wrap": True, "align": "left", "valign": "top"}),
    }
    sheet.set_row(0, 2 * 24)
    sheet.merge_range(0, 0, 0, 1, "", title)
    sheet.write_string(0, 0, cell_text(report.title), title)
    facts = [(label, value) for label, value in cover_facts(report) if value not in (None, "")]
    for row, (label, value) in enumerate(facts, start=2):
        sheet.set_row(row, min(lines_of(value, 90), 26) * LINE)
        sheet.write_string(row, 0, label, name)
        kind = "instant" if hasattr(value, "hour") else "day" if isinstance(value, date) else "text"
        write_cell(sheet, row, 1, value, styles[kind])


def _overview(book: xlsxwriter.Workbook, report: ReportContent) -> None:
    """Status by focus area and of the whole plan: a table, and its numbers as two native charts."""
    columns = report.status_columns
    headings = [Column(report.rows.cover.goal_label, width=60)]
    headings += [Column(label, "int", 14) for _, label in columns]
    headings += [Column("All", "int", 8), Column("Share completed", "percent", 12)]
    areas = [*report.focus_areas, report.whole]
    rows = [[a.goal.name, *a.cells, len(a.initiatives), a.completed_percent] for a in areas]
    sheet = write_sheet(book, "Overview", headings, rows, lines=LINES)
    if columns and report.focus_areas:
        _charts(book, sheet, report)


def _charts(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, report: ReportContent) -> None:
    """The numbers of the table above drawn twice: each focus area as a bar, the whole plan as columns."""
    columns, last = report.status_columns, len(report.focus_areas)
    by_area = book.add_chart({"type": "bar", "subtype": "stacked"})
    for index, (status, _) in enumerate(columns, start=1):
        by_area.add_series(
            {
                "name": ["Overview", 0, index],
                "categories": ["Overview", 1, 0, last, 0],
                "values": ["Overview", 1, index, last, index],
                "fill": {"color": f"#{STATUS_COLOURS[status]}"},
                "border": {"color": "#ffffff"},
                "gap": 60,
            }
        )
    by_area.set_title({"name": f"Status by {report.rows.cover.goal_label.lower()}"[:200], "name_font": TITLE_FONT})
    by_area.set_x_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#e0e0e0"}}})
    by_area.set_y_axis({"reverse": True})
    by_area.set_legend({"position": "bottom"})
    by_area.set_size({"width": 900, "height": 140 + 50 * min(last, 30)})
    mix = "; ".join(
        f"{a.goal.title}: " + (", ".join(f"{s.label} {s.count}" for s in a.segments) or "no data")
        for a in report.focus_areas
    )
    sheet.insert_chart(last + 3, 0, by_area, {"description": _alt(mix), "object_position": 2})
    whole = book.add_chart({"type": "column"})
    whole.add_series(
        {
            "name": ["Overview", last + 1, 0],
            "categories": ["Overview", 0, 1, 0, len(columns)],
            "values": ["Overview", last + 1, 1, last + 1, len(columns)],
            "points": [{"fill": {"color": f"#{STATUS_COLOURS[status]}"}} for status, _ in columns],
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    whole.set_title({"name": "The whole plan by status", "name_font": TITLE_FONT})
    whole.set_y_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#e0e0e0"}}})
    whole.set_legend({"none": True})
    whole.set_size({"width": 900, "height": 320})
    mix = ", ".join(f"{item.label} {item.count}" for item in report.whole.segments)
    below = last + 3 + (140 + 50 * min(last, 30)) // ROW_HEIGHT + 2
    if last <= ON_ONE_PAGE:
        sheet.fit_to_pages(1, 1)  # else the end of a page cuts a chart in two
    sheet.insert_chart(below, 0, whole, {"description": _alt(f"Whole plan: {mix}"), "object_position": 2})


def _alt(text: str) -> str:
    """An alternative text, which a spreadsheet program holds to 255 characters; the table above says it all."""
    return text if len(text) <= 250 else f"{text[:249]}…"
