"""Which initiatives need attention, found in the database; `judgement.reasons` says why. A test compares the two."""

from dataclasses import dataclass
from itertools import product

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import GreaterThan

from initiatives.judgement import SEVERITY, asks_for_attention
from initiatives.models import EffectiveStatus, StatusUpdate
from initiatives.selectors.status import InitiativeStatus, has_late_milestone
from records.asof import AsOf

# Every way to need attention: (effective status, is loud, review is due).
ASKING = tuple(
    way
    for way in product(EffectiveStatus.values, (False, True), (False, True))
    if asks_for_attention(way[0], is_loud=way[1], is_review_due=way[2])
)


@dataclass(frozen=True)
class Concern:
    """An initiative that needs attention, with every reason for it."""

    initiative: InitiativeStatus
    reasons: tuple[str, ...]  # sentences


def is_loud(when: AsOf) -> Q:
    """What asks for attention whatever the status, on rows of `initiative_statuses(when)`; see `asks_for_attention`."""
    return is_noisy(when) | Q(asks_for_help())


def is_noisy(when: AsOf) -> Q:
    """The same but for asking for help, which is read from another table."""
    return Q(is_stale=True) | Q(due_date__lt=when.day) | Q(owner__isnull=True)


def is_behind(when: AsOf) -> Q:
    """Late itself, with a late milestone, or not heard of for too long; late, that is, unless its status is silent."""
    return Q(due_date__lt=when.day) | Q(is_stale=True) | Q(has_late_milestone(when))


def asks_for_help() -> Exists:
    """The condition that the latest update says what help is needed."""
    return Exists(StatusUpdate.objects.filter(pk=OuterRef("latest_update"), help_needed__gt=""))


def asks_for_help_one_by_one() -> GreaterThan:
    """The same, for few of many rows: PostgreSQL looks each up, and does not first read who ever asked for help."""
    said = StatusUpdate.objects.filter(pk=OuterRef("latest_update")).order_by().values("help_needed")
    return GreaterThan(Subquery(said), Value(""))


def is_review_due(when: AsOf) -> Q:
    return Q(review_date__lt=when.day)


def needs_attention(when: AsOf) -> Q:
    """The condition on rows of `initiative_statuses(when)` under which `judgement.reasons` has any."""
    always, if_loud, if_review = (
        [status for status, *flags in ASKING if flags == wanted]
        for wanted in ([False, False], [True, False], [False, True])
    )
    return (
        Q(effective_status__in=always)
        | (Q(effective_status__in=if_loud) & is_loud(when))
        | (Q(effective_status__in=if_review) & is_review_due(when))
    )


def by_severity() -> Case:
    """Sorts what is worst first."""
    worst = [When(effective_status=status, then=Value(rank)) for rank, status in enumerate(SEVERITY)]
    return Case(*worst, default=Value(len(SEVERITY)), output_field=IntegerField())
