"""The sections of a report in their order: every heading and sentence of it, once for all formats.

A new one is a function here and a line in SECTIONS (docs/how-to/add-a-report-section.md).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from initiatives.judgement import counted
from reports.content.changes import Change, ChangeItem
from reports.content.entries import entry, named, needy, prose, ref, said, slip, told
from reports.content.outline import (
    Bar,
    Block,
    Chart,
    Column,
    Day,
    Figure,
    Figures,
    Group,
    Line,
    Paragraph,
    Row,
    Section,
    Table,
    Text,
    Words,
    cell,
    day_words,
    muted,
    parts,
    table,
    typed,
    words,
)
from reports.content.report import Dated, Promise, Promises, ReportContent, Step
from reports.content.rows import Initiative

Format = Literal["page", "pdf", "slides"]
EVERYWHERE: frozenset[Format] = frozenset({"page", "pdf", "slides"})
NOTHING_BEFORE = "No earlier quarter was frozen, so there is nothing to compare with."
NOTHING_NEEDED = "Nothing: every open initiative is on time, current and owned."
PRIORITIES_A_TABLE = 6  # a matrix with more columns is shown in parts


def outline(report: ReportContent, fmt: Format) -> list[Section]:
    """The sections that a format draws. The page of a report draws the summary itself, for it can be written there."""
    found = (build(report) for build, formats in SECTIONS if fmt in formats)
    return [
        section for section in found if section and (not (section.is_optional and fmt == "slides") or section.blocks)
    ]


def summary(report: ReportContent) -> Section:
    workflow = report.workflow
    by = (Words(workflow.summary_by, "muted", is_typed=True), muted(f", {day_words(workflow.summary_at)}"))
    return Section(
        "summary",
        "Summary",
        (Text(workflow.summary, by if workflow.summary_at else ()),) if workflow.summary else (),
        empty="No summary was written yet." if workflow.is_draft else "No summary was written.",
        headline=f"Summary of {report.quarter.label}",
        is_optional=True,
    )


def corrections(report: ReportContent) -> Section | None:
    if not report.rows.corrections:
        return None
    columns = [Column("Initiative", 2.0), Column("Field", 1.2), Column("Before", 2.0), Column("After", 2.0)]
    rows = [
        Row(
            (
                cell(named(report, row.initiative_id, row.number, row.title)),
                cell(typed(row.where)),
                told(row, row.before),
                told(row, row.after),
                (*prose(row.reason), words(Words(day_words(row.recorded_at), "small"))),
            )
        )
        for row in report.rows.corrections
    ]
    return Section(
        "corrections",
        "What this revision corrects",
        (table("corrections", [*columns, Column("Why", 2.0)], rows, is_wide=True),),
        headline=f"What revision {report.workflow.revision} corrects",
        short="Corrections",
    )


def changes(report: ReportContent) -> Section:
    found = report.changes
    if found is None:
        return Section("changes", "What changed", empty=NOTHING_BEFORE)
    sentence: list[Words | str] = [f"Since {found.before_label}: "]
    for index, change in enumerate(found.story):
        sentence += [", " if index else "", Words(str(change.count), to=f"change-{change.key}"), f" {change.words}"]

    def make() -> tuple[Block, ...]:
        figures = Figures(tuple(_change(report, change) for change in found.story), is_strip=False)
        return (Paragraph(words(*sentence, "."), shown="documents"), figures)

    return Section(
        "changes",
        "What changed",
        make if found.story else (),
        empty=f"Since {found.before_label} nothing moved.",
        aside=f"since {found.before_label}",
        headline=f"What changed since {found.before_label}",
        holds="change-",
    )


def _change(report: ReportContent, change: Change) -> Figure:
    lines = tuple(_changed(report, item) for item in change.items)
    heading = change.sentence[:1].upper() + change.sentence[1:]
    return Figure(f"change-{change.key}", change.count, change.words, heading, lines=lines)


def _changed(report: ReportContent, item: ChangeItem) -> Line:
    pieces: list[Words | str] = [named(report, item.initiative_id, item.number, item.title)]
    if item.what:
        pieces += [". ", typed(item.what)]
    if item.before and item.after:
        pieces += [": ", muted("from "), item.before, muted(" to "), item.after]
    if item.days:
        pieces.append(f" ({counted(item.days, 'day')})")
    return words(*pieces)


def status(report: ReportContent) -> Section:
    label, total, whole = report.rows.cover.goal_label, len(report.rows.initiatives), report.whole
    mix = ", ".join(f"{item.count} {item.label.lower()}" for item in whole.segments)
    share = _share_sentence(report)
    columns = [Column(label, 2.0), *(Column(name, 0, is_number=True) for _, name in report.status_columns)]
    columns += [Column("All", 0, is_number=True), Column("Share completed", 0, is_number=True)]
    rows = [
        _counts(typed(area.goal.name, f"area-{area.goal.source_id}"), area.cells, area.completed_percent)
        for area in report.focus_areas
    ]
    rows.append(_counts(Words(whole.goal.name), whole.cells, whole.completed_percent))
    bars = [Bar("All initiatives", whole.segments, is_total=True)]
    bars += [Bar(area.goal.name, area.segments) for area in report.focus_areas]
    mixed = f"{counted(total, 'initiative')}: {mix}. {share}".strip() if total else "The plan has no initiatives."
    return Section(
        "status",
        f"Status by {label.lower()}",
        (
            Paragraph(words(mixed), shown="slides"),
            *([Chart("Initiatives by status", tuple(bars), tuple(report.status_columns))] if total else []),
            *([Paragraph(words(share), is_quiet=True, shown="documents")] if share else []),
            table("status", columns, rows, is_wide=True, has_total=True, shown="documents"),
        ),
        aside=f"{whole.completed_percent}% of {whole.counted} completed" if whole.counted else "",
        short="Status in numbers",
    )


def _share_sentence(report: ReportContent) -> str:
    whole, left_out = report.whole, report.counts["cancelled"]
    if not whole.counted:
        return ""
    more = f" Cancelled ones ({left_out}) are left out of percentages." if left_out else ""
    verb = "is" if whole.counted == 1 else "are"
    return f"{whole.completed_percent}% of {counted(whole.counted, 'initiative')} {verb} completed.{more}"


def _counts(name: Words, counts: Sequence[int], percent: int | None) -> Row:
    share = muted("No data") if percent is None else f"{percent}%"
    return Row((cell(name), *(cell(str(count)) for count in (*counts, sum(counts))), cell(share)))


def attention(report: ReportContent) -> Section:
    found, opened = report.attention, counted(len(report.open_initiatives), "open initiative")
    columns = [Column("Initiative", 2.2), Column("Status", 1.5), Column("Why", 2.3), Column("Owner", 1.3)]
    return Section(
        "attention",
        "Needs attention",
        (lambda: (table("attention", columns, map(needy, found)),)) if found else (),
        empty=NOTHING_NEEDED,
        aside=f"{len(found)} of {opened}",
        headline=f"{len(found)} of {opened} need{'s' if len(found) == 1 else ''} attention",
    )


def milestones(report: ReportContent) -> Section:
    groups = (
        ("met", "Met this quarter", "met this quarter", report.milestones_met),
        ("missed", "Past their date", "past their date", report.milestones_missed),
        ("slipped", "Slipped and still open", "slipped and still open", report.milestones_slipped),
    )

    def make() -> tuple[Block, ...]:
        figures = (
            Figure(
                f"milestones-{key}", len(steps), what, heading, empty="None.",
                table=_steps(report, f"milestones-{key}", steps, is_done=key == "met") if steps else None,
            )
            for key, heading, what, steps in groups
        )  # fmt: skip
        return (Figures(tuple(figures)),)

    met, missed, slipped = (len(steps) for *_, steps in groups)
    return Section(
        "milestones",
        "Milestones",
        make,
        aside=f"{met} met this quarter, {missed} past their date, {slipped} slipped and still open",
        headline=f"Milestones: {met} met, {missed} past their date, {slipped} slipped",
    )


def _steps(report: ReportContent, label: str, steps: Iterable[Step], *, is_done: bool) -> Table:
    columns = [Column("Milestone", 2.2), Column("Initiative", 2.2), Column("First agreed")]
    columns += [Column("Done" if is_done else "Now due", 1.1), Column("Slip", 0.9)]
    rows = [
        Row(
            (
                cell(typed(step.milestone.title)),
                cell(ref(step.initiative)),
                cell(Day(step.milestone.baseline_due_date)),
                cell(Day(step.milestone.completed_date) if is_done else Day(step.milestone.due_date, report.day)),
                cell(slip(step.milestone.slip_days, step.milestone.slip_count) or "–"),
            )
        )
        for step in steps
    ]
    return table(label, columns, rows, is_even=True)


def ahead(report: ReportContent) -> Section:
    columns = [Column("What", 2.3), Column("Date"), Column("Kind"), Column("Initiative", 2.2), Column("Who", 1.5)]
    dates = counted(len(report.next_dates), "date")

    def row(item: Dated) -> Row:
        what = cell(typed(item.what)), cell(Day(item.day)), cell(item.kind)
        return Row((*what, cell(ref(item.initiative)), said(item.who)))

    return Section(
        "ahead",
        f"Dates in {report.quarter.next().label}",
        (lambda: (table("ahead", columns, map(row, report.next_dates)),)) if report.next_dates else (),
        empty=f"No open date lies in {report.quarter.next().label}.",
        aside=dates,
        headline=f"{dates} in {report.quarter.next().label}",
    )


def commitments(report: ReportContent) -> Section:
    groups = report.promises
    opened, late, delivered = (
        sum(getattr(group, name) for group in groups) for name in ("open", "overdue", "delivered")
    )
    columns = [Column("Commitment", 2.3), Column("Initiative", 2.2), Column("State", 1.1), Column("First agreed")]

    def make() -> tuple[Block, ...]:
        each = tuple(
            Group(
                tuple(_promise(report, item) for item in group.promises),
                group.name.strip() or "No department",
                f"{group.open} open, {group.overdue} overdue, {group.delivered} delivered",
            )
            for group in groups
        )
        whole = Table((*columns, Column("Due", 1.1)), each, "commitments-title", is_wide=True, shown="documents")
        return (_departments(groups), whole)

    return Section(
        "commitments",
        "Commitments by department",
        make if groups else (),
        empty="No department had promised anything.",
        aside=counted(len(groups), "department"),
        headline=f"Commitments: {opened} open, {late} of them overdue, {delivered} delivered",
        short="Commitments",
    )


def _departments(groups: Iterable[Promises]) -> Table:
    """A line for each department, the one with most overdue first."""
    columns = [
        Column("Department", 4.4),
        *(Column(name, 1.1, is_number=True) for name in ("Open", "Overdue", "Delivered")),
    ]
    rows = []
    for group in sorted(groups, key=lambda group: (-group.overdue, -group.open, group.name)):
        waiting = [item.commitment for item in group.promises if item.commitment.is_open]
        first = cell(typed(waiting[0].what), f" ({day_words(waiting[0].due_date)})") if waiting else cell("–")
        numbers = (cell(str(count)) for count in (group.open, group.overdue, group.delivered))
        rows.append(Row((cell(typed(group.name)), *numbers, first)))
    return table("commitments", [*columns, Column("Overdue or due next", 4.4)], rows, shown="slides")


def _promise(report: ReportContent, item: Promise) -> Row:
    row = item.commitment
    late = (", ", Words("overdue", "late")) if item.is_overdue else ()
    due = Day(row.due_date, report.day if row.is_open else None)
    state = cell(row.state_label, *late)
    return Row((cell(typed(row.what)), cell(ref(item.initiative)), state, cell(Day(row.baseline_due_date)), cell(due)))


def alignment(report: ReportContent) -> Section:
    label = report.rows.cover.goal_label
    sentence = f"How many initiatives of each {label.lower()} serve each priority. One initiative may serve several."
    tables = []
    for part in parts(len(report.priorities), PRIORITIES_A_TABLE):
        columns = [Column(label, 2.4)]
        columns += [Column(priority.title, 1.0, is_number=True) for priority in report.priorities[part]]
        rows = [
            Row((cell(typed(goal.name)), *(cell(str(count) if count else muted("–")) for count in served[part])))
            for goal, served in report.alignment
        ]
        tables.append(table("alignment", columns, rows, is_wide=True, is_matrix=True))
    return Section(
        "alignment",
        "Alignment with priorities",
        (Paragraph(words(sentence), is_quiet=True), *tables) if tables else (),
        empty="The plan names no priorities.",
        aside=counted(len(report.priorities), "priority", "priorities"),
        short="Alignment",
    )


def why(report: ReportContent) -> Section | None:
    """Where the plan came from, as recorded by the quarter's end."""
    if not report.evidence:
        return None
    columns = [Column("Finding", 3.0), Column("Share of people", 0.8), Column("Source", 1.6)]
    columns.append(Column(f"{report.rows.cover.goal_label}s it bears on", 1.6))
    rows = [
        Row(
            (
                cell(typed(one.text)),
                cell(one.share or muted("Not known")),
                cell(typed(one.source or one.link) if one.source or one.link else muted("None named")),
                tuple(words(typed(area)) for area in one.areas) or cell(muted("The whole plan")),
            )
        )
        for one in report.evidence
    ]
    return Section(
        "why",
        "Why this plan",
        (table("why", columns, rows, is_wide=True),),
        aside=f"{counted(len(rows), 'finding')} recorded by {day_words(report.day)}",
    )


