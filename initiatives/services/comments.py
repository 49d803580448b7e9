"""Say something to one another about an update, mend it, take it back. A comment never changes how anything stands."""

from django.core.exceptions import ValidationError
from django.db import transaction

from initiatives.models import Comment, StatusUpdate
from initiatives.models.comment import LONGEST_COMMENT, LONGEST_THREAD
from initiatives.selectors.comments import who_can_be_told
from people.models import User
from records.audit import Act, check_version, record_change, record_creation, record_deletion, settled
from records.history import locked
from records.texts import normalised


@transaction.atomic
def add_comment(*, update: StatusUpdate, text: str, mentioned: User | None = None, act: Act) -> Comment:
    """One more comment on an update. Whom it is for, and the author of the update, hear of it in their digest."""
    row = locked(update.initiative)
    said_by = act.by
    if said_by is None:
        raise ValidationError("A comment needs somebody who says it.")
    if mentioned is not None:
        is_other = mentioned.pk != said_by.pk
        if not (is_other and who_can_be_told(update.plan_access_id).filter(pk=mentioned.pk).exists()):
            raise ValidationError({"mentioned": "For: choose somebody else who can be reached and can answer."})
    thread = Comment.objects.filter(update__initiative=row, update__stated_at=update.stated_at, deleted_at=None)
    if thread.count() >= LONGEST_THREAD:
        raise ValidationError(f"There are {LONGEST_THREAD} comments on this update already. Publish a new update.")
    act = settled(act)
    comment = Comment(update=update, author_id=said_by.pk, mentioned=mentioned, text=_said(text), recorded_at=act.at)
    record_creation(comment, verb="comment.added", act=act, parent=row)
    return comment


@transaction.atomic
def correct_comment(*, comment: Comment, text: str, seen_version: int | None = None, act: Act) -> Comment:
    """Say it in other words. Both are in the log, the page says that it was changed, and nobody is told anew."""
    row = locked(comment)
    check_version(row, seen_version)
    record_change(row, {"text": _said(text)}, verb="comment.corrected", act=act, parent=row.update.initiative)
    return row


@transaction.atomic
def withdraw_comment(*, comment: Comment, act: Act) -> None:
    """Take it off the page from now on; twice is once. A day before that still shows it."""
    row = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if row.deleted_at is None:
        record_deletion(row, verb="comment.withdrawn", act=act, parent=row.update.initiative)


def _said(text: str) -> str:
    words = normalised(text)
    if not words:
        raise ValidationError({"text": "Fill in “Comment”."})
    if len(words) > LONGEST_COMMENT:
        raise ValidationError(
            {"text": f"“Comment” can have at most {LONGEST_COMMENT} characters. It has {len(words)}."}
        )
    return words
