"""Where a report is in its workflow, read from the acts recorded on its revisions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from goals.models import Plan
from initiatives.models import Initiative
from reports.content import SignOff, WorkflowState
from reports.models import ActKind, QuarterSnapshot, ReportAct
from reports.snapshots.rows import local


@dataclass(frozen=True)
class Report:
    """All revisions of one quarter, the first one first, with every act on them."""

    revisions: tuple[QuarterSnapshot, ...]
    acts: tuple[ReportAct, ...] = field(default=())

    @property
    def current(self) -> QuarterSnapshot:
        """The newest sealed revision: what the report says now."""
        return [row for row in self.revisions if row.is_sealed][-1]

    def revision(self, number: int | str | None) -> QuarterSnapshot | None:
        """The sealed revision of that number, the newest where none is named; None where there is no such one."""
        sealed = {str(row.revision): row for row in self.revisions if row.is_sealed}
        return self.current if number in {None, ""} else sealed.get(str(number))

    @property
    def draft(self) -> QuarterSnapshot | None:
        """The revision being prepared after a reopening."""
        return None if self.revisions[-1].is_sealed else self.revisions[-1]

    @property
    def working(self) -> QuarterSnapshot:
        """The revision that acts are recorded on now."""
        return self.draft or self.current

    @property
    def last_act_id(self) -> int:
        """What a page has seen of this report, so that a stale one can be told."""
        return self.acts[-1].pk if self.acts else 0

    def of(self, snapshot: QuarterSnapshot, *kinds: ActKind) -> list[ReportAct]:
        return [act for act in self.acts if act.snapshot_id == snapshot.pk and act.kind in kinds]

    def completed(self, snapshot: QuarterSnapshot) -> ReportAct | None:
        return next(iter(self.of(snapshot, ActKind.COMPLETED)), None)

    def published(self, snapshot: QuarterSnapshot) -> ReportAct | None:
        found = self.of(snapshot, ActKind.PUBLISHED, ActKind.UNPUBLISHED)
        return found[-1] if found and found[-1].kind == ActKind.PUBLISHED else None

    @cached_property
    def internal_now(self) -> frozenset[int]:
        """The ids of the plan's initiatives that are internal at this moment, whatever they were at its end."""
        rows = Initiative.objects.filter(plan=self.working.plan_id, visibility=Initiative.Visibility.INTERNAL)
        return frozenset(rows.order_by().values_list("pk", flat=True))

    def withheld(self, snapshot: QuarterSnapshot) -> frozenset[int]:
        """What the public edition leaves out besides what was internal at the quarter's end (rule R13).

        Of a published revision what the act of publishing recorded, of a completed one what it would record now. An
        open report has no public edition yet, only a preview.
        """
        act = self.published(snapshot)
        if act is not None:
            return frozenset(act.withheld)
        return self.internal_now if self.completed(snapshot) else frozenset()

    @property
    def public(self) -> list[QuarterSnapshot]:
        """The revisions that may be read outside, the newest first."""
        return [row for row in self.revisions[::-1] if row.is_sealed and self.published(row)]

    def workflow(self, snapshot: QuarterSnapshot | None = None, *, alone: bool = False) -> WorkflowState:
        """The state of the report as it stands, or of one revision of it as that revision tells it.

        `alone`: as if nothing had come after that revision, which is how the public reads it.
        """
        shown = snapshot or self.current
        is_current = shown.pk == self.current.pk and not alone
        completed, published = self.completed(shown), self.published(shown)
        state = "completed" if completed else "open"
        if is_current and self.draft is not None:
            state = "reopened"
        summary = self._summary(self.draft if is_current and self.draft else shown)
        by: dict[str, Any] = {}
        if summary:
            by |= {"summary": summary.text, "summary_by": summary.by_name, "summary_at": local(summary.recorded_at)}
        if completed:
            by |= {"completed_by": completed.by_name, "completed_at": local(completed.recorded_at)}
        return WorkflowState(
            state=state, revision=shown.revision, published_at=local(published.recorded_at) if published else None,
            replaces_reason=self._reason_for(shown), built_at=local(shown.built_at), content_hash=shown.content_hash,
            chain_hash=shown.chain_hash, sign_offs=tuple(self._sign_offs()), **by,
        )  # fmt: skip

    def _reason_for(self, snapshot: QuarterSnapshot) -> str:
        """Why this revision was made: the reason with which the one before it was opened again."""
        before = (row for row in self.revisions if row.revision == snapshot.revision - 1)
        return next((act.text for row in before for act in self.of(row, ActKind.REOPENED)), "")

    def _summary(self, snapshot: QuarterSnapshot) -> ReportAct | None:
        """The last text written for this revision, else the one it took over."""
        upto = {row.pk for row in self.revisions if row.revision <= snapshot.revision}
        found = [act for act in self.acts if act.kind == ActKind.SUMMARY_WRITTEN and act.snapshot_id in upto]
        return found[-1] if found else None

    def _sign_offs(self) -> Iterable[SignOff]:
        revision = {row.pk: row.revision for row in self.revisions}
        for act in self.acts:
            if act.kind == ActKind.SIGNED_OFF and act.initiative_id is not None:
                yield SignOff(act.initiative_id, act.by_name, local(act.recorded_at), revision[act.snapshot_id])


def reports_of(plans: Sequence[Plan]) -> dict[tuple[int, date], Report]:
    """The reports of plans by (plan, last day of the quarter), in two queries."""
    snapshots = QuarterSnapshot.objects.filter(plan__in=plans).order_by("as_of_day", "revision")
    revisions: dict[tuple[int, date], list[QuarterSnapshot]] = defaultdict(list)
    key_of = {}
    for row in snapshots:
        key_of[row.pk] = (row.plan_id, row.as_of_day)
        revisions[key_of[row.pk]].append(row)
    acts: dict[tuple[int, date], list[ReportAct]] = defaultdict(list)
    for act in ReportAct.objects.filter(snapshot__in=list(key_of)).order_by("recorded_at", "pk"):
        acts[key_of[act.snapshot_id]].append(act)
    return {key: Report(tuple(rows), tuple(acts[key])) for key, rows in revisions.items()}


def with_acts(revisions: Iterable[QuarterSnapshot]) -> Report:
    rows = {row.pk: row for row in sorted(revisions, key=lambda row: row.revision)}
    acts = tuple(ReportAct.objects.filter(snapshot__in=list(rows)).order_by("recorded_at", "pk"))
    for act in acts:
        act.snapshot = rows[act.snapshot_id]
    return Report(tuple(rows.values()), acts)
