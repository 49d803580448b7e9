"""What was put right after a quarter was frozen: corrections of the very updates that its rows quote, and of values of
the report alone (design 10.1, ADR 14). Both end as one: the rows as the next revision says them, and the differences.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from initiatives.models import Commitment, EffectiveStatus, Initiative, Status, StatusUpdate
from initiatives.models.status_update import WORDS
from records import days
from records.asof import start_of_day
from reports.content import Correction, Rows
from reports.content.rows import PROSE, SHOWN, WORD_OF, effective_after, is_stale_after
from reports.models import ActKind, ReportAct
from reports.snapshots.rows import in_order, local, rows_of
from reports.workflow.live_fields import INSTANTS, live_field
from reports.workflow.selectors import Report

KINDS = ("heading", "initiative", "milestone", "commitment")  # in this order corrections are listed
LABELS: dict[str, dict[str, Any]] = {
    "reported_status": dict(Status.choices), "override_status": dict(Status.choices),
    "horizon": dict(Initiative.Horizon.choices), "audience": dict(Initiative.Audience.choices),
    "state": dict(Commitment.State.choices),
}  # fmt: skip


class Key(NamedTuple):
    """Which row: `kind` is initiative, milestone or commitment, or that of a heading."""

    kind: str
    id: int


@dataclass(frozen=True)
class Cause:
    """Why values of one row were put right, by whom and when."""

    key: Key
    names: frozenset[str]
    reason: str
    by_name: str
    at: datetime
    corrected_update_id: int | None = None
    update_id: int | None = None


@dataclass
class Desk:
    """The rows of a report while they are put right."""

    rows: Rows
    standing: dict[Key, Any] = field(default_factory=dict)
    causes: dict[int, list[Cause]] = field(default_factory=lambda: defaultdict(list))  # by initiative

    def __post_init__(self) -> None:
        self.standing = by_key(self.rows)

    def set(self, values: Mapping[str, Any], cause: Cause) -> None:
        row = self.standing.get(cause.key)
        if row is not None:
            self.standing[cause.key] = with_values(row, values)
            self.causes[_initiative_of(row, cause.key)].append(cause)


def by_key(rows: Rows) -> dict[Key, Any]:
    """Every row of a report that can be corrected."""
    found: dict[Key, Any] = {}
    for kind in KINDS:
        for row in getattr(rows, f"{kind}s"):
            found[Key(row.kind if kind == "heading" else kind, row.source_id)] = row
    return found


def next_rows(report: Report) -> Rows:
    """The rows of the newest revision as the next one will tell them, with the corrections between the two."""
    acts = report.of(report.draft, ActKind.CORRECTED) if report.draft else []
    return corrected(rows_of([report.current])[report.current.pk], acts)


def corrected(rows: Rows, acts: Iterable[ReportAct]) -> Rows:
    """The rows put right by corrected updates, then by what was corrected in the report alone; with the corrections."""
    desk = Desk(rows)
    quoted = {row.update_id: row for row in rows.initiatives if row.update_id is not None}
    for update_id, update, reason in _last_corrections(quoted):
        row = quoted[update_id]
        values = {name: getattr(update, name) for name in WORDS if name != "status"}
        cause = Cause(
            Key("initiative", row.source_id), frozenset({*WORDS, "reported_status"}), reason, row.author_name,
            local(update.recorded_at), update_id, update.pk,
        )  # fmt: skip
        desk.set(values | {"reported_status": update.status, "update_id": update.pk}, cause)
    for act in acts:
        said = act.corrected
        key = Key(said["kind"], said["id"])
        cause = Cause(key, frozenset(said["values"]), act.text, act.by_name, local(act.recorded_at))
        desk.set(as_held(key.kind, said["values"]), cause)
    if not desk.causes:
        return rows
    _judge(desk)
    changed = in_order(rows.cover, _listed(desk.standing))
    place = {row.source_id: number for number, row in enumerate(rows.initiatives)}
    found = sorted(_differences(desk), key=lambda row: place.get(row.initiative_id, -1))
    return replace(changed, corrections=tuple(found))


def in_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as an act keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def in_words(row: Any, name: str) -> str:
    """A value as it is told in a correction."""
    value = getattr(row, name)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):  # an instant too: it is told by its day
        return days.in_words(value)
    text = "" if value is None else str(value)
    return text if name in PROSE else text.replace("\n", ", ")


def label_of(row: Any) -> str:
    """How a row is called in a sentence."""
    name = getattr(row, "title", "") or getattr(row, "what", "")
    return f"{getattr(row, 'number', '')} {name}".strip()


def _last_corrections(quoted: Iterable[int]) -> Iterator[tuple[int, StatusUpdate, str]]:
    """The end of each chain of corrections that starts at a quoted update, with all its reasons; a query a link."""
    origin = {update_id: update_id for update_id in quoted}
    last: dict[int, StatusUpdate] = {}
    reasons: dict[int, list[str]] = {}
    while origin:
        links = list(StatusUpdate.objects.filter(corrects__in=list(origin)).order_by("pk"))
        for link in links:
            start = origin[link.corrects_id or 0]
            last[start] = link
            reasons.setdefault(start, []).append(link.correction_reason)
        origin = {link.pk: origin[link.corrects_id or 0] for link in links}
    for start, correction in last.items():
        yield start, correction, "; ".join(reasons[start])


def as_held(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as people type them, or out of an act, as a row holds them."""
    found = {name: live_field(kind, name).to_python(value) for name, value in values.items()}
    return {
        name: local(start_of_day(value)) if name in INSTANTS and value is not None else value
        for name, value in found.items()
    }


