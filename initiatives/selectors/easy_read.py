"""A plan on one page for somebody new to it: what it wants, how far it is, what comes next, whom to ask."""

import re
from dataclasses import dataclass
from typing import Any

from goals.models import PlanVersion
from goals.selectors import goals_as_of
from initiatives.judgement import counted
from initiatives.selectors.counted import tally
from initiatives.selectors.overview import NextDate, next_dates
from initiatives.selectors.rollup import EMPTY, Rollup
from people.roles import Role
from people.selectors import names_with_role
from records.asof import AsOf
from web.markdown import to_plain

LONGEST = 240  # characters of a focus area's sentence
MOST_NAMES = 8
# A word by itself ("Thin.") says nothing without the sentence after it.
SENTENCE = re.compile(r"((?:[\w-]+[.!?]\s+)?.+?[.!?])(?:\s|$)", re.DOTALL)


@dataclass(frozen=True)
class EasyPart:
    """A focus area: what it wants in a sentence ("" where nothing was written), and how far it is."""

    goal: Any  # GoalVersion
    wants: str
    how_far: str


@dataclass(frozen=True)
class EasyRead:
    plan: PlanVersion
    whole: str
    parts: list[EasyPart]
    next_dates: list[NextDate]
    managers: list[str]

    @property
    def leads(self) -> list[tuple[str, str]]:
        """Who leads what, as (focus area, name)."""
        return [
            (f"{part.goal.number} {part.goal.title}", part.goal.lead_name) for part in self.parts if part.goal.lead_name
        ]


def easy_read(plan: PlanVersion, when: AsOf) -> EasyRead:
    """Four queries, whatever the size of the plan."""
    counted = tally([plan], when)
    by_goal = counted.by("goal_id")
    return EasyRead(
        plan=plan,
        whole=how_far(counted.whole),
        parts=[
            EasyPart(goal, first_sentence(goal.text), how_far(by_goal.get(goal.subject_id, EMPTY)))
            for goal in goals_as_of(plan.subject_id, when)
        ],
        next_dates=next_dates(plan.subject_id, when),
        managers=names_with_role(Role.PLAN_MANAGER, when, most=MOST_NAMES),
    )


def how_far(rollup: Rollup) -> str:
    """Counts as sentences; cancelled initiatives are said apart, for they are neither done nor to be done."""
    if not rollup.counted:
        return "No work stands here yet." if not rollup.cancelled else f"{_works(rollup.cancelled)} cancelled."
    done, open_ones = rollup.completed, rollup.open
    if not open_ones:
        said = "The one initiative is completed." if done == 1 else f"All {done:,} initiatives are completed."
    elif not done:
        said = f"{_works(open_ones)} under way or planned; none is completed yet."
    else:
        said = (
            f"{done:,} of {rollup.counted:,} initiatives {_are(done)} completed; "
            f"{open_ones:,} {_are(open_ones)} still open."
        )
    asking = rollup.needing_attention
    if open_ones:
        said += (
            f" {asking:,} need{'s' if asking == 1 else ''} attention now." if asking else " None needs attention now."
        )
    return said + (f" {rollup.cancelled:,} {_were(rollup.cancelled)} cancelled." if rollup.cancelled else "")


def first_sentence(text: str) -> str:
    """The first sentence of a text in Markdown, without its marks."""
    plain = " ".join(to_plain(text).split("\n\n", 1)[0].split())
    found = SENTENCE.match(plain)
    sentence = found[1] if found else plain
    return sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1].rstrip()}…"


def _works(count: int) -> str:
    return f"{counted(count, 'initiative')} {_are(count)}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
