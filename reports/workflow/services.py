"""The workflow of a report: summary, sign-offs, completing, publishing, reopening. Each act is a row of its own."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from goals.quarters import Quarter
from records.audit import SYSTEM, Act, StaleVersion, record_event, settled
from records.texts import normalised
from reports import content
from reports.models import (
    SUMMARY_LIMIT,
    ActKind,
    QuarterSnapshot,
    ReportAct,
    SnapshotCorrection,
    SnapshotInitiative,
)
from reports.snapshots.freezing import copy, seal
from reports.snapshots.rows import TABLES, WHOLE, rows_of
from reports.workflow.corrections import pending_corrections
from reports.workflow.selectors import Report, with_acts


class StaleReport(StaleVersion):
    """Somebody acted on the report since the page was opened; `row` is it as it is now."""

    row: Report


@transaction.atomic
def write_summary(*, plan: Plan, quarter: Quarter, text: str, seen_act_id: int | None = None, act: Act) -> ReportAct:
    """Keep leadership's summary; the earlier text stays on record. The same text again writes nothing."""
    report = _open(plan, quarter, seen_act_id)
    text = normalised(text)
    if len(text) > SUMMARY_LIMIT:
        raise ValidationError({"text": f"Summary: at most {SUMMARY_LIMIT:,} characters; it has {len(text):,}."})
    earlier = [row for row in report.acts if row.kind == ActKind.SUMMARY_WRITTEN]
    if earlier and earlier[-1].text == text:
        return earlier[-1]
    if not text and not earlier:
        raise ValidationError({"text": "Summary: write at least a sentence."})
    return _record(report.working, ActKind.SUMMARY_WRITTEN, act, text=text)


@transaction.atomic
def sign_off(*, plan: Plan, quarter: Quarter, initiative_id: int, act: Act) -> ReportAct:
    """Somebody answers for one initiative's row. Signing twice is signing once."""
    report = _open(plan, quarter, None)
    row = SnapshotInitiative.objects.filter(snapshot=report.current, source_id=initiative_id).first()
    if row is None:
        raise ValidationError("This initiative is not in the report.")
    for earlier in report.of(report.working, ActKind.SIGNED_OFF):
        if earlier.initiative_id == initiative_id and earlier.by_id == (act.by.pk if act.by else None):
            return earlier
    return _record(
        report.working, ActKind.SIGNED_OFF, act, initiative_id=initiative_id, label=f"{row.number} {row.title}"
    )


@transaction.atomic
def complete_report(*, plan: Plan, quarter: Quarter, seen_act_id: int | None = None, act: Act) -> ReportAct:
    """Close the report. After a reopening this seals the new revision with the corrections made since."""
    report = _open(plan, quarter, seen_act_id)
    if report.draft is not None:
        _seal_revision(report.current, report.draft, act)
    return _record(report.working, ActKind.COMPLETED, act)


@transaction.atomic
def publish_report(*, plan: Plan, quarter: Quarter, seen_act_id: int | None = None, act: Act) -> ReportAct:
    """Let the completed report be read outside. Publishing twice is refused."""
    report = _completed(plan, quarter, seen_act_id, "published")
    if report.published(report.current):
        raise ValidationError("This report is already published.")
    return _record(report.current, ActKind.PUBLISHED, act, withheld=sorted(report.internal_now))


@transaction.atomic
def unpublish_report(*, plan: Plan, quarter: Quarter, seen_act_id: int | None = None, act: Act) -> list[ReportAct]:
    """Take a report back inside with every revision of it, also while it is open again: a mistake must not wait."""
    report = _lock(plan, quarter, seen_act_id)
    if not report.public:
        raise ValidationError("This report is not published.")
    return [_record(row, ActKind.UNPUBLISHED, act) for row in report.public]


@transaction.atomic
def reopen_report(*, plan: Plan, quarter: Quarter, seen_act_id: int | None = None, act: Act) -> QuarterSnapshot:
    """Open a completed report again, with a reason, as the next revision. The completed one stays readable as it is."""
    report = _completed(plan, quarter, seen_act_id, "reopened")
    if not act.reason.strip():
        raise ValidationError({"reason": "Reason: say why the report is opened again. It stays on record."})
    _record(report.current, ActKind.REOPENED, act, text=act.reason.strip())
    own = {"id", "revision", "built_at", "previous", "sequence", "content_hash", "chain_hash"}
    kept = {f.name: getattr(report.current, f.name) for f in QuarterSnapshot._meta.concrete_fields if f.name not in own}
    return QuarterSnapshot.objects.create(**kept, revision=report.current.revision + 1, built_at=act.at)


def _lock(plan: Plan, quarter: Quarter, seen: int | None) -> Report:
    found = QuarterSnapshot.objects.filter(plan=plan, as_of_day=quarter.last_day)
    list(found.order_by("pk").select_for_update(of=("self",)))
    revisions = list(found)  # read anew: a revision may have been added while this waited for the lock
    if not revisions:
        raise ValidationError(f"{quarter.label} is not frozen yet. It is on the day after its last day.")
    report = with_acts(revisions)
    if seen is not None and seen != report.last_act_id:
        raise StaleReport(report)
    return report


def _open(plan: Plan, quarter: Quarter, seen: int | None) -> Report:
    report = _lock(plan, quarter, seen)
    done = report.completed(report.working)
    if done is not None:
        raise ValidationError(
            f"This report was completed by {done.by_name} and does not change any more. An administrator can reopen it."
        )
    return report


def _completed(plan: Plan, quarter: Quarter, seen: int | None, what: str) -> Report:
    report = _lock(plan, quarter, seen)
    if report.completed(report.working) is None:
        raise ValidationError(f"Only a completed report can be {what}. This one is open.")
    return report


def _record(
    snapshot: QuarterSnapshot,
    kind: ActKind,
    act: Act,
    *,
    text: str = "",
    initiative_id: int | None = None,
    label: str = "",
    withheld: Sequence[int] = (),
) -> ReportAct:
    act = settled(act)
    row = ReportAct.objects.create(
        snapshot=snapshot, kind=kind, by=act.by, by_name=act.by.name if act.by else SYSTEM, recorded_at=act.at,
        channel=act.channel, text=text, initiative_id=initiative_id, initiative_label=label[:300],
        withheld=list(withheld),
    )  # fmt: skip
    changes = {"item": ["", label]} if label else {}
    record_event(verb=f"report.{kind}", target=snapshot, parent=snapshot.plan, act=act, changes=changes)
    return row


def _seal_revision(base: QuarterSnapshot, draft: QuarterSnapshot, act: Act) -> None:
    """The frozen rows again, as of the same instant, with what was corrected since and why."""
    found = pending_corrections(rows_of([base], ("initiative",))[base.pk])
    mended = {row.source_id: row for _, row, _ in found}
    for kind in WHOLE:
        model, plain, _ = TABLES[kind]
        rows = model._default_manager.filter(snapshot=base)
        if kind == "initiative":
            rows = rows.exclude(source_id__in=list(mended))
        copy(kind, rows.values_list(*content.rows.names(plain)), draft)
    SnapshotInitiative.objects.bulk_create(
        [SnapshotInitiative(snapshot=draft, **content.canonical.as_mapping(row)) for row in mended.values()]
    )
    SnapshotCorrection.objects.bulk_create(
        [
            SnapshotCorrection(snapshot=draft, **content.canonical.as_mapping(item))
            for _, _, differences in found
            for item in differences
        ]
    )
    seal(draft, {}, act)
