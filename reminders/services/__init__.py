"""Everything that changes reminders: what is planned, written to many, and wanted by whom."""

from reminders.services.escalation import set_escalation
from reminders.services.new_links import send_new_link
from reminders.services.one_offs import queue_due_one_offs, withdraw_one_off, write_one_off
from reminders.services.planning import Planned, plan_messages
from reminders.services.preferences import mute_digests, set_preferences

__all__ = [
    "Planned",
    "mute_digests",
    "plan_messages",
    "queue_due_one_offs",
    "send_new_link",
    "set_escalation",
    "set_preferences",
    "withdraw_one_off",
    "write_one_off",
]
