"""Things people do to a plan, at random and with a seed: through the services, so that history is there as in life."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

import goals.services as g
import initiatives.services as i
import people.services as p
from goals.models import Goal, Plan, Priority, Strategy
from initiatives.models import Commitment, Initiative, Milestone, StatusUpdate
from people.models import Department, RoleGrant, User
from people.roles import Role
from records.audit import StaleVersion
from tests.build import act, build_plan, make_initiative, make_milestone, report

STATUSES = ["not_started", "on_track", "at_risk", "off_track", "on_hold", "completed", "cancelled"]
WORDS = ["Fiber", "“Poles”", "Łódź 🚲", "=1+1", "two\nlines", "漢字", "vendor", "permits", " "]


class Nothing(Exception):
    """There is no row yet that this edit could change."""


class Edits:
    """Random edits of one plan. `done` counts those that took effect, by kind."""

    def __init__(self, plan: Plan, cast, seed: int) -> None:
        self.plan, self.cast, self.rng = plan, cast, random.Random(seed)
        self.done: Counter = Counter()
        self.count = 0

    def make(self, count: int, since: datetime, until: datetime) -> None:
        """That many tries between two instants, in the order of time. A refused one did not happen."""
        seconds = (until - since).total_seconds()
        for share in sorted(self.rng.random() for _ in range(count)):
            self.count += 1
            name = self.rng.choice(KINDS)
            try:
                with transaction.atomic():
                    getattr(self, name)(act(since + timedelta(seconds=share * seconds), self.cast.admin, reason="Edit"))
                self.done[name] += 1
            except (ValidationError, StaleVersion, Nothing):
                continue

    def any(self, rows):
        found = list(rows.order_by("pk"))
        if not found:
            raise Nothing
        return self.rng.choice(found)

    def row(self):
        return self.any(Initiative.objects.filter(plan=self.plan, deleted_at__isnull=True))

    def step(self):
        return self.any(Milestone.objects.filter(initiative__plan=self.plan, initiative__deleted_at__isnull=True))

    def promise(self):
        return self.any(Commitment.objects.filter(initiative__plan=self.plan, initiative__deleted_at__isnull=True))

    def said(self):
        return self.any(StatusUpdate.objects.filter(initiative__plan=self.plan))

    def person(self):
        return self.any(User.objects.exclude(pk=self.cast.admin.pk))

    def day(self):
        return date(2026, 6, 1) + timedelta(days=self.rng.randrange(400))

    def text(self):
        return f"{self.rng.choice(WORDS)} {self.count}"

    def number(self):
        return f"9.{self.count}"

    # initiatives
    def create_initiative(self, how):
        goal = self.any(Goal.objects.filter(plan=self.plan))
        fields = {"goal": goal, "number": self.number(), "title": self.text(), "start_date": self.day()}
        i.create_initiative(plan=self.plan, fields=fields, act=how)

    def update_initiative(self, how):
        goal = self.any(Goal.objects.filter(plan=self.plan))
        fields = {
            "title": self.text(), "summary": self.text(), "due_date": self.day(), "owner": self.person(), "goal": goal,
            "strategy": None, "lead_department": self.any(Department.objects.all()),
            "visibility": self.rng.choice(["public", "internal"]), "horizon": self.rng.choice(["near_term", ""]),
        }  # fmt: skip
        some = dict(self.rng.sample(sorted(fields.items(), key=lambda item: item[0]), 3))
        i.update_initiative(initiative=self.row(), fields=some, act=how)

    def set_priorities(self, how):
        wanted = [row for row in Priority.objects.filter(plan=self.plan).order_by("pk") if self.rng.random() < 0.5]
        i.update_initiative(initiative=self.row(), fields={}, priorities=wanted, act=how)

    def delete_initiative(self, how):
        if self.rng.random() < 0.7:
            raise Nothing  # else soon nothing is left
        i.delete_initiative(initiative=self.row(), act=how)

    def override_status(self, how):
        i.override_status(initiative=self.row(), status=self.rng.choice(STATUSES), act=how)

    def lift_override(self, how):
        i.lift_override(initiative=self.any(Initiative.objects.exclude(override_status="")), act=how)

    def hand_over(self, how):
        i.hand_over(leaver=self.person(), to=self.person(), act=how)

    # what is said
    def record_update(self, how):
        words = {
            "status": self.rng.choice(STATUSES), "percent": self.rng.choice([None, 0, 50, 100]),
            "happened": self.text(), "next_steps": self.text(), "help_needed": self.rng.choice(["", self.text()]),
        }  # fmt: skip
        i.record_status_update(initiative=self.row(), words=words, act=how)

    def no_change(self, how):
        i.record_no_change(initiative=self.row(), act=how)

    def correct_update(self, how):
        i.correct_status_update(update=self.said(), words={"happened": self.text()}, act=how)

    def mend_a_misclick(self, how):
        self.record_update(how)
        last = StatusUpdate.objects.order_by("-pk").first()
        later = act(how.at + timedelta(minutes=1), how.by, reason="Mis-clicked")
        i.correct_status_update(update=last, words={"status": self.rng.choice(STATUSES)}, act=later)

    def acknowledge(self, how):
        i.acknowledge_update(update=self.said(), act=how)

    # milestones and commitments
    def add_milestone(self, how):
        fields = {"title": self.text(), "due_date": self.day(), "owner": self.person()}
        i.add_milestone(initiative=self.row(), fields=fields, act=how)

    def move_milestone(self, how):
        i.update_milestone(milestone=self.step(), fields={"due_date": self.day(), "title": self.text()}, act=how)

    def complete_milestone(self, how):
        i.complete_milestone(milestone=self.step(), completed_date=date(2026, 6, 2), act=how)

    def reopen_milestone(self, how):
        i.reopen_milestone(milestone=self.any(Milestone.objects.filter(completed_date__isnull=False)), act=how)

    def cancel_milestone(self, how):
        i.cancel_milestone(milestone=self.step(), act=how)

    def propose(self, how):
        department = self.any(Department.objects.all())
        i.propose_commitment(
            initiative=self.row(), department=department, what=self.text(), due_date=self.day(), act=how
        )

    def accept(self, how):
        i.accept_commitment(commitment=self.promise(), act=how)

    def deliver(self, how):
        i.deliver_commitment(commitment=self.promise(), act=how)

    def withdraw(self, how):
        i.withdraw_commitment(commitment=self.promise(), act=how)

    def move_commitment(self, how):
        i.move_commitment(commitment=self.promise(), due_date=self.day(), act=how)

    # the plan and the people
    def update_plan(self, how):
        fields = {
            "title": self.text(), "mission": self.text(), "expected_update_days": self.rng.choice([1, 30, 90]),
            "goal_label": self.text(),
        }  # fmt: skip
        some = dict(self.rng.sample(sorted(fields.items()), 2))
        g.update_plan(plan=self.plan, fields=some, act=how)

    def create_priority(self, how):
        g.create_priority(plan=self.plan, name=self.text(), meaning=self.text(), order=self.count, act=how)

    def update_priority(self, how):
        row = self.any(Priority.objects.filter(plan=self.plan))
        g.update_priority(priority=row, fields={"name": self.text()}, act=how)

    def create_goal(self, how):
        g.create_goal(plan=self.plan, fields={"number": str(self.count), "title": self.text()}, act=how)

    def update_goal(self, how):
        row = self.any(Goal.objects.filter(plan=self.plan))
        g.update_goal(goal=row, fields={"title": self.text(), "lead": self.person()}, act=how)

    def create_strategy(self, how):
        row = self.any(Goal.objects.filter(plan=self.plan))
        fields = {"number": f"{row.number}.{self.count}", "title": self.text()}
        g.create_strategy(goal=row, fields=fields, act=how)

    def update_strategy(self, how):
        row = self.any(Strategy.objects.filter(goal__plan=self.plan))
        g.update_strategy(strategy=row, fields={"title": self.text()}, act=how)

    def create_department(self, how):
        p.create_department(name=self.text(), abbreviation=f"{self.plan.pk}D{self.count}", act=how)

    def update_department(self, how):
        row = self.any(Department.objects.all())
        fields = {"name": self.text(), "abbreviation": f"{self.plan.pk}R{self.count}"}
        p.update_department(department=row, fields=fields, act=how)

    def create_user(self, how):
        email = f"p{self.plan.pk}-{self.count}@test.example"
        p.create_user(email=email, name=f"Person {self.count}", department=self.cast.oit, act=how)

    def rename_user(self, how):
        p.update_user(user=self.person(), fields={"name": f"Name {self.count}"}, act=how)

    def deactivate_user(self, how):
        p.update_user(user=self.person(), fields={"is_active": self.rng.random() < 0.5}, act=how)

    def grant_role(self, how):
        p.grant_role(user=self.person(), role=self.rng.choice([Role.LEADER, Role.VIEWER]), act=how)

    def revoke_role(self, how):
        p.revoke_role(grant=self.any(RoleGrant.objects.filter(recorded_until__isnull=True)), act=how)


KINDS = [name for name, what in vars(Edits).items() if callable(what) and what.__code__.co_varnames[1:2] == ("how",)]


def build(cast, seed: int) -> Edits:
    """A plan with a little in every table, to be edited."""
    plan = build_plan(f"plan-{seed}")
    edits = Edits(plan, cast, seed)
    begin = act()
    g.create_priority(plan=plan, name="Safer", order=1, act=begin)
    for n in range(4):
        row = make_initiative(plan, number=f"1.{n}", owner=cast.owner, lead_department=cast.streets)
        make_milestone(row, date(2026, 9, 1) + timedelta(days=40 * n))
        i.propose_commitment(initiative=row, department=cast.health, what=f"Data {n}", due_date=None, act=begin)
        report(row, "on_track", "2026-06-20T12:00", cast.owner, happened="As agreed")
    return edits
