"""Reads the two data files into plain values. Partial dates keep the text as written."""

import calendar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class PartialDate:
    """A date as a source gives it: "2024-05-02", "2024-05" or "2024"; `day` is the last day it can mean."""

    day: date
    text: str

    @property
    def is_partial(self) -> bool:
        return len(self.text) < len("2024-05-02")

    @classmethod
    def read(cls, value: Any) -> "PartialDate | None":
        return None if value is None else cls.of(value)

    @classmethod
    def of(cls, value: Any) -> "PartialDate":
        text = str(value)
        parts = [int(part) for part in text.split("-")]
        year, month = parts[0], parts[1] if len(parts) > 1 else 12
        day = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
        return cls(date(year, month, day), text)


@dataclass(frozen=True)
class RealMilestone:
    title: str
    on: PartialDate


@dataclass(frozen=True)
class RealInitiative:
    """An initiative with what its sources say of it. `number` is "2.5.1" for the data's P2.S5.1."""

    number: str
    title: str
    summary: str
    lead: str
    start: PartialDate | None
    end: PartialDate | None
    basis: str
    source: str
    observed: str
    observed_on: PartialDate | None
    milestones: tuple[RealMilestone, ...] = field(default=())

    @property
    def goal_number(self) -> str:
        return self.number.partition(".")[0]


@cache
def real_plan() -> dict[str, Any]:
    """The plan's own file as it is."""
    return _read("oit-2024-2025.yaml")


@cache
def sample() -> dict[str, Any]:
    """The invented part as it is."""
    return _read("sample-activity.yaml")


@cache
def real_initiatives() -> tuple[RealInitiative, ...]:
    return tuple(
        _initiative(row)
        for pillar in real_plan()["pillars"]
        for strategy in pillar["strategies"]
        for row in strategy["initiatives"]
    )


def _initiative(row: dict[str, Any]) -> RealInitiative:
    observed = row["status_observed"]
    return RealInitiative(
        number=number_of(row["id"]),
        title=row["name"],
        summary=_summary(row),
        lead=row["lead"],
        start=PartialDate.read(row.get("start")),
        end=PartialDate.read(row.get("end")),
        basis=row["basis"],
        source=row["source"],
        observed=str(observed["state"]),
        observed_on=PartialDate.read(observed["as_of"]),
        milestones=tuple(
            RealMilestone(m["name"], on) for m in row.get("milestones", []) if (on := PartialDate.read(m["date"]))
        ),
    )


@dataclass(frozen=True)
class Finding:
    """What the plan was made from; `goal` is "" where it is about the whole plan."""

    text: str
    share: float | None
    source: str
    link: str
    basis: str
    goal: str
    on: PartialDate | None


SURVEY = "P2.S4.2"  # the household survey, whose figures are the base line of a focus area


def findings() -> tuple[Finding, ...]:
    """How the plan was made, and what the household survey before it found."""
    head = real_plan()["plan"]
    how, announced = " ".join(head["how_made"].split()), "The City’s announcement of the plan"
    made = Finding(how, None, announced, head["source"], head["basis"], "", None)
    survey = next(
        row
        for pillar in real_plan()["pillars"]
        for strategy in pillar["strategies"]
        for row in strategy["initiatives"]
        if row["id"] == SURVEY
    )
    figures = tuple(
        Finding(
            f"{one['name'][:1].upper()}{one['name'][1:]}, {str(one['date'])[:4]}", one["value"],
            one.get("source") or one.get("note") or survey["name"], "" if "source" in one else survey["source"],
            one.get("basis", survey["basis"]), number_of(SURVEY).partition(".")[0],
            PartialDate.read(one["date"]),
        )
        for one in survey["measures"]
        if one["unit"] == "percent"
    )  # fmt: skip
    return (made, *figures)


def number_of(identifier: str) -> str:
    """ "P2.S5.1" → "2.5.1"."""
    return identifier.replace("P", "").replace("S", "")


def _summary(row: dict[str, Any]) -> str:
    """The summary and, as Markdown, what the sources add: partners, figures, dates given only roughly, more to read."""
    parts = [row["summary"].strip()]
    if partners := row.get("partners"):
        parts.append(f"Partners: {', '.join(partners)}.")
    if measures := row.get("measures"):
        parts.append("Figures in public sources:\n\n" + "\n".join(f"- {_measure(m)}" for m in measures))
    rough = [f"{name} {row[name]}" for name in ("start", "end") if name in row and len(str(row[name])) < 10]
    if rough:
        parts.append(f"As the source gives it: {', '.join(rough)}.")
    if row.get("pre_plan"):
        parts.append("Begun before the plan; the plan builds on it.")
    observed = row["status_observed"]
    when = f" ({observed['as_of']})" if observed["as_of"] else ""
    parts.append(f"Last word in a public source{when}: {observed['state']}.")
    if also := row.get("also"):
        parts.append("See also:\n\n" + "\n".join(f"- {line}" for line in also))
    return "\n\n".join(parts)


def _measure(measure: dict[str, Any]) -> str:
    unit = {"USD": " US dollars", "percent": " percent", None: ""}[measure.get("unit")]
    words = f"{measure['name'].capitalize()}: "
    if "value" in measure:
        words += f"{measure['value']:,}{unit}"
    if "target" in measure:
        words += f"{', ' if 'value' in measure else ''}target {measure['target']:,}{unit}"
    details = [str(measure[name]) for name in ("note", "date") if name in measure]
    return words + (f" ({', '.join(details)})" if details else "")


def _read(name: str) -> dict[str, Any]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.safe_load(file)
    return content