def freshness(report: ReportContent) -> Section:
    count, stale, ownerless = len(report.open_initiatives), report.stale, report.ownerless

    def make() -> tuple[Block, ...]:
        figures = (
            Figure("open", count, "open initiatives", "Open initiatives"),
            _lacking("stale", stale, "without a current update", count),
            _lacking("ownerless", ownerless, "without an owner", count),
        )
        columns = [Column("Age of the last update", 2.0), Column("Open initiatives", 1.0, is_number=True)]
        ages = [Row((cell(name[:1].upper() + name[1:]), cell(str(number)))) for name, number in report.ages]
        chart = "Open initiatives by the age of their last update"
        return (Figures(figures), table("freshness", columns, ages, chart=chart))

    return Section(
        "freshness",
        "Current updates and owners",
        make,
        aside=f"{len(stale)} without a current update, {len(ownerless)} without an owner",
        headline=f"{len(stale)} of {counted(count, 'open initiative')} lack{'s' if len(stale) == 1 else ''} a current "
        f"update, {len(ownerless)} an owner",
        short="Updates and owners",
    )


def _lacking(key: str, rows: Sequence[Initiative], what: str, count: int) -> Figure:
    lines = tuple(words(ref(row)) for row in rows)
    return Figure(f"freshness-{key}", len(rows), what, what[:1].upper() + what[1:], of=count, lines=lines)


