"""The work of a plan and what was said about it."""

from initiatives.models.comment import Comment, CommentVersion
from initiatives.models.commitment import Commitment, CommitmentVersion
from initiatives.models.initiative import (
    Alignment,
    Contribution,
    Initiative,
    InitiativeVersion,
)
from initiatives.models.lineage import Lineage
from initiatives.models.milestone import Milestone, MilestoneVersion
from initiatives.models.owner import OwnerAnswer, OwnerRequest
from initiatives.models.saved_view import SavedView
from initiatives.models.status import CLOSED, REPORTABLE, SILENT, EffectiveStatus, Status
from initiatives.models.status_update import Acknowledgement, StatusDraft, StatusUpdate, reader_of
from initiatives.models.update_request import UpdateRequest

__all__ = [
    "CLOSED",
    "REPORTABLE",
    "SILENT",
    "Acknowledgement",
    "Alignment",
    "Comment",
    "CommentVersion",
    "Commitment",
    "CommitmentVersion",
    "Contribution",
    "EffectiveStatus",
    "Initiative",
    "InitiativeVersion",
    "Lineage",
    "Milestone",
    "MilestoneVersion",
    "OwnerAnswer",
    "OwnerRequest",
    "SavedView",
    "Status",
    "StatusDraft",
    "StatusUpdate",
    "UpdateRequest",
    "reader_of",
]
