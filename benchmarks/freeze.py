"""Freezing a quarter beside the best plain SQL that writes the same rows.

Aims: at most 1.5 times its time without the hash and 3 times with it at 10⁶ initiatives, 5 times at 10³; memory flat.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import transaction

from benchmarks.measure import Memory, Pair, peak_of, taking_turns
from benchmarks.plain_freeze import create_twins, differences, freeze_plainly
from benchmarks.seed import seed
from goals.models import Plan
from goals.quarters import Quarter
from records.asof import AsOf
from records.audit import Act
from reports.models import QuarterSnapshot
from reports.services import freeze_quarter
from reports.snapshots import source
from reports.snapshots.freezing import copy

AT = datetime(2047, 1, 5, 12, 0, tzinfo=UTC)
SIZES = (1_000, 10_000, 100_000)
FIRST = Quarter(2027, 2)  # after the last update: all that follow are of one content, and each round takes a new one


def run(scale: int) -> list[Pair | Memory]:
    plan = seed(scale)
    create_twins()
    rounds = 5 if scale <= 10_000 else 3
    quarters = _from(FIRST)
    numbers = iter(range(1, 1_000_000))

    def whole() -> None:
        freeze_quarter(plan=plan, quarter=next(quarters), act=Act(by=None, at=AT))

    def plain() -> None:
        freeze_plainly(plan, FIRST, next(numbers))

    def copied() -> None:
        copy_only(plan, next(quarters))

    large = scale > 10_000
    found: list[Pair | Memory] = [
        taking_turns(f"{scale:,} initiatives, with the hash", whole, plain, rounds=rounds, aim=3.0 if large else 5.0),
        taking_turns(
            f"{scale:,} initiatives, without the hash", copied, plain, rounds=rounds, aim=1.5 if large else None
        ),
    ]
    first = QuarterSnapshot.objects.exclude(content_hash="").order_by("pk").first()
    assert first is not None
    assert differences(first.pk, 1) == 0, "The plain SQL does not write the same rows."
    found.append(peak_of(f"{scale:,} initiatives, memory", "benchmarks.freeze", next(quarters).slug))
    return found


def copy_only(plan: Plan, quarter: Quarter) -> None:
    """What `freeze_quarter` does but for sealing: the rows are copied, no hash is taken."""
    when = AsOf.end_of(quarter.last_day)
    with transaction.atomic():
        snapshot = QuarterSnapshot.objects.create(
            plan=plan, fiscal_year=quarter.fiscal_year, quarter=quarter.number, start_month=7, built_at=AT,
            as_of_day=quarter.last_day, ends_at=when.moment, plan_title=plan.title, plan_slug=plan.slug,
            plan_start_date=plan.start_date, plan_end_date=plan.end_date, goal_label=plan.goal_label,
            expected_update_days=plan.expected_update_days,
        )  # fmt: skip
        for kind, read in source.READERS.items():
            copy(kind, read(when, plan), snapshot)


def _from(quarter: Quarter) -> Iterator[Quarter]:
    while True:
        yield quarter
        quarter = quarter.next()


def once(slug: str) -> None:
    """One freeze, in a process of its own, to see what it holds."""
    plan = Plan.objects.get(slug="bench")
    freeze_quarter(plan=plan, quarter=Quarter.parse(slug, 7), act=Act(by=None, at=AT))
