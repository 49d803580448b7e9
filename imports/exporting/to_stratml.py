"""StratML Part 1 (ISO 17469-1): a plan as a `StrategicPlan` that other planning tools read.

StratML has two levels: a focus area is a Goal, an initiative an Objective. What has no element of its own is a line of
OtherInformation, which an import reads back. Milestones, commitments and updates belong to Part 2, not to this file.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from imports.exporting.content import PlanContent, Row
from imports.kinds import KINDS
from web.tables import CONTROL, csv_value

NAMESPACE = "urn:ISO:std:iso:17469:tech:xsd:stratml_core"
# Fields of an initiative that are lines of OtherInformation, under their labels.
LINES = (
    "strategy", "strategy_title", "start_date", "due_date", "horizon", "audience", "visibility", "priorities",
    "contributors", "source",
)  # fmt: skip
Node = Any  # an lxml element or None, which is left out; the library ships no types


def to_stratml(content: PlanContent) -> bytes:
    plan = content.plan
    by_goal: dict[str, list[Row]] = {}
    for row in content.rows["initiative"]:
        by_goal.setdefault(row[0], []).append(row)
    goals = [_goal(_named("goal", row), by_goal) for row in content.rows["goal"]]
    evidence = [_named("evidence", row) for row in content.rows["evidence"]]
    groups = [_named("strategy", row) for row in content.rows["strategy"]]
    root = _node(
        "StrategicPlan",
        _required("Name", plan.title),
        _text("Description", plan.introduction),
        _text("OtherInformation", "\n".join([plan.sample_note, *_groups(groups), *_findings(evidence)]).strip()),
        _node(
            "StrategicPlanCore",
            _node("Mission", _text("Description", plan.mission)) if plan.mission else None,
            *(goals or [_node("Goal", _required("Name", plan.goal_label), _required("Description", ""))]),
        ),
        _node(
            "AdministrativeInformation",
            _required("StartDate", plan.start_date.isoformat()),
            _required("EndDate", plan.end_date.isoformat()),
        ),
    )
    etree.indent(root, " ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _named(kind: str, row: Row) -> dict[str, Any]:
    return {one.key: value for one, value in zip(KINDS[kind].fields, row, strict=True)}


def _groups(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Strategies have no element: a line each."""
    return [f"Strategy of {row['goal']}: {row['number']} {row['title']}" for row in rows]


def _findings(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Evidence has no element: its words, and a line for each thing that is known of it."""
    labels = {one.key: one.label for one in KINDS["evidence"].fields}
    for row in rows:
        yield from (f"{label}: {row[key]}" for key, label in labels.items() if row[key])


def _goal(values: Mapping[str, Any], by_goal: Mapping[str, list[Row]]) -> Node:
    return _node(
        "Goal",
        _required("Name", values["title"]),
        _required("Description", values["text"] or ""),
        _required("Identifier", f"goal-{values['number']}"),
        _required("SequenceIndicator", values["number"]),
        _stakeholder("Person", values["lead"], "Lead"),
        *(_objective(_named("initiative", row)) for row in by_goal.get(values["number"], ())),
    )


def _objective(values: Mapping[str, Any]) -> Node:
    labels = {one.key: one.label for one in KINDS["initiative"].fields}
    lines = [f"{labels[key]}: {csv_plain(values[key])}" for key in LINES if values[key] not in (None, "")]
    return _node(
        "Objective",
        _required("Name", values["title"]),
        _text("Description", values["summary"]),
        _required("SequenceIndicator", values["number"]),
        _stakeholder("Person", values["owner"], "Owner"),
        _stakeholder("Organization", values["lead_department"], "Lead department"),
        _text("OtherInformation", "\n".join(lines)),
    )


def csv_plain(value: Any) -> str:
    return value if isinstance(value, str) else str(csv_value(value))


def _stakeholder(kind: str, name: str | None, role: str) -> Node:
    if not name:
        return None
    return _node(
        "Stakeholder", _required("Name", name), _required("Description", role), StakeholderTypeType=kind
    )  # fmt: skip


def _node(name: str, *children: Node, **attributes: str) -> Node:
    node = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE}, **attributes)
    node.extend(child for child in children if child is not None)
    return node


def _required(name: str, text: str) -> Node:
    node = _node(name)
    node.text = CONTROL.sub("", text)
    return node


def _text(name: str, text: str | None) -> Node:
    return _required(name, text) if text else None
