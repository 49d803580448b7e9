"""PPTX: the report as ten to twelve slides for a meeting.

Charts and tables can be edited; the speaker notes hold every sentence in full.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from reports.content import ReportContent
from reports.content.changes import Change, ChangeItem
from reports.content.report import Attention, Step
from reports.exporters.deck import (
    BLUE,
    BOTTOM,
    GREY,
    HEADINGS,
    INK,
    LEFT,
    PADDING,
    PALE,
    ROOM,
    TOP,
    WHITE,
    YELLOW,
    Cell,
    Say,
    Series,
    TableColumn,
    add_bars,
    add_cover,
    add_footers,
    add_notes,
    add_slide,
    add_table,
    add_text,
    new_deck,
    plain,
    save,
)
from reports.exporters.fitting import cut
from reports.exporters.words import CORRECTION_COLUMNS, STATUS_COLOURS, correction_row, edition, report_name

MARKS = re.compile(r"^[ \t]*(?:#{1,6} |[-*+] |> ?|\d+[.)] )|\*\*|__|`", re.MULTILINE)  # Markdown as plain text


def to_pptx(report: ReportContent) -> bytes:
    deck = new_deck()
    _cover(deck, report)
    if report.life.summary:
        _summary(deck, report)
    if report.rows.corrections:
        _corrections(deck, report)
    for add in (
        _story, _status, _attention, _milestones, _next_dates, _commitments, _alignment, _freshness, _more,
    ):  # fmt: skip
        add(deck, report)
    add_footers(deck, _footer(report))
    _properties(deck, report)
    return save(deck)


def _properties(deck: Any, report: ReportContent) -> None:
    properties = deck.core_properties
    properties.title = plain(report.title)[:255]
    properties.subject = report.life.content_hash
    properties.author = "planapp"
    properties.last_modified_by = "planapp"
    properties.keywords = "sample activity" if report.rows.cover.sample_note else ""
    properties.language = "en-US"
    properties.revision = 1
    if report.life.built_at is not None:  # the same report gives the same bytes
        properties.created = properties.modified = report.life.built_at.replace(tzinfo=None)


def _footer(report: ReportContent) -> str:
    parts = [report_name(report), edition(report), f"as of {_day(report.day)}", report.rows.cover.plan_title]
    return " · ".join(["Sample activity", *parts] if report.rows.cover.sample_note else parts)


def _cover(deck: Any, report: ReportContent) -> None:
    cover, life = report.rows.cover, report.life
    state = life.state_label if life.is_draft else f"{life.state_label}, revision {life.revision}"
    done = f" Completed by {life.completed_by} on {_day(life.completed_at)}." if life.completed_at else ""
    lines = [
        Say(f"Quarterly report {report.quarter_label}", 26, WHITE, bold=True, font=HEADINGS),
        Say(f"The plan as of {_day(report.day)}", 18, WHITE),
        Say(f"{state}.{done} {edition(report)}.", 16, WHITE),
    ]
    if report.sample_text:
        told, _ = cut(report.sample_text, width=ROOM * 72, size=16, lines=2)
        lines.append(Say(told, 16, YELLOW, bold=True))
    slide = add_cover(deck, cover.plan_title, lines)
    add_notes(slide, [f"{report.title}.", f"{state}.{done} {edition(report)}.", cover.plan_mission, report.sample_text])


def _summary(deck: Any, report: ReportContent) -> None:
    life = report.life
    slide = add_slide(deck, f"Summary of {report.quarter_label}")
    text = MARKS.sub("", life.summary)
    size = 18 if len(text) > 600 else 24
    lines, left = [], 12 if size == 18 else 8
    for paragraph in text.splitlines():
        if paragraph.strip() and left > 0:
            told, used = cut(plain(paragraph), width=(ROOM - 2 * PADDING) * 72, size=size, lines=left)
            lines.append([Say(told, size)])
            left -= used
    by = f"Written by {life.summary_by}" + (f", {_day(life.summary_at)}" if life.summary_at else "")
    add_text(
        slide,
        [*lines, [Say(by, 12, GREY)]],
        left=LEFT,
        top=TOP,
        width=ROOM,
        height=BOTTOM - TOP,
        name="Summary",
        spacing=6,
    )
    add_notes(slide, [*text.splitlines(), f"{by}."])


def _corrections(deck: Any, report: ReportContent) -> None:
    slide = add_slide(deck, f"What revision {report.life.revision} corrects")
    widths = (1.0, 2.2, 1.63, 2.5, 2.5, 2.3)
    columns = [TableColumn(name, width) for (name, _, _), width in zip(CORRECTION_COLUMNS, widths, strict=False)]
    rows = [[text or "–" for text in correction_row(row)[: len(widths)]] for row in report.rows.corrections]
    add_table(slide, columns, rows, descr=f"{len(rows)} corrections with both texts and the reason.", size=14, lines=4)
    add_notes(
        slide,
        [
            f"{row.number} {row.title}: “{row.before}” was corrected to “{row.after}”. Reason: {row.reason}."
            for row in report.rows.corrections
        ],
    )


def _story(deck: Any, report: ReportContent) -> None:
    told = report.changes
    if told is None:
        slide = add_slide(deck, "What changed")
        _note(slide, "No earlier quarter was frozen, so there is nothing to compare with.")
        return
    slide = add_slide(deck, f"What changed since {told.before_label}")
    if not told.story:
        _note(slide, told.sentence)
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
    shown = {1: 9, 2: 4, 3: 0}[rows]
    for index, change in enumerate(story):
        line, column = divmod(index, across)
        words, _ = cut(change.words, width=(width - 2 * PADDING) * 72, size=14, lines=2)
        told = [[Say(str(change.count), size, BLUE, bold=True, font=HEADINGS)], [Say(words, 14, INK, bold=True)]]
        told += [[Say(_fit(f"{item.number} {item.title}", width, 12), 12)] for item in change.items[:shown]]
        if shown and change.count > shown:
            told.append([Say(f"and {change.count - shown} more", 12, GREY)])
        add_text(
            slide, told, left=LEFT + column * (width + gap), top=TOP + line * (height + gap), width=width,
            height=height, name=plain(change.sentence).capitalize(), fill=PALE,
        )  # fmt: skip


def _behind(change: Change) -> Iterable[str]:
    yield f"{change.sentence.capitalize()}:"
    for item in change.items:
        yield f"{item.number} {item.title}{_moved(item)}."


def _moved(item: ChangeItem) -> str:
    what = f", {item.what}" if item.what else ""
    if not (item.before and item.after):
        return what
    days = f" ({_many(item.days, 'day')})" if item.days else ""
    return f"{what}, from {item.before} to {item.after}{days}"


def _status(deck: Any, report: ReportContent) -> None:
    label = report.rows.cover.goal_label
    slide = add_slide(deck, f"Status by {label.lower()}")
    total = len(report.rows.initiatives)
    mix = ", ".join(f"{item.count} {item.label.lower()}" for item in report.total_segments)
    sentences = [f"{_many(total, 'initiative')}: {mix}." if total else "The plan has no initiatives.", _share(report)]
    for area in report.focus_areas:
        told = ", ".join(f"{item.count} {item.label.lower()}" for item in area.segments) or "no data"
        sentences.append(f"{area.goal.number} {area.goal.title}: {told}.")
    add_notes(slide, sentences)
    if not total or not report.focus_areas:
        _note(slide, sentences[0])
        return
    shown = report.focus_areas[:12]
    head = sentences[0] if len(shown) == len(report.focus_areas) else f"{sentences[0]} The first 12 are drawn."
    lead, _ = cut(f"{head} {sentences[1]}", width=ROOM * 72, size=14, lines=2)
    add_text(slide, [[Say(lead, 14)]], left=LEFT, top=1.4, width=ROOM, height=0.65, name="In words")
    add_bars(
        slide,
        [_fit(f"{area.goal.number} {area.goal.title}", 3.6, 12, 2) for area in shown],
        [
            Series(name, [area.counts[status] for area in shown], STATUS_COLOURS[status])
            for status, name in report.status_columns
        ],
        descr=" ".join(sentences), built_at=report.life.built_at, top=2.05, height=BOTTOM - 2.05,
    )  # fmt: skip


def _share(report: ReportContent) -> str:
    if report.completed_percent is None:
        return ""
    left_out = f" Cancelled ones ({report.counts['cancelled']}) are left out." if report.counts["cancelled"] else ""
    return f"{report.completed_percent}% of {report.counted} are completed.{left_out}"


def _attention(deck: Any, report: ReportContent) -> None:
    found = report.attention
    slide = add_slide(deck, f"{len(found)} of {_many(len(report.open_initiatives), 'open initiative')} need attention")
    if not found:
        _note(slide, "Nothing: every open initiative is on time, current and owned.")
        return
    columns = [TableColumn("Initiative", 4.3), TableColumn("Status", 2.0), TableColumn("Why", 3.9)]
    columns.append(TableColumn("Owner", 1.93))
    rows = [
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


def _milestones(deck: Any, report: ReportContent) -> None:
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
            told.append([Say(_fit(_step(step), width, 12), 12)])
            told.append([Say(_fit(tell(step), width, 11), 11, GREY)])
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
    return f"done {_day(step.milestone.completed_date)}"


def _missed(step: Step) -> str:
    row = step.milestone
    return f"was due {_day(row.due_date)}" + (f", first agreed {_day(row.baseline_due_date)}" if row.slip_days else "")


def _slipped(step: Step) -> str:
    row = step.milestone
    return f"now {_day(row.due_date)}, first {_day(row.baseline_due_date)}, {_many(row.slip_days, 'day')} later"


def _next_dates(deck: Any, report: ReportContent) -> None:
    slide = add_slide(deck, f"{_many(len(report.next_dates), 'date')} in {report.next_label}")
    if not report.next_dates:
        _note(slide, f"No open date lies in {report.next_label}.")
        return
    columns = [TableColumn("Date", 1.3), TableColumn("What", 4.2), TableColumn("Kind", 1.3)]
    columns += [TableColumn("Initiative", 3.1), TableColumn("Who", 2.23)]
    rows = [
        [
            _day(item.day), item.what, item.kind,
            "" if item.kind == "Initiative" else f"{item.initiative.number} {item.initiative.title}", item.who,
        ]
        for item in report.next_dates
    ]  # fmt: skip
    rows = [[day, what, kind, initiative or "–", who or "–"] for day, what, kind, initiative, who in rows]
    add_table(slide, columns, rows, descr=f"What is due in {report.next_label}, by day; {len(rows)} in all.", lines=1)
    add_notes(
        slide,
        [
            f"{_day(item.day)}: {item.what} ({item.kind.lower()} of {item.initiative.number} {item.initiative.title})."
            for item in report.next_dates
        ],
    )


def _commitments(deck: Any, report: ReportContent) -> None:
    if not report.promises:
        slide = add_slide(deck, "Commitments by department")
        _note(slide, "No department had promised anything.")
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
        first = f"{waiting[0].what} ({_day(waiting[0].due_date)})" if waiting else "–"
        rows.append([group.name, str(group.open), str(group.overdue), str(group.delivered), first])
        sentences.append(f"{group.name}: {group.open} open, {group.overdue} overdue, {group.delivered} delivered.")
        for item in group.promises:
            late = ", overdue" if item.is_overdue else ""
            row = item.commitment
            told = f"{row.what}, for {item.initiative.number} {item.initiative.title}"
            sentences.append(f"{told}: {row.state_label.lower()}{late}, due {_day(row.due_date)}.")
    descr = f"Commitments of {_many(len(rows), 'department')}: open, overdue, delivered; the most overdue first."
    add_table(slide, columns, rows, descr=descr, lines=1)
    add_notes(slide, sentences)


def _alignment(deck: Any, report: ReportContent) -> None:
    slide = add_slide(deck, "Alignment with the priorities")
    label = report.rows.cover.goal_label
    if not report.priorities or not report.alignment:
        _note(slide, "The plan names no priorities.")
        return
    priorities = report.priorities[:8]
    rest = len(report.priorities) - len(priorities)
    most = max(max(served) for _, served in report.alignment)
    width = 8.2 / len(priorities)
    columns = [TableColumn(label, ROOM - width * len(priorities))]
    columns += [TableColumn(_fit(item.title, width, 12, 2), width, is_number=True) for item in priorities]
    rows = [
        [
            f"{goal.number} {goal.title}",
            *(Cell(str(count) if count else "–", ground=_tint(count, most)) for count in served[:8]),
        ]
        for goal, served in report.alignment
    ]
    lead = f"How many initiatives of each {label.lower()} serve each priority. One initiative may serve several."
    lead += f" {_many(rest, 'more priority').replace('prioritys', 'priorities')} in the report." if rest else ""
    add_text(slide, [[Say(lead, 14)]], left=LEFT, top=1.4, width=ROOM, height=0.4, name="In words")
    add_table(slide, columns, rows, descr=lead, top=1.95, size=14, padding=0.3)
    add_notes(
        slide,
        [
            lead,
            *(
                f"{goal.number} {goal.title}: "
                + ", ".join(
                    f"{heading.title} {count}" for heading, count in zip(report.priorities, served, strict=True)
                )
                + "."
                for goal, served in report.alignment
            ),
        ],
    )


def _tint(count: int, most: int) -> str:
    """White for none, the more the bluer; dark letters can be read on all of them."""
    share = 0.4 * count / most if most else 0.0
    return "".join(f"{round(255 + (int(BLUE[at : at + 2], 16) - 255) * share):02X}" for at in (0, 2, 4))


def _freshness(deck: Any, report: ReportContent) -> None:
    opened = len(report.open_initiatives)
    slide = add_slide(
        deck,
        f"{len(report.stale)} of {opened} open initiatives lack a current update, {len(report.ownerless)} an owner",
    )
    figures = ((report.stale, "without a current update"), (report.ownerless, "without an owner"))
    height = (BOTTOM - TOP - 0.2) / 2
    for index, (rows, words) in enumerate(figures):
        told = [[Say(str(len(rows)), 40, BLUE, bold=True, font=HEADINGS)], [Say(words, 14, INK, bold=True)]]
        told += [[Say(_fit(f"{row.number} {row.title}", 4.2, 12), 12)] for row in rows[:5]]
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
        descr=f"Open initiatives by the age of their last update: {ages}.", built_at=report.life.built_at,
        left=LEFT + 4.6, top=TOP + 0.4, width=ROOM - 4.6, height=BOTTOM - TOP - 0.5, is_stacked=False,
    )  # fmt: skip
    sentences = []
    for rows, words in figures:
        names = "; ".join(f"{row.number} {row.title}" for row in rows)
        sentences.append(f"{len(rows)} of {opened} open initiatives {words}" + (f": {names}." if names else "."))
    add_notes(slide, [*sentences, f"Age of the last update: {ages}."])


def _more(deck: Any, report: ReportContent) -> None:
    life = report.life
    slide = add_slide(deck, "Where to find more")
    lines = [
        f"The report {report_name(report)} holds {_many(len(report.rows.initiatives), 'initiative')} with what was "
        "reported about each, as a web page, PDF, spreadsheet, CSV, JSON and StratML: the same figures in each.",
        "Speaker notes of these slides hold every line that a slide cuts short.",
    ]
    if life.content_hash:
        lines.append(
            "The page “Verify” under Reports takes this file, or the hash below, and says whether it is unchanged."
        )
    told = [[Say(line, 16)] for line in lines]
    if life.content_hash:
        told += [[Say("Content hash", 12, GREY, bold=True)], [Say(life.content_hash, 14, BLUE, font="Consolas")]]
        told += [[Say("Chain hash", 12, GREY, bold=True)], [Say(life.chain_hash, 14, BLUE, font="Consolas")]]
    else:
        told.append(
            [Say("This is a draft: the quarter was not frozen, and its figures may still change.", 16, INK, bold=True)]
        )
    add_text(slide, told, left=LEFT, top=TOP, width=ROOM, height=BOTTOM - TOP, name="Where to find more", spacing=8)
    add_notes(slide, [*lines, f"Content hash {life.content_hash}." if life.content_hash else ""])


def _note(slide: Any, text: str) -> None:
    add_text(slide, [[Say(text, 18)]], left=LEFT, top=TOP, width=ROOM, height=1.0, name="In words")
    add_notes(slide, [text])


def _fit(text: str, width: float, size: float, lines: int = 1) -> str:
    return cut(plain(text), width=(width - 2 * PADDING) * 72, size=size, lines=lines)[0]


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else "no date"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
