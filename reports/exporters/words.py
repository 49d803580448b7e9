"""What every file says about itself, in the same words and order."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from reports.content import Initiative, ReportContent
from web.tables import Column

STATUS_COLOURS = {  # of a bar, as the pages have them by day (static/css/app.css)
    "completed": "0F4D90", "on_track": "235A26", "at_risk": "804000", "off_track": "8F2200", "on_hold": "7A00A3",
    "not_started": "7F8A97", "cancelled": "454F5B", "no_current_update": "8A8A8A",
}  # fmt: skip
# Of its icon, and of words: those that are pale as a bar, dark enough to read.
STATUS_INK = STATUS_COLOURS | {"not_started": "454F5B", "no_current_update": "444444"}


def cover_facts(report: ReportContent) -> list[tuple[str, Any]]:
    """Name and value of each line of a cover: what it is, as of when, how far in its workflow, and its hashes."""
    cover, workflow = report.rows.cover, report.workflow
    facts: list[tuple[str, Any]] = [
        ("Plan", cover.plan_title),
        ("Report", report.title),
        ("Quarter", report.quarter.label),
        ("As of", report.day),
        ("State", workflow.state_label),
        ("Revision", None if workflow.is_draft else workflow.revision),
        ("Built", workflow.built_at),
        ("Completed by", workflow.completed_by),
        ("Completed at", workflow.completed_at),
        ("Edition", edition(report)),
        ("Summary", workflow.summary),
        ("Initiatives", len(report.rows.initiatives)),
        ("Milestones", len(report.rows.milestones)),
        ("Commitments", len(report.rows.commitments)),
    ]
    if cover.sample_note:
        facts.append(("Sample activity", cover.sample_note.removeprefix("Sample activity. ")))
    if workflow.content_hash:
        facts += [("Content hash", workflow.content_hash), ("Chain hash", workflow.chain_hash)]
    return facts


def corrections_of(report: ReportContent) -> Mapping[int, list[str]]:
    """For each initiative what this revision put right, a sentence each: what was told, what is told now, and why."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in report.rows.corrections:
        before, after = row.before or "nothing", row.after or "nothing"
        found[row.initiative_id].append(f"{row.where}: {before} → {after} ({row.reason})")
    return found


def edition(report: ReportContent) -> str:
    return "Public edition" if report.is_public else "Internal edition"


def report_name(report: ReportContent) -> str:
    """Names the report on one line, as files repeat it."""
    if report.workflow.is_draft:
        return f"{report.quarter.label}, draft preview"
    return f"{report.quarter.label}, revision {report.workflow.revision}"


@dataclass(frozen=True)
class Field(Column):
    """A column of one kind of row, with what its cell holds: a path of attributes, or a function of the row."""

    value: str | Callable[[Any], Any] = ""


def cells_of(fields: Iterable[Field]) -> Callable[[Any], list[Any]]:
    """A function that gives the cells of a row."""
    each = [attrgetter(field.value) if isinstance(field.value, str) else field.value for field in fields]
    return lambda row: [value(row) for value in each]


def _named(number: str, title: str) -> Callable[[Any], str]:
    return lambda row: f"{getattr(row, number)} {getattr(row, title)}".strip()


def _updated_on(row: Initiative) -> date | None:
    return row.last_updated_at.date() if row.last_updated_at else None


INITIATIVES = (
    Field("Number", "text", 10, "number"),
    Field("Initiative", "text", 44, "title"),
    Field("Focus area", "text", 30, _named("goal_number", "goal_title")),
    Field("Strategy", "text", 30, _named("strategy_number", "strategy_title")),
    Field("Status", "text", 16, "effective_label"),
    Field("Reported status", "text", 16, "reported_label"),
    Field("Percent", "percent", 9, "percent"),
    Field("Owner", "text", 22, "owner_name"),
    Field("Department", "text", 30, "department_name"),
    Field("Start", "date", 12, "start_date"),
    Field("Due", "date", 12, "due_date"),
    Field("First agreed", "date", 12, "baseline_due_date"),
    Field("Slip in days", "int", 10, "slip_days"),
    Field("Times slipped", "int", 10, "slip_count"),
    Field("Last update", "date", 12, _updated_on),
    Field("Author", "text", 22, "author_name"),
    Field("What happened", "text", 60, "happened"),
    Field("What is next", "text", 40, "next_steps"),
    Field("Help needed", "text", 40, "help_needed"),
    Field("Milestones met", "int", 11, "milestones_met"),
    Field("Milestones", "int", 11, "milestones_total"),
    Field("Milestones overdue", "int", 11, "milestones_overdue"),
    Field("Priorities", "text", 30, lambda row: ", ".join(row.priority_names)),
    Field("Horizon", "text", 14, "horizon_label"),
    Field("Audience", "text", 18, "audience_label"),
    Field("Visibility", "text", 12, "visibility_label"),
    Field("Status set by hand because", "text", 30, "override_reason"),
)
