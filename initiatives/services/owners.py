"""What a new owner answers, and what whoever runs the plan does about it."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction

from initiatives.models import Initiative, OwnerAnswer, OwnerRequest
from initiatives.services.asking import ask_owners
from initiatives.services.initiatives import update_initiative
from people.models import User
from records.audit import Act, check_version, record_event, settled
from records.history import locked

State = OwnerRequest.State


@transaction.atomic
def accept_ownership(*, request: OwnerRequest, seen_version: int | None = None, act: Act) -> OwnerRequest:
    """The person takes it on. Accepting twice is one acceptance."""
    return _answer(request, OwnerAnswer(request=request, accepts=True), seen_version, act)


@transaction.atomic
def decline_ownership(
    *, request: OwnerRequest, proposed: User | None = None, seen_version: int | None = None, act: Act
) -> OwnerRequest:
    """The person says no, with a reason, which is the act's, and may propose somebody else.

    They stay its owner until whoever runs the plan names another one: it is never nobody's for that.
    """
    if not act.reason:
        raise ValidationError({"reason": "Reason: say why you decline. Whoever runs the plan reads it."})
    if proposed is not None and (proposed.pk == request.person_id or not proposed.is_active):
        raise ValidationError({"proposed": "Somebody else: choose an active person other than yourself."})
    answer = OwnerAnswer(request=request, accepts=False, reason=act.reason, proposed=proposed)
    return _answer(request, answer, seen_version, act)


@transaction.atomic
def ask_owner_again(*, request: OwnerRequest, seen_version: int | None = None, act: Act) -> OwnerRequest:
    """Keep to the owner who declined: they are asked once more, by `act.by`. Returns what they are asked now."""
    row = locked(request.initiative)
    fresh = _as_it_is(request)
    check_version(fresh, seen_version)
    _refuse_undeclined(fresh)
    act = settled(act, row)
    ask_owners([row], act=act, moments={row.pk: act.at})
    record_event(verb="initiative.owner_asked_again", target=row, act=act, parent=row.plan)
    return OwnerRequest.objects.filter(initiative=row).latest("pk")


@transaction.atomic
def name_proposed_owner(*, request: OwnerRequest, seen_version: int | None = None, act: Act) -> Initiative:
    """Make the person whom the owner proposed the owner, who is asked with that."""
    locked(request.initiative)
    fresh = _as_it_is(request)
    check_version(fresh, seen_version)
    _refuse_undeclined(fresh)
    if fresh.answer.proposed is None:
        raise ValidationError(f"{fresh.person} proposes nobody else.")
    act = replace(act, reason=act.reason or f"Proposed by {fresh.person}.")
    return update_initiative(initiative=fresh.initiative, fields={"owner": fresh.answer.proposed}, act=act)


def _answer(request: OwnerRequest, answer: OwnerAnswer, seen_version: int | None, act: Act) -> OwnerRequest:
    row = locked(request.initiative)
    fresh = _as_it_is(request)
    held = getattr(fresh, "answer", None)
    if held is not None and _said(held) == _said(answer):
        return fresh  # accepted twice is accepted once
    check_version(fresh, seen_version)
    if act.by is None or act.by.pk != fresh.person_id:
        raise ValidationError(f"Only {fresh.person} can answer this.")
    if fresh.recorded_until is not None:
        raise ValidationError("You are not asked any more: somebody changed the owner, or asked anew.")
    if held is not None:
        raise ValidationError("You have answered this already. Whoever runs the plan can ask you again.")
    act = settled(act, row)
    answer.request, answer.recorded_at = fresh, act.at
    answer.save(force_insert=True)
    changes = {} if answer.proposed is None else {"proposed_owner": ["", str(answer.proposed)]}
    verb = "initiative.owner_accepted" if answer.accepts else "initiative.owner_declined"
    record_event(verb=verb, target=row, act=act, changes=changes, parent=row.plan)
    fresh.answer = answer
    return fresh


def _said(answer: OwnerAnswer) -> tuple[bool, str, int | None]:
    return answer.accepts, answer.reason, answer.proposed_id


def _as_it_is(request: OwnerRequest) -> OwnerRequest:
    """The caller has locked the initiative, without which nobody answers, ends or asks anew."""
    return OwnerRequest.objects.select_related("answer__proposed", "person", "initiative__plan").get(pk=request.pk)


def _refuse_undeclined(request: OwnerRequest) -> None:
    if request.recorded_until is not None or request.state != State.DECLINED:
        raise ValidationError("The owner has not declined it, or is another one by now.")
