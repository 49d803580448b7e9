"""Which initiatives need attention, found in the database; `judgement.reasons` says why. A test compares the two."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from initiatives.judgement import AT_RISK, OFF_TRACK, ON_HOLD, SEVERITY, SILENT, sentences
from initiatives.selectors.status import InitiativeStatus, read
from records.asof import AsOf


@dataclass(frozen=True)
class Concern:
    """An initiative that needs attention, with every reason for it."""

    initiative: InitiativeStatus
    reasons: tuple[str, ...]  # sentences


def needs_attention(when: AsOf) -> Q:
    """The condition on rows of `initiative_statuses(when)` under which `judgement.reasons` has any."""
    is_loud = (
        Q(effective_status__in=(OFF_TRACK, AT_RISK))
        | Q(is_stale=True)
        | Q(due_date__lt=when.day)
        | Q(owner__isnull=True)
        | Q(latest_update__help_needed__gt="")
    )
    review_is_due = Q(effective_status=ON_HOLD, review_date__lt=when.day)
    return (~Q(effective_status__in=SILENT) & is_loud) | review_is_due


def by_severity() -> Case:
    """Sorts what is worst first."""
    worst = [When(effective_status=status, then=Value(rank)) for rank, status in enumerate(SEVERITY)]
    return Case(*worst, default=Value(len(SEVERITY)), output_field=IntegerField())


def concerns(rows: QuerySet[Any], when: AsOf, *, limit: int) -> list[Concern]:
    """The worst of them first. One query; `tally` has the number of all."""
    found = rows.filter(needs_attention(when)).order_by(by_severity(), "sort_key", "subject_id")[:limit]
    return [Concern(row, sentences(row, when.day)) for row in read(found)]
