"""What the services of the room `outbox` leave in the audit log."""

import outbox.services as o
from tests.conftest import NOW
from tests.house.recorded.common import Table, by

TABLE: Table = {
    "hold_sending": (["sending.held"], lambda w: o.hold_sending(act=by(w))),
    "hold_restored": (["sending.held"], lambda w: o.hold_restored(restored_from=NOW, act=by(w))),
    "release_sending": (
        ["sending.held", "sending.released"],
        lambda w: (o.hold_sending(act=by(w, minutes=0)), o.release_sending(act=by(w)))),
}  # fmt: skip

# Services that change nothing a person would call the plan: each with the reason why no event is due.
SILENT = {
    "new_message": "stores nothing",
    "put": "the message row is its own log",
    "claim_messages": "the message row is its own log",
    "deliver": "the message row is its own log",
    "recover": "the message row is its own log",
    "send_due_messages": "the message row is its own log",
    "send_test": "the message row is its own log",
    "settle": "the message row is its own log",
    "settle_by_hand": "needs an unconfirmed message; see tests/reminders",
}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {"hold_sending", "hold_restored", "release_sending"}
