"""Rows that say why there is the plan: its own words decide which finding is meant, and among equals their order."""

from django.core.exceptions import ValidationError

from goals.models import Evidence, Goal
from imports.comparing.entries import Entry
from imports.comparing.lines import Line, differ, in_words, refuse_by
from imports.comparing.state import Compare
from imports.meaning.cells import LISTED
from imports.meaning.words import folded
from records.many import drafted


def evidence(run: Compare, entry: Entry) -> None:
    values = entry.values(run.reader)
    text = values.get("text") or ""
    line = run.line(entry, text)
    if not text and not line.problems:
        line.refuse(entry.headings.get("text", "Finding"), "", "Say what was found.")
    if line.problems:
        return
    beside = run.now.evidence.get(folded(text), [])
    line.found = run.nth(("evidence", folded(text)), beside)
    wanted = {key: values[key] for key in ("text", "share", "source", "link") if key in values}
    if line.found is not None:
        differ(line, line.found, {key: value for key, value in wanted.items() if key != "text"}, entry.kind)
        draft = drafted(line.found, line.fields)
    else:
        line.fields = {key: value for key, value in wanted.items() if value is not None}
        line.changes = [
            (one.label, "", in_words(line.fields[one.key])) for one in entry.kind.fields if line.fields.get(one.key)
        ]
        draft = line.draft = Evidence(plan=run.plan, **line.fields)
    _bearings(run, entry, line, values.get("goals") or "")
    try:
        draft.full_clean(exclude=["plan"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        refuse_by(line, error, entry.kind, line.fields)


def _bearings(run: Compare, entry: Entry, line: Line, text: str) -> None:
    """The focus areas that a cell names; an empty one says that it is about the whole plan."""
    if "goals" not in entry.cells:
        return
    goals: list[Goal] = []
    for name in map(str.strip, LISTED.split(text)):
        goal = run.now.goal(name) if name else None
        if goal is not None and goal not in goals:
            goals.append(goal)
        elif name and goal is None:
            label = run.plan.goal_label.lower()
            line.refuse(entry.headings["goals"], name, f"“{name[:60]}” is no {label} of this plan or this file.")
    before = run.now.borne.get(line.found.pk, []) if line.found is not None else []
    if {id(goal) for goal in goals} != {id(goal) for goal in before}:
        line.members["goals"] = list(goals)
        line.note("Focus areas it bears on", in_words(list(before)), in_words(list(goals)))
