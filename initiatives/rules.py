"""Who may do what to an initiative and what hangs on it (table in docs/permissions.md)."""

from typing import Any

import rules

from goals.rules import ADDRESSES, SIFTED
from initiatives.models import (
    Comment,
    Commitment,
    Contribution,
    Initiative,
    Milestone,
    OwnerRequest,
    SavedView,
    StatusUpdate,
    reader_of,
)
from people.models import User
from people.roles import SPEAKING, WORKING, Role
from people.rules import has_role_for, is_liaison_of, is_member, manages_a_plan, may_manage, reads_plan_of


@rules.predicate
def is_owner(user: User, initiative: Initiative | None) -> bool:
    return initiative is not None and initiative.owner_id == user.pk


def contributed_to(user: User) -> frozenset[int]:
    """The initiatives this person works on besides those they own; one query for the life of the object (a request)."""
    known: frozenset[int] | None = user.__dict__.get("contributed_to")
    if known is None:
        held = Contribution.objects.filter(person=user, recorded_until__isnull=True)
        known = user.__dict__["contributed_to"] = frozenset(held.values_list("initiative_id", flat=True))
    return known


@rules.predicate
def is_contributor(user: User, initiative: Initiative | None) -> bool:
    return initiative is not None and initiative.pk in contributed_to(user)


@rules.predicate
def has_working_role(user: User, row: Any) -> bool:
    """Viewers and leaders read; owning something lets them change nothing unless they also hold a working role."""
    return has_role_for(user, row, *WORKING)


@rules.predicate
def has_speaking_role(user: User, row: Any) -> bool:
    """Whoever may do something in the plan may speak about it; viewers read."""
    return has_role_for(user, row, *SPEAKING)


@rules.predicate
def is_author_of_comment(user: User, comment: Comment | None) -> bool:
    return comment is not None and comment.author_id == user.pk


@rules.predicate
def is_liaison(user: User, initiative: Initiative | None) -> bool:
    """Speaks for a department, and may promise something in its name to any initiative."""
    return has_role_for(user, initiative, Role.LIAISON)


@rules.predicate
def is_liaison_of_lead(user: User, initiative: Initiative | None) -> bool:
    return initiative is not None and is_liaison_of(user, initiative.lead_department_id, initiative)


@rules.predicate
def is_liaison_of_promise(user: User, initiative: Initiative | None) -> bool:
    """A department of theirs has promised, or is asked for, something it needs; one query for a request."""
    if initiative is None or not has_role_for(user, initiative, Role.LIAISON):
        return False
    known: dict[int, set[int]] | None = user.__dict__.get("promised_to")
    if known is None:
        held = Commitment.objects.filter(
            department__in=user.liaison_departments_somewhere, state__in=OPEN_STATES, deleted_at__isnull=True
        )
        known = user.__dict__["promised_to"] = {}
        for key, department in held.values_list("initiative_id", "department_id"):
            known.setdefault(key, set()).add(department)
    return any(is_liaison_of(user, department, initiative) for department in known.get(initiative.pk, ()))


@rules.predicate
def is_liaison_of_commitment(user: User, commitment: Commitment | None) -> bool:
    return commitment is not None and is_liaison_of(user, commitment.department_id, commitment)


@rules.predicate
def is_liaison_who_promised(user: User, commitment: Commitment | None) -> bool:
    """Takes back or moves what the department accepted; to what it was only asked it answers."""
    if commitment is None or commitment.state != Commitment.State.ACCEPTED:
        return False
    return is_liaison_of(user, commitment.department_id, commitment)


@rules.predicate
def may_change_milestones_beside(user: User, milestone: Milestone | None) -> bool:
    return milestone is not None and user.has_perm("initiatives.change_milestone", milestone.initiative)


@rules.predicate
def is_owner_of_milestone(user: User, milestone: Milestone | None) -> bool:
    return milestone is not None and milestone.owner_id == user.pk


@rules.predicate
def is_liaison_of_milestone(user: User, milestone: Milestone | None) -> bool:
    return milestone is not None and is_liaison_of(user, milestone.department_id, milestone)


@rules.predicate
def owns_initiative_of(user: User, commitment: Commitment | None) -> bool:
    return commitment is not None and commitment.initiative.owner_id == user.pk


@rules.predicate
def is_asked_to_own(user: User, request: OwnerRequest | None) -> bool:
    return request is not None and request.person_id == user.pk


@rules.predicate
def is_author(user: User, update: StatusUpdate | None) -> bool:
    return update is not None and update.author_id == user.pk


@rules.predicate
def is_reader_of(user: User, update: StatusUpdate | None) -> bool:
    if update is None:
        return False
    row = update.initiative
    return reader_of(author_id=update.author_id, lead_id=row.goal.lead_id, owner_id=row.owner_id) == user.pk


