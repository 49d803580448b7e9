"""The slides that a report always has, in its order: what changed, how it stands, what comes, how far to trust it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from reports.content import ReportContent
from reports.content.changes import Change, ChangeItem
from reports.content.report import Attention, Step
from reports.exporters.slides.charts import Series, add_bars
from reports.exporters.slides.fitting import cut
from reports.exporters.slides.look import (
    BLUE,
    BOLD,
    BOTTOM,
    GREY,
    HEADINGS,
    INK,
    LEFT,
    PADDING,
    PALE,
    ROOM,
    TOP,
    plain,
    tint,
)
from reports.exporters.slides.parts import Cell, Say, TableColumn, add_notes, add_slide, add_table, add_text
from reports.exporters.words import STATUS_COLOURS


def story(deck: Any, report: ReportContent) -> None:
    told = report.changes
    if told is None:
        slide = add_slide(deck, "What changed")
        note(slide, "No earlier quarter was frozen, so there is nothing to compare with.")
        return
    slide = add_slide(deck, f"What changed since {told.before_label}")
    if not told.story:
        note(slide, told.sentence)
        return
    _tiles(slide, told.story)
    add_notes(slide, [told.sentence, *(sentence for change in told.story for sentence in _behind(change))])


def _tiles(slide: Any, story: Sequence[Change]) -> None:
    """A tile a figure: the number, what it counts, and the first few behind it."""
    across = 4 if len(story) in {4, 7, 8} or len(story) > 9 else 3
    rows = -(-len(story) // across)
    gap = 0.2
    width = (ROOM - gap * (across - 1)) / across
    height = (BOTTOM - TOP - gap * (rows - 1)) / rows
    size = {1: 60, 2: 40, 3: 30}[rows]
    for index, change in enumerate(story):
        line, column = divmod(index, across)
        words, _ = cut(change.words, width=(width - 2 * PADDING) * 72, size=14 * BOLD, lines=2)
        told = [[Say(str(change.count), size, BLUE, bold=True, font=HEADINGS)], [Say(words, 14, INK, bold=True)]]
        told += _named(change.items, width, {1: 14, 2: 6, 3: 0}[rows])
        add_text(
            slide, told, left=LEFT + column * (width + gap), top=TOP + line * (height + gap), width=width,
            height=height, name=plain(change.sentence).capitalize(), fill=PALE,
        )  # fmt: skip


def _named(items: Sequence[ChangeItem], width: float, left: int) -> Iterable[list[Say]]:
    """The first few by name, in so many lines at most, and how many more there are."""
    for index, item in enumerate(items):
        more = len(items) - index - 1
        told, used = cut(plain(f"{item.number} {item.title}"), width=(width - 2 * PADDING) * 72, size=12, lines=2)
        if used + min(more, 1) > left:
            if left:
                yield [Say(f"and {more + 1} more", 12, GREY)]
            return
        yield [Say(told, 12)]
        left -= used


def _behind(change: Change) -> Iterable[str]:
    yield f"{change.sentence.capitalize()}:"
    for item in change.items:
        yield f"{item.number} {item.title}{_moved(item)}."


def _moved(item: ChangeItem) -> str:
    what = f", {item.what}" if item.what else ""
    if not (item.before and item.after):
        return what
    days = f" ({many(item.days, 'day')})" if item.days else ""
    return f"{what}, from {item.before} to {item.after}{days}"


def status(deck: Any, report: ReportContent) -> None:
    label = report.rows.cover.goal_label
    slide = add_slide(deck, f"Status by {label.lower()}")
    total = len(report.rows.initiatives)
    mix = ", ".join(f"{item.count} {item.label.lower()}" for item in report.total_segments)
    sentences = [f"{many(total, 'initiative')}: {mix}." if total else "The plan has no initiatives.", _share(report)]
    for area in report.focus_areas:
        told = ", ".join(f"{item.count} {item.label.lower()}" for item in area.segments) or "no data"
        sentences.append(f"{area.goal.name}: {told}.")
    add_notes(slide, sentences)
    if not total or not report.focus_areas:
        note(slide, sentences[0])
        return
    shown = report.focus_areas[:12]
    head = sentences[0] if len(shown) == len(report.focus_areas) else f"{sentences[0]} The first 12 are drawn."
    lead, _ = cut(f"{head} {sentences[1]}", width=ROOM * 72, size=14, lines=2)
    add_text(slide, [[Say(lead, 14)]], left=LEFT, top=1.4, width=ROOM, height=0.6, name="In words")
    add_bars(
        slide,
        [fit(area.goal.name, 3.6, 12, 2) for area in shown],
        [
            Series(name, [area.counts[status] for area in shown], STATUS_COLOURS[status])
            for status, name in report.status_columns
        ],
        descr=" ".join(sentences), built_at=report.workflow.built_at, top=2.05, height=BOTTOM - 2.05,
    )  # fmt: skip


def _share(report: ReportContent) -> str:
    if report.completed_percent is None:
        return ""
    left_out = f" Cancelled ones ({report.counts['cancelled']}) are left out." if report.counts["cancelled"] else ""
    return f"{report.completed_percent}% of {report.counted} are completed.{left_out}"


def attention(deck: Any, report: ReportContent) -> None:
    found = report.attention
    slide = add_slide(deck, f"{len(found)} of {many(len(report.open_initiatives), 'open initiative')} need attention")
    if not found:
        note(slide, "Nothing: every open initiative is on time, current and owned.")
        return
    columns = [TableColumn("Initiative", 4.3), TableColumn("Status", 2.0), TableColumn("Why", 3.9)]
    columns.append(TableColumn("Owner", 1.93))
    rows: list[list[str | Cell]] = [
        [
            f"{item.initiative.number} {item.initiative.title}",
            Cell(item.initiative.effective_label, STATUS_COLOURS[item.initiative.effective_status]),
            f"{'. '.join(item.reasons)}.",
            item.initiative.owner_name or "No owner",
        ]
        for item in found
    ]
    add_table(slide, columns, rows, descr=f"The initiatives that need attention, the worst first; {len(rows)} in all.")
    add_notes(slide, map(_attention_sentence, found))


def _attention_sentence(item: Attention) -> str:
    row = item.initiative
    reported = f", reported {row.reported_label.lower()}" if row.differs else ""
    owner = f"Owner: {row.owner_name}." if row.owner_name else ""
    return f"{row.number} {row.title}: {row.effective_label.lower()}{reported}. {'. '.join(item.reasons)}. {owner}"


def milestones(deck: Any, report: ReportContent) -> None:
    met, missed, slipped = report.milestones_met, report.milestones_missed, report.milestones_slipped
    title = f"Milestones: {len(met)} met, {len(missed)} past their date, {len(slipped)} slipped"
    slide = add_slide(deck, title)
    groups = (
        ("met this quarter", met, _met), ("past their date", missed, _missed),
        ("slipped and still open", slipped, _slipped),
    )  # fmt: skip
    gap, shown = 0.2, 9
    width = (ROOM - 2 * gap) / 3
    sentences = []
    for index, (words, steps, tell) in enumerate(groups):
        sentences.append(f"{len(steps)} {words}.")
        sentences += [f"{_step(step)}: {tell(step)}." for step in steps]
        told = [
            [Say(str(len(steps)), 40, BLUE, bold=True, font=HEADINGS)],
            [Say(words, 14, INK, bold=True)],
        ]
        for step in steps[:shown]:
            told.append([Say(fit(_step(step), width, 12), 12)])
            told.append([Say(fit(tell(step), width, 11), 11, GREY)])
        if len(steps) > shown:
            told.append([Say(f"and {len(steps) - shown} more", 11, GREY)])
        add_text(
            slide, told, left=LEFT + index * (width + gap), top=TOP, width=width, height=BOTTOM - TOP,
            name=f"Milestones {words}", fill=PALE,
        )  # fmt: skip
    add_notes(slide, sentences)


def _step(step: Step) -> str:
    return f"{step.initiative.number} {step.milestone.title}"


def _met(step: Step) -> str:
    return f"done {day(step.milestone.completed_date)}"


def _missed(step: Step) -> str:
    row = step.milestone
    return f"was due {day(row.due_date)}" + (f", first agreed {day(row.baseline_due_date)}" if row.slip_days else "")


def _slipped(step: Step) -> str:
    row = step.milestone
    return f"now {day(row.due_date)}, first {day(row.baseline_due_date)}, {many(row.slip_days, 'day')} later"


def next_dates(deck: Any, report: ReportContent) -> None:
    slide = add_slide(deck, f"{many(len(report.next_dates), 'date')} in {report.next_label}")
    if not report.next_dates:
        note(slide, f"No open date lies in {report.next_label}.")
        return
    columns = [TableColumn("Date", 1.3), TableColumn("What", 4.2), TableColumn("Kind", 1.3)]
    columns += [TableColumn("Initiative", 3.1), TableColumn("Who", 2.23)]
    rows = [
        [
            day(item.day), item.what, item.kind,
            "" if item.kind == "Initiative" else f"{item.initiative.number} {item.initiative.title}", item.who,
        ]
        for item in report.next_dates
    ]  # fmt: skip
    rows = [[day, what, kind, initiative or "–", who or "–"] for day, what, kind, initiative, who in rows]
    add_table(slide, columns, rows, descr=f"What is due in {report.next_label}, by day; {len(rows)} in all.", lines=1)
    add_notes(
        slide,
        [
            f"{day(item.day)}: {item.what} ({item.kind.lower()} of {item.initiative.number} {item.initiative.title})."
            for item in report.next_dates
        ],
    )


def commitments(deck: Any, report: ReportContent) -> None:
    if not report.promises:
        slide = add_slide(deck, "Commitments by department")
        note(slide, "No department had promised anything.")
        return
    opened, late, delivered = (
        sum(getattr(group, name) for group in report.promises) for name in ("open", "overdue", "delivered")
    )
    slide = add_slide(deck, f"Commitments: {opened} open, {late} of them overdue, {delivered} delivered")
    columns = [TableColumn("Department", 4.4), TableColumn("Open", 1.0, is_number=True)]
    columns += [TableColumn("Overdue", 1.1, is_number=True), TableColumn("Delivered", 1.2, is_number=True)]
    columns.append(TableColumn("Overdue or due next", 4.43))
    rows, sentences = [], []
    for group in sorted(report.promises, key=lambda group: (-group.overdue, -group.open, group.name)):
        waiting = [item.commitment for item in group.promises if item.commitment.is_open]
        first = f"{waiting[0].what} ({day(waiting[0].due_date)})" if waiting else "–"
        rows.append([group.name, str(group.open), str(group.overdue), str(group.delivered), first])
        sentences.append(f"{group.name}: {group.open} open, {group.overdue} overdue, {group.delivered} delivered.")
        for item in group.promises:
            late = ", overdue" if item.is_overdue else ""
            row = item.commitment
            told = f"{row.what}, for {item.initiative.number} {item.initiative.title}"
            sentences.append(f"{told}: {row.state_label.lower()}{late}, due {day(row.due_date)}.")
    descr = f"Commitments of {many(len(rows), 'department')}: open, overdue, delivered; the most overdue first."
    add_table(slide, columns, rows, descr=descr, lines=1)
    add_notes(slide, sentences)


def alignment(deck: Any, report: ReportContent) -> None:
    slide = add_slide(deck, "Alignment with the priorities")
    label = report.rows.cover.goal_label
    if not report.priorities or not report.alignment:
        note(slide, "The plan names no priorities.")
        return
    priorities = report.priorities[:8]
    rest = len(report.priorities) - len(priorities)
    most = max(max(served) for _, served in report.alignment)
    width = 8.2 / len(priorities)
    columns = [TableColumn(label, ROOM - width * len(priorities))]
    columns += [TableColumn(fit(item.title, width, 12, 2), width, is_number=True) for item in priorities]
    rows: list[list[str | Cell]] = [
        [
            goal.name,
            *(Cell(str(count) if count else "–", ground=tint(count / most if most else 0)) for count in served[:8]),
        ]
        for goal, served in report.alignment
    ]
    lead = f"How many initiatives of each {label.lower()} serve each priority. One initiative may serve several."
    lead += f" {many(rest, 'more priority').replace('prioritys', 'priorities')} in the report." if rest else ""
    add_text(slide, [[Say(lead, 14)]], left=LEFT, top=1.4, width=ROOM, height=0.4, name="In words")
    add_table(slide, columns, rows, descr=lead, top=1.95, size=14, padding=0.3)
    add_notes(
        slide,
        [
            lead,
            *(
                f"{goal.name}: "
                + ", ".join(
                    f"{heading.title} {count}" for heading, count in zip(report.priorities, served, strict=True)
                )
                + "."
                for goal, served in report.alignment
            ),
        ],
    )


def freshness(deck: Any, report: ReportContent) -> None:
    opened = len(report.open_initiatives)
    slide = add_slide(
        deck,
        f"{len(report.stale)} of {opened} open initiatives lack a current update, {len(report.ownerless)} an owner",
    )
    figures = ((report.stale, "without a current update"), (report.ownerless, "without an owner"))
    height = (BOTTOM - TOP - 0.2) / 2
    for index, (rows, words) in enumerate(figures):
        told = [[Say(str(len(rows)), 40, BLUE, bold=True, font=HEADINGS)], [Say(words, 14, INK, bold=True)]]
        told += [[Say(fit(f"{row.number} {row.title}", 4.2, 12), 12)] for row in rows[:5]]
        if len(rows) > 5:
            told.append([Say(f"and {len(rows) - 5} more", 12, GREY)])
        add_text(
            slide, told, left=LEFT, top=TOP + index * (height + 0.2), width=4.2, height=height, name=words, fill=PALE
        )
    ages = ", ".join(f"{words} {count}" for words, count in report.ages)
    add_text(
        slide, [[Say("Open initiatives by the age of their last update", 14, INK, bold=True)]], left=LEFT + 4.6,
        top=TOP, width=ROOM - 4.6, height=0.4, name="Chart title",
    )  # fmt: skip
    add_bars(
        slide, [words.capitalize() for words, _ in report.ages],
        [Series("Open initiatives", [count for _, count in report.ages], BLUE)],
        descr=f"Open initiatives by the age of their last update: {ages}.", built_at=report.workflow.built_at,
        left=LEFT + 4.6, top=TOP + 0.4, width=ROOM - 4.6, height=BOTTOM - TOP - 0.5, is_stacked=False,
    )  # fmt: skip
    sentences = []
    for rows, words in figures:
        names = "; ".join(f"{row.number} {row.title}" for row in rows)
        sentences.append(f"{len(rows)} of {opened} open initiatives {words}" + (f": {names}." if names else "."))
    add_notes(slide, [*sentences, f"Age of the last update: {ages}."])


def note(slide: Any, text: str) -> None:
    add_text(slide, [[Say(text, 18)]], left=LEFT, top=TOP, width=ROOM, height=1.0, name="In words")
    add_notes(slide, [text])


def fit(text: str, width: float, size: float, lines: int = 1) -> str:
    return cut(plain(text), width=(width - 2 * PADDING) * 72, size=size, lines=lines)[0]


def day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else "no date"


def many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


SECTIONS = (story, status, attention, milestones, next_dates, commitments, alignment, freshness)
