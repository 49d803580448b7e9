"""Say how an initiative stands: publish, repeat, correct, acknowledge."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from initiatives.models import Acknowledgement, Initiative, Status, StatusUpdate
from initiatives.models.status_update import WORDS
from initiatives.services.drafts import TypedInto, discard_draft
from records.audit import Act, StaleVersion, record_change, record_event, settled
from records.history import locked

FIGURES = ("status", "review_date", "percent")  # what the initiative itself holds of its latest update
MISCLICK_WINDOW = timedelta(hours=24)  # within it, and while it is the latest, an update's status may be corrected too


class NewerUpdate(StaleVersion):
    """Somebody published an update since the form was opened; `row` is theirs."""

    row: StatusUpdate


ANY_LATEST = -1


@transaction.atomic
def record_status_update(
    *,
    initiative: Initiative,
    words: Mapping[str, Any],
    seen_update_id: int | None = ANY_LATEST,
    typed_into: TypedInto | None = None,
    act: Act,
) -> StatusUpdate:
    """Publish an update and make it the initiative's latest.

    `seen_update_id` is the latest update the author saw (None: there was none); a newer one raises NewerUpdate.
    Leaving it out publishes regardless. The form on a page uses its own draft up (`typed_into`); an answer from a mail
    or an import leaves all drafts, for nobody saw them there. Raises ValidationError naming the field.
    """
    row = locked(initiative)
    if seen_update_id != ANY_LATEST and row.latest_update_id != seen_update_id and row.latest_update is not None:
        raise NewerUpdate(row.latest_update)
    update = _publish(row, words, act, verb="status_update.recorded")
    if act.by is not None and typed_into is not None:
        discard_draft(initiative=row, author=act.by, typed_into=typed_into)
    return update


@transaction.atomic
def record_no_change(*, initiative: Initiative, seen_update_id: int | None = ANY_LATEST, act: Act) -> StatusUpdate:
    """Repeat the latest status and percent as a new update, and so renew its age (rule R3).

    Raises ValidationError where nothing was ever reported, NewerUpdate as above.
    """
    row = locked(initiative)
    latest = row.latest_update
    if latest is None:
        raise ValidationError("Nothing was reported yet, so there is nothing to repeat. Publish a first update.")
    if seen_update_id not in (ANY_LATEST, latest.pk):
        raise NewerUpdate(latest)
    words = {name: getattr(latest, name) for name in FIGURES}
    return _publish(row, words, act, verb="status_update.recorded", is_no_change=True)


@transaction.atomic
def correct_status_update(*, update: StatusUpdate, words: Mapping[str, Any], act: Act) -> StatusUpdate:
    """Mend an update by a new row that names it. The status only while the latest and a day old at most (rule B-13).
    Raises NewerUpdate with the correction where somebody was first (rule R6).

    A correction counts from when the original was stated: mending a text does not make a status look fresh.
    Unchanged words return the original.
    """
    row = locked(update.initiative)
    original = StatusUpdate.objects.select_for_update(of=("self",)).get(pk=update.pk)
    newer = StatusUpdate.objects.filter(corrects=original).first()
    if newer is not None:
        raise NewerUpdate(newer)
    if all(getattr(original, name) == words.get(name, getattr(original, name)) for name in WORDS):
        return original
    if not act.reason.strip():
        raise ValidationError({"reason": "Reason: say what is corrected. Both texts stay in the history."})
    is_latest = row.latest_update_id == original.pk
    status_moves = any(name in words and words[name] != getattr(original, name) for name in FIGURES)
    if status_moves and not (is_latest and act.at - original.recorded_at <= MISCLICK_WINDOW):
        raise ValidationError(
            {
                "status": "Status: only the latest update can be turned round, within 24 hours. "
                "Publish a new update instead."
            }
        )
    merged = _whole({name: words.get(name, getattr(original, name)) for name in WORDS})
    correction = StatusUpdate(
        initiative=row, author=original.author, channel=act.channel, corrects=original,
        correction_reason=act.reason.strip(), is_no_change=original.is_no_change, **merged,
    )  # fmt: skip
    act = settled(act, row)
    correction.recorded_at = act.at
    correction.stated_at = original.stated_at
    correction.full_clean(exclude=["initiative", "author", "corrects"], validate_constraints=False)
    correction.save(force_insert=True)
    changes = {
        name: [str(getattr(original, name) or ""), str(merged[name] or "")]
        for name in WORDS
        if getattr(original, name) != merged[name]
    }
    if is_latest:
        also = {name: (pair[0], pair[1]) for name, pair in changes.items() if name not in FIGURES}
        record_change(row, copied(correction), verb="status_update.corrected", act=act, also=also, parent=row.plan)
    else:
        record_event(verb="status_update.corrected", target=row, act=act, changes=changes, parent=row.plan)
    return correction


@transaction.atomic
def acknowledge_update(*, update: StatusUpdate, act: Act) -> Acknowledgement:
    """The lead has read it. A second time returns the first (rule B-14); nobody acknowledges their own (rule B-15)."""
    locked(update.initiative)
    earlier = Acknowledgement.objects.filter(update=update).first()
    if earlier is not None:
        return earlier
    reader = act.by
    if reader is None or reader.pk == update.author_id:
        raise ValidationError("Nobody marks their own update as read.")
    act = settled(act)
    done = Acknowledgement.objects.create(update=update, by=reader, recorded_at=act.at)
    record_event(verb="status_update.acknowledged", target=update.initiative, act=act, parent=update.initiative.plan)
    return done


def new_update(
    row: Initiative, words: Mapping[str, Any], act: Act, at: datetime, *, is_no_change: bool = False
) -> StatusUpdate:
    """An update as it would be published at an instant, checked and not stored."""
    update = StatusUpdate(
        initiative=row, author=act.by, channel=act.channel, is_no_change=is_no_change,
        **_whole({name: words[name] for name in WORDS if name in words}),
    )  # fmt: skip
    update.recorded_at = update.stated_at = at
    update.full_clean(exclude=["initiative", "author", "corrects"], validate_constraints=False)
    return update


def _publish(
    row: Initiative, words: Mapping[str, Any], act: Act, *, verb: str, is_no_change: bool = False
) -> StatusUpdate:
    act = settled(act, row)
    update = new_update(row, words, act, act.at, is_no_change=is_no_change)
    update.save(force_insert=True)
    record_change(row, copied(update), verb=verb, act=act, parent=Plan(pk=row.plan_id))  # the event keeps its number
    return update


def _whole(words: dict[str, Any]) -> dict[str, Any]:
    """Only what is on hold has a date for its review."""
    return words if words.get("status") == Status.ON_HOLD else words | {"review_date": None}


def copied(update: StatusUpdate) -> dict[str, Any]:
    """What an initiative holds of its latest update. A correction counts from when the original was stated."""
    return {
        "latest_update": update,
        "reported_status": update.status,
        "review_date": update.review_date,
        "percent": update.percent,
        "last_updated_at": update.stated_at,
    }
