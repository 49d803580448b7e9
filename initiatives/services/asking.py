"""Whoever is named the owner of an initiative by somebody else is asked; what was asked before ends with that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from initiatives.models import Initiative, OwnerRequest
from records.audit import TICK, Act
from records.batches import BATCH, batches


def ask_owners(rows: Sequence[Initiative], *, act: Act, moments: Mapping[int, datetime]) -> None:
    """For every service that writes an owner, in its transaction and with the rows locked, at the instants it wrote.

    Whoever names themselves has accepted with that, and the system (a command, the demo) asks nobody: there is nobody
    whom an answer would reach. The statements are as many for 1,000 rows as for one.
    """
    for some in batches(rows):
        _end([row.pk for row in some], moments)
        if act.by is not None:
            asked = [
                OwnerRequest(
                    initiative=row, person_id=row.owner_id, asked_by_id=act.by.pk, recorded_from=moments[row.pk]
                )
                for row in some
                if row.owner_id not in (None, act.by.pk)
            ]
            OwnerRequest.objects.bulk_create(asked, batch_size=BATCH)


def _end(keys: Sequence[int], moments: Mapping[int, datetime]) -> None:
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for request in OwnerRequest.objects.filter(initiative__in=keys, recorded_until__isnull=True):
        by_moment[max(moments[request.initiative_id], request.recorded_from + TICK)].append(request.pk)
    for moment, ended in by_moment.items():
        OwnerRequest.objects.filter(pk__in=ended).update(recorded_until=moment)
