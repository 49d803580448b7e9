"""A plan as it is, loaded once and looked up in memory: by number, by title, by who is called what."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet, Value

from goals.models import Evidence, Goal, Plan, Priority, Strategy
from goals.numbering import natural_key
from goals.services import ADDRESSABLE
from imports.meaning.words import folded
from initiatives.models import Alignment, Commitment, Contribution, Initiative, Milestone
from people.abbreviations import abbreviation_for
from people.models import Department, User

LEADING_NUMBER = re.compile(r"^(?:[A-Za-z ]{3,20} )?(\d+(?:\.\d+)*|[A-Z]\d*)\s*[.:)\-–—]?\s+(.+)$")


class PlanNow:
    """Rows of the plan, and those that the file adds to it: drafts, not saved, with the same fields."""

    def __init__(self, plan: Plan, *, reader: User | None = None) -> None:
        """`reader`: for whom a file is compared; it finds nobody of whom they are not told."""
        self.plan = plan
        alive: dict[str, Any] = {"deleted_at__isnull": True}
        self.goals = list(Goal.objects.filter(plan=plan, **alive))
        self.strategies = list(Strategy.objects.filter(goal__plan=plan, goal__deleted_at__isnull=True, **alive))
        self.priorities = {folded(row.name): row for row in Priority.objects.filter(plan=plan, **alive)}
        self.initiatives = {row.number: row for row in self._initiatives()}
        self.by_title: dict[str, list[Initiative]] = defaultdict(list)
        for row in self.initiatives.values():
            self.by_title[folded(row.title)].append(row)
        by_key: dict[int | None, Any] = {goal.pk: goal for goal in self.goals} | {None: None}
        groups: dict[int | None, Any] = {row.pk: row for row in self.strategies} | {None: None}
        for strategy in self.strategies:
            strategy.goal = by_key[strategy.goal_id]
        self._people()
        for row in self.initiatives.values():
            row.plan, row.goal, row.strategy = plan, by_key[row.goal_id], groups[row.strategy_id]
            row.owner = self.persons.get(row.owner_id) if row.owner_id else None
            row.lead_department = self.offices.get(row.lead_department_id) if row.lead_department_id else None
        headings: list[Any] = [*self.goals, *self.strategies]
        for heading in headings:
            heading.lead = self.persons.get(heading.lead_id) if heading.lead_id else None
        self._beside()
        self._names(reader)
        self._evidence(by_key)
        self.used = set(self.initiatives)
        self.last: dict[str, int] = {}

    def _initiatives(self) -> "QuerySet[Initiative]":
        rows = Initiative.objects.filter(plan=self.plan, deleted_at__isnull=True)
        return rows.select_related("latest_update")

    def _people(self) -> None:
        self.persons = {row.pk: row for row in User.objects.all()}
        self.offices = {row.pk: row for row in Department.objects.filter(deleted_at__isnull=True)}
        self.office_called: dict[str, Department] = {}
        for office in self.offices.values():
            self.office_called.setdefault(folded(office.name), office)
        self.office_called |= {folded(office.abbreviation): office for office in self.offices.values()}
        self.new_offices: dict[str, Department] = {}

    def _names(self, reader: User | None) -> None:
        """Who is called what, of those whom the reader knows or reads of in this plan."""
        known = set(self.persons)
        if reader is not None and not reader.reads_every_plan:
            known = set(User.objects.filter(reader.knows(of=self.plan)).values_list("pk", flat=True))
            known.update(row.owner_id for row in self.initiatives.values() if row.owner_id)
            headings: list[Any] = [*self.goals, *self.strategies]
            known.update(row.lead_id for row in headings if row.lead_id)
            known.update(step.owner_id for steps in self.milestones.values() for step in steps if step.owner_id)
            known = known.union(*self.contributors.values())
        names: dict[str, list[User]] = defaultdict(list)
        for key in known:
            names[folded(self.persons[key].name)].append(self.persons[key])
            names[folded(self.persons[key].email)].append(self.persons[key])
        # Two people of one name are told apart by their addresses alone; who is active goes before who is not.
        self.person_called = {
            name: active[0] if len(active := [one for one in several if one.is_active] or several) == 1 else None
            for name, several in names.items()
        }

    def _beside(self) -> None:
        """What hangs on initiatives: members, latest updates, milestones, commitments."""
        of_plan = Q(initiative__plan=self.plan, initiative__deleted_at__isnull=True)
        now = of_plan & Q(recorded_until__isnull=True)
        self.contributors: dict[int, set[int]] = defaultdict(set)
        self.served: dict[int, set[int]] = defaultdict(set)
        members = Contribution.objects.filter(now).values_list(Value(0), "initiative_id", "person_id")
        serving = Alignment.objects.filter(now).values_list(Value(1), "initiative_id", "priority_id")
        for which, row, key in members.union(serving, all=True):
            (self.contributors, self.served)[which][row].add(key)
        self.updates = {row.pk: row.latest_update for row in self.initiatives.values() if row.latest_update}
        self.milestones: dict[int, list[Milestone]] = defaultdict(list)
        for step in Milestone.objects.filter(of_plan, deleted_at__isnull=True).order_by("order", "pk"):
            step.owner = self.persons.get(step.owner_id) if step.owner_id else None
            step.department = self.offices.get(step.department_id) if step.department_id else None
            self.milestones[step.initiative_id].append(step)
        self.commitments: dict[int, list[Commitment]] = defaultdict(list)
        for promise in Commitment.objects.filter(of_plan, deleted_at__isnull=True).order_by("pk"):
            self.commitments[promise.initiative_id].append(promise)

    def _evidence(self, goals: dict[int | None, Any]) -> None:
        """In the order of the plan's list; `borne`: the focus areas of each."""
        self.evidence: dict[str, list[Evidence]] = defaultdict(list)
        self.borne: dict[int, list[Goal]] = defaultdict(list)
        held = FilteredRelation("bearings", condition=Q(bearings__recorded_until__isnull=True))
        there: Any = Evidence.objects.filter(plan=self.plan, deleted_at__isnull=True)
        found: dict[int, Evidence] = {}  # one statement: a row for each focus area it bears on
        for row in there.annotate(held=held, borne=F("held__goal")).order_by("order", "pk", "held__goal__sort_key"):
            found[row.pk] = row
            if row.borne in goals and row.borne is not None:
                self.borne[row.pk].append(goals[row.borne])
        self.findings = list(found.values())
        for row in self.findings:
            self.evidence[folded(row.text)].append(row)

    # Who and where --------------------------------------------------------------------------------

    def person(self, text: str | int) -> User | None:
        """By name or address as a file has it; a number is a key, which no file says."""
        if isinstance(text, int):
            return self.persons.get(text)
        found = self.person_called.get(folded(text))
        if found is None and text.count(",") == 1:  # Last, First
            last, first = text.split(",")
            found = self.person_called.get(folded(f"{first.strip()} {last.strip()}"))
        return found

    def department(self, text: str | int) -> Department | None:
        """By abbreviation or name as a file has it; a number is a key, which no file says."""
        if isinstance(text, int):
            return self.offices.get(text)
        return self.office_called.get(folded(text))

    def new_department(self, name: str) -> Department:
        """One that the import adds, because somebody said so."""
        found = self.office_called.get(folded(name)) or self.new_offices.get(folded(name))
        if found is None:
            taken = {folded(row.abbreviation) for row in (*self.offices.values(), *self.new_offices.values())}
            found = self.new_offices[folded(name)] = Department(
                name=name[:200], abbreviation=abbreviation_for(name, taken)
            )
        return found

    # Headings -------------------------------------------------------------------------------------

    def goal(self, text: str, title: str | None = None) -> Goal | None:
        found: Goal | None = _heading(self.goals, text, title)
        return found

    def strategy(self, text: str, title: str | None, goal: Goal | None) -> Strategy | None:
        """Within its focus area: by number, by title, or by the number's last part (F1 of P1 is P1.F1)."""
        beside = [row for row in self.strategies if row.goal is goal] if goal is not None else self.strategies
        found: Strategy | None = _heading(beside, text, title)
        if found is None and goal is not None:
            found = _heading(beside, f"{goal.number}.{text}", title)
        return found

    def new_goal(self, text: str, title: str | None) -> Goal:
        number, title = _numbered(text, title)
        row = Goal(plan=self.plan, number=number or _next(self.goals), title=title)
        row.sort_key = natural_key(row.number)
        self.goals.append(row)
        return row

    def new_strategy(self, text: str, title: str | None, goal: Goal) -> Strategy:
        number, title = _numbered(text, title)
        beside = [row for row in self.strategies if row.goal is goal]
        row = Strategy(number=number or f"{goal.number}.{_next(beside, cut=len(goal.number) + 1)}"[:10], title=title)
        row.goal = goal
        row.sort_key = natural_key(row.number)
        self.strategies.append(row)
        return row

    def next_number(self, goal: Goal) -> str:
        """The next free number of an initiative under a focus area: 2.4 after 2.3."""
        count = self.last.get(goal.number, 0) + 1
        while f"{goal.number}.{count}" in self.used:
            count += 1
        self.last[goal.number] = count
        number = f"{goal.number}.{count}"[:20]
        self.used.add(number)
        return number


def _heading(rows: Iterable[Any], text: str, title: str | None) -> Any:
    wanted, names = folded(text), {folded(title)} if title else set()
    match = LEADING_NUMBER.match(text)
    for row in rows:
        if folded(row.number) == wanted or folded(row.title) == wanted or folded(f"{row.number} {row.title}") == wanted:
            return row
    for row in rows:
        if folded(row.title) in names or (match and match[1] == row.number and folded(match[2]) == folded(row.title)):
            return row
    return None


def _numbered(text: str, title: str | None) -> tuple[str, str]:
    """What a new heading is called: its number ("" where the file gives none) and its title."""
    if title and folded(title) != folded(text):
        return (text, title) if ADDRESSABLE.fullmatch(text) and len(text) <= 10 else ("", title)
    match = LEADING_NUMBER.match(text)
    if match and len(match[1]) <= 10:
        return match[1], match[2]
    if ADDRESSABLE.fullmatch(text) and len(text) <= 10 and any(sign.isdigit() for sign in text):
        return text, title or text
    return "", text


def _next(rows: Iterable[Any], cut: int = 0) -> str:
    taken = {row.number[cut:] for row in rows}
    return next(str(count) for count in range(1, 100_000) if str(count) not in taken)
