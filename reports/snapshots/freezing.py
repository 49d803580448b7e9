"""Freeze a quarter: copy the plan as it had been recorded by the end of the quarter's last local day.

The content depends on the quarter alone, not on when it is built. Rows are read from history at the quarter's end,
after the records were closed for it: a change in flight at midnight is in this quarter for every reader or for none
(docs/adr/0005).
"""

import calendar
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Max, Min, QuerySet

from goals.models import Plan, PlanVersion
from goals.quarters import Quarter
from jobs.failpoints import failpoint
from records.asof import AsOf, local_day, start_of_day
from records.audit import Act, close_records, record_event
from records.days import in_words
from records.models import Channel
from reports import content
from reports.content.canonical import as_mapping, cover_line, fingerprint
from reports.models import QuarterSnapshot, SnapshotDigests
from reports.snapshots import source
from reports.snapshots.integrity import RESEALED, SEALED
from reports.snapshots.rows import TABLES, canonical_rows, cover_digests, cover_of

PART = 2_000  # lines of the list of digests in one row
GRACE = timedelta(hours=1)  # the worker looks every ten minutes; what waits longer does not mend itself

log = logging.getLogger(__name__)


class QuarterNotOver(ValidationError):
    """A quarter is frozen only after its last local day has ended."""


class PlanNotBegun(ValidationError):
    """The plan had not begun, or was not kept here, when the quarter ended."""


class FiscalYearMoved(ValidationError):
    """The plan's fiscal year was moved while a quarter of the old one was being built; the next run builds anew."""


def keep_fiscal_year(plan: Plan, wanted: Plan) -> None:
    """A rule for changes of a plan: raises ValidationError where a frozen quarter would get other days.

    A closed quarter keeps its days, and quarters of one plan neither overlap nor leave a gap (rule: fiscal year).
    """
    if wanted.fiscal_year_start_month != plan.fiscal_year_start_month:
        frozen = QuarterSnapshot.objects.filter(plan=plan.pk).order_by("as_of_day").last()
        if frozen is not None:
            month = calendar.month_name[plan.fiscal_year_start_month]
            sentence = (
                f"Fiscal year starts in: it stays {month}, for {frozen.period.label} and the quarters before it are "
                "closed by it."
            )
            raise ValidationError({"fiscal_year_start_month": sentence})


def ends_at(quarter: Quarter) -> datetime:
    """The first instant that is no longer in the quarter, in plan time."""
    return start_of_day(quarter.next().first_day)


def freeze_quarter(*, plan: Plan, quarter: Quarter, act: Act) -> QuarterSnapshot:
    """Build the first revision of a quarter's snapshot; a second call, or a second builder, gets the first one back.

    `act.at` is the clock. Raises QuarterNotOver or PlanNotBegun, with a sentence.
    """
    limit = ends_at(quarter)
    if act.at < limit:
        raise QuarterNotOver(
            f"{quarter.label} ends on {in_words(quarter.last_day)}. It can be frozen on the day after."
        )
    if quarter.last_day < plan.start_date:
        raise PlanNotBegun(f"“{plan.title}” begins on {in_words(plan.start_date)}, after {quarter.label} ended.")
    earlier = QuarterSnapshot.objects.filter(plan=plan, as_of_day=quarter.last_day, revision=1).first()
    if earlier is not None:
        return earlier
    with transaction.atomic():
        close_records(until=limit)
    with transaction.atomic():
        return _build(plan, quarter, limit, act)


def freeze_due_quarters(*, at: datetime) -> list[QuarterSnapshot]:
    """Build every quarter of every active plan that is over and has none: a day that was missed mends itself."""
    act = Act(by=None, at=at, channel=Channel.SYSTEM)
    made = []
    for plan in _active_plans():
        try:
            made += [freeze_quarter(plan=plan, quarter=quarter, act=act) for quarter in due_quarters(plan, at)]
        except (InterfaceError, OperationalError):
            raise  # the database is away, which says nothing about this plan
        except Exception:  # one plan's fault must not keep the others from being frozen; `overdue_quarters` names it
            log.exception("A quarter of the plan %s could not be frozen", plan.slug)
    return made


def overdue_quarters(*, at: datetime) -> list[tuple[Plan, Quarter]]:
    """What should have been frozen more than an hour ago and is not: something keeps it from being built."""
    return [(plan, quarter) for plan in _active_plans() for quarter in due_quarters(plan, at - GRACE)]


def last_frozen() -> datetime | None:
    """When a quarter was frozen last."""
    last: datetime | None = QuarterSnapshot.objects.aggregate(last=Max("built_at"))["last"]
    return last


def _active_plans() -> QuerySet[Plan]:
    return Plan.objects.filter(state=Plan.State.ACTIVE, deleted_at__isnull=True).order_by("pk")


