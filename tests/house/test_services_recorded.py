"""Every public service leaves exactly the audit events that this table names; a service missing here fails.

Doing the same again where nothing differs leaves none (rule R5).
"""

import inspect
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import SESSION_KEY
from django.test import override_settings

import goals.services as g
import imports.services as b
import initiatives.services as i
import outbox.services as o
import people.services as p
import reminders.services as m
import reports.services as r
import sign_in.factors as f
import sign_in.services as s
from goals.models import Evidence, Goal, Plan, Priority, Strategy
from initiatives.models import Comment, Commitment, Initiative, Milestone, OwnerRequest, SavedView
from initiatives.selectors.structure import Place
from initiatives.selectors.succession import Choice
from people.models import User
from people.sessions import SessionStore
from records.audit import Act
from records.models import AuditEvent
from reports.models import ExportJob
from sign_in.models import GroupRole
from tests.build import make_initiative, make_milestone, report
from tests.conftest import NOW
from tests.house.world import World

DAY = date(2026, 10, 20)
LATER = NOW + timedelta(minutes=1)


FOLLOWING = {"title": "Next", "start_date": DAY, "end_date": DAY}


def left_over(world: World) -> Choice:
    """All that is open in the plan before; that plan runs until it is archived."""
    Plan.objects.filter(pk=world.before.pk).update(state="active")
    keys = Initiative.objects.filter(plan=world.before).values_list("pk", flat=True)
    return Choice(carried=set(keys), under={}, archive=True)


def by(world: World, who: str = "manager", minutes: int = 1, reason: str = "It was agreed.") -> Act:
    return Act(by=getattr(world.cast, who), at=NOW + timedelta(minutes=minutes), reason=reason)


def system() -> Act:
    return Act(by=None, at=NOW + timedelta(minutes=1), reason="Signed in with City account")


def heads(world: World) -> User:
    """Somebody, in a group that gives a role."""
    GroupRole.objects.get_or_create(group="Heads", role="leader")
    return world.cast.owner


def arrival(world: World, groups: set[str]) -> s.Arrival:
    return s.Arrival(
        provider="city", label="City account", uid="1", email=heads(world).email, is_vouched=True, name="",
        groups=frozenset(groups),
    )  # fmt: skip


def goal(world: World) -> Goal:
    return Goal.objects.get(plan=world.plan, number="1")


def equity() -> Goal:
    return Goal.objects.get(title="Equity")


def strategy(world: World) -> Strategy:
    """One more, with nothing in it."""
    return g.create_strategy(goal=goal(world), fields={"number": "1.9", "title": "Nine"}, act=by(world, minutes=0))


def finding(world: World, *, is_retired: bool = False) -> Evidence:
    return Evidence.objects.filter(plan=world.plan, deleted_at__isnull=not is_retired).earliest("pk")


def restored(world: World, row: Goal | Strategy) -> Any:
    i.retire_row(row=row, act=by(world, minutes=0))
    return i.restore_row(row=row, number=row.number, place=Place("First", goal_id=goal(world).pk), act=by(world))


def priority(world: World) -> Priority:
    return g.create_priority(plan=world.plan, name="Cleaner", act=by(world, minutes=0))


def quarter(world: World) -> dict[str, Any]:
    return {"plan": world.plan, "quarter": world.plan.quarter_of(date(2026, 9, 30))}


def first_view() -> SavedView:
    return SavedView.objects.order_by("pk").first() or SavedView(pk=0)


def kept_view(world: World, name: str) -> SavedView:
    return i.save_view(owner=world.cast.manager, name=name, plan=None, query="", is_shared=True, act=by(world))


def newcomer(world: World) -> User:
    known = User.objects.filter(email="new@test.example").first()
    return known or p.create_user(email="new@test.example", name="New", act=by(world, minutes=0))


def left_long_ago(world: World) -> Any:
    """The administrator is the last one and stays, and all others but one have been here."""
    User.objects.exclude(pk=world.cast.viewer.pk).update(last_login=NOW)
    with override_settings(DEACTIVATE_UNSEEN_DAYS=30):
        return p.deactivate_unseen(at=NOW + timedelta(days=9) + timedelta(minutes=1))


