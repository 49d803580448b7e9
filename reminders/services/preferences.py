"""What a person wants to hear, and who hears it while they are away."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from people.models import User
from records.audit import Act, check_version, record_event
from reminders.kinds import KINDS
from reminders.models import Subscription


@transaction.atomic
def set_preferences(
    *,
    person: User,
    muted_kinds: Collection[str],
    away_from: date | None = None,
    away_until: date | None = None,
    delegate: User | None = None,
    seen_version: int | None = None,
    act: Act,
) -> Subscription:
    """Keep somebody's choice; an unchanged save changes nothing.

    Raises ValidationError naming the field, StaleVersion where a mail's link changed it meanwhile, for one.
    """
    errors = {}
    if not set(muted_kinds) <= set(KINDS):
        errors["muted_kinds"] = "Reminders: choose from those offered."
    if (away_from is None) != (away_until is None):
        errors["away_until"] = "Away until: give both the first and the last day, or neither."
    elif away_from and away_until and away_until < away_from:
        errors["away_until"] = "Away until: it lies before the first day."
    if delegate is not None and away_from is None:
        errors["away_from"] = "Away from: say from when to when somebody stands in for you."
    if delegate is not None and (delegate.pk == person.pk or not delegate.is_active):
        errors["delegate"] = "Who stands in for you: choose an active person other than yourself."
    if errors:
        raise ValidationError(errors)
    row, _ = Subscription.objects.select_for_update().get_or_create(person=person)
    check_version(row, seen_version)
    wanted = {
        "muted_kinds": sorted(muted_kinds), "away_from": away_from, "away_until": away_until, "delegate": delegate,
    }  # fmt: skip
    changes = {
        name: [str(getattr(row, name) or ""), str(value or "")]
        for name, value in wanted.items()
        if getattr(row, name) != value
    }
    if changes:
        for name, value in wanted.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
        record_event(verb="subscription.changed", target=row, act=act, changes=changes)
    return row


@transaction.atomic
def mute_digests(*, person: User, act: Act) -> Subscription:
    """One-click unsubscribe: no more digests, until the person switches kinds on again."""
    row = Subscription.objects.filter(person=person).first()
    return set_preferences(
        person=person,
        muted_kinds=list(KINDS),
        away_from=row.away_from if row else None,
        away_until=row.away_until if row else None,
        delegate=row.delegate if row else None,
        act=act,
    )
