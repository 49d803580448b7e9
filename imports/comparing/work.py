"""Rows about work: initiatives with what is said of them, milestones, commitments."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from goals.numbering import natural_key
from imports.comparing.entries import Entry
from imports.comparing.lines import Line, differ, in_words, refuse_by, same
from imports.comparing.state import Compare
from imports.kinds import SAID
from imports.meaning.words import LABELS, folded
from initiatives.models import Commitment, Initiative, Milestone
from initiatives.services.commitments import check_commitment
from initiatives.services.initiatives import check_initiative, has_moved
from initiatives.services.milestones import check_milestone, refuse_future
from records.many import drafted

OF_INITIATIVE = (
    "number", "title", "summary", "owner", "lead_department", "start_date", "due_date", "horizon", "audience",
    "visibility", "source",
)  # fmt: skip
NO_GOAL = "Say under which {} it belongs."  # {}: what the plan calls its focus areas
STAYS = frozenset({"number", "title", "start_date", "audience", "visibility"})  # an empty cell leaves it as it is


def initiative(run: Compare, entry: Entry) -> None:
    """Its number decides; a row without one is the initiative of the same title, or a new one."""
    values = entry.values(run.reader)
    number, title = values.get("number") or "", values.get("title") or ""
    same_title = [] if number else run.now.by_title.get(folded(title), [])
    found = run.now.initiatives.get(number) if number else same_title[0] if len(same_title) == 1 else None
    line = run.line(entry, f"{number} {title}".strip() or f"row {entry.row}", found)
    if len(same_title) > 1:
        line.refuse(entry.headings.get("title", ""), title, "Several initiatives have this title. Give the number.")
    goal = run.goal_of(entry, line) if found is None or "goal" in entry.cells else found.goal
    goal = goal or (found.goal if found is not None else None)
    wanted = {key: values[key] for key in OF_INITIATIVE if key in values and not (key in STAYS and not values[key])}
    if goal is not None:
        wanted["goal"] = goal
    if "strategy" in entry.cells:
        wanted["strategy"] = run.strategy_of(entry, goal)
    if found is None and not _can_begin(run, entry, line, goal, title):
        return
    if found is not None and found.pk is None:
        if not line.problems:
            line.refuse(entry.headings.get("title", ""), title, "This initiative stands in this file twice.")
        return
    draft = _draft(run, line, wanted)
    _members(run, line, values, entry)
    _said(run, line, values, entry)
    if run.checks:
        _check(run, entry, line, draft, found)


def _can_begin(run: Compare, entry: Entry, line: Line, goal: Any, title: str) -> bool:
    """Whether a row has what a new initiative needs; says what is missing where it has not."""
    if line.problems:
        return False
    if run.locked:
        line.refuse("", "", run.locked)
    if not title:
        number = entry.text("number")
        line.refuse(
            entry.headings.get("title", "Title"), "",
            f"No initiative here has the number {number}, and a new one needs a title." if number else "Give a title.",
        )  # fmt: skip
    if goal is None and title:
        label = run.plan.goal_label
        line.refuse(entry.headings.get("goal", label), "", NO_GOAL.format(label.lower()))
    return not line.problems


def _draft(run: Compare, line: Line, wanted: dict[str, Any]) -> Initiative:
    """The initiative as it would be, registered so that later rows find it."""
    found = line.found
    if found is not None:
        differ(line, found, wanted, run.kind("initiative"))
        line.label = f"{found.number} {line.fields.get('title', found.title)}"
        line.moves = "due_date" in line.fields and found.due_date is not None
        existing: Initiative = drafted(found, line.fields)
        return existing
    wanted = {key: value for key, value in wanted.items() if value is not None}
    wanted.setdefault("start_date", run.plan.start_date)
    wanted.setdefault("number", "")
    wanted["number"] = wanted["number"] or run.now.next_number(wanted["goal"])
    draft = Initiative(plan=run.plan, **wanted)
    draft.sort_key = natural_key(draft.number)
    line.draft, line.fields = draft, wanted
    line.label = f"{draft.number} {draft.title}"
    line.changes = [
        (one.label, "", _shown(draft, one.key)) for one in run.kind("initiative").fields if wanted.get(one.key)
    ]
    run.now.initiatives[draft.number] = draft
    run.now.used.add(draft.number)
    run.now.by_title[folded(draft.title)].append(draft)
    return draft


def _shown(draft: Initiative, key: str) -> str:
    display = getattr(draft, f"get_{key}_display", None)
    return str(display()) if display else in_words(getattr(draft, key))


def _members(run: Compare, line: Line, values: dict[str, Any], entry: Entry) -> None:
    key = line.found.pk if line.found is not None else None
    if "contributors" in values:
        people = {person.pk: person for person in values["contributors"] or []}
        before = run.now.contributors.get(key, set()) if key else set()
        if set(people) != before:
            line.members["contributors"] = list(people.values())
            were = [run.now.persons[one] for one in before]
            line.note("Contributors", in_words(were), in_words(list(people.values())))
    if "priorities" in values:
        names = [name.strip() for name in (values["priorities"] or "").replace("\n", ";").split(";") if name.strip()]
        rows = []
        for name in _priority_names(run, names):
            row = run.now.priorities.get(folded(name))
            if row is None:
                line.refuse(entry.headings["priorities"], name, f"“{name[:60]}” is no priority of this plan.")
            else:
                rows.append(row)
        before = run.now.served.get(key, set()) if key else set()
        if any(row.pk is None for row in rows) or {row.pk for row in rows} != before:
            old = [row for row in run.now.priorities.values() if row.pk in before]
            line.members["priorities"] = rows
            line.note("Priorities it serves", in_words(old), in_words(rows))


def _priority_names(run: Compare, names: list[str]) -> list[str]:
    """A list may be parted by commas, but a name may hold one too."""
    found: list[str] = []
    for name in names:
        parts = [name] if folded(name) in run.now.priorities else [part.strip() for part in name.split(",")]
        found += [part for part in parts if part]
    return found


def _said(run: Compare, line: Line, values: dict[str, Any], entry: Entry) -> None:
    """What the row says of how the initiative stands, where that differs from the latest update: a new update."""
    told = {key: values[key] for key in SAID if values.get(key) not in (None, "")}
    if not told:
        return
    found = line.found
    latest = run.now.updates.get(found.pk) if found is not None else None
    before: dict[str, Any] = {key: getattr(latest, key) if latest is not None else None for key in SAID}
    moved = {key: value for key, value in told.items() if not same(before[key], value)}
    if not moved:
        return
    status = told.get("status") or (latest.status if latest is not None else None)
    if status is None:
        where = next(iter(told))
        line.refuse(
            entry.headings[where], entry.text(where), "Say the status too: what is said of an initiative is an update."
        )
        return
    line.said = {"percent": before["percent"] if "percent" not in values else None} | told | {"status": status}
    if status != "on_hold":
        line.said.pop("review_date", None)
    labels = {one.key: one.label for one in entry.kind.fields}
    for key, value in moved.items():
        old, new = before[key], value
        if key == "status":
            old, new = LABELS["status"].get(old or "", ""), LABELS["status"][value]
        line.changes.append((labels[key], in_words(old), in_words(new)))


def _check(run: Compare, entry: Entry, line: Line, draft: Initiative, found: Initiative | None) -> None:
    before = found.owner_id if found is not None else None
    if run.locked and found is not None and has_moved(found, draft):
        line.refuse("", "", run.locked)
    try:
        check_initiative(draft, line.members.get("priorities", ()), before, taken=())
    except ValidationError as error:
        refuse_by(line, error, entry.kind, line.fields)


def milestone(run: Compare, entry: Entry) -> None:
    """Its initiative and its title decide; of several with one title, their order."""
    values = entry.values(run.reader)
    title = values.get("title") or ""
    line = run.line(entry, title)
    row = _initiative_of(run, entry, line)
    if not title and not line.problems:
        line.refuse(entry.headings.get("title", "Milestone"), "", "Every milestone needs a title.")
    if row is None or line.problems:
        return
    line.label = f"{title} ({row.number})"
    beside = [one for one in run.now.milestones.get(row.pk, []) if folded(one.title) == folded(title)] if row.pk else []
    line.found = run.nth(("milestone", id(row), folded(title)), beside)
    wanted: dict[str, Any] = {
        key: values[key] for key in ("title", "due_date", "owner", "department", "source") if key in values
    }
    day = values.get("due_date")
    if "due_date" in values and not (line.found is not None and line.found.due_date == day and _is_whole(entry, day)):
        text = entry.text("due_date")
        wanted["due_text"] = "" if _is_whole(entry, day) or len(text) > 10 else text
    draft = line.found or Milestone(initiative=row)
    if line.found is not None:
        differ(line, line.found, wanted, entry.kind)
        line.moves = "due_date" in line.fields and line.found.due_date is not None
        draft = drafted(line.found, {})
    else:
        line.fields = {"source": "", **{key: value for key, value in wanted.items() if value is not None}}
        line.changes = [(one.label, "", in_words(wanted[one.key])) for one in entry.kind.fields if wanted.get(one.key)]
        line.draft = draft
        line.state["initiative"] = row
    for key, value in line.fields.items():
        setattr(draft, key, value)
    _milestone_state(run, entry, line, values)
    if run.checks:
        try:
            check_milestone(draft, line.found.owner_id if line.found is not None else None, is_draft=True)
        except ValidationError as error:
            refuse_by(line, error, entry.kind, line.fields)


def _is_whole(entry: Entry, day: date | None) -> bool:
    """Whether a due date is written as a day; as a month or quarter it stays as it was written."""
    return day is None or entry.is_whole("due_date")


def _milestone_state(run: Compare, entry: Entry, line: Line, values: dict[str, Any]) -> None:
    """Whether it is done, given up or open: what the row says of it, where that differs."""
    found: Milestone | None = line.found
    day: date | None = values.get("completed_date")
    said = values.get("state")
    is_done = found is not None and found.completed_date is not None
    is_cancelled = found is not None and found.is_cancelled
    if day is not None and said in (None, "done"):
        said = "done"
        try:
            refuse_future(day, run.today)
        except ValidationError as error:
            refuse_by(line, error, entry.kind, values)
    elif said is None and is_done and "completed_date" in values and "state" not in values:
        said = "open"
    if said == "done" and (not is_done or (day is not None and found is not None and day != found.completed_date)):
        line.state["done"] = day or run.today
        line.note("Completed on", in_words(found.completed_date if found else None), in_words(day or run.today))
    elif said == "cancelled" and not is_cancelled:
        line.state["cancelled"] = True
        line.note("State", "", "Cancelled")
    elif said == "open" and (is_done or is_cancelled):
        line.state["open"] = True
        line.note("State", "Cancelled" if is_cancelled else "Done", "Open")


# What a commitment can become by a file: forward only, and what is over stays over.
BECOMES = {
    "proposed": {"accepted", "delivered", "declined", "withdrawn"}, "accepted": {"delivered", "withdrawn"},
}  # fmt: skip


def commitment(run: Compare, entry: Entry) -> None:
    """Its initiative, its department and what is promised decide."""
    values = entry.values(run.reader)
    what, office = values.get("what") or "", values.get("department")
    line = run.line(entry, what)
    row = _initiative_of(run, entry, line)
    if not line.problems and not what:
        line.refuse(entry.headings.get("what", "What"), "", "Say what the department is to do.")
    if not line.problems and office is None:
        line.refuse(entry.headings.get("department", "Department"), "", "Say which department promises it.")
    if row is None or office is None or line.problems:
        return
    line.label = f"{what} ({office})"
    beside = [
        one for one in run.now.commitments.get(row.pk, [])
        if one.department_id == office.pk and folded(one.what) == folded(what)
    ] if row.pk and office.pk else []  # fmt: skip
    line.found = run.nth(("commitment", id(row), id(office), folded(what)), beside)
    before = line.found.state if line.found is not None else ""
    if line.found is not None and "due_date" in values:
        differ(line, line.found, {"due_date": values["due_date"]}, entry.kind)
        line.moves = "due_date" in line.fields and line.found.due_date is not None
    elif line.found is None:
        line.state["initiative"] = row
        line.fields = {"department": office, "what": what, "due_date": values.get("due_date")}
        line.draft = Commitment(initiative=row, **line.fields)
        line.changes = [
            (one.label, "", in_words(line.fields[one.key])) for one in entry.kind.fields if line.fields.get(one.key)
        ]
        before = "proposed"
        if run.checks:
            try:
                check_commitment(line.draft, is_draft=True)
            except ValidationError as error:
                refuse_by(line, error, entry.kind, line.fields)
    said = values.get("state")
    if said and said != before:
        if said not in BECOMES.get(before, ()):
            sentence = f"It is {before} here, and that is not turned back by a file."
            line.refuse(entry.headings["state"], LABELS["commitment"][said], sentence)
        line.state["to"] = said
        line.moves = line.moves or said in {"declined", "withdrawn"}
        line.note("State", LABELS["commitment"][before], LABELS["commitment"][said])


def _initiative_of(run: Compare, entry: Entry, line: Line) -> Initiative | None:
    """The initiative that a row hangs on: by its number, by its title, or by both in one cell."""
    text = entry.text("initiative")
    label = entry.headings.get("initiative", "Initiative")
    if not text:
        line.refuse(label, "", "Say which initiative it belongs to.")
        return None
    found = run.now.initiatives.get(text) or run.now.initiatives.get(text.split(" ", 1)[0].rstrip(".:"))
    if found is None:
        named = run.now.by_title.get(folded(text), [])
        found = named[0] if len(named) == 1 else None
    if found is None:
        line.refuse(label, text, f"No initiative of this plan or this file is “{text[:60]}”.")
    return found
