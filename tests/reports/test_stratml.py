"""StratML Part 2: valid, in order, the same figures; and what no file of XML can hold is dropped."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from reports.content import WorkflowState
from reports.exporters import FORMATS
from reports.exporters.to_stratml import NAMESPACE
from tests.build import at
from tests.reports.conftest import Q1
from tests.reports.hostile import hostile_report

SCHEMA = "stratml/schemas/part2-PerformancePlanOrReport20160216.xsd"
REPOSITORY = Path(__file__).parents[2]
# Each element's children in their order: ! one, ? none or one, * any number, + one at the least (the standard's own).
SHAPE = {
    "PerformancePlanOrReport": "Name! Description? OtherInformation? StrategicPlanCore! AdministrativeInformation? "
    "Submitter?",
    "StrategicPlanCore": "Organization* Vision? Mission? Value* Goal+",
    "Mission": "Description? Identifier?",
    "Goal": "Name! Description! Identifier? SequenceIndicator? Stakeholder* OtherInformation? Objective*",
    "Objective": "Name? Description? Identifier? SequenceIndicator? Stakeholder* OtherInformation? "
    "PerformanceIndicator*",
    "Stakeholder": "Name! Description? Role*",
    "Role": "Name! Description? RoleType*",
    "PerformanceIndicator": "SequenceIndicator? MeasurementDimension! UnitOfMeasurement! Identifier? Relationship* "
    "MeasurementInstance* OtherInformation?",
    "MeasurementInstance": "TargetResult* ActualResult*",
    "TargetResult": "StartDate? EndDate? NumberOfUnits? Descriptor? Description?",
    "ActualResult": "StartDate? EndDate? NumberOfUnits? Descriptor? Description?",
    "Descriptor": "DescriptorName? DescriptorValue?",
    "AdministrativeInformation": "Identifier? StartDate? EndDate? PublicationDate? Source?",
}
VALUES = {
    "Type": "Performance_Report",
    "StakeholderTypeType": "Person|Organization|Generic_Group",
    "PerformanceIndicatorType": "Quantitative|Qualitative",
    "ValueChainStage": "Outcome|Output_Processing|Output|Input_Processing|Input",
    "RoleType": "Performer|Beneficiary",
    "StartDate": r"\d{4}-\d\d-\d\d",
    "EndDate": r"\d{4}-\d\d-\d\d",
    "PublicationDate": r"\d{4}-\d\d-\d\d",
    "NumberOfUnits": r"\d+",
    "Identifier": r"[A-Za-z_][\w.-]*",
}


def tree_of(content):
    return etree.fromstring(FORMATS["stratml"].write(content))


def name_of(node):
    space, _, name = node.tag[1:].partition("}")
    assert space == NAMESPACE
    return name


def faults(root):
    """Everything that the standard would not have so, in words."""
    found = []
    for node in root.iter():
        name, children = name_of(node), " ".join(name_of(child) for child in node)
        if name in SHAPE:
            pattern = ""
            for child in SHAPE[name].split():
                pattern += f"({child[:-1]} )" + {"!": "{1}"}.get(child[-1], child[-1])
            if not re.fullmatch(pattern, children + " " if children else ""):
                found.append(f"{name}: {children}")
        elif children:
            found.append(f"{name} has children: {children}")
        told = [*node.attrib.items(), (name, node.text or "")]
        found += [f"{key}: {text}" for key, text in told if key in VALUES and not re.fullmatch(VALUES[key], text)]
    identifiers = [node.text for node in root.iter(f"{{{NAMESPACE}}}Identifier")]
    found += [f"twice: {text}" for text in set(identifiers) if identifiers.count(text) > 1]
    return found


@pytest.fixture
def variants(story, content_of):
    """The report as it is, its public edition, a draft without a thing in it, and one with texts nobody expects."""
    content = content_of()
    awkward = "a\x00b\x0b\x1f <&> ]]> \ufffe\ud800 שלום 🏙️\r\n" * 50
    rows = tuple(replace(row, title=awkward, happened=awkward, owner_name=awkward) for row in content.rows.initiatives)
    cover = replace(content.rows.cover, plan_title=awkward, plan_source="not an address")
    return [
        content,
        content.for_public(),
        replace(content, rows=replace(content.rows, headings=()).kept([]), before=None, workflow=WorkflowState()),
        replace(content, rows=replace(content.rows, initiatives=rows, cover=cover)),
    ]


def test_every_element_stands_where_the_standard_wants_it(variants):
    assert [faults(tree_of(content)) for content in variants] == [[], [], [], []]


@pytest.mark.parametrize("seed", range(8))
def test_b59_any_text_makes_a_whole_file(seed):
    told = hostile_report(seed)
    root = tree_of(told)
    assert faults(root) == []
    assert len(list(root.iter(f"{{{NAMESPACE}}}Objective"))) == len(told.rows.initiatives)


def test_a_fault_is_found(story, content_of):
    root = tree_of(content_of())
    goal = root.find(f".//{{{NAMESPACE}}}Goal")
    goal.remove(goal.find(f"{{{NAMESPACE}}}Description"))
    goal.find(f"{{{NAMESPACE}}}Identifier").text = "1 2"
    assert faults(root)[0].startswith("Goal: Name Identifier")
    assert "Identifier: 1 2" in faults(root)


def test_it_is_valid_against_the_standards_own_schema(variants):
    folder = Path(os.environ.get("PLANAPP_STANDARDS", REPOSITORY.parent / "shared" / "data"))
    if not (folder / SCHEMA).exists():
        pytest.skip(f"the schema is not ours to carry, and there is none at {folder / SCHEMA} (PLANAPP_STANDARDS)")
    schema = etree.XMLSchema(etree.parse(folder / SCHEMA))
    for content in variants:
        assert schema.validate(tree_of(content)), schema.error_log


def test_focus_areas_are_goals_initiatives_objectives_and_the_rest_indicators(story, content_of):
    content = content_of()
    root, ns = tree_of(content), {"s": NAMESPACE}
    goals = root.findall(".//s:Goal", ns)
    assert [goal.findtext("s:Name", None, ns) for goal in goals] == [area.goal.title for area in content.focus_areas]
    for goal, area in zip(goals, content.focus_areas, strict=True):
        numbers = [node.findtext("s:SequenceIndicator", None, ns) for node in goal.findall("s:Objective", ns)]
        assert numbers == [row.number for row in area.initiatives]
    (worse,) = (
        node for node in root.iterfind(".//s:Objective", ns) if node.findtext("s:Name", None, ns) == "Gets worse"
    )
    told = {
        node.findtext("s:UnitOfMeasurement", None, ns): node for node in worse.findall("s:PerformanceIndicator", ns)
    }
    assert list(told) == ["Status", "percent", "Milestone", "Commitment"]
    assert told["Status"].findtext(".//s:DescriptorValue", None, ns) == "Off track"
    assert told["percent"].find(".//s:ActualResult", ns) is None
    said = [node.text for node in tree_of(content_of(Q1)).iterfind(".//s:ActualResult/s:NumberOfUnits", ns)]
    assert said == ["40"] * 6
    assert told["Milestone"].findtext(".//s:TargetResult/s:EndDate", None, ns) == "2027-01-11"
    assert told["Milestone"].findtext(".//s:TargetResult/s:Description", None, ns) == "First agreed: 2026-12-01"
    assert told["Commitment"].findtext("s:OtherInformation", None, ns) == "Department: Department of Public Health"


def test_identifiers_stay_the_same_from_quarter_to_quarter(story, content_of):
    def by_number(content):
        nodes = tree_of(content).iter(f"{{{NAMESPACE}}}Objective")
        told = f"{{{NAMESPACE}}}"
        return {node.findtext(told + "SequenceIndicator"): node.findtext(told + "Identifier") for node in nodes}

    first, second = by_number(content_of(Q1)), by_number(content_of())
    assert first == {number: second[number] for number in first}


def test_the_file_is_xml_by_name(story, cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-05T15:00"))
    response = sign_in(cast.viewer).get("/reports/test-plan/FY2027-Q2/export.stratml")
    assert response["Content-Disposition"] == 'attachment; filename="test-plan-fy2027-q2-r1.xml"'
    assert response["Content-Type"] == "application/xml"
