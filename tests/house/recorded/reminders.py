"""What the services of the room `reminders` leave in the audit log."""

import reminders.services as m
from tests.house.recorded.common import DAY, Table, by

TABLE: Table = {
    "write_one_off": (["one_off.written"], lambda w: m.write_one_off(
        plan=w.plan, subject="Hello", text="Read.", audiences=["owners"], send_on=DAY, act=by(w))),
    "withdraw_one_off": (
        ["one_off.withdrawn"], lambda w: m.withdraw_one_off(one_off=w.one_off, act=by(w))),
    "set_escalation": (
        ["escalation.changed"],
        lambda w: m.set_escalation(plan=w.plan, liaison_after=5, managers_after=None, act=by(w))),
    "set_preferences": (
        ["subscription.changed"],
        lambda w: m.set_preferences(person=w.cast.owner, muted_kinds=["milestone_overdue"], act=by(w, "owner"))),
    "mute_digests": (
        ["subscription.changed"], lambda w: m.mute_digests(person=w.cast.owner, act=by(w, "owner"))),
}  # fmt: skip

# Services that change nothing a person would call the plan: each with the reason why no event is due.
SILENT = {
    "plan_messages": "the message row is its own log",
    "queue_due_one_offs": "the message row is its own log",
    "send_new_link": "the message row is its own log",
}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {"write_one_off"}
