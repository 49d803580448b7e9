"""StratML Part 2 (ISO 17469-2): the report as a `Performance_Report` that other planning tools read.

StratML has two levels. A focus area is a Goal, an initiative an Objective; its strategy is a line of OtherInformation.
Status, percent, milestones and commitments are PerformanceIndicators. docs/stratml.md tells the whole mapping.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from itertools import chain, islice
from typing import Any

from lxml import etree

from reports.content import Commitment, Heading, Initiative, Milestone, ReportContent
from reports.exporters.words import corrections_of, cover_facts
from web.tables import CONTROL, csv_value

NAMESPACE = "urn:ISO:std:iso:17469:tech:xsd:PerformancePlanOrReport"
ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]+")
LINES = ("Report", "Summary")  # lines of the cover that have an element of their own
PLACE = "objective"  # what a text says of the sort is escaped, so a comment is found as what it is
DEPTH = 3  # of an Objective: Goal, StrategicPlanCore and the root are above it
Node = Any  # an lxml element or None, which is left out; the library ships no types
Facts = Iterable[tuple[str, Any]]


def to_stratml(report: ReportContent) -> bytes:
    """Objectives are made one by one, each for its place: all of them as one tree take nine times what is written."""
    mission, workflow = report.rows.cover.plan_mission, report.workflow
    about = [(name, value) for name, value in cover_facts(report) if name not in LINES]
    about += [("Corrected", sentence) for sentence in corrections_of(report).get(0, ())]
    areas = [(area.goal, area.initiatives) for area in report.focus_areas]
    rows = [row for _, rows in areas for row in rows]
    places = iter(etree.Comment(PLACE) for _ in rows)
    goals = [
        _goal(goal, islice(places, len(rows)))
        for goal, rows in areas or [(report.no_goal, ())]  # the standard asks for one Goal at the least
    ]
    root = _node(
        "PerformancePlanOrReport",
        _text("Name", report.title),
        _text("Description", workflow.summary),
        _text("OtherInformation", _facts(about)),
        _node("StrategicPlanCore", _node("Mission", _text("Description", mission)) if mission else None, *goals),
        _administrative(report),
        Type="Performance_Report",
    )
    etree.indent(root, " ")
    frame = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    file = BytesIO()
    for piece, objective in zip(
        frame.split(f"<!--{PLACE}-->".encode()), chain(_objectives(report, rows), [b""]), strict=True
    ):
        file.write(piece)
        file.write(objective)
    return file.getvalue()


def _objectives(report: ReportContent, rows: Iterable[Initiative]) -> Iterator[bytes]:
    steps, promises = _by_initiative(report.rows.milestones), _by_initiative(report.rows.commitments)
    corrected = corrections_of(report)
    for row in rows:
        key = row.source_id
        node = _objective(report, row, steps[key], promises[key], corrected.get(key, ()))
        etree.indent(node, " ", level=DEPTH)
        yield etree.tostring(node, encoding="UTF-8").replace(f' xmlns="{NAMESPACE}"'.encode(), b"", 1)


def _administrative(report: ReportContent) -> Node:
    workflow, source = report.workflow, report.rows.cover.plan_source
    made = workflow.completed_at or workflow.built_at
    return _node(
        "AdministrativeInformation",
        _text("Identifier", f"content-{workflow.content_hash}" if workflow.content_hash else ""),
        _day("StartDate", report.quarter.first_day),
        _day("EndDate", report.day),
        _day("PublicationDate", made.date() if made else None),
        _text("Source", source if ADDRESS.fullmatch(source) else ""),
    )


def _by_initiative(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row.initiative_id].append(row)
    return found


def _goal(goal: Heading, objectives: Iterable[Node]) -> Node:
    return _node(
        "Goal",
        _required("Name", goal.title),
        _required("Description", goal.text),
        _text("Identifier", f"goal-{goal.source_id}" if goal.source_id else ""),
        _text("SequenceIndicator", goal.number),
        _stakeholder("Person", goal.lead_name, "Lead"),
        *objectives,
    )


def _objective(
    report: ReportContent, row: Initiative, steps: Iterable[Milestone], promises: Iterable[Commitment],
    corrected: Iterable[str],
) -> Node:  # fmt: skip
    about = (
        ("Strategy", f"{row.strategy_number} {row.strategy_title}".strip()),
        ("Priorities", ", ".join(row.priority_names)),
        ("Time frame", row.horizon_label),
        ("Audience", row.audience_label),
        ("Visibility", row.visibility_label),
        ("First agreed", row.baseline_due_date),
        ("Times slipped", row.slip_count or None),
        ("Status set by hand because", row.override_reason),
        *(("Corrected", sentence) for sentence in corrected),
    )
    return _node(
        "Objective",
        _text("Name", row.title),
        _text("Description", row.summary),
        _text("Identifier", f"initiative-{row.source_id}"),
        _text("SequenceIndicator", row.number),
        _stakeholder("Person", row.owner_name, "Owner"),
        _stakeholder("Organization", row.department_name, "Lead department"),
        _text("OtherInformation", _facts(about)),
        _status(report, row),
        _percent(report, row),
        *(_milestone(report, step) for step in steps),
        *(_commitment(report, promise) for promise in promises),
    )


def _status(report: ReportContent, row: Initiative) -> Node:
    said = (
        ("What happened", row.happened),
        ("What is next", row.next_steps),
        ("Help needed", row.help_needed),
        ("Reported by", row.author_name),
        ("Reported on", row.last_updated_at),
    )
    first, last = report.quarter.first_day, report.day
    results = [_actual(first, last, "Status", row.effective_label, _facts(said))]
    if row.reported_status:
        results.append(_actual(None, last, "Reported status", row.reported_label))
    return _indicator("Status", "Status", f"initiative-{row.source_id}-status", results)


def _percent(report: ReportContent, row: Initiative) -> Node:
    reached = [_day("EndDate", report.day), _text("NumberOfUnits", str(row.percent))]
    results = [
        _target(row.start_date, row.due_date, _text("NumberOfUnits", "100")),
        _node("ActualResult", *reached) if row.percent is not None else None,
    ]
    identifier = f"initiative-{row.source_id}-percent"
    return _indicator("Progress", "percent", identifier, results, kind="Quantitative", stage="Output")


def _milestone(report: ReportContent, row: Milestone) -> Node:
    results = [_promised(row), _actual(None, row.completed_date, "State", row.state(report.day))]
    about = (("Owner", row.owner_name), ("Department", row.department_name))
    return _indicator(row.title, "Milestone", f"milestone-{row.source_id}", results, about, stage="Output")


def _commitment(report: ReportContent, row: Commitment) -> Node:
    delivered = row.delivered_at.date() if row.delivered_at else None
    overdue = "It was overdue." if row.is_late(report.day) else ""
    results = [_promised(row), _actual(None, delivered, "State", row.state_label, overdue)]
    about = (("Department", row.department_name),)
    return _indicator(row.what, "Commitment", f"commitment-{row.source_id}", results, about, stage="Input")


def _indicator(
    what: str, unit: str, identifier: str, results: Iterable[Node], about: Facts = (), *,
    kind: str = "Qualitative", stage: str = "",
) -> Node:  # fmt: skip
    return _node(
        "PerformanceIndicator",
        _required("MeasurementDimension", what),
        _required("UnitOfMeasurement", unit),
        _text("Identifier", identifier),
        _node("MeasurementInstance", *results),
        _text("OtherInformation", _facts(about)),
        **({"ValueChainStage": stage} if stage else {}),
        PerformanceIndicatorType=kind,
    )


def _promised(row: Milestone | Commitment) -> Node:
    return _target(None, row.due_date, _text("Description", _facts((("First agreed", row.baseline_due_date),))))


def _target(start: date | None, end: date | None, more: Node) -> Node:
    return _node("TargetResult", _day("StartDate", start), _day("EndDate", end), more)


def _actual(start: date | None, end: date | None, name: str, value: str, text: str = "") -> Node:
    said = _node("Descriptor", _required("DescriptorName", name), _required("DescriptorValue", value))
    return _node("ActualResult", _day("StartDate", start), _day("EndDate", end), said, _text("Description", text))


def _stakeholder(kind: str, name: str, role: str) -> Node:
    if not name:
        return None
    plays = _node("Role", _required("Name", role), _required("RoleType", "Performer"))
    return _node("Stakeholder", _required("Name", name), plays, StakeholderTypeType=kind)


def _facts(lines: Facts) -> str:
    """Facts without an element of their own, one a line, in the words of the report's cover."""
    return "\n".join(f"{name}: {_plain(value)}" for name, value in lines if value not in (None, ""))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(csv_value(value))


def _node(name: str, *children: Node, **attributes: str) -> Node:
    node = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE}, **attributes)
    node.extend(child for child in children if child is not None)
    return node


def _required(name: str, text: str) -> Node:
    node = _node(name)
    node.text = CONTROL.sub("", text)
    return node


def _text(name: str, text: str) -> Node:
    return _required(name, text) if text else None


def _day(name: str, day: date | None) -> Node:
    return _required(name, day.isoformat()) if day else None
