"""The workflow of a report: summary, sign-offs, completing, publishing, reopening. Each act is a row of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.models import Plan
from goals.quarters import Quarter
from records.audit import SYSTEM, Act, StaleVersion, record_event, settled
from records.texts import normalised
from reports import content
from reports.content.rows import TYPED, WORD_OF
from reports.models import SUMMARY_LIMIT, ActKind, QuarterSnapshot, ReportAct, SnapshotInitiative
from reports.snapshots.freezing import copy, seal
from reports.snapshots.rows import TABLES, WHOLE, rows_of
from reports.workflow.corrections import Key, as_held, by_key, in_json, in_words, label_of, next_rows, with_values
from reports.workflow.live_fields import checked, told
from reports.workflow.selectors import Report, with_acts

NOT_REOPENED = "The values of a report can be corrected once it was completed and an administrator has opened it again."


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
        _seal_revision(report, report.draft, act)
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


@transaction.atomic
def correct_report(
    *, plan: Plan, quarter: Quarter, kind: str, row_id: int, values: Mapping[str, Any],
    seen_act_id: int | None = None, act: Act,
) -> ReportAct | None:  # fmt: skip
    """Put values of one row of a reopened report right, in the report alone (rule R1). Unchanged values write nothing.

    The frozen rows stay; the next revision tells the values, and what they were, with the reason.
    """
    report = _open(plan, quarter, seen_act_id)
    if report.draft is None:
        raise ValidationError(NOT_REOPENED)
    rows = next_rows(report)
    row = by_key(rows).get(Key(kind, row_id))
    if row is None:
        raise ValidationError("This is not in the report.")
    kept = checked(kind, values, row, rows)
    changed = {name: value for name, value in kept.items() if value != told(row, name)}
    if not changed:
        return None
    if not act.reason:
        raise ValidationError({"reason": "Reason: say why it is corrected. Everybody who reads the revision sees it."})
    after = with_values(row, as_held(kind, changed))
    shown = {TYPED[kind][name]: WORD_OF.get(name, name) for name in changed}
    return _record(
        report.draft, ActKind.CORRECTED, act, text=act.reason, label=label_of(row),
        corrected={"kind": kind, "id": row_id, "values": in_json(changed)},
        changes={label: [in_words(row, name), in_words(after, name)] for label, name in shown.items()},
    )  # fmt: skip


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
    corrected: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> ReportAct:
    act = settled(act)
    row = ReportAct.objects.create(
        snapshot=snapshot, kind=kind, by=act.by, by_name=act.by.name if act.by else SYSTEM, recorded_at=act.at,
        channel=act.channel, text=text, initiative_id=initiative_id, initiative_label=label[:300],
        withheld=list(withheld), corrected=dict(corrected or {}),
    )  # fmt: skip
    changes = changes or ({"item": ["", label]} if label else {})
    record_event(verb=f"report.{kind}", target=snapshot, parent=snapshot.plan, act=act, changes=changes)
    return row


def _seal_revision(report: Report, draft: QuarterSnapshot, act: Act) -> None:
    """The frozen rows again, as of the same instant, with what was corrected since and why."""
    frozen, found = by_key(rows_of([report.current])[report.current.pk]), next_rows(report)
    mended = [row for key, row in by_key(found).items() if row != frozen[key]]
    for table in WHOLE:
        model, plain, key = TABLES[table]
        own: list[Any] = [row for row in mended if isinstance(row, plain)]
        rows = model._default_manager.filter(snapshot=report.current)
        for of_kind in {tuple(getattr(row, name) for name in key[:-1]) for row in own}:
            ids = [row.source_id for row in own if tuple(getattr(row, name) for name in key[:-1]) == of_kind]
            rows = rows.exclude(**dict(zip(key, of_kind, strict=False)), source_id__in=ids)
        copy(table, rows.values_list(*content.rows.names(plain)), draft)
        model._default_manager.bulk_create([model(snapshot=draft, **content.canonical.as_mapping(row)) for row in own])
    correction = TABLES["correction"].model
    correction._default_manager.bulk_create(
        [correction(snapshot=draft, **content.canonical.as_mapping(row)) for row in found.corrections]
    )
    seal(draft, {}, act)
