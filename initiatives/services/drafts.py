"""What is typed for an update and not published: kept for its author, each tab's words by themselves (rule B-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from initiatives.models import Initiative, StatusDraft
from people.models import User
from records.statements import statement

MOST_DRAFTS = 20  # of one person for one initiative; more tabs than anybody types into
TOO_MANY = "You have {} unpublished drafts for this initiative already. Publish or discard one of them first."


@dataclass(frozen=True)
class TypedInto:
    """The form that words are typed into: its one-time key, and the draft that it was filled from, by fingerprint.

    None for a form that nothing was typed into yet.
    """

    form: str | None
    seen: str = ""

    def owns(self, draft: StatusDraft) -> bool:
        return draft.form == self.form or draft.fingerprint == self.seen


@transaction.atomic
def save_draft(
    *, initiative: Initiative, author: User, typed_into: TypedInto, content: Mapping[str, str], at: datetime
) -> StatusDraft:
    """Keep what is typed; it counts for nothing and only its author sees it.

    It replaces what the same form kept before and what that form was filled from, as it was then: words that this form
    never showed stay as they are, in a draft beside. Raises ValidationError where there are too many.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=author.pk)  # one tab after the other
    kept = list(StatusDraft.objects.filter(initiative=initiative, author=author))
    its = sorted((one for one in kept if typed_into.owns(one)), key=lambda one: one.form != typed_into.form)
    own = its[0] if its else None
    if own is None:
        if len(kept) >= MOST_DRAFTS:
            raise ValidationError(TOO_MANY.format(len(kept)))
        own = StatusDraft(initiative=initiative, author=author)
    own.form, own.content, own.saved_at = typed_into.form or "", dict(content), at
    own.save()
    return own


def discard_draft(*, initiative: Initiative, author: User, typed_into: TypedInto) -> bool:
    """Throw away what this form kept, or was filled from; not what another one holds. Whether there was any."""
    own = [one.pk for one in _kept(initiative.pk, author.pk) if typed_into.owns(one)]
    return bool(own) and StatusDraft.objects.filter(pk__in=own).delete()[0] > 0


@statement
def _kept(initiative_id: int, author_id: int) -> QuerySet[StatusDraft]:
    return StatusDraft.objects.filter(initiative=initiative_id, author=author_id)