def sessions_ended(world: World) -> int:
    viewer = world.cast.viewer
    if not AuditEvent.objects.filter(verb="user.sessions_ended").exists():
        session = SessionStore()
        session[SESSION_KEY] = str(viewer.pk)
        session.create()
    return p.end_sessions(user=viewer, here=None, act=by(world))


def offered(world: World, minutes: int = 0) -> Commitment:
    return i.offer_commitment(
        commitment=world.commitment, due_date=DAY, department=None, act=by(world, minutes=minutes)
    )


def with_app(world: World) -> User:
    """The owner, with an authenticator app."""
    owner, secret = world.cast.owner, "JBSWY3DPEHPK3PXP"
    if f.app_of(owner) is None:
        f.add_app(user=owner, secret=secret, code=shown_by_app(secret, NOW), act=by(world, "owner", minutes=0))
    return owner


def with_passkey(world: World) -> User:
    """The owner, who once set up a passkey."""
    if not AuditEvent.objects.filter(verb="factor.key_added").exists():
        f.add_passkey(user=world.cast.owner, name="Key", credential={}, act=by(world, "owner", minutes=0))
    return world.cast.owner


def with_app_once(world: World) -> User:
    return world.cast.owner if AuditEvent.objects.filter(verb="factor.app_added").exists() else with_app(world)


def first_code(world: World) -> str:
    """The same, used or not."""
    codes = Authenticator.objects.get(user=with_app(world), type=f.CODES)
    return str(RecoveryCodes(codes).generate_codes()[0])


def shown_by_app(secret: str, at: datetime) -> str:
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // f.STEP))


def accepted(world: World) -> Commitment:
    if Commitment.objects.get(pk=world.commitment.pk).state == Commitment.State.DELIVERED:
        return world.commitment
    return i.accept_commitment(commitment=world.commitment, act=by(world, minutes=0))


def declined(world: World) -> OwnerRequest:
    return i.decline_ownership(request=world.asked, proposed=world.cast.contributor, act=by(world, "owner", minutes=0))


def completed(world: World) -> dict[str, Any]:
    r.complete_report(**quarter(world), act=by(world, minutes=0))
    return quarter(world)


def published(world: World) -> dict[str, Any]:
    which = completed(world)
    r.publish_report(**which, act=by(world, minutes=0))
    return which


def bundled(world: World) -> Any:
    which = published(world)
    r.build_published_files(at=LATER)
    with TemporaryDirectory() as folder:
        return r.records_bundle(**which, target=Path(folder) / "bag.zip", act=by(world))


def reopened(world: World) -> dict[str, Any]:
    which = completed(world)
    r.reopen_report(**which, act=by(world, "admin", minutes=0))
    return which


def asked(world: World) -> ExportJob:
    which = quarter(world) | {"snapshot": None, "format_key": "csv", "is_public": False, "key": "one"}
    return r.request_export(**which, act=by(world, minutes=0))


def built(world: World) -> ExportJob:
    """The world has a file of its own to build."""
    job = asked(world)
    while r.build_next_export(at=LATER):
        pass
    return job


def taken(world: World, *, title: str = "Lend laptops") -> Any:
    """A file that was read and compared; the world has one of its own."""
    sheet = f"Number,Initiative,Focus area\n1.8,{title},1\n".encode()
    job = b.take_file(plan=world.plan, name="plan.csv", data=sheet, act=by(world, minutes=0))
    return b.work_on_next(at=LATER, only=job)


def new(world: World, number: str) -> i.Change:
    fields = {"goal": goal(world), "number": number, "title": f"Work {number}", "start_date": DAY}
    return i.Change(None, fields, contributors=[world.cast.contributor])


def mapped(world: World) -> Any:
    job = taken(world)
    job.refresh_from_db()
    b.answer_columns(job=job, mapping=job.mapping, default_goal="", act=by(world))
    return b.work_on_next(at=LATER, only=job)


def applied(world: World) -> None:
    job = mapped(world)
    job.refresh_from_db()
    b.ask_to_apply(job=job, digest=job.digest, act=by(world))
    b.work_on_next(at=LATER, only=job)


