"""The demo plan: complete, believable, the same every time, and never on top of somebody's data."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from demo.load import PASSWORD, load_demo
from demo.source import real_initiatives, real_plan
from demo.structure import department_key
from goals.models import Goal, Plan, Priority, Strategy
from initiatives.models import (
    Acknowledgement,
    Commitment,
    EffectiveStatus,
    Initiative,
    Milestone,
    StatusDraft,
    StatusUpdate,
)
from initiatives.rules import has_working_role
from initiatives.selectors.status import InitiativeStatus, initiative_statuses, read
from people.models import Department, User
from people.roles import Role
from people.views.sign_in import DEMO_ACCOUNTS
from records.asof import AsOf, local_day
from records.models import AuditEvent
from reports.models import QuarterSnapshot, ReportAct, SnapshotCorrection
from tests.conftest import NOW


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    """The demo, loaded once for the tests of this module and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(seed=1, scale=1, now=NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(_loaded, db) -> None:
    """A test may change the loaded demo; what it changes is taken back."""


def now_standing() -> dict[str, InitiativeStatus]:
    return {row.number: row for row in read(initiative_statuses(AsOf.now(NOW)))}


def test_demo_counts(loaded):
    counts = (Goal, 5 + 6), (Strategy, 15), (Initiative, 69), (Priority, 6)
    assert [(model, model.objects.count()) for model, _ in counts] == list(counts)
    assert Department.objects.filter(parent__isnull=True).count() + 1 == 56, "Philly Stat 360 is part of another"
    plan = Plan.objects.get(state="active")
    assert plan.end_date.isoformat() == "2027-06-30", "the end of the running fiscal year"
    assert "sample" in plan.sample_note.lower()


def test_the_plan_of_2019_stands_before_it_in_outline(loaded):
    before = Plan.objects.get(state="active").predecessor
    facts = real_plan()["plan_2019"]
    assert (before.slug, before.state, before.title, before.source) == (
        "oit-2019", "archived", facts["title"], facts["source"],
    )  # fmt: skip
    assert (before.start_date.isoformat(), before.end_date.isoformat()) == ("2019-10-31", "2023-11-15")
    themes = Goal.objects.filter(plan=before)
    assert [theme.title for theme in themes] == [theme["name"] for theme in facts["themes"]]
    assert "“5 Technology Community Partnerships" in themes[0].text
    assert {theme.source for theme in themes} == {facts["source"]}
    assert not Initiative.objects.filter(plan=before).exists(), "its items are not in public text"


def test_demo_real_layer_names_its_source(loaded):
    assert not Initiative.objects.filter(source="").exists()
    assert set(Initiative.objects.values_list("basis", flat=True)) == {"official-post", "press"}
    real = Milestone.objects.exclude(basis="sample")
    assert real.count() == 58
    assert [m.title[:13] for m in real if m.is_open] == ["Framework due"], "only this one is said to be still due"
    partial_date = real.get(title="Launched at phila.gov/wifi")
    assert (partial_date.due_text, partial_date.due_date.isoformat()) == ("2025-04", "2025-04-30")


def test_demo_every_lead_is_a_department(loaded):
    known = set(Department.objects.values_list("abbreviation", flat=True))
    assert {department_key(row.lead) for row in real_initiatives()} <= known
    assert not Initiative.objects.filter(lead_department=None).exists()


def test_demo_people_can_sign_in_and_do_their_job(loaded, client):
    roles = [Role.CONTRIBUTOR, Role.LIAISON, Role.LEADER, Role.PLAN_MANAGER, Role.ADMINISTRATOR, Role.VIEWER]
    for (email, _, _), role in zip(DEMO_ACCOUNTS, roles, strict=True):
        person = User.objects.get(email=email)
        assert person.has_role(role)
        assert client.login(username=email, password=PASSWORD)
    owned = Initiative.objects.exclude(owner=None).select_related("owner")
    assert all(has_working_role(row.owner, row) for row in owned), "whoever owns something can report on it"


def test_demo_names_roles_never_people(loaded):
    starts = ("Administrator", "Plan manager", "Lead", "Owner", "Contributor", "Liaison", "Viewer")
    assert [user.name for user in User.objects.all() if not user.name.startswith(starts)] == []
    assert not User.objects.exclude(email__endswith="@demo.example").exists()


def test_demo_is_a_plan_one_can_believe_in(loaded):
    rows = now_standing().values()
    mix = Counter(row.effective_status for row in rows)
    assert set(mix) == set(EffectiveStatus.values), "every status is there"
    assert mix["on_track"] >= 20
    assert mix["on_track"] < len(rows) * 0.6, "not all is green"
    assert sum(row.owner_id is None and row.is_open for row in rows) == 1
    assert sum(row.slip_count > 0 for row in rows) == 2
    assert sum(bool(row.override_status) for row in rows) == 1
    assert StatusDraft.objects.count() == 1
    assert StatusUpdate.objects.filter(corrects__isnull=False).count() == 2
    assert Acknowledgement.objects.filter(by__email="leader@demo.example").exists()
    assert Milestone.objects.filter(slip_count=2).count() == 2


def test_demo_owner_has_something_of_each_kind(loaded):
    mine = [row for row in now_standing().values() if row.owner_name == "Owner, digital services"]
    assert 4 <= len([row for row in mine if row.is_open]) <= 6
    assert sum(row.effective_status == "no_current_update" for row in mine) == 1
    assert sum(row.milestones_overdue > 0 for row in mine) == 1
    week = local_day(NOW) + timedelta(days=7)
    assert sum(bool(row.next_milestone_due) and local_day(NOW) <= row.next_milestone_due <= week for row in mine) == 1


def test_demo_liaison_has_commitments_of_each_kind(loaded):
    held = Commitment.objects.filter(department__abbreviation="L&I")
    assert held.filter(state="proposed").count() == 2
    assert held.filter(state="accepted", due_date__lt=local_day(NOW)).count() == 1
    assert held.filter(state="accepted", due_date__gte=local_day(NOW)).count() == 1
    assert held.filter(state="delivered").exists()


def test_demo_activity_lies_in_six_quarters_up_to_now(loaded):
    first, last = AuditEvent.objects.earliest("happened_at"), AuditEvent.objects.latest("happened_at")
    assert local_day(first.happened_at).isoformat() == "2025-04-01"
    assert NOW - timedelta(days=7) < last.happened_at < NOW
    texts = StatusUpdate.objects.exclude(happened="").values_list("happened", flat=True)
    assert len(set(texts)) > 0.7 * len(texts), "few updates say the same"


def test_demo_again_keeps_what_is_there(loaded, capsys):
    before = AuditEvent.objects.count()
    call_command("load_demo", "--seed", "2")
    assert "Nothing was changed" in capsys.readouterr().out
    assert AuditEvent.objects.count() == before


def test_demo_quarters_are_frozen_completed_and_one_is_revised(loaded):
    frozen = QuarterSnapshot.objects.order_by("fiscal_year", "quarter", "revision")
    assert [f"{row.fiscal_year} Q{row.quarter} r{row.revision}" for row in frozen] == [
        "2025 Q4 r1", "2026 Q1 r1", "2026 Q2 r1", "2026 Q3 r1", "2026 Q4 r1", "2026 Q4 r2", "2027 Q1 r1",
    ]  # fmt: skip
    assert all(row.built_at - row.ends_at < timedelta(minutes=15) for row in frozen if row.revision == 1)
    assert not ReportAct.objects.filter(snapshot__fiscal_year=2027).exists(), "the newest waits for leadership"
    assert ReportAct.objects.filter(kind="completed").count() == 6
    assert SnapshotCorrection.objects.get().number == "3.2.1"