def with_values(row: Any, values: Mapping[str, Any]) -> Any:
    """The row with other values and what goes with them: words of keys, and nothing that is untrue beside them."""
    found = dict(values)
    for name, labels in LABELS.items():
        if name in values and values[name] != getattr(row, name):
            found[WORD_OF[name]] = str(labels[values[name]]) if values[name] else ""
    if hasattr(row, "review_date") and found.get("reported_status", row.reported_status) != Status.ON_HOLD:
        found["review_date"] = None  # only what is on hold has one
    if "due_date" in values and hasattr(row, "due_text"):
        found["due_text"] = ""  # it says the date as it was written before
    return replace(row, **found)


def _judge(desk: Desk) -> None:
    """What follows from corrected rows, as it would have been frozen from them (rule R1)."""
    abbreviations = {
        row.department_name: row.department_abbreviation
        for row in by_key(desk.rows).values()
        if hasattr(row, "department_name")
    }
    goals = {row.number: row.title for key, row in desk.standing.items() if key.kind == "goal"}
    strategies = {
        (row.goal_number, row.number): row.title for key, row in desk.standing.items() if key.kind == "strategy"
    }
    touched = {cause.key for causes in desk.causes.values() for cause in causes}
    for key, row in desk.standing.items():
        if key in touched and hasattr(row, "department_name"):
            known = abbreviations.get(row.department_name, "")
            desk.standing[key] = row = replace(row, department_abbreviation=known)
        if key.kind == "initiative":
            named = {
                "goal_title": goals.get(row.goal_number, row.goal_title),
                "strategy_title": strategies.get((row.goal_number, row.strategy_number), row.strategy_title),
            }
            desk.standing[key] = replace(row, **named)
    for initiative_id in desk.causes:
        key = Key("initiative", initiative_id)
        if key in desk.standing:
            steps = [row for key, row in desk.standing.items() if key.kind == "milestone"]
            desk.standing[key] = judged(desk.standing[key], steps, desk.rows)


def judged(row: Any, steps: Iterable[Any], rows: Rows) -> Any:
    """An initiative's row with everything that follows from its own columns and its milestones."""
    kept = [step for step in steps if step.initiative_id == row.source_id and not step.is_cancelled]
    row = replace(
        row,
        milestones_total=len(kept),
        milestones_met=sum(step.completed_date is not None for step in kept),
        milestones_overdue=sum(step.is_late(rows.cover.as_of_day) for step in kept),
        next_milestone_due=min((step.due_date for step in kept if step.is_open and step.due_date), default=None),
    )
    effective = effective_after(row, rows.cover)
    label = row.effective_label if effective == row.effective_status else str(EffectiveStatus(effective).label)
    return replace(
        row, effective_status=effective, effective_label=label, is_stale=is_stale_after(row, rows.cover)
    )  # fmt: skip


def _listed(standing: Mapping[Key, Any]) -> dict[str, list[Any]]:
    """The rows by the tables that hold them."""
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for key, row in standing.items():
        found[key.kind if key.kind in found else "heading"].append(row)
    return found


def _differences(desk: Desk) -> Iterator[Correction]:
    """A correction for each value that is told differently."""
    before = by_key(desk.rows)
    for key, row in desk.standing.items():
        old = before[key]
        if old == row:
            continue
        initiative_id = _initiative_of(row, key)
        about = before.get(Key("initiative", initiative_id), row)
        causes = desk.causes.get(initiative_id, ())
        is_own = key.kind == "initiative"
        for name in SHOWN[key.kind]:
            was, now = in_words(old, name), in_words(row, name)
            if was != now:
                cause = _cause_of(key, name, causes)
                yield Correction(
                    initiative_id=initiative_id, number=about.number, title=about.title,
                    corrected_update_id=cause.corrected_update_id, update_id=cause.update_id, field=name,
                    before=was, after=now, reason=cause.reason, author_name=cause.by_name, recorded_at=cause.at,
                    part="" if is_own else key.kind, part_id=0 if is_own else key.id,
                    part_title=getattr(old, "what", "") or old.title if initiative_id and not is_own else "",
                )  # fmt: skip


def _cause_of(key: Key, name: str, causes: Sequence[Cause]) -> Cause:
    """The last that named the value; of what was only judged anew all of them, under the last one's name."""
    named = {word: key_of for key_of, word in WORD_OF.items()}.get(name, name)
    own = [cause for cause in causes if cause.key == key and named in cause.names]
    if own:
        return own[-1]
    return replace(causes[-1], reason="; ".join(dict.fromkeys(cause.reason for cause in causes)))


def _initiative_of(row: Any, key: Key) -> int:
    """The initiative a row belongs to; 0 of a heading."""
    return int(row.source_id) if key.kind == "initiative" else int(getattr(row, "initiative_id", 0))
