"""StratML, Part 1 and Part 2, in the dialects that real files have: elements by name whatever the namespace, in any
order, placeholders skipped. What has no place in a plan here is kept in a text, or named.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from goals.services import ADDRESSABLE
from imports.kinds import KINDS
from imports.reading.markup import read_tree
from imports.reading.sheets import CannotRead, Sheet

ROOTS = {"StrategicPlan", "PerformancePlanOrReport"}
PLACEHOLDER = re.compile(
    r"\[?to[_ ]be[_ ](?:determined|inserted)[^\]]*\]?|placeholder_\d+|\$\{\w+\}|tbd", re.IGNORECASE
)
OURS = re.compile(r"(?:goal|initiative)-[\w.-]+")
STRATEGY_LINE = re.compile(r"Strategy of ([^:\n]+): (\S+) (.+)")
LONGEST_TITLE = 200
# Lines of OtherInformation in our own files, by their labels here and in reports.
LINES = {
    "Strategy": "strategy", "Title of the strategy": "strategy_title", "Start date": "start_date",
    "Due date": "due_date", "Horizon": "horizon", "Time frame": "horizon", "Audience": "audience",
    "Visibility": "visibility", "Priorities it serves": "priorities", "Priorities": "priorities",
    "Contributors": "contributors", "Source": "source",
}  # fmt: skip
SAID = {"What happened": "happened", "What is next": "next_steps", "Help needed": "help_needed"}
EVIDENCE = {one.label: one.key for one in KINDS["evidence"].fields}
ROLES = {"Owner": "owner", "Lead department": "lead_department", "Lead": "lead"}
KEPT = {
    "Name", "Description", "OtherInformation", "Identifier", "SequenceIndicator", "Stakeholder", "Goal", "Objective",
    "StrategicPlanCore", "Organization", "Mission", "Vision", "Value", "AdministrativeInformation", "StartDate",
    "EndDate", "PerformanceIndicator",
}  # fmt: skip
DROPPED = {"PublicationDate", "Source", "Submitter", "Acronym", "FirstName", "LastName", "GivenName", "Surname"}


def read_stratml(data: bytes) -> list[Sheet]:
    """The plan in the file, as one sheet for each kind. Raises CannotRead."""
    root = read_tree(data)
    if _name(root) == "OrganizationalStrategyDocument":
        raise CannotRead(
            "This is “StratML 3.5”, the format of one author and not the standard. Save the plan as StratML Part 1 or "
            "Part 2, or as a spreadsheet."
        )
    plan = root if _name(root) in ROOTS else next((one for one in root.iter() if _name(one) in ROOTS), None)
    if plan is None:
        raise CannotRead(f"This XML is no StratML: it begins with “{_name(root)[:40]}”, not with a plan.")
    return _Plan(plan).sheets()


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""


def _all(node: Any, name: str) -> list[Any]:
    return [one for one in node if _name(one) == name]


def _text(node: Any, *names: str, keep: bool = False) -> str:
    """The first text found along these names; a placeholder is none. `^^` is how some files break a paragraph."""
    for name in names:
        for one in _all(node, name):
            text = "".join(one.itertext()).strip()
            if text and not PLACEHOLDER.fullmatch(text):
                return text if keep else text.replace("^^", "\n\n")
    return ""


class _Plan:
    """One plan being read."""

    def __init__(self, plan: Any) -> None:
        self.plan = plan
        self.core = next((one for one in plan if _name(one) == "StrategicPlanCore"), plan)
        self.goals = [one for one in plan.iter() if _name(one) == "Goal"]
        self.objectives = [one for one in plan.iter() if _name(one) == "Objective"]
        self.is_ours = any(OURS.fullmatch(_text(one, "Identifier")) for one in (*self.goals, *self.objectives))
        self.rows: dict[str, list[dict[str, Any]]] = {key: [] for key in KINDS}
        self.notes: list[str] = []
        self.counts: Counter[str] = Counter()

    def sheets(self) -> list[Sheet]:
        self._plan_itself()
        taken: set[str] = set()
        for index, goal in enumerate(self.goals, start=1):
            number = self._number(_text(goal, "SequenceIndicator"), taken, str(index), 10)
            self._goal(goal, number, index)
        self._say_what_is_left()
        found = []
        for key, rows in self.rows.items():
            if rows:
                names = [one.key for one in KINDS[key].fields if any(one.key in row for row in rows)]
                cells = [[row.get(name) for name in names] for row in rows]
                found.append(Sheet(KINDS[key].label, [list(names), *cells], kind=key))
        if not self.rows["goal"]:
            raise CannotRead("There is no goal in this plan, so there is nothing to bring in.")
        found[0].notes = self.notes
        return found

    def _number(self, given: str, taken: set[str], otherwise: str, longest: int) -> str:
        """A number as it is given, where it can stand in an address and nobody else has it."""
        number = given.strip().rstrip(".)")
        if not ADDRESSABLE.fullmatch(number) or len(number) > longest or number in taken:
            self.counts["numbers"] += bool(given)
            number, count = otherwise, 2
            while number in taken:
                number, count = f"{otherwise}-{count}", count + 1
        taken.add(number)
        return number

    def _plan_itself(self) -> None:
        about = next((one for one in self.plan if _name(one) == "AdministrativeInformation"), self.plan)
        other = _text(self.plan, "OtherInformation", keep=self.is_ours)
        for goal, number, title in STRATEGY_LINE.findall(other) if self.is_ours else ():
            self.rows["strategy"].append({"goal": goal, "number": number, "title": title})
        if self.is_ours and not self._is_report:
            self._evidence(other)
        parts = [_text(one, "Description", keep=self.is_ours) for one in _all(self.core, "Mission")]
        if not self.is_ours:
            visions = [_text(one, "Description") for one in _all(self.core, "Vision")]
            values = [
                " ".join(filter(None, (_text(one, "Name"), _text(one, "Description"))))
                for one in _all(self.core, "Value")
            ]
            parts += [f"**Vision.** {text}" for text in visions if text]
            parts += ["**Values.** " + "; ".join(filter(None, values))] if any(values) else []
            parts += [_text(self.plan, "Description"), other]
        row = {"title": _text(self.plan, "Name")[:LONGEST_TITLE], "mission": "\n\n".join(filter(None, parts))}
        if self.is_ours and not self._is_report:
            introduction = _text(self.plan, "Description", keep=True)
            row |= {"introduction": introduction} if introduction else {}  # older files of ours have none
        dates = {"start_date": _text(about, "StartDate"), "end_date": _text(about, "EndDate")}
        if dates["start_date"] and dates["end_date"] and dates["start_date"] > dates["end_date"]:
            self.notes.append("The plan would end before it starts; its dates were left out.")
            dates = {}
        if row["title"] and not self._is_report:
            self.rows["plan"].append(row | {name: day for name, day in dates.items() if day})

    def _evidence(self, other: str) -> None:
        """A finding begins with its own line; the lines that follow say what is known of it."""
        for line in other.split("\n"):
            label, colon, value = line.partition(": ")
            key = EVIDENCE.get(label) if colon else None
            if key == "text":
                self.rows["evidence"].append(dict.fromkeys(EVIDENCE.values(), "") | {"text": value})
            elif key and self.rows["evidence"]:
                self.rows["evidence"][-1][key] = value

    @property
    def _is_report(self) -> bool:
        """Our own report speaks of a quarter, and so do its name and its dates."""
        return self.is_ours and self.plan.get("Type") == "Performance_Report"

    def _goal(self, goal: Any, number: str, index: int) -> None:
        name, text = self._titled(goal, f"Goal {index}")
        row = {"number": number, "title": name, "text": text}
        if self.is_ours:
            row["lead"] = ""
            row |= self._roles(goal)
        self.rows["goal"].append(row)
        taken = {one["number"] for one in self.rows["initiative"]}
        for at, objective in enumerate([one for one in goal.iter() if _name(one) == "Objective"], start=1):
            given = _text(objective, "SequenceIndicator")
            given = f"{number}.{given}" if given in taken else given
            self._objective(objective, number, self._number(given, taken, f"{number}.{at}", 20), at)

    def _objective(self, objective: Any, goal: str, number: str, at: int) -> None:
        name, text = self._titled(objective, f"Objective {at}")
        row: dict[str, Any] = {"goal": goal, "number": number, "title": name, "summary": text}
        if self.is_ours:
            row |= dict.fromkeys(("owner", "lead_department", "strategy"), "")
            row |= self._roles(objective) | self._lines(objective)
        for indicator in [one for one in objective.iter() if _name(one) == "PerformanceIndicator"]:
            self._indicator(indicator, number, row)
        self.rows["initiative"].append(row)

    def _titled(self, node: Any, otherwise: str) -> tuple[str, str]:
        """Title and text. A name that is missing or too long is taken from, or kept in, the text."""
        name = _text(node, "Name", keep=self.is_ours)
        text = _text(node, "Description", keep=self.is_ours)
        if self.is_ours:
            return name, text
        name = " ".join(name.split())
        parts = [text, _text(node, "OtherInformation"), *self._stakeholders(node)]
        if not name:
            self.counts["names"] += 1
            name = text.split("\n", 1)[0] or otherwise
        if len(name) > LONGEST_TITLE:
            parts, name = [name, *(part for part in parts if part != name)], name[: LONGEST_TITLE - 1] + "…"
        return name, "\n\n".join(filter(None, parts))

    def _stakeholders(self, node: Any) -> Iterator[str]:
        """Who has a part in it, as words: no account is made of a name in a file."""
        names = [_text(one, "Name") for one in _all(node, "Stakeholder")]
        named = [name for name in names if name]
        self.counts["blank stakeholders"] += len(names) - len(named)
        if named:
            yield "Stakeholders: " + ", ".join(named)

    def _roles(self, node: Any) -> dict[str, str]:
        """People and departments of our own files, by the role they are given there."""
        found = {}
        for one in _all(node, "Stakeholder"):
            role = next((_text(part, "Name") for part in _all(one, "Role")), "") or _text(one, "Description")
            if role in ROLES:
                found[ROLES[role]] = _text(one, "Name", keep=True)
        return found

    def _lines(self, node: Any) -> dict[str, str]:
        found = (
            dict.fromkeys(set(LINES.values()) - {"source", "contributors", "strategy_title"}, "")
            if not self._is_report
            else {}
        )
        for line in _text(node, "OtherInformation", keep=True).split("\n"):
            label, _, value = line.partition(": ")
            if label in LINES:
                found[LINES[label]] = value
        return found

    def _indicator(self, indicator: Any, number: str, row: dict[str, Any]) -> None:
        """A milestone, a commitment or a status of ours; anything else is a measure."""
        unit = _text(indicator, "UnitOfMeasurement")
        targets = [one for one in indicator.iter() if _name(one) == "TargetResult"]
        actuals = [one for one in indicator.iter() if _name(one) == "ActualResult"]
        due = next((_text(one, "EndDate") for one in targets), "")
        if self.is_ours and unit == "Status":
            self._status(actuals, row)
        elif self.is_ours and unit == "percent":
            row["due_date"] = due
            row["start_date"] = next((_text(one, "StartDate") for one in targets), "")
            row["percent"] = next((_text(one, "NumberOfUnits") for one in actuals), "")
        elif unit in {"Milestone", "Commitment"}:
            self._promise(indicator, unit, number, due, actuals)
        else:
            self.counts["measures"] += 1
            self.counts["targets"] += len(targets)
            self.counts["actuals"] += len(actuals)

    def _promise(self, indicator: Any, unit: str, number: str, due: str, actuals: list[Any]) -> None:
        lines = (line.partition(": ") for line in _text(indicator, "OtherInformation").split("\n"))
        about = {label: value for label, _, value in lines}
        state, done = _described(actuals[0]) if actuals else "", next((_text(one, "EndDate") for one in actuals), "")
        found = {"initiative": number, "due_date": due, "department": about.get("Department", "")}
        what = _text(indicator, "MeasurementDimension", keep=True)
        if unit == "Milestone":
            done_or_open = "" if state in {"Completed", "Done"} else "cancelled" if state == "Cancelled" else "open"
            found |= {
                "title": what,
                "owner": about.get("Owner", ""),
                "completed_date": done,
                "state": done_or_open or "done",
            }
            self.rows["milestone"].append(found)
        else:
            self.rows["commitment"].append(found | {"what": what, "state": state})

    def _status(self, actuals: list[Any], row: dict[str, Any]) -> None:
        """What was reported; what a report shows instead is decided anew here."""
        for actual in actuals:
            named = [_text(one, "DescriptorName") for one in _all(actual, "Descriptor")]
            if "Reported status" in named:
                row["status"] = _described(actual)
            key = ""
            for line in _text(actual, "Description", keep=True).split("\n"):
                label, colon, value = line.partition(": ")
                if colon and label in SAID:
                    key = SAID[label]
                    row[key] = value
                elif colon and label in {"Reported by", "Reported on"}:
                    key = ""
                elif key:
                    row[key] += f"\n{line}"

    def _say_what_is_left(self) -> None:
        said = {
            "measures": "{} measures with {targets} targets and {actuals} values are in the file; planapp keeps no "
            "measures, so they are left out.",
            "numbers": "{} numbers could not be kept as they are (too long, used twice, or not fit for an address).",
            "names": "{} goals or objectives have no name; their description’s first line was taken.",
            "blank stakeholders": "{} stakeholders without a name were skipped.",
        }
        self.notes += [
            said[key].format(self.counts[key], targets=self.counts["targets"], actuals=self.counts["actuals"])
            for key in said
            if self.counts[key]
        ]
        if self.is_ours:
            return
        known = KEPT | DROPPED
        inside = {"PerformanceIndicator", "Stakeholder", "Submitter"}
        unknown = Counter(
            f"{_name(node.getparent())}/{_name(node)}"
            for node in self.plan.iter()
            if _name(node) and _name(node) not in known and not any(_name(up) in inside for up in node.iterancestors())
            and node is not self.plan
        )  # fmt: skip
        if unknown:
            listed = ", ".join(f"{path} ({count})" for path, count in unknown.most_common(8))
            self.notes.append(f"Not known, and left out: {listed}.")


def _described(actual: Any) -> str:
    return next((_text(one, "DescriptorValue") for one in _all(actual, "Descriptor")), "")