Call = Callable[[World], Any]
# The service, the verbs it must leave (in order), and how to call it. Preparing calls are made before counting.
TABLE: dict[str, tuple[list[str], Call]] = {
    "sign_in.admit": (["user.linked", "role.granted"], lambda w: s.admit(
        arrival=arrival(w, {"Heads"}), new_accounts="groups", act=system())),
    "sign_in.follow_groups": (["role.granted"], lambda w: s.follow_groups(
        user=heads(w), groups={"Heads"}, act=system())),
    "sign_in.add_group_role": (["group.mapped"], lambda w: s.add_group_role(
        group="Heads", role="leader", department=None, act=by(w, "admin"))
        if not GroupRole.objects.filter(group="Heads").exists() else None),
    "sign_in.remove_group_role": (["group.unmapped"], lambda w: s.remove_group_role(
        row=GroupRole.objects.earliest("pk")
        if not AuditEvent.objects.filter(verb="group.unmapped").exists() else GroupRole(group="Gone"),
        act=by(w, "admin"))),
    "sign_in.add_app": (["factor.app_added"], with_app),
    "sign_in.remove_app": (
        ["factor.app_added", "factor.app_removed"],
        lambda w: f.remove_app(user=with_app_once(w), act=by(w, "owner"))),
    "sign_in.add_passkey": (["factor.key_added"], with_passkey),
    "sign_in.rename_passkey": (
        ["factor.key_added", "factor.key_renamed"],
        lambda w: f.rename_passkey(key=f.passkeys_of(with_passkey(w))[0], name="Other", act=by(w, "owner"))),
    "sign_in.remove_passkey": (
        ["factor.key_added", "factor.key_removed"], lambda w: f.remove_passkey(
            user=with_passkey(w), pk=AuditEvent.objects.filter(verb="factor.key_added").count(), act=by(w, "owner"))),
    "sign_in.renew_codes": (
        ["factor.app_added", "factor.codes_renewed"], lambda w: f.renew_codes(user=with_app(w), act=by(w, "owner"))),
    "sign_in.use_code": (["factor.app_added", "factor.code_used"], lambda w: f.use_code(
        user=with_app(w), code=first_code(w), act=by(w, "owner"))),
    "sign_in.take_off_factors": (
        ["factor.app_added", "factor.taken_off"],
        lambda w: f.take_off_factors(user=with_app_once(w), act=by(w, "admin"))),
    "people.create_department": (
        ["department.created"], lambda w: p.create_department(name="New", abbreviation="NEW", act=by(w))),
    "people.update_department": (
        ["department.changed"],
        lambda w: p.update_department(department=w.cast.health, fields={"name": "Health"}, act=by(w))),
    "people.create_user": (["user.created"], lambda w: p.create_user(email="n@test.example", name="New", act=by(w))),
    "people.invite_people": (
        ["user.created", "role.granted", "user.invited"],
        lambda w: p.invite_people(newcomers=[p.Newcomer("n@test.example", "New", role="viewer")], act=by(w))),
    "people.invite_user": (
        ["user.created", "user.invited"], lambda w: p.invite_user(user=newcomer(w), act=by(w))),
    "people.accept_invitation": (
        ["user.created", "user.joined"],
        lambda w: p.accept_invitation(user=newcomer(w), password="a long word", act=by(w))),
    "people.update_user": (
        ["user.changed"], lambda w: p.update_user(user=w.cast.viewer, fields={"name": "Reader"}, act=by(w))),
    "people.set_password": (
        ["user.password_set"], lambda w: p.set_password(user=w.cast.viewer, password="a long word", act=by(w))),
    "people.note_new_browser": (
        ["user.new_browser"], lambda w: p.note_new_browser(user=w.cast.viewer, browser="Firefox", act=by(w, "viewer"))),
    "people.end_sessions": (["user.sessions_ended"], sessions_ended),
    "people.deactivate_unseen": (["user.deactivated"], left_long_ago),
    "people.grant_role": (["role.granted"], lambda w: p.grant_role(user=w.cast.viewer, role="leader", act=by(w))),
    "people.revoke_role": (["role.revoked"], lambda w: p.revoke_role(grant=w.grant, act=by(w))),
    "goals.create_plan": (["plan.created"], lambda w: g.create_plan(
        fields={"title": "Next", "slug": "next", "start_date": DAY, "end_date": DAY}, act=by(w))),
    "goals.update_plan": (
        ["plan.changed"], lambda w: g.update_plan(plan=w.plan, fields={"mission": "Serve"}, act=by(w))),
    "goals.create_priority": (
        ["priority.created"], lambda w: g.create_priority(plan=w.plan, name="Safer", act=by(w))),
    "goals.update_priority": (
        ["priority.created", "priority.changed"],
        lambda w: g.update_priority(priority=priority(w), fields={"name": "Greener"}, act=by(w))),
    "goals.create_goal": (
        ["goal.created"], lambda w: g.create_goal(plan=w.plan, fields={"number": "9", "title": "Nine"}, act=by(w))),
    "goals.update_goal": (
        ["goal.changed"], lambda w: g.update_goal(goal=goal(w), fields={"title": "Safety"}, act=by(w))),
    "goals.create_strategy": (
        ["strategy.created"],
        lambda w: g.create_strategy(goal=goal(w), fields={"number": "1.9", "title": "Nine"}, act=by(w))),
    "goals.update_strategy": (
        ["strategy.changed"],
        lambda w: g.update_strategy(strategy=Strategy.objects.get(), fields={"title": "Guard"}, act=by(w))),
    "goals.create_evidence": (
        ["evidence.created"], lambda w: g.create_evidence(plan=w.plan, fields={"text": "Found"}, act=by(w))),
    "goals.update_evidence": (
        ["evidence.changed"], lambda w: g.update_evidence(evidence=finding(w), fields={"text": "Seen"}, act=by(w))),
    "goals.move_evidence": (
        ["evidence.created", "evidence.moved", "evidence.moved"], lambda w: g.move_evidence(
            evidence=finding(w), beside=g.create_evidence(plan=w.plan, fields={"text": "Last"}, act=by(w)).pk,
            is_after=True, act=by(w))),
    "goals.retire_evidence": (["evidence.retired"], lambda w: g.retire_evidence(evidence=finding(w), act=by(w))),
    "goals.restore_evidence": (
        ["evidence.restored"], lambda w: g.restore_evidence(evidence=finding(w, is_retired=True), act=by(w))),
    "goals.add_parts": (
        ["goal.created"],
        lambda w: g.add_parts(plan=w.plan, rows=[Goal(plan=w.plan, number="9", title="Nine")], act=by(w))),
    "goals.add_evidence": (
        ["evidence.created"],
        lambda w: g.add_evidence(plan=w.plan, rows=[(Evidence(plan=w.plan, text="Dark."), [goal(w)])], act=by(w))),
    "initiatives.copy_plan": (
        ["plan.created", "priority.created", "goal.created", "goal.created", "strategy.created", "evidence.created",
         "initiative.created", "milestone.added", "milestone.added", "commitment.proposed"],
        lambda w: i.copy_plan(source=w.plan, fields=FOLLOWING, along=i.Along(commitments=True), act=by(w))),
    "initiatives.begin_successor": (
        ["plan.created", "priority.created"],
        lambda w: i.begin_successor(before=w.plan, fields=FOLLOWING, act=by(w))),
    "initiatives.carry_forward": (
        ["goal.created", "initiative.created", "initiative.carried", "plan.changed"],
        lambda w: i.carry_forward(plan=w.plan, choice=left_over(w), act=by(w))),
    "initiatives.create_initiative": (["initiative.created"], lambda w: make_initiative(w.plan, number="8.1")),
    "reports.take_archive": (["archive.taken"], lambda w: r.take_archive(plan=w.plan, act=by(w))),
    "initiatives.change_bulk": (
        ["initiative.changed"], lambda w: i.change_bulk(
            chosen={w.initiative.pk: Initiative.objects.get(pk=w.initiative.pk).version},
            change=i.BulkChange({"visibility": "internal"}), act=by(w))),
    "initiatives.update_initiative": (
        ["initiative.changed"],
        lambda w: i.update_initiative(initiative=w.initiative, fields={"title": "Other"}, act=by(w))),
    "initiatives.save_view": (["saved_view.shared"], lambda w: kept_view(w, "Mine to share")),
    "initiatives.update_view": (["saved_view.changed"], lambda w: i.update_view(
        view=first_view(), name="Other", is_shared=True, seen_version=None, act=by(w))),
    "initiatives.delete_view": (["saved_view.deleted"], lambda w: i.delete_view(
        view=first_view(), act=by(w))),
    "initiatives.delete_initiative": (
        ["initiative.deleted"], lambda w: i.delete_initiative(initiative=w.initiative, act=by(w))),
    "initiatives.move_row": (["goal.moved", "strategy.moved"], lambda w: (
        i.move_row(row=equity(), place=Place("First"), act=by(w)),
        i.move_row(row=Strategy.objects.get(), place=Place("First", goal_id=equity().pk), act=by(w)))),
    "initiatives.split_row": (
        ["initiative.created", "initiative.split", "milestone.transferred", "strategy.created", "strategy.split",
         "goal.created", "goal.split"],
        lambda w: (
            i.split_row(row=w.initiative, number="1.77", title="Part", moving=[w.milestone], act=by(w)),
            i.split_row(row=Strategy.objects.get(), number="1.7", title="Part", act=by(w)),
            i.split_row(row=equity(), number="7", title="Part", act=by(w)))),
    "initiatives.merge_rows": (
        ["initiative.created", "milestone.transferred", "milestone.transferred", "commitment.transferred",
         "initiative.merged", "initiative.merged", "strategy.created", "strategy.merged", "strategy.merged",
         "strategy.moved", "initiative.moved", "goal.merged", "goal.merged"],
        lambda w: (
            i.merge_rows(row=w.initiative, into=make_initiative(w.plan, number="8.1"), act=by(w)),
            i.merge_rows(row=Strategy.objects.get(), into=strategy(w), act=by(w)),
            i.merge_rows(row=goal(w), into=equity(), act=by(w)))),
    "initiatives.retire_row": (
        ["strategy.created", "initiative.deleted", "strategy.retired", "goal.retired"],
        lambda w: [i.retire_row(row=row, act=by(w)) for row in (w.initiative, strategy(w), equity())]),
    "initiatives.restore_row": (
        ["initiative.restored", "strategy.created", "strategy.retired", "strategy.restored", "goal.retired",
         "goal.restored"],
        lambda w: [
            i.restore_row(row=w.retired, number="9.9", place=Place("First", goal_id=goal(w).pk), act=by(w)),
            *(restored(w, row) for row in (strategy(w), equity()))]),
    "initiatives.renumber_plan": (
        ["goal.moved", "goal.renumbered", "goal.renumbered", "strategy.renumbered", "initiative.renumbered"],
        lambda w: (
            i.move_row(row=equity(), place=Place("First"), act=by(w, minutes=0)),
            i.renumber_plan(plan=w.plan, by_strategy=False, act=by(w)))),
    "initiatives.hand_over": (
        ["initiative.handed_over", "milestone.handed_over"],
        lambda w: i.hand_over(leaver=w.cast.owner, to=w.cast.contributor, act=by(w))),
    "initiatives.accept_ownership": (
        ["initiative.owner_accepted"], lambda w: i.accept_ownership(request=w.asked, act=by(w, "owner"))),
    "initiatives.decline_ownership": (["initiative.owner_declined"], declined),
    "initiatives.ask_owner_again": (
        ["initiative.owner_declined", "initiative.owner_asked_again"],
        lambda w: i.ask_owner_again(request=declined(w), act=by(w))),
    "initiatives.name_proposed_owner": (
        ["initiative.owner_declined", "initiative.changed"],
        lambda w: i.name_proposed_owner(request=declined(w), act=by(w))),
    "initiatives.override_status": (
        ["initiative.status_overridden"],
        lambda w: i.override_status(initiative=w.initiative, status="at_risk", act=by(w))),
    "initiatives.lift_override": (
        ["initiative.status_overridden", "initiative.override_lifted"],
        lambda w: i.lift_override(
            initiative=i.override_status(initiative=w.initiative, status="at_risk", act=by(w, minutes=0)), act=by(w))),
    "initiatives.add_milestone": (["milestone.added"], lambda w: make_milestone(w.initiative, DAY)),
    "initiatives.update_milestone": (
        ["milestone.changed"],
        lambda w: i.update_milestone(milestone=w.milestone, fields={"due_date": DAY}, act=by(w))),
    "initiatives.complete_milestone": (
        ["milestone.completed"], lambda w: i.complete_milestone(milestone=w.milestone, act=by(w))),
    "initiatives.cancel_milestone": (
        ["milestone.cancelled"], lambda w: i.cancel_milestone(milestone=w.milestone, act=by(w))),
    "initiatives.reopen_milestone": (
        ["milestone.cancelled", "milestone.reopened"],
        lambda w: i.reopen_milestone(
            milestone=i.cancel_milestone(milestone=w.milestone, act=by(w, minutes=0)), act=by(w))),
    "initiatives.propose_commitment": (
        ["commitment.proposed"],
        lambda w: i.propose_commitment(
            initiative=w.initiative, department=w.cast.health, what="Nurses", due_date=DAY, act=by(w))),
    "initiatives.accept_commitment": (
        ["commitment.accepted"], lambda w: i.accept_commitment(commitment=w.commitment, act=by(w))),
    "initiatives.decline_commitment": (
        ["commitment.declined"], lambda w: i.decline_commitment(commitment=w.commitment, act=by(w))),
    "initiatives.offer_commitment": (["commitment.offered"], lambda w: offered(w, minutes=1)),
    "initiatives.agree_to_offer": (
        ["commitment.offered", "commitment.agreed"],
        lambda w: i.agree_to_offer(commitment=offered(w), act=by(w))),
    "initiatives.ask_again": (
        ["commitment.offered", "commitment.asked_again"],
        lambda w: i.ask_again(commitment=offered(w), act=by(w))),
    "initiatives.deliver_commitment": (
        ["commitment.accepted", "commitment.delivered"],
        lambda w: i.deliver_commitment(commitment=accepted(w), act=by(w))),
    "initiatives.move_commitment": (
        ["commitment.moved"], lambda w: i.move_commitment(commitment=w.commitment, due_date=DAY, act=by(w))),
    "initiatives.withdraw_commitment": (
        ["commitment.withdrawn"], lambda w: i.withdraw_commitment(commitment=w.commitment, act=by(w))),
    "initiatives.record_status_update": (
        ["status_update.recorded"], lambda w: report(w.initiative, "at_risk", NOW, w.cast.owner)),
    "initiatives.record_no_change": (
        ["status_update.recorded"], lambda w: i.record_no_change(initiative=w.initiative, act=by(w, "owner"))),
    "initiatives.correct_status_update": (
        ["status_update.corrected"],
        lambda w: i.correct_status_update(update=w.update, words={"happened": "Step 1 and 2."}, act=by(w, "owner"))),
    "initiatives.ask_for_update": (
        ["initiative.update_asked"], lambda w: i.ask_for_update(initiative=w.initiative, act=by(w))),
    "initiatives.reopen_commitment": (
        ["commitment.accepted", "commitment.delivered", "commitment.reopened"],
        lambda w: i.reopen_commitment(
            commitment=i.deliver_commitment(commitment=accepted(w), act=by(w, minutes=0)), act=by(w))),
    "initiatives.add_comment": (
        ["comment.added"], lambda w: i.add_comment(update=w.update, text="And then?", act=by(w))),
    "initiatives.correct_comment": (["comment.corrected"], lambda w: i.correct_comment(
        comment=Comment.objects.earliest("pk"), text="In other words", act=by(w))),
    "initiatives.withdraw_comment": (["comment.withdrawn"], lambda w: i.withdraw_comment(
        comment=Comment.objects.earliest("pk"), act=by(w))),
    "initiatives.acknowledge_update": (
        ["status_update.acknowledged"], lambda w: i.acknowledge_update(update=w.update, act=by(w, "leader"))),
    "reports.freeze_quarter": (["report.frozen"], lambda w: r.freeze_quarter(
        plan=w.plan, quarter=w.plan.quarter_of(date(2026, 6, 30)), act=by(w))),
    "reports.write_summary": (
        ["report.summary_written"], lambda w: r.write_summary(**quarter(w), text="Good.", act=by(w))),
    "reports.sign_off": (
        ["report.signed_off"], lambda w: r.sign_off(**quarter(w), initiative_id=w.initiative.pk, act=by(w))),
    "reports.complete_report": (["report.completed"], lambda w: r.complete_report(**quarter(w), act=by(w))),
    "reports.publish_report": (
        ["report.completed", "report.published"], lambda w: r.publish_report(**completed(w), act=by(w))),
    "reports.unpublish_report": (
        ["report.completed", "report.published", "report.unpublished"],
        lambda w: r.unpublish_report(**published(w), act=by(w))),
    "reports.reopen_report": (
        ["report.completed", "report.reopened"], lambda w: r.reopen_report(**completed(w), act=by(w, "admin"))),
    "reports.correct_report": (
        ["report.completed", "report.reopened", "report.corrected"],
        lambda w: r.correct_report(**reopened(w), kind="initiative", row_id=w.initiative.pk, values={"percent": 77},
                                   act=by(w))),
    "reports.records_bundle": (["report.completed", "report.published", "report.bundled"], bundled),
    "reports.request_export": (["export.asked"], asked),
    "reports.build_next_export": (["export.asked", "export.ready", "export.ready"], built),
    "reports.fetch_export": (
        ["export.asked", "export.ready", "export.ready", "export.fetched"],
        lambda w: r.fetch_export(job=built(w), act=by(w))),
    "reminders.write_one_off": (["one_off.written"], lambda w: m.write_one_off(
        plan=w.plan, subject="Hello", text="Read.", audiences=["owners"], send_on=DAY, act=by(w))),
    "reminders.withdraw_one_off": (
        ["one_off.withdrawn"], lambda w: m.withdraw_one_off(one_off=w.one_off, act=by(w))),
    "outbox.hold_sending": (["sending.held"], lambda w: o.hold_sending(act=by(w))),
    "outbox.hold_restored": (["sending.held"], lambda w: o.hold_restored(restored_from=NOW, act=by(w))),
    "outbox.release_sending": (
        ["sending.held", "sending.released"],
        lambda w: (o.hold_sending(act=by(w, minutes=0)), o.release_sending(act=by(w)))),
    "reminders.set_escalation": (
        ["escalation.changed"],
        lambda w: m.set_escalation(plan=w.plan, liaison_after=5, managers_after=None, act=by(w))),
    "reminders.set_preferences": (
        ["subscription.changed"],
        lambda w: m.set_preferences(person=w.cast.owner, muted_kinds=["milestone_overdue"], act=by(w, "owner"))),
    "reminders.mute_digests": (
        ["subscription.changed"], lambda w: m.mute_digests(person=w.cast.owner, act=by(w, "owner"))),
    "initiatives.create_initiatives": (
        ["initiative.created", "initiative.created"],
        lambda w: i.create_initiatives(plan=w.plan, changes=[new(w, "8.2"), new(w, "8.3")], act=by(w))),
    "initiatives.update_initiatives": (
        ["initiative.changed"],
        lambda w: i.update_initiatives(changes=[i.Change(w.initiative, {"title": "Other"})], act=by(w))),
    "initiatives.record_status_updates": (
        ["status_update.recorded"],
        lambda w: i.record_status_updates(
            reports=[(w.initiative, {"status": "at_risk", "happened": "Slow."}, w.update.pk)], act=by(w, "owner"))),
    "initiatives.add_milestones": (
        ["milestone.added"],
        lambda w: i.add_milestones(rows=[Milestone(initiative=w.initiative, title="Step")], act=by(w))),
    "initiatives.propose_commitments": (
        ["commitment.proposed"],
        lambda w: i.propose_commitments(
            rows=[Commitment(initiative=w.initiative, department=w.cast.health, what="Nurses")], act=by(w))),
    "imports.take_file": (["import.uploaded"], lambda w: taken(w)),
    "imports.drop_import": (
        ["import.uploaded", "import.dropped"], lambda w: b.drop_import(job=taken(w), act=by(w))),
    "imports.work_on_next": (["import.uploaded", "initiative.created", "import.applied"], applied),
}  # fmt: skip

