"""Everything that changes initiatives and what hangs on them."""

from initiatives.services.bulk import BulkChange, BulkMoved, change_bulk
from initiatives.services.comments import add_comment, correct_comment, withdraw_comment
from initiatives.services.commitments import (
    accept_commitment,
    agree_to_offer,
    ask_again,
    decline_commitment,
    deliver_commitment,
    move_commitment,
    offer_commitment,
    propose_commitment,
    reopen_commitment,
    withdraw_commitment,
)
from initiatives.services.copying import Along, copy_plan
from initiatives.services.drafts import TypedInto, discard_draft, save_draft
from initiatives.services.handing_over import hand_over
from initiatives.services.initiatives import (
    create_initiative,
    delete_initiative,
    lift_override,
    override_status,
    update_initiative,
)
from initiatives.services.many import (
    Change,
    add_milestones,
    create_initiatives,
    propose_commitments,
    record_status_updates,
    update_initiatives,
)
from initiatives.services.milestones import (
    add_milestone,
    cancel_milestone,
    complete_milestone,
    reopen_milestone,
    update_milestone,
)
from initiatives.services.owners import accept_ownership, ask_owner_again, decline_ownership, name_proposed_owner
from initiatives.services.regrouping import merge_rows, restore_row, retire_row, split_row
from initiatives.services.saved_views import delete_view, save_view, update_view
from initiatives.services.status_updates import (
    NewerUpdate,
    acknowledge_update,
    correct_status_update,
    record_no_change,
    record_status_update,
)
from initiatives.services.structure import move_row, renumber_plan
from initiatives.services.succession import begin_successor, carry_forward
from initiatives.services.update_requests import ask_for_update

__all__ = [
    "Along",
    "BulkChange",
    "BulkMoved",
    "Change",
    "NewerUpdate",
    "TypedInto",
    "accept_commitment",
    "accept_ownership",
    "acknowledge_update",
    "add_comment",
    "add_milestone",
    "add_milestones",
    "agree_to_offer",
    "ask_again",
    "ask_for_update",
    "ask_owner_again",
    "begin_successor",
    "cancel_milestone",
    "carry_forward",
    "change_bulk",
    "complete_milestone",
    "copy_plan",
    "correct_comment",
    "correct_status_update",
    "create_initiative",
    "create_initiatives",
    "decline_commitment",
    "decline_ownership",
    "delete_initiative",
    "delete_view",
    "deliver_commitment",
    "discard_draft",
    "hand_over",
    "lift_override",
    "merge_rows",
    "move_commitment",
    "move_row",
    "name_proposed_owner",
    "offer_commitment",
    "override_status",
    "propose_commitment",
    "propose_commitments",
    "record_no_change",
    "record_status_update",
    "record_status_updates",
    "renumber_plan",
    "reopen_commitment",
    "reopen_milestone",
    "restore_row",
    "retire_row",
    "save_draft",
    "save_view",
    "split_row",
    "update_initiative",
    "update_initiatives",
    "update_milestone",
    "update_view",
    "withdraw_comment",
    "withdraw_commitment",
]
