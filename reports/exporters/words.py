"""What every file says about itself, in the same words and order."""

from datetime import datetime
from typing import Any

from reports.content import Correction, Initiative, Milestone, ReportContent
from reports.content.report import Step
from reports.content.rows import CORRECTABLE

STATUS_COLOURS = {  # of a bar, as the pages have them by day (static/css/app.css)
    "completed": "0F4D90", "on_track": "2F6F31", "at_risk": "A05200", "off_track": "B82B00", "on_hold": "8200AD",
    "not_started": "98A2AE", "cancelled": "525D6B", "no_current_update": "CFCFCF",
}  # fmt: skip


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


def edition(report: ReportContent) -> str:
    return "Public edition" if report.is_public else "Internal edition"


def report_name(report: ReportContent) -> str:
    """Names the report on one line, as files repeat it."""
    if report.workflow.is_draft:
        return f"{report.quarter.label}, draft preview"
    return f"{report.quarter.label}, revision {report.workflow.revision}"


def day_of(moment: datetime | None) -> Any:
    return moment.date() if moment else None


INITIATIVE_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("Number", "text", 10),
    ("Initiative", "text", 44),
    ("Focus area", "text", 30),
    ("Strategy", "text", 30),
    ("Status", "text", 16),
    ("Reported status", "text", 16),
    ("Percent", "percent", 9),
    ("Owner", "text", 22),
    ("Department", "text", 30),
    ("Start", "date", 12),
    ("Due", "date", 12),
    ("First agreed", "date", 12),
    ("Slip in days", "int", 10),
    ("Times slipped", "int", 10),
    ("Last update", "date", 12),
    ("Author", "text", 22),
    ("What happened", "text", 60),
    ("What is next", "text", 40),
    ("Help needed", "text", 40),
    ("Milestones met", "int", 11),
    ("Milestones", "int", 11),
    ("Milestones overdue", "int", 11),
    ("Priorities", "text", 30),
    ("Horizon", "text", 14),
    ("Audience", "text", 18),
    ("Visibility", "text", 12),
    ("Status set by hand because", "text", 30),
)


def initiative_row(row: Initiative) -> list[Any]:
    return [
        row.number, row.title, _named(row.goal_number, row.goal_title), _named(row.strategy_number, row.strategy_title),
        row.effective_label, row.reported_label, row.percent, row.owner_name, row.department_name, row.start_date,
        row.due_date, row.baseline_due_date, row.slip_days, row.slip_count, day_of(row.last_updated_at),
        row.author_name, row.happened, row.next_steps, row.help_needed, row.milestones_met, row.milestones_total,
        row.milestones_overdue, ", ".join(row.priority_names), row.horizon_label, row.audience_label,
        row.visibility_label, row.override_reason,
    ]  # fmt: skip


MILESTONE_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("Initiative", "text", 10),
    ("Initiative title", "text", 44),
    ("Milestone", "text", 50),
    ("State", "text", 12),
    ("First agreed", "date", 12),
    ("Due", "date", 12),
    ("Done", "date", 12),
    ("Slip in days", "int", 10),
    ("Times slipped", "int", 10),
    ("Owner", "text", 22),
    ("Department", "text", 30),
)


def milestone_row(step: Step) -> list[Any]:
    row: Milestone = step.milestone
    return [
        step.initiative.number, step.initiative.title, row.title, step.state, row.baseline_due_date, row.due_date,
        row.completed_date, row.slip_days, row.slip_count, row.owner_name, row.department_name,
    ]  # fmt: skip


CORRECTION_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("Initiative", "text", 10),
    ("Initiative title", "text", 44),
    ("Field", "text", 18),
    ("Before", "text", 40),
    ("After", "text", 40),
    ("Why", "text", 40),
    ("Corrected by", "text", 22),
    ("Corrected at", "instant", 18),
)


def correction_row(row: Correction) -> list[Any]:
    return [
        row.number, row.title, CORRECTABLE.get(row.field, row.field), row.before, row.after, row.reason,
        row.author_name, row.recorded_at,
    ]  # fmt: skip


def _named(number: str, title: str) -> str:
    return f"{number} {title}".strip()