def due_quarters(plan: Plan, at: datetime) -> Iterator[Quarter]:
    """The quarters of a plan that were over at `at` and have no snapshot, the earliest first."""
    kept_since = PlanVersion.objects.filter(subject=plan).aggregate(first=Min("recorded_from"))["first"]
    if kept_since is None:
        return
    frozen = set(QuarterSnapshot.objects.filter(plan=plan, revision=1).values_list("as_of_day", flat=True))
    quarter = plan.quarter_of(max(plan.start_date, local_day(kept_since)))
    while ends_at(quarter) <= at:
        if quarter.last_day not in frozen:
            yield quarter
        quarter = quarter.next()


def _build(plan: Plan, quarter: Quarter, limit: datetime, act: Act) -> QuarterSnapshot:
    when = AsOf.end_of(quarter.last_day)
    cover = source.cover_of(when, plan, quarter)
    if cover is None:
        raise PlanNotBegun(f"“{plan.title}” was not kept here yet when {quarter.label} ended.")
    # The unique key lets one builder in; the others wait here until it commits, then take its snapshot.
    snapshot, is_mine = QuarterSnapshot.objects.get_or_create(
        plan=plan, as_of_day=quarter.last_day, revision=1,
        defaults={**as_mapping(cover), "ends_at": limit, "built_at": act.at},
    )  # fmt: skip
    if not is_mine:
        return snapshot
    copied = {kind: copy(kind, read(when, plan), snapshot) for kind, read in source.READERS.items()}
    counts = {f"{kind}_count": copied[kind] for kind in ("initiative", "milestone", "commitment")}
    failpoint("in_snapshot")
    seal(snapshot, counts, act)
    return snapshot


def copy(kind: str, rows: QuerySet[Any], snapshot: QuarterSnapshot) -> int:
    """Copy what a queryset reads into a frozen table without leaving the database; returns how many rows."""
    model, plain, _ = TABLES[kind]
    sql, params = rows.query.sql_with_params()
    quote = connection.ops.quote_name
    columns = [str(model._meta.get_field(name).column) for name in content.rows.names(plain)]  # type: ignore[union-attr]
    target = quote(model._meta.db_table)
    names = ", ".join(quote(name) for name in ["snapshot_id", *columns])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {target} ({names}) SELECT %s, found.* FROM ({sql}) found",  # noqa: S608 - names of our own models
            [snapshot.pk, *params],
        )
        return int(cursor.rowcount)


def seal(snapshot: QuarterSnapshot, counts: dict[str, int], act: Act) -> None:
    """Take the hash over the rows as they now are in the tables, and tie it to the plan's last sealed snapshot.

    Only the tying waits for other quarters of the same plan, so the chain has one order.
    """
    hashed, kept = _hashed(snapshot)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=snapshot.plan_id)
    if plan.fiscal_year_start_month != snapshot.start_month:
        raise FiscalYearMoved(
            f"The fiscal year of “{plan.title}” was moved while {snapshot.period.label} was being frozen."
        )
    last = QuarterSnapshot.objects.filter(plan=snapshot.plan_id, sequence__isnull=False).order_by("-sequence").first()
    snapshot.previous = last
    snapshot.sequence = last.sequence + 1 if last and last.sequence else 1
    snapshot.content_hash = hashed
    snapshot.chain_hash = content.chain_hash(last.chain_hash if last else "", hashed, snapshot.sequence)
    for name, count in counts.items():
        setattr(snapshot, name, count)
    about = [f"{kept[:16]} list", *cover_digests(snapshot)]
    SnapshotDigests.objects.create(snapshot=snapshot, part=0, lines="\n".join(about))
    snapshot.save(update_fields=["previous", "sequence", "content_hash", "chain_hash", *counts])
    record_event(
        verb=SEALED if snapshot.revision == 1 else RESEALED, target=snapshot, parent=snapshot.plan, act=act,
        changes={"content_hash": ["", hashed], "chain_hash": ["", snapshot.chain_hash]},
    )  # fmt: skip


def _hashed(snapshot: QuarterSnapshot) -> tuple[str, str]:
    """The content hash, and the hash of the list of digests, which is kept in parts on the way: memory stays flat."""
    hashed, kept = content.LineHash(), content.LineHash()
    hashed.add(cover_line(as_mapping(cover_of(snapshot))))
    rows = canonical_rows(snapshot)
    for part, batch in enumerate(iter(lambda: list(islice(rows, PART)), []), start=1):
        hashed.add(b"\n".join([line for _, _, line in batch]))
        lines = "\n".join([f"{fingerprint(line)} {record} {key}" for record, key, line in batch])
        kept.add(lines.encode())
        SnapshotDigests.objects.create(snapshot=snapshot, part=part, lines=lines)
    return hashed.hexdigest(), kept.hexdigest()
