"""StratML Part 2 (ISO 17469-2): the report as a `Performance_Report` that other planning tools read.

StratML has two levels. A focus area is a Goal, an initiative an Objective; its strategy is a line of OtherInformation.
Status, percent, milestones and commitments are PerformanceIndicators. docs/stratml.md tells the whole mapping.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from lxml import etree

from reports.content import Commitment, Heading, Initiative, Milestone, ReportContent
from reports.exporters.words import cover_facts
from web.tables import CONTROL, csv_value

NAMESPACE = "urn:ISO:std:iso:17469:tech:xsd:PerformancePlanOrReport"
ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]+")
LINES = ("Report", "Summary")  # lines of the cover that have an element of their own
Node = Any  # an lxml element; the library ships no types


def to_stratml(report: ReportContent) -> bytes:
    root = etree.Element(f"{{{NAMESPACE}}}PerformancePlanOrReport", nsmap={None: NAMESPACE}, Type="Performance_Report")
    _text(root, "Name", report.title)
    _text(root, "Description", report.workflow.summary)
    about = ((name, value) for name, value in cover_facts(report) if name not in LINES)
    _text(root, "OtherInformation", _told(about))
    core = _add(root, "StrategicPlanCore")
    steps, promises = _by_initiative(report.rows.milestones), _by_initiative(report.rows.commitments)
    if report.rows.cover.plan_mission:
        _text(_add(core, "Mission"), "Description", report.rows.cover.plan_mission)
    for area in report.focus_areas:
        goal = _goal(core, area.goal)
        for row in area.initiatives:
            _objective(goal, report, row, steps[row.source_id], promises[row.source_id])
    if not report.focus_areas:
        _goal(core, report.no_goal)  # the standard asks for one Goal at the least
    _administrative(root, report)
    etree.indent(root, " ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _administrative(root: Node, report: ReportContent) -> None:
    workflow, source = report.workflow, report.rows.cover.plan_source
    node = _add(root, "AdministrativeInformation")
    _text(node, "Identifier", f"content-{workflow.content_hash}" if workflow.content_hash else "")
    _day(node, "StartDate", report.first_day)
    _day(node, "EndDate", report.day)
    made = workflow.completed_at or workflow.built_at
    _day(node, "PublicationDate", made.date() if made else None)
    _text(node, "Source", source if ADDRESS.fullmatch(source) else "")


def _by_initiative(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row.initiative_id].append(row)
    return found


def _goal(core: Node, goal: Heading) -> Node:
    node = _add(core, "Goal")
    _required(node, Name=goal.title, Description=goal.text)
    _text(node, "Identifier", f"goal-{goal.source_id}" if goal.source_id else "")
    _text(node, "SequenceIndicator", goal.number)
    _stakeholder(node, "Person", goal.lead_name, "Lead")
    return node


def _objective(
    goal: Node, report: ReportContent, row: Initiative, steps: Iterable[Milestone], promises: Iterable[Commitment]
) -> None:
    node = _add(goal, "Objective")
    _text(node, "Name", row.title)
    _text(node, "Description", row.summary)
    _text(node, "Identifier", f"initiative-{row.source_id}")
    _text(node, "SequenceIndicator", row.number)
    _stakeholder(node, "Person", row.owner_name, "Owner")
    _stakeholder(node, "Organization", row.department_name, "Lead department")
    about = (
        ("Strategy", f"{row.strategy_number} {row.strategy_title}".strip()),
        ("Priorities", ", ".join(row.priority_names)),
        ("Time frame", row.horizon_label),
        ("Audience", row.audience_label),
        ("Visibility", row.visibility_label),
        ("First agreed", row.baseline_due_date),
        ("Times slipped", row.slip_count or None),
        ("Status set by hand because", row.override_reason),
    )
    _text(node, "OtherInformation", _told(about))
    _status(node, report, row)
    _percent(node, report, row)
    for step in steps:
        _milestone(node, report, step)
    for promise in promises:
        _commitment(node, report, promise)


def _status(objective: Node, report: ReportContent, row: Initiative) -> None:
    node = _indicator(objective, "Status", "Status", f"initiative-{row.source_id}-status")
    instance = _add(node, "MeasurementInstance")
    said = _told(
        (
            ("What happened", row.happened),
            ("What is next", row.next_steps),
            ("Help needed", row.help_needed),
            ("Reported by", row.author_name),
            ("Reported on", row.last_updated_at),
        )
    )
    _actual(instance, start=report.first_day, end=report.day, name="Status", value=row.effective_label, text=said)
    if row.reported_status:
        _actual(instance, start=None, end=report.day, name="Reported status", value=row.reported_label)


def _percent(objective: Node, report: ReportContent, row: Initiative) -> None:
    node = _indicator(
        objective, "Progress", "percent", f"initiative-{row.source_id}-percent", kind="Quantitative", stage="Output"
    )
    instance = _add(node, "MeasurementInstance")
    _target(instance, start=row.start_date, end=row.due_date, units=100)
    if row.percent is not None:
        result = _add(instance, "ActualResult")
        _day(result, "EndDate", report.day)
        _text(result, "NumberOfUnits", str(row.percent))


def _milestone(objective: Node, report: ReportContent, row: Milestone) -> None:
    node = _indicator(objective, row.title, "Milestone", f"milestone-{row.source_id}", stage="Output")
    instance = _add(node, "MeasurementInstance")
    _target(instance, end=row.due_date, agreed=row.baseline_due_date)
    _actual(instance, start=None, end=row.completed_date, name="State", value=row.state(report.day))
    _text(node, "OtherInformation", _told((("Owner", row.owner_name), ("Department", row.department_name))))


def _commitment(objective: Node, report: ReportContent, row: Commitment) -> None:
    node = _indicator(objective, row.what, "Commitment", f"commitment-{row.source_id}", stage="Input")
    instance = _add(node, "MeasurementInstance")
    _target(instance, end=row.due_date, agreed=row.baseline_due_date)
    delivered = row.delivered_at.date() if row.delivered_at else None
    overdue = "It was overdue." if row.is_overdue(report.day) else ""
    _actual(instance, start=None, end=delivered, name="State", value=row.state_label, text=overdue)
    _text(node, "OtherInformation", _told((("Department", row.department_name),)))


def _indicator(
    objective: Node, what: str, unit: str, identifier: str, *, kind: str = "Qualitative", stage: str = ""
) -> Node:
    node = _add(objective, "PerformanceIndicator")
    if stage:
        node.set("ValueChainStage", stage)
    node.set("PerformanceIndicatorType", kind)
    _required(node, MeasurementDimension=what, UnitOfMeasurement=unit)
    _text(node, "Identifier", identifier)
    return node


def _target(
    instance: Node, *, end: date | None, start: date | None = None, units: int | None = None, agreed: date | None = None
) -> None:
    node = _add(instance, "TargetResult")
    _day(node, "StartDate", start)
    _day(node, "EndDate", end)
    _text(node, "NumberOfUnits", "" if units is None else str(units))
    _text(node, "Description", _told((("First agreed", agreed),)))


def _actual(instance: Node, *, start: date | None, end: date | None, name: str, value: str, text: str = "") -> None:
    node = _add(instance, "ActualResult")
    _day(node, "StartDate", start)
    _day(node, "EndDate", end)
    _required(_add(node, "Descriptor"), DescriptorName=name, DescriptorValue=value)
    _text(node, "Description", text)


def _stakeholder(node: Node, kind: str, name: str, role: str) -> None:
    if name:
        found = _add(node, "Stakeholder")
        found.set("StakeholderTypeType", kind)
        _required(found, Name=name)
        _required(_add(found, "Role"), Name=role, RoleType="Performer")


def _told(lines: Iterable[tuple[str, Any]]) -> str:
    """Facts without an element of their own, one a line, in the words of the report's cover."""
    return "\n".join(f"{name}: {_plain(value)}" for name, value in lines if value not in (None, ""))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(csv_value(value))


def _add(parent: Node, name: str) -> Node:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _required(parent: Node, **texts: str) -> None:
    for name, text in texts.items():
        _add(parent, name).text = CONTROL.sub("", text)


def _text(parent: Node, name: str, text: str) -> None:
    if text:
        _required(parent, **{name: text})


def _day(parent: Node, name: str, day: date | None) -> None:
    if day is not None:
        _required(parent, **{name: day.isoformat()})