# Services that change nothing a person would call the plan: each with the reason why no event is due.
SILENT = {
    "sign_in.new_secret": "makes a key, which is kept once an app has shown that it has it",
    "sign_in.has_factor": "reads",
    "sign_in.passkeys_of": "reads",
    "sign_in.app_of": "reads",
    "sign_in.codes_left": "reads",
    "initiatives.save_draft": "a draft counts for nothing (rule B-11)",
    "initiatives.discard_draft": "a draft counts for nothing (rule B-11)",
    "reports.export_report": "reads; the fingerprint row says who and when",
    "reports.build_published_files": "the file row is its own log",
    "reports.freeze_due_quarters": "calls freeze_quarter for each",
    "reports.claim_export": "the job row is its own log",
    "reports.write_export": "reads",
    "reports.remember_export": "the fingerprint row says who and when",
    "imports.remove_old_files": "what an import changed is in the history of the plan; test_old_files.py has its event",
    "reports.remove_old_exports": "what is removed can be built again",
    "outbox.new_message": "stores nothing",
    "outbox.put": "the message row is its own log",
    "outbox.claim_messages": "the message row is its own log",
    "outbox.deliver": "the message row is its own log",
    "reminders.plan_messages": "the message row is its own log",
    "reminders.queue_due_one_offs": "the message row is its own log",
    "outbox.recover": "the message row is its own log",
    "outbox.send_due_messages": "the message row is its own log",
    "reminders.send_new_link": "the message row is its own log",
    "outbox.send_test": "the message row is its own log",
    "outbox.settle": "the message row is its own log",
    "imports.answer_columns": "how a file is read is not part of the plan",
    "imports.answer_words": "how a file is read is not part of the plan",
    "imports.leave_rows_out": "how a file is read is not part of the plan",
    "imports.take_rows_again": "how a file is read is not part of the plan",
    "imports.ask_to_apply": "the job row is its own log; work_on_next says what it did",
    "sign_in.note_failure": "nothing of the plan or its people changed; the row is its own log",
    "outbox.settle_by_hand": "needs an unconfirmed message; see tests/reminders",
}
# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {
    "sign_in.add_app", "sign_in.renew_codes",
    "initiatives.reopen_commitment",
    "initiatives.add_comment",
    "people.create_department", "people.create_user", "people.invite_people", "people.set_password",
    "reports.records_bundle", "people.note_new_browser",
    "goals.create_plan",
    "goals.create_evidence", "goals.move_evidence", "goals.retire_evidence", "goals.restore_evidence",
    "goals.create_priority", "goals.update_priority", "goals.create_goal", "goals.create_strategy",
    "goals.add_parts", "goals.add_evidence",
    "initiatives.copy_plan", "initiatives.begin_successor", "initiatives.carry_forward",
    "initiatives.create_initiative", "initiatives.delete_initiative", "initiatives.lift_override",
    "initiatives.ask_owner_again", "initiatives.name_proposed_owner", "initiatives.split_row",
    "initiatives.merge_rows", "initiatives.retire_row", "initiatives.restore_row",
    "initiatives.add_milestone", "initiatives.reopen_milestone", "initiatives.propose_commitment",
    "initiatives.agree_to_offer", "initiatives.ask_again", "people.accept_invitation",
    "initiatives.record_status_update", "initiatives.record_no_change", "initiatives.correct_status_update",
    "initiatives.save_view",
    "reports.complete_report", "reports.publish_report", "reports.unpublish_report", "reports.reopen_report",
    "initiatives.create_initiatives", "initiatives.record_status_updates", "initiatives.add_milestones",
    "initiatives.propose_commitments",
    "reports.take_archive", "reports.correct_report", "imports.take_file", "imports.drop_import",
    "imports.work_on_next",
    "reminders.write_one_off", "outbox.hold_sending", "outbox.hold_restored", "outbox.release_sending",
}  # fmt: skip


# Where the services of a room are written.
SERVICES = {
    room: (f"{room}.services",) for room in ("outbox", "people", "goals", "initiatives", "reminders", "imports")
} | {
    "sign_in": ("sign_in.services", "sign_in.factors"),
    "reports": ("reports.snapshots", "reports.workflow", "reports.files"),
}


def public_services() -> Iterator[str]:
    for module in (o, p, f, s, g, i, m, r, b):
        room = module.__name__.split(".")[0]
        names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
        for name in names:
            found = getattr(module, name)
            if inspect.isfunction(found) and found.__module__.startswith(SERVICES[room]):
                yield f"{room}.{name}"


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_every_service_is_in_the_table():
    assert set(public_services()) - set(TABLE) - set(SILENT) == set()
    assert set(TABLE) - set(public_services()) == set()


@pytest.mark.parametrize("name", TABLE)
def test_a_service_leaves_its_events_and_none_when_nothing_differs(world: World, name: str):
    expected, call = TABLE[name]
    before = len(verbs())
    call(world)
    assert verbs()[before:] == expected
    if name not in NOT_REPEATED:
        call(world)
        assert verbs()[before:] == expected, "the same again must write nothing"
