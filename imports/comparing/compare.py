"""The whole of a file against the whole of a plan, in memory: a line for every row, a digest of what would change."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from goals.models import Plan
from imports.comparing.entries import Entry, entries_of
from imports.comparing.evidence import evidence
from imports.comparing.lines import Line
from imports.comparing.state import Compare
from imports.comparing.work import commitment, initiative, milestone
from imports.kinds import KINDS
from imports.reading.sheets import Sheet
from people.models import User

Progress = Callable[[int, int], None]


@dataclass
class Comparison:
    """Every line, and the words that somebody has to answer first."""

    lines: list[Line]
    asked: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(line.group for line in self.lines))

    @property
    def digest(self) -> str:
        """Names what would change, and of what state: the same only while both are."""
        told = [line.as_plain() for line in self.lines if line.problems or not line.is_idle]
        return hashlib.sha256(orjson.dumps(told)).hexdigest()

    @property
    def moves(self) -> int:
        """How many rows move or take back what was agreed, which needs a reason."""
        return sum(line.moves for line in self.lines)


def compare(
    plan: Plan,
    sheets: Sequence[Sheet],
    mapping: Sequence[Mapping[str, Any]],
    *,
    known: Mapping[tuple[str, str], Any],
    default_goal: str = "",
    today: date,
    reader: User | None = None,
    checks: bool = True,
    progress: Progress = lambda done, total: None,
) -> Comparison:
    """What the file would do. Reads the plan in a fixed number of statements and writes nothing.

    `reader`: who brings the file; where they see some plans alone, it finds only people of whom they are told.
    `checks` False: the caller changes rows through services, which check them anyway.
    """
    run = Compare(plan, reader=reader, known=known, default_goal=default_goal, today=today)
    run.checks = checks
    entries = entries_of(sheets, mapping, run.reader)
    total, done = sum(map(len, entries.values())), 0
    handlers: dict[str, Callable[[Entry], None]] = {
        "plan": run.plan_itself, "priority": run.priority, "goal": run.heading, "strategy": run.heading,
        "initiative": lambda entry: initiative(run, entry), "milestone": lambda entry: milestone(run, entry),
        "commitment": lambda entry: commitment(run, entry), "evidence": lambda entry: evidence(run, entry),
    }  # fmt: skip
    for kind, several in entries.items():
        for entry in several:
            handlers[kind](entry)
            done += 1
            if not done % 250:
                progress(done, total)
    order = list(KINDS)
    run.lines.sort(key=lambda line: order.index(line.kind))  # what others point to comes first
    return Comparison(run.lines, run.words.asked)
