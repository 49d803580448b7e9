"""Everything that changes messages and preferences."""

from reminders.services.by_hand import hold_sending, release_sending, send_new_link, send_test, settle_by_hand
from reminders.services.escalation import set_escalation
from reminders.services.exports import queue_export_mails
from reminders.services.one_offs import queue_due_one_offs, withdraw_one_off, write_one_off
from reminders.services.planning import Planned, plan_messages
from reminders.services.preferences import mute_digests, set_preferences
from reminders.services.recovery import recover
from reminders.services.sending import Tally, claim_messages, deliver, send_due_messages, settle

__all__ = [
    "Planned",
    "Tally",
    "claim_messages",
    "deliver",
    "hold_sending",
    "mute_digests",
    "plan_messages",
    "queue_due_one_offs",
    "queue_export_mails",
    "recover",
    "release_sending",
    "send_due_messages",
    "send_new_link",
    "send_test",
    "set_escalation",
    "set_preferences",
    "settle",
    "settle_by_hand",
    "withdraw_one_off",
    "write_one_off",
]  # fmt: skip
