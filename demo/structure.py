"""The real layer as acts: departments, the plan, its focus areas, strategies, initiatives and known milestones."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from demo.source import (
    Finding,
    PartialDate,
    RealInitiative,
    RealMilestone,
    findings,
    number_of,
    real_initiatives,
    real_plan,
    sample,
)  # fmt: skip
from demo.timeline import START_MONTH, Timeline, World
from goals.models import Goal, Plan, Sourced
from goals.services import (
    add_parts,
    create_evidence,
    create_goal,
    create_plan,
    create_priority,
    create_strategy,
    update_plan,
)  # fmt: skip
from initiatives.models import Initiative, Status
from initiatives.services import (
    add_milestone,
    cancel_milestone,
    complete_milestone,
    create_initiative,
    record_status_update,
)
from people.models import Department
from people.services import create_department, create_user, grant_role
from records.asof import start_of_day
from records.audit import Act
from records.days import in_words
from records.models import Channel

SLUG = "oit-2024-2025"
SLUG_BEFORE = "oit-2019"
SAMPLE_BASIS = Sourced.Basis.SAMPLE

# Short forms for the OIT units, which the source names in full.
UNITS = {
    "Finance and Administration": "OIT Finance",
    "Enterprise Architecture and Platform Engineering": "EAPE",
    "Digital Equity Team": "Digital Equity",
    "Innovation team (Public Technology and Innovation)": "Innovation",
    "Open Data Program": "Open Data",
}
# Leads and partners that a source calls by another name than the budget does.
ALIASES = {
    "Innovation team": "Innovation",
    "Office of Philly Stat 360 (Mayor's Office)": "PS360",
    "Office of Adult Education": "OAE",
    "Mayor's Office": "MO",
    **UNITS,
}
# Milestones that a source names as planned without saying that they were met.
NOT_MET = {
    ("3.3.4", "First cohort planned (not met)"): "The source says that this date was not met.",
    ("3.4.1", "Planned go-live"): "The source gives this date as planned and does not say whether it was met.",
}
MAY_BE_PAST_DUE = {"off_track", "stale"}  # stories whose own due date may lie behind
STILL_OPEN = {("4.2.2", "Framework due (officials said late winter 2025 or early spring 2026)")}


def real_layer(timeline: Timeline, *, scale: int) -> None:
    """Everything that has a source, and the accounts that act in the demo."""
    begin = timeline.begin
    timeline.add(begin, _departments)
    timeline.add(begin, _people)
    timeline.add(begin, partial(_plan, timeline))
    timeline.add(begin, partial(_goals, timeline))
    timeline.add(begin, _plan_before)
    for finding in findings():  # a figure is known from the day its source gives
        known = start_of_day(finding.on.day) + timedelta(hours=9) if finding.on else begin
        timeline.add(max(begin, known), partial(_finding, finding))
    for row in initiatives(scale):
        created = created_at(timeline, row)
        timeline.add(created, partial(_initiative, row, timeline))
        for milestone in row.milestones:
            _milestone(timeline, row, milestone, created)
        if story_of(row) == "closed":
            _closed(timeline, row, created)


def initiatives(scale: int) -> list[RealInitiative]:
    """The 69 initiatives; with a scale above 1, numbered copies of each for benchmarks."""
    rows = list(real_initiatives())
    for copy in range(2, scale + 1):
        rows += [
            replace(row, number=f"{row.number}.{copy}", title=f"{row.title} ({copy})") for row in real_initiatives()
        ]
    return rows


def original_number(row: RealInitiative) -> str:
    """The number in the data, also for a copy."""
    return ".".join(row.number.split(".")[:3])


def strategy_number(row: RealInitiative) -> str:
    return original_number(row).rpartition(".")[0]


def story_of(row: RealInitiative) -> str:
    return str(sample()["initiatives"][original_number(row)][2])


def created_at(timeline: Timeline, row: RealInitiative) -> datetime:
    """When the initiative entered the plan: at the beginning, or when it started where that is later."""
    if row.start is None:
        return timeline.begin
    start = start_of_day(row.start.day) + timedelta(hours=9)
    return min(max(timeline.begin, start), timeline.now - timedelta(days=1))


def department_key(name: str) -> str:
    return ALIASES.get(name, name)


def _departments(world: World, at: datetime) -> None:
    act = Act(by=None, at=at, channel=Channel.IMPORT)
    by_name: dict[str, Department] = {}
    for row in real_plan()["departments"]["list"]:
        parent = by_name.get(row.get("parent", ""))
        made = create_department(name=row["name"], abbreviation=row["abbr"], parent=parent, act=act)
        by_name[row["name"]] = world.departments[row["abbr"]] = made
    units = real_plan()["oit_units"]
    for row in [*units["units"], *units["also_named_in_posts"]]:
        abbreviation = UNITS.get(row["name"], row["name"])
        world.departments[abbreviation] = create_department(
            name=row["name"], abbreviation=abbreviation, parent=world.departments["OIT"], act=act
        )


def _people(world: World, at: datetime) -> None:
    act = Act(by=None, at=at, channel=Channel.SYSTEM)
    for key, (mailbox, name, department, roles) in sample()["accounts"].items():
        user = create_user(
            email=f"{mailbox}@demo.example", name=name, department=world.departments[department], act=act
        )
        for role in roles:
            kind, _, of = role.partition(":")
            grant_role(user=user, role=kind, department=world.departments[of] if of else None, act=act)
        world.people[key] = user
    # One hash for all: hashing forty times is slow by design, and these accounts share one public password anyway.
    for user in world.people.values():
        user.password = world.password
        user.save(update_fields=["password"])


def _plan(timeline: Timeline, world: World, at: datetime) -> None:
    data = real_plan()
    head = data["plan"]
    mission = next(row for row in head["statements"] if row["kind"] == "mission")
    end = timeline.fiscal_year_end
    fields = {
        "title": head["title"],
        "slug": SLUG,
        "start_date": head["released"],
        "end_date": end,
        "mission": f"{head['purpose']}\n\nMission: {mission['text']} ({mission['note']})",
        "state": Plan.State.ACTIVE,
        "fiscal_year_start_month": 7,
        "goal_label": "Focus area",
        "basis": head["basis"],
        "source": head["source"],
        "sample_note": (
            f"Sample activity. The published plan looked to 2025; here it goes on as a sample to {in_words(end)}. "
            "Accounts, owners, updates, commitments and dates marked “sample” are invented."
        ),
    }
    act = Act(by=None, at=at, channel=Channel.IMPORT)
    world.plan = create_plan(fields=fields, act=act)
    for order, row in enumerate(data["mayor_priorities"]["priorities"], start=1):
        world.priorities[row["name"]] = create_priority(
            plan=world.plan, name=row["name"], meaning=row["meaning"], order=order, act=act
        )


def _plan_before(world: World, at: datetime) -> None:
    """The plan of 2019 in outline: its themes, as public text names them. Its items are not in public text."""
    act = Act(by=None, at=at, channel=Channel.IMPORT)
    head = real_plan()["plan_2019"]
    released = PartialDate.of(head["released"])
    end = world.the_plan.start_date - timedelta(days=1)
    fields = {
        "title": head["title"],
        "slug": SLUG_BEFORE,
        "start_date": released.day,
        "end_date": end,
        "mission": (
            f"In outline: {head['pages']} pages, released {released.text}, made with public focus groups. Its own "
            f"end is not in public text; here it ends on {in_words(end)}, the day before the next plan came out.\n\n"
            "See also:\n\n" + "\n".join(f"- {line}" for line in head["also"])
        ),
        "state": Plan.State.ARCHIVED,
        "fiscal_year_start_month": START_MONTH,
        "goal_label": "Theme",
        "basis": head["basis"],
        "source": head["source"],
    }
    before = create_plan(fields=fields, act=act)
    pillars = {f"P{number}": f"“{goal}”" for number, goal in world.goals.items()}
    themes = [
        Goal(
            plan=before, number=str(theme["n"]), title=theme["name"], basis=head["basis"], source=head["source"],
            text=f"Goes on, as this sample reads it, in {' and '.join(pillars[key] for key in theme['maps_to'])}.",
        )
        for theme in head["themes"]
    ]  # fmt: skip
    add_parts(plan=before, rows=themes, act=act)
    update_plan(plan=world.the_plan, fields={"predecessor": before}, act=act)


def _goals(timeline: Timeline, world: World, at: datetime) -> None:
    act = Act(by=None, at=at, channel=Channel.IMPORT)
    for pillar in real_plan()["pillars"]:
        number = str(pillar["number"])
        lead = world.people[sample()["goal_leads"][number]]
        fields = {
            "number": number, "title": pillar["name"], "text": pillar.get("coverage_note", ""), "lead": lead,
            "basis": pillar["basis"], "source": pillar["source"],
        }  # fmt: skip
        goal = create_goal(plan=world.the_plan, fields=fields, act=act)
        world.goals[number] = goal
        for row in pillar["strategies"]:
            world.strategies[number_of(row["id"])] = create_strategy(
                goal=goal,
                fields={
                    "number": number_of(row["id"]), "title": row["name"], "text": _strategy_text(row),
                    "basis": row["basis"], "source": row["source"],
                },
                act=act,
            )  # fmt: skip


def _finding(row: Finding, world: World, at: datetime) -> None:
    share = None if row.share is None else Decimal(str(row.share))
    fields = {"text": row.text, "share": share, "source": row.source, "link": row.link, "basis": row.basis}
    goals = [world.goals[row.goal]] if row.goal else []
    act = Act(by=None, at=at, channel=Channel.IMPORT)
    create_evidence(plan=world.the_plan, fields=fields, goals=goals, act=act)


def _strategy_text(row: dict[str, Any]) -> str:
    if "key_strategies" not in row:
        return "A grouping made for this sample; the plan’s own strategies are not in public text."
    lines = "\n".join(f"- {line}" for line in row["key_strategies"])
    note = f"\n\n({row['key_strategies_note'].capitalize()}.)" if "key_strategies_note" in row else ""
    return f"{row['from_plan']}. Its key strategies:\n\n{lines}{note}"


def _initiative(row: RealInitiative, timeline: Timeline, world: World, at: datetime) -> None:
    number = original_number(row)
    data = sample()
    _, owner, _, contributors = data["initiatives"][number]
    served = data["priorities"].get(number, data["priorities"][strategy_number(row)])
    internal = data["internal_audience"]
    is_internal = number in internal or strategy_number(row) in internal
    plan = world.the_plan
    start = row.start.day if row.start else plan.start_date
    fields = {
        "goal": world.goals[row.goal_number],
        "strategy": world.strategies[strategy_number(row)],
        "number": row.number,
        "title": row.title,
        "summary": row.summary,
        "owner": world.people[owner],
        "lead_department": world.departments[department_key(row.lead)],
        "audience": Initiative.Audience.INTERNAL if is_internal else Initiative.Audience.RESIDENTS,
        "visibility": (
            Initiative.Visibility.INTERNAL if number in data["internal_visibility"] else Initiative.Visibility.PUBLIC
        ),
        "start_date": start,
        "due_date": due_date(timeline, row, start),
        "basis": row.basis,
        "source": row.source,
    }
    world.initiatives[row.number] = create_initiative(
        plan=plan,
        fields=fields,
        contributors=[world.people[key] for key in contributors],
        priorities=[world.priorities[name] for name in served],
        act=Act(by=None, at=at, channel=Channel.IMPORT),
    )


def due_date(timeline: Timeline, row: RealInitiative, start: date) -> date | None:
    """The end a source gives; else, for work that goes on, a day of the sample; none for standing services."""
    story = story_of(row)
    if row.end is not None and (story == "closed" or row.end.day > timeline.first_day):
        return row.end.day
    if story in {"closed", "service"}:
        return None
    months = sum(ord(letter) for letter in row.number) % 9  # spread, and the same for every seed
    end = timeline.fiscal_year_end
    day = date(end.year, end.month, 1) - timedelta(days=30 * months)
    earliest = start if story in MAY_BE_PAST_DUE else max(start, timeline.today + timedelta(days=20))
    return max(day.replace(day=28), earliest)


def _milestone(timeline: Timeline, row: RealInitiative, milestone: RealMilestone, created: datetime) -> None:
    """Past ones are entered as done on their day, or with the initiative where they lie before it."""
    key = f"{row.number}/{milestone.title}"
    happened = max(start_of_day(milestone.on.day) + timedelta(hours=16), created)
    known = (original_number(row), milestone.title)
    if known in STILL_OPEN or happened >= timeline.now:
        timeline.add(created, partial(_add_milestone, row, milestone, key))
        return
    timeline.add(happened, partial(_add_milestone, row, milestone, key))
    if known in NOT_MET:
        timeline.add(happened, partial(_not_met, key, NOT_MET[known]))
    else:
        timeline.add(happened, partial(_met, key, milestone.on.day))


def _add_milestone(row: RealInitiative, milestone: RealMilestone, key: str, world: World, at: datetime) -> None:
    fields = {
        "title": milestone.title, "due_date": milestone.on.day, "basis": row.basis, "source": row.source,
        "due_text": milestone.on.text if milestone.on.is_partial else "",
    }  # fmt: skip
    act = Act(by=None, at=at, channel=Channel.IMPORT)
    world.milestones[key] = add_milestone(initiative=world.initiatives[row.number], fields=fields, act=act)


def _met(key: str, day: date, world: World, at: datetime) -> None:
    complete_milestone(
        milestone=world.milestones[key], completed_date=day, act=Act(by=None, at=at, channel=Channel.IMPORT)
    )


def _not_met(key: str, reason: str, world: World, at: datetime) -> None:
    act = Act(by=None, at=at, channel=Channel.IMPORT, reason=reason)
    cancel_milestone(milestone=world.milestones[key], act=act)


def _closed(timeline: Timeline, row: RealInitiative, created: datetime) -> None:
    """What a source says of an initiative that is over, as its only update."""
    said = start_of_day(row.observed_on.day) + timedelta(hours=17) if row.observed_on else created
    timeline.add(max(said, created), partial(_report_closed, row))


def _report_closed(row: RealInitiative, world: World, at: datetime) -> None:
    when = f" ({row.observed_on.text})" if row.observed_on else ""
    words = {
        "status": Status.CANCELLED if row.observed.startswith("cancelled") else Status.COMPLETED,
        "happened": f"Entered with the plan. A public source{when} says: “{row.observed}”. {row.source}",
    }
    act = Act(by=None, at=at, channel=Channel.IMPORT)
    record_status_update(initiative=world.initiatives[row.number], words=words, act=act)