@rules.predicate
def is_owner_of_view(user: User, view: SavedView | None) -> bool:
    return view is not None and view.owner_id == user.pk


@rules.predicate
def sees_plan_of_view(user: User, view: SavedView | None) -> bool:
    """A view of no plan shows whoever opens it only what they may read."""
    return view is not None and (view.plan_id is None or reads_plan_of(user, view))


@rules.predicate
def is_shared(user: User, view: SavedView | None) -> bool:
    return view is not None and view.is_shared


OPEN_STATES = (Commitment.State.PROPOSED, Commitment.State.ACCEPTED)
own = has_working_role & (is_owner | is_contributor)

rules.add_perm("initiatives.view_initiative", is_member & reads_plan_of)
rules.add_perm("initiatives.add_initiative", may_manage)
rules.add_perm("initiatives.delete_initiative", may_manage)
rules.add_perm("initiatives.change_initiative", may_manage | own)
rules.add_perm("initiatives.restructure_initiative", may_manage)
rules.add_perm("initiatives.add_status_update", may_manage | is_liaison_of_lead | own)
rules.add_perm("initiatives.ask_for_update", may_manage | is_liaison_of_lead | is_liaison_of_promise)
rules.add_perm("initiatives.change_milestone", may_manage | is_liaison_of_lead | own)
rules.add_perm(
    "initiatives.keep_milestone",
    may_change_milestones_beside | (has_working_role & is_owner_of_milestone) | is_liaison_of_milestone,
)
rules.add_perm("initiatives.override_status", may_manage)
rules.add_perm("initiatives.correct_status_update", may_manage | (has_working_role & is_author))
rules.add_perm("initiatives.acknowledge_status_update", is_reader_of & reads_plan_of)
rules.add_perm("initiatives.add_comment", has_speaking_role)
rules.add_perm("initiatives.correct_comment", has_speaking_role & is_author_of_comment)
rules.add_perm("initiatives.withdraw_comment", may_manage | (has_speaking_role & is_author_of_comment))
rules.add_perm("initiatives.ask_any_department", may_manage | (has_working_role & is_owner))
rules.add_perm("initiatives.propose_commitment", may_manage | (has_working_role & is_owner) | is_liaison)
rules.add_perm("initiatives.keep_commitment", may_manage | is_liaison_of_commitment)
rules.add_perm("initiatives.settle_offer", may_manage | (has_working_role & owns_initiative_of))
rules.add_perm(
    "initiatives.withdraw_commitment", may_manage | is_liaison_who_promised | (has_working_role & owns_initiative_of)
)
# About several plans at once: the pages and services take in those that somebody manages (goals.rules.managed).
rules.add_perm("initiatives.hand_over", manages_a_plan)
rules.add_perm("initiatives.change_many", manages_a_plan)
# Nobody answers for somebody else; whoever runs the plan names another owner instead.
rules.add_perm("initiatives.answer_owner_request", is_member & reads_plan_of & is_asked_to_own)
rules.add_perm("initiatives.share_view", may_manage)
rules.add_perm("initiatives.keep_view", (is_member & is_owner_of_view & sees_plan_of_view) | (may_manage & is_shared))

ADDRESSES.update(
    {
        "initiatives:initiative-": (Initiative, "plan"),
        "initiatives:status-update-": (StatusUpdate, "initiative__plan"),
        "initiatives:status-update-create": (Initiative, "plan"),
        "initiatives:status-update-no-change": (Initiative, "plan"),
        "initiatives:status-draft-": (Initiative, "plan"),
        "initiatives:comment-": (Comment, "update__initiative__plan"),
        "initiatives:milestone-": (Milestone, "initiative__plan"),
        "initiatives:milestone-create": (Initiative, "plan"),
        "initiatives:commitment-": (Commitment, "initiative__plan"),
        "initiatives:commitment-create": (Initiative, "plan"),
        "initiatives:owner-request-": (OwnerRequest, "initiative__plan"),
    }
)
SIFTED.update(
    {
        "my-work", "initiatives:current-plan", "initiatives:plan-list", "initiatives:initiative-list",
        "initiatives:initiative-list-export", "initiatives:saved-view-list", "initiatives:saved-view-create",
        "initiatives:saved-view-edit", "initiatives:saved-view-delete", "initiatives:department-list",
        "initiatives:department-detail", "initiatives:department-export", "initiatives:initiative-bulk",
        "initiatives:initiative-bulk-result", "initiatives:initiative-hand-over",
        "initiatives:feed-address", "initiatives:feed-address-shown", "initiatives:feed-address-make",
        "initiatives:feed-address-end",
    }
)  # fmt: skip
