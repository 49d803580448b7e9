"""One comparison as it goes: the plan as it is, what the file adds so far, the lines found; and rows about headings."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Goal, Plan, Priority, Strategy
from goals.numbering import natural_key
from imports.comparing.entries import Entry
from imports.comparing.lines import Line, differ, refuse_by
from imports.comparing.plan_now import PlanNow
from imports.kinds import KINDS, Kind
from imports.meaning.cells import Reader, Words
from imports.meaning.dates import Fashion
from imports.meaning.words import folded
from people.models import User

TEXTS = frozenset({"mission", "introduction"})  # of the plan itself: an empty cell clears them
OF_HEADING = ("number", "title", "text", "lead")


@transaction.atomic
def _lock_of(plan: Plan) -> str:
    """Why nothing can be added or moved; "" where it can."""
    try:
        plan.refuse_locked()
    except ValidationError as error:
        return error.messages[0]
    return ""


class Compare:
    """One comparison: the plan as it is, with what the file adds so far, and the lines found. Use `compare`."""

    def __init__(
        self, plan: Plan, *, reader: User | None, known: Mapping[tuple[str, str], Any], default_goal: str, today: date
    ) -> None:
        self.now = PlanNow(plan, reader=reader)
        self.plan, self.today, self.default_goal = plan, today, default_goal
        self.words = Words(known)
        fashion = Fashion(start_month=plan.fiscal_year_start_month)
        self.reader = Reader(
            self.words, fashion, people=self.now.person, departments=self.now.department,
            new_department=self.now.new_department,
        )  # fmt: skip
        self.lines: list[Line] = []
        self.locked = _lock_of(plan)
        self.checks = True
        self._goals: dict[tuple[str, str], Goal | None] = {}
        self._strategies: dict[tuple[str, str, int], Strategy] = {}
        self._seen: Counter[Any] = Counter()

    def kind(self, key: str) -> Kind:
        return KINDS[key]

    def nth(self, key: Any, rows: list[Any]) -> Any:
        """The next of several rows with one key, in order; None where the file has more of them than the plan."""
        self._seen[key] += 1
        return rows[self._seen[key] - 1] if self._seen[key] <= len(rows) else None

    # What rows are about --------------------------------------------------------------------------

    def line(self, entry: Entry, label: str, found: Any = None) -> Line:
        line = Line(entry.kind.key, entry.sheet, entry.row, label, found=found, problems=list(entry.problems))
        self.lines.append(line)
        return line

    def goal_of(self, entry: Entry, line: Line) -> Goal | None:
        """The focus area a row names, added where the plan has none such; None where it names none."""
        text, title = entry.text("goal"), entry.text("goal_title")
        text = text or title or self.default_goal
        if not text:
            return None
        if (text, title) not in self._goals:
            found = self.now.goal(text, title)
            if found is None:
                found = self.now.new_goal(text, title)
                self._add_heading(entry, "goal", found)
            self._goals[text, title] = found
        return self._goals[text, title]

    def strategy_of(self, entry: Entry, goal: Goal | None) -> Strategy | None:
        text, title = entry.text("strategy"), entry.text("strategy_title")
        text = text or title
        if not text or goal is None:
            return None
        key = (text, title, id(goal))
        if key not in self._strategies:
            found = self.now.strategy(text, title, goal)
            if found is None:
                found = self.now.new_strategy(text, title, goal)
                self._add_heading(entry, "strategy", found)
            self._strategies[key] = found
        return self._strategies[key]

    def _add_heading(self, entry: Entry, kind: str, row: Goal | Strategy) -> None:
        line = Line(kind, entry.sheet, entry.row, str(row), draft=row)
        line.fields = {name: getattr(row, name) for name in ("number", "title")}
        line.changes = [("Number", "", row.number), ("Title", "", row.title)]
        self.check_heading(line)
        self.lines.append(line)

    def check_heading(self, line: Line) -> None:
        if self.locked:
            line.refuse("", "", self.locked)
        try:
            line.draft.full_clean(exclude=["goal", "plan", "lead"], validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            refuse_by(line, error, KINDS[line.kind], line.fields)

    # Headings -------------------------------------------------------------------------------------

    def plan_itself(self, entry: Entry) -> None:
        values = entry.values(self.reader)
        line = self.line(entry, self.plan.title, self.plan)
        wanted = {key: value for key, value in values.items() if value is not None or key in TEXTS}
        differ(line, self.plan, wanted, entry.kind)

    def priority(self, entry: Entry) -> None:
        values = entry.values(self.reader)
        name = values.get("title") or ""
        line = self.line(entry, name, self.now.priorities.get(folded(name)))
        wanted = {"meaning": values["meaning"] or ""} if "meaning" in values else {}
        if line.found is not None:
            differ(line, line.found, {"name": name, **wanted}, entry.kind)
        elif not name:
            line.refuse(entry.headings["title"], "", "Every priority needs a name.")
        else:
            line.draft = Priority(plan=self.plan, name=name, **wanted)
            line.fields = {"name": name, **wanted}
            line.note("Name", "", name)
            self.now.priorities[folded(name)] = line.draft

    def heading(self, entry: Entry) -> None:
        """A focus area or a strategy with a row of its own."""
        values = entry.values(self.reader)
        number, title = values.get("number") or "", values.get("title") or ""
        line = self.line(entry, f"{number} {title}".strip())
        goal = self.goal_of(entry, line) if entry.kind.key == "strategy" else None
        if entry.kind.key == "strategy" and goal is None:
            line.refuse("Focus area", "", "Say which focus area the strategy belongs to.")
            return
        rows: list[Any] = self.now.goals if goal is None else [one for one in self.now.strategies if one.goal is goal]
        found = next(
            (row for row in rows if (row.number == number if number else folded(row.title) == folded(title))), None
        )
        if any(
            one is not line and one.kind == line.kind and found is not None and found in (one.found, one.draft)
            for one in self.lines
        ):
            line.refuse(entry.headings.get("number", ""), number, f"{number or title} stands in this file twice.")
            return
        wanted = {name: values[name] for name in OF_HEADING if name in values}
        if found is not None:
            line.found = found
            line.label = f"{found.number} {title or found.title}"
            differ(
                line,
                found,
                {key: value for key, value in wanted.items() if value or key not in {"number", "title"}},
                entry.kind,
            )
        elif not title and not line.problems:
            line.refuse(entry.headings.get("title", "Title"), "", f"A new {entry.kind.one} needs a title.")
        elif not line.problems:
            made = (
                self.now.new_goal(number or title, title)
                if goal is None
                else self.now.new_strategy(number or title, title, goal)
            )
            if number:
                made.number, made.sort_key = number, natural_key(number)
            made.text, made.lead = values.get("text") or "", values.get("lead")
            line.draft, line.label = made, str(made)
            line.fields = {"number": made.number, "title": title, "text": made.text, "lead": made.lead}
            differ(line, type(made)(), {key: value for key, value in line.fields.items() if value}, entry.kind)
            self.check_heading(line)
