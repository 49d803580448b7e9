"""A small plan with one of everything, so that any address has something behind it; and more of it on request."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from goals.models import Evidence, Goal, Plan, Priority, Strategy
from goals.services import create_evidence, create_goal, create_plan, create_priority, retire_evidence
from imports.models import Import
from imports.services import answer_columns, take_file, work_on_next
from initiatives.models import Comment, Commitment, Initiative, Milestone, OwnerRequest, SavedView, StatusUpdate
from initiatives.services import add_comment, propose_commitment, retire_row, save_view
from initiatives.services.asking import ask_owners
from outbox.models import Message
from outbox.services import send_test
from people.models import Department, RoleGrant, User
from people.roles import Role
from people.services import Newcomer, create_department, create_user, grant_role, invite_people
from reminders.models import OneOff
from reminders.services import write_one_off
from reports.models import ExportJob
from reports.services import freeze_quarter, request_export
from sign_in.models import GroupRole
from tests.build import Cast, act, at, build_cast, build_plan, make_initiative, make_milestone, report
from tests.house.addresses import WORDS, Address
from tests.kept_rows import kept_rows

PAST = "2026-09-01T12:00"


@dataclass
class World:
    """What addresses are filled with: the first row of each kind."""

    cast: Cast
    plan: Plan
    initiative: Initiative
    milestone: Milestone
    update: StatusUpdate
    commitment: Commitment
    grant: RoleGrant
    one_off: OneOff
    retired: Initiative
    rows: int = 1
    departments: list[Department] = field(default_factory=list)

    @property
    def before(self) -> Plan:
        """The plan that `plan` follows, archived, with something still open in it."""
        return Plan.objects.get(slug="plan-before")

    @property
    def asked(self) -> OwnerRequest:
        """What an owner of `initiative` was asked last."""
        return OwnerRequest.objects.filter(initiative=self.initiative).latest("pk")

    @property
    def person(self) -> User:
        """Whose page, account and roles are opened: the one that `grant` is of."""
        return self.grant.user

    def add_row(self) -> None:
        """One more of everything a page could list."""
        self.rows += 1
        n, cast = self.rows, self.cast
        department = create_department(name=f"Office {n}", abbreviation=f"O{n}", parent=cast.oit, act=act())
        user = create_user(email=f"more{n}@test.example", name=f"More {n}", department=department, act=act())
        grant_role(user=user, role=Role.CONTRIBUTOR, act=act())
        grant_role(user=user, role=Role.LIAISON, department=department, act=act())
        make_initiative(self.before, number=f"1.{n}", owner=user)
        populate(self.plan, cast, n, owner=user, department=department)

    def values(self, address: Address) -> dict[str, Any]:
        """The parts of an address, of rows that exist."""
        goal = Goal.objects.filter(plan=self.plan).earliest("pk")
        message = Message.objects.filter(person=self.cast.manager).earliest("pk")
        keys = {
            "person": self.person, "invitation": self.person, "role": self.person, "factors": self.person,
            "department": self.cast.streets, "plan": self.plan,
            "goal": goal, "priority": Priority.objects.get(plan=self.plan),
            "evidence": Evidence.objects.filter(deleted_at__isnull=True).earliest("pk"),
            "strategy": Strategy.objects.get(goal=goal), "initiative": self.initiative,
            "milestone": self.milestone, "commitment": self.commitment,
            "comment": Comment.objects.earliest("pk"), "status-update": self.update,
            "status-draft": self.initiative, "owner-request": self.asked, "message": message, "one-off": self.one_off,
            "export": ExportJob.objects.earliest("pk"), "import": Import.objects.earliest("pk"),
            "saved-view": SavedView.objects.earliest("pk"), "sign-in-group": GroupRole.objects.earliest("pk"),
        }  # fmt: skip
        name = address.name.rpartition(":")[2]
        if name == "structure-restore":
            keys["structure"] = self.retired
        if name == "evidence-restore":
            keys["evidence"] = Evidence.objects.get(deleted_at__isnull=False)
        row = self.initiative  # what "…-create" hangs on
        if not name.endswith(("-create", "-no-change")):
            row = next((row for word, row in keys.items() if name.startswith(word)), row)
        kind = WORDS["kind"]
        if name == "structure-merge":  # into the other focus area
            row, kind = goal, "goal"
        return {
            **WORDS, "kind": kind, "pk": row.pk, "initiative_id": self.initiative.pk, "row_id": self.initiative.pk,
            "slug": self.plan.slug,
            "abbreviation": self.cast.streets.abbreviation, "grant_pk": self.grant.pk, "name": "none.eml",
        }  # fmt: skip


def populate(plan: Plan, cast: Cast, n: int, *, owner: User, department: Department) -> tuple[Any, ...]:
    """An initiative with milestones, an update, a commitment and mail about it."""
    today = timezone.localdate()
    row = make_initiative(
        plan, number=f"1.{n}", owner=owner, lead_department=department, due_date=today + timedelta(days=200)
    )
    ask_owners([row], act=act(PAST, cast.manager), moments={row.pk: at(PAST)})
    goal = Goal.objects.filter(plan=plan).earliest("pk")
    create_evidence(plan=plan, fields={"text": f"Finding {n}", "share": 40 + n}, goals=[goal], act=act())
    soon = make_milestone(row, today + timedelta(days=5), owner=owner)
    make_milestone(row, today - timedelta(days=5))
    update = report(row, "on_track", PAST, owner, happened=f"Step {n} is done.", percent=10)
    promise = propose_commitment(
        initiative=row, department=cast.streets, what=f"Promise {n}", due_date=today + timedelta(days=9), act=act(PAST)
    )
    add_comment(update=update, text=f"Comment {n}", mentioned=owner, act=act(timezone.now(), cast.admin))
    save_view(
        owner=cast.manager, name=f"View {n}", plan=plan, query="status=on_track", is_shared=True,
        act=act(timezone.now(), cast.manager),
    )  # fmt: skip
    one_off = write_one_off(
        plan=plan, subject=f"Note {n}", text="Please read.", audiences=["owners"], send_on=today + timedelta(days=30),
        act=act(timezone.now(), cast.manager),
    )  # fmt: skip
    GroupRole.objects.create(group=f"Group {n}", role="plan_manager")
    send_test(person=cast.manager, at=timezone.now() - timedelta(hours=n))
    return row, soon, update, promise, one_off


def build_before() -> Plan:
    fields = {"title": "The plan before", "slug": "plan-before", "state": Plan.State.ARCHIVED}
    days = {"start_date": date(2020, 7, 1), "end_date": date(2025, 6, 30)}
    before = create_plan(fields=fields | days, act=act())
    create_goal(plan=before, fields={"number": "1", "title": "Safety"}, act=act())
    make_initiative(before, number="1.1")
    return before


@kept_rows(looks_at_clock=True)
def build_world() -> World:
    cast = build_cast()
    plan = build_plan(predecessor=build_before())
    create_priority(plan=plan, name="Safer streets", act=act())
    row, soon, update, promise, one_off = populate(plan, cast, 1, owner=cast.owner, department=cast.streets)
    quarter = plan.quarter_of(date(2026, 9, 30))
    snapshot = freeze_quarter(plan=plan, quarter=quarter, act=act(timezone.now()))
    request_export(
        plan=plan, quarter=quarter, snapshot=snapshot, format_key="xlsx", is_public=False, key="of the world",
        act=act(timezone.now(), cast.manager),
    )  # fmt: skip
    sheet = b"Number,Initiative,Focus area,Status\n1.8,Lend laptops,1,Swimmingly\n"
    job = take_file(plan=plan, name="plan.csv", data=sheet, act=act(timezone.now(), cast.manager))
    work_on_next(at=timezone.now())
    job.refresh_from_db()
    answer_columns(job=job, mapping=job.mapping, default_goal="", act=act(timezone.now(), cast.manager))
    work_on_next(at=timezone.now())
    invite_people(newcomers=[Newcomer("away@test.example", "Away", cast.health, Role.LIAISON)], act=act())
    grant = RoleGrant.objects.get(user=cast.viewer)
    retired = make_initiative(plan, number="9.9")
    retire_row(row=retired, act=act(timezone.now(), cast.manager, reason="Given up"))
    gone = create_evidence(plan=plan, fields={"text": "Out of date"}, act=act())
    retire_evidence(evidence=gone, act=act(timezone.now(), cast.manager))
    return World(cast, plan, row, soon, update, promise, grant, one_off, retired)
