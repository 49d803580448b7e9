"""What somebody holds goes to somebody else, in as many statements for 200 rows as for two."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from initiatives.models import CLOSED, Contribution, Initiative, Milestone
from initiatives.models.milestone import OPEN_MILESTONE
from initiatives.services.asking import ask_owners
from people.models import User
from records.audit import TICK, Act
from records.batches import batches
from records.many import locked_many, moments_of, record_changes


@transaction.atomic
def hand_over(*, leaver: User, to: User | None, only: Collection[int] | None = None, act: Act) -> int:
    """Give every open initiative and milestone of one person to another (or to nobody); returns how many rows moved.

    `only`: in these plans, of whoever manages no others.
    """
    if to is not None and (to.pk == leaver.pk or not to.is_active):
        raise ValidationError({"to": "To: choose an active person other than the one who leaves."})
    alive = Initiative.objects.filter(deleted_at__isnull=True)
    if only is not None:
        alive = alive.filter(plan__in=only)
    owned = _owned(list(alive.filter(owner=leaver).exclude(reported_status__in=CLOSED)), leaver)
    act, moments = moments_of(owned, act)
    changes: list[Any] = [(row, {"owner": to}, {}) for row in owned]
    record_changes(
        changes, verb="initiative.handed_over", act=act, parent=lambda row: row.plan, moments=moments
    )  # fmt: skip
    ask_owners(owned, act=act, moments=moments)

    open_steps = Milestone.objects.filter(OPEN_MILESTONE, owner=leaver, deleted_at__isnull=True, initiative__in=alive)
    held = list(open_steps)
    steps = [
        row for row in locked_many(held, "initiative", "owner").values() if row.owner_id == leaver.pk and row.is_open
    ]
    changes = [(row, {"owner": to}, {}) for row in steps]
    record_changes(changes, verb="milestone.handed_over", act=act, parent=lambda row: row.initiative)
    return len(owned) + len(steps) + _leave_teams(leaver, alive, act)


def _owned(rows: Sequence[Initiative], leaver: User) -> list[Initiative]:
    """Those that are still theirs, now that nobody else can change them."""
    return [
        row for row in locked_many(rows, "plan", "owner").values() if row.owner_id == leaver.pk and not row.is_closed
    ]


def _leave_teams(leaver: User, alive: QuerySet[Initiative], act: Act) -> int:
    """Take somebody out of the teams of these initiatives; the others of each team stay."""
    on_it = Contribution.objects.filter(person=leaver, recorded_until__isnull=True).values("initiative")
    rows = list(alive.filter(pk__in=on_it))
    teams = list(locked_many(rows, "plan").values())
    act, moments = moments_of(teams, act)
    members: dict[int, list[Contribution]] = defaultdict(list)
    for some in batches(teams):
        spans = Contribution.objects.filter(initiative__in=some, recorded_until__isnull=True).select_related("person")
        for span in spans.order_by("pk"):
            members[span.initiative_id].append(span)
    changes: list[Any] = []
    ended: dict[datetime, list[int]] = defaultdict(list)
    for row in teams:
        gone = [span for span in members[row.pk] if span.person_id == leaver.pk]
        for span in gone:
            ended[max(moments[row.pk], span.recorded_from + TICK)].append(span.pk)
        if gone:
            staying = [span for span in members[row.pk] if span not in gone]
            changes.append((row, {}, {"contributors": (_named(members[row.pk]), _named(staying))}))
    for moment, keys in ended.items():
        Contribution.objects.filter(pk__in=keys).update(recorded_until=moment)
    record_changes(changes, verb="initiative.handed_over", act=act, parent=lambda row: row.plan, moments=moments)
    return len(changes)


def _named(spans: Sequence[Contribution]) -> str:
    return ", ".join(sorted(str(span.person) for span in spans))
