"""What the first screen of a report and the headings of its parts say: as small for 50,000 initiatives as for fifty.

It follows from the frozen rows alone, and is kept apart from them (reports/workflow/report.py). What people did with
the report since, and whatever reads a clock, is not in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from reports.content.entries import needy
from reports.content.leak_check import Named, named_in
from reports.content.outline import Row, Section
from reports.content.report import FocusArea, ReportContent, ReportHead, WorkflowState
from reports.content.rows import Cover
from reports.content.sections import outline
from web.shares import Segment

WORST = 5  # initiatives on the first screen that need attention


@dataclass(frozen=True)
class Moved:
    """A figure of what changed since the quarter before."""

    key: str
    count: int
    words: str


@dataclass(frozen=True)
class Bar:
    """A focus area, or the whole plan, as one bar of statuses. `id`: the focus area's number in the database."""

    id: int
    name: str
    title: str
    count: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class FirstView:
    """`before_label` is empty where no earlier quarter was frozen. `outline`: the headings of the sections by key."""

    cover: Cover
    total: int
    before_label: str
    story: tuple[Moved, ...]
    bars: tuple[Bar, ...]
    whole: Bar
    needy: int
    worst: tuple[Row, ...]
    outline: dict[str, Section]


@dataclass(frozen=True)
class BriefReport(ReportHead):
    """A frozen quarter in its internal edition, as far as the first screen of its page goes: its rows are not read.

    `internal` reads the names of what the public edition may not name, `withheld` of what it leaves out though it was
    public at the quarter's end; only where a page asks.
    """

    first_view: FirstView
    workflow: WorkflowState
    internal: Callable[[], Iterable[Named]]
    withheld: Callable[[], Iterable[Named]]
    is_public: bool = False

    @property
    def cover(self) -> Cover:
        return self.first_view.cover

    @property
    def total(self) -> int:
        return self.first_view.total

    @cached_property
    def internal_named(self) -> tuple[Named, ...]:
        return named_in(self.workflow.summary, self.internal()) if self.workflow.summary else ()

    @property
    def left_out(self) -> tuple[Named, ...]:
        """As `ReportContent.left_out`."""
        return tuple(self.withheld())


def first_view(report: ReportContent) -> FirstView:
    found = report.changes
    return FirstView(
        cover=report.cover,
        total=report.total,
        before_label=found.before_label if found else "",
        story=tuple(Moved(change.key, change.count, change.words) for change in found.story) if found else (),
        bars=tuple(map(_bar, report.focus_areas)),
        whole=_bar(report.whole),
        needy=len(report.attention),
        worst=tuple(map(needy, report.attention[:WORST])),
        outline={section.key: _heading(section) for section in outline(report, "page")},
    )


def _bar(area: FocusArea) -> Bar:
    return Bar(area.goal.source_id, area.goal.name, area.goal.title, len(area.initiatives), area.segments)


def _heading(section: Section) -> Section:
    """A section without what is in it; corrections are shown at once on every page."""
    return section if section.key == "corrections" else replace(section, make=())