def appendix(report: ReportContent) -> Section:
    """Every initiative as it stood."""
    columns = (
        Column("Initiative", 2.0), Column("Status", 1.2), Column("Last update", 3.0),
        Column("Owner and department", 1.5), Column("Due"), Column("Milestones"),
    )  # fmt: skip

    def make() -> tuple[Block, ...]:
        signed: dict[int, list[str]] = {}
        for item in report.workflow.sign_offs:
            signed.setdefault(item.initiative_id, []).append(f"{item.by_name}, {day_words(item.at)}")
        groups = tuple(
            Group(
                tuple(entry(report, row, signed.get(row.source_id, [])) for row in area.initiatives),
                area.goal.name,
                id=f"area-{area.goal.source_id}",
                empty="No initiatives.",
            )
            for area in report.focus_areas
        )
        return (Table(columns, groups, "appendix-title", is_entries=True, is_wide=True),)

    return Section(
        "appendix",
        "All initiatives",
        make,
        aside=f"{counted(len(report.rows.initiatives), 'initiative')} as of {day_words(report.day)}",
        holds="initiative- area-",
    )


SECTIONS: tuple[tuple[Callable[[ReportContent], Section | None], frozenset[Format]], ...] = (
    (summary, frozenset({"pdf", "slides"})),
    (corrections, EVERYWHERE),
    (changes, EVERYWHERE),
    (status, EVERYWHERE),
    (attention, EVERYWHERE),
    (milestones, EVERYWHERE),
    (ahead, EVERYWHERE),
    (commitments, EVERYWHERE),
    (alignment, EVERYWHERE),
    (freshness, EVERYWHERE),
    (why, frozenset({"page", "pdf"})),
    (appendix, frozenset({"page", "pdf"})),
)
