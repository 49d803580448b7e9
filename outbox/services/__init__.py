"""Everything that changes the outbox."""

from outbox.services.by_hand import send_test, settle_by_hand
from outbox.services.holding import hold_restored, hold_sending, release_sending
from outbox.services.putting import new_message, put
from outbox.services.recovery import recover
from outbox.services.sending import Tally, claim_messages, deliver, send_due_messages, settle

__all__ = [
    "Tally",
    "claim_messages",
    "deliver",
    "hold_restored",
    "hold_sending",
    "new_message",
    "put",
    "recover",
    "release_sending",
    "send_due_messages",
    "send_test",
    "settle",
    "settle_by_hand",
]
