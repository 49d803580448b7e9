"""What departments lead and have promised: the list of all, and one department's page with its offices rolled in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, When

from goals.models import Plan, PlanVersion
from goals.selectors import plans_as_of
from initiatives.judgement import SILENT, sentences
from initiatives.models import Commitment, CommitmentVersion, InitiativeVersion
from initiatives.models.status_update import UPDATES
from initiatives.selectors.attention import is_behind
from initiatives.selectors.counted import tally
from initiatives.selectors.lists import plan_rows, running
from initiatives.selectors.parts import first_of, parts
from initiatives.selectors.rollup import EMPTY, Rollup
from initiatives.selectors.rows import (
    OPEN,
    CommitmentRow,
    MilestoneRow,
    columns_of,
    commitments,
    milestones,
)
from initiatives.selectors.status import Expected, InitiativeStatus, expected_of, judged
from people.models import DepartmentVersion, RoleGrant, UserVersion
from people.roles import Role
from records.asof import AsOf, local_day
from records.history import whose_name
from records.remembered import remembered, remembered_but_for
from records.statements import Keys, statement
from web.parts import Part, part
from web.tables import Column

AHEAD = timedelta(days=60)  # what is next
WEEK = timedelta(days=7)  # what is due within it asks for something now
PROMISED = (Commitment.State.PROPOSED, Commitment.State.ACCEPTED)


@dataclass(frozen=True)
class Promises:
    """A department's commitments in numbers."""

    proposed: int = 0  # waits for the department's yes
    accepted: int = 0
    late: int = 0
    delivered: int = 0


@dataclass(frozen=True)
class DepartmentLine:
    """A department in the list, with its offices under it."""

    department: DepartmentVersion
    led: Rollup
    promises: Promises
    liaisons: tuple[str, ...]
    is_office: bool = False

    @property
    def has_any(self) -> bool:
        return bool(self.led.total or self.promises != Promises())


@dataclass(frozen=True)
class DepartmentPage:
    """What a liaison needs on one page. Offices are rolled in; each row says which one it belongs to."""

    department: DepartmentVersion
    parent: DepartmentVersion | None
    offices: list[DepartmentVersion]
    led: Part[InitiativeStatus]
    rollup: Rollup
    open_commitments: Part[CommitmentRow]  # what asks for an answer first, then by due date
    week: Part[CommitmentRow]  # of these what asks for an answer, is late or due within a week, by due date
    later: Part[CommitmentRow]  # and the others
    closed_commitments: Part[CommitmentRow]
    waiting: int  # open commitments that were not accepted yet
    late_commitments: Part[CommitmentRow]
    late_milestones: Part[MilestoneRow]
    late_initiatives: Part[tuple[InitiativeStatus, tuple[str, ...]]]
    next_commitments: Part[CommitmentRow]
    next_milestones: Part[MilestoneRow]
    liaisons: list[tuple[str, str]]
    people: list[tuple[str, str]]

    @property
    def late_count(self) -> int:
        return sum(late.total for late in (self.late_commitments, self.late_milestones, self.late_initiatives))


def department_lines(when: AsOf, only: Keys | None = None) -> list[DepartmentLine]:
    """Every department in order of name, its offices under it. Five queries.

    `only`: what it does in these plans, and who speaks for it there.
    """
    led = tally(running(plans_as_of(when, only)), when).by("department_id")
    promises = _promises(when, only)
    liaisons = _liaison_names(when, only)
    known = _departments(when)
    ids = {department.subject_id for department in known}

    def line(department: DepartmentVersion, *, is_office: bool) -> DepartmentLine:
        key = department.subject_id
        return DepartmentLine(
            department, led.get(key, EMPTY), promises.get(key, Promises()), tuple(liaisons.get(key, ())), is_office
        )

    offices: dict[int, list[DepartmentVersion]] = defaultdict(list)
    for department in known:
        if department.parent_id in ids:
            offices[department.parent_id].append(department)
    lines = []
    placed: set[int] = set()

    def place(department: DepartmentVersion, *, is_office: bool) -> None:
        if department.subject_id in placed:
            return  # departments that name each other as their parent
        placed.add(department.subject_id)
        lines.append(line(department, is_office=is_office))
        for office in offices[department.subject_id]:
            place(office, is_office=True)

    for department in known:
        if department.parent_id not in ids:
            place(department, is_office=False)
    for department in known:
        place(department, is_office=False)
    return lines


@statement
def _departments(when: AsOf) -> QuerySet[Any]:
    rows: QuerySet[Any] = DepartmentVersion.objects.as_of(when).order_by("name", "subject_id")
    return rows


def find_department(abbreviation: str, when: AsOf) -> int | None:
    """The id by abbreviation of that day, of today or of earlier, whatever the case."""
    return whose_name(DepartmentVersion.objects.filter(abbreviation__iexact=abbreviation), when)


def department_page(
    department_id: int, when: AsOf, *, limit: int | None, only: Keys | None = None
) -> DepartmentPage | None:
    """Ten queries; None where the department was not recorded at that moment.

    `only`: what it does in these plans, and who has a role there.
    """
    family = _family(department_id, when)
    own = next((row for row in family if row.subject_id == department_id), None)
    if own is None:
        return None
    offices = [row for row in family if row.parent_id == department_id and row.subject_id != department_id]
    ids = Keys([department_id, *(row.subject_id for row in offices)])
    plans = running(plans_as_of(when, only))
    rollup = tally(plans, when, led_by=ids).whole
    led = _led(expected_of(plans, when), ids, when, {"led": rollup.total, "late": rollup.late}, limit=limit)
    promised = [CommitmentRow(*row) for row in _all_promised(ids, when, only)]
    due_milestones = [MilestoneRow(*row) for row in _milestones_until(ids, when.day + AHEAD, when, only)]
    due_milestones.sort(key=lambda row: (row.due_date or when.day, row.id))
    return DepartmentPage(
        department=own,
        parent=next((row for row in family if row.subject_id == own.parent_id), None),
        offices=offices,
        led=led["led"],
        rollup=rollup,
        open_commitments=part(_open_first(promised), limit),
        week=part([row for row in promised if row.is_open and _is_this_week(row, when)], limit),
        later=part([row for row in promised if row.is_open and not _is_this_week(row, when)], limit),
        closed_commitments=part([row for row in promised if not row.is_open], limit),
        waiting=sum(row.state == "proposed" for row in promised),
        late_commitments=part([row for row in promised if row.is_late(when.day)], limit),
        late_milestones=part([row for row in due_milestones if row.is_late(when.day)], limit),
        late_initiatives=Part([(row, sentences(row, when.day)) for row in led["late"]], led["late"].total),
        next_commitments=part([row for row in promised if _is_next(row, when)], limit),
        next_milestones=part([row for row in due_milestones if not row.is_late(when.day)], limit),
        **_who(department_id, when, only),
    )


def _led(
    expected: tuple[Expected, ...], ids: Keys, when: AsOf, totals: dict[str, int], *, limit: int | None
) -> dict[str, Part[InitiativeStatus]]:
    """What is not there is not looked for: only after the last row would it be known."""
    kinds = tuple(kind for kind, total in totals.items() if total)
    return parts(_first_led(expected, ids, when, kinds=kinds, limit=limit) if kinds else (), totals, limit, when)


@remembered
@statement
def _first_led(
    expected: tuple[Expected, ...], ids: Keys, when: AsOf, *, kinds: tuple[str, ...], limit: int | None
) -> tuple[str, list[Any]]:
    plans = [judged((one,), when).filter(lead_department__among=ids) for one in expected]
    known = {"led": Q(), "late": ~Q(effective_status__in=SILENT) & is_behind(when)}
    return first_of(plans, limit, {kind: known[kind] for kind in kinds})


@statement
def _all_promised(ids: Keys, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    return columns_of(_promised(ids, when, only), CommitmentRow)


@statement
def _milestones_until(ids: Keys, last: date, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    rows = _running(milestones(when), when, only).filter(OPEN, department__among=ids, due_date__lte=last)
    return columns_of(rows, MilestoneRow)


@dataclass(frozen=True)
class DepartmentFiles:
    """What the files of a department's page hold, not read yet, in the page's order."""

    department: DepartmentVersion
    led: QuerySet[Any]
    commitments: QuerySet[Any]


def department_files(department_id: int, when: AsOf, only: Keys | None = None) -> DepartmentFiles | None:
    """One query; None where the department was not recorded at that moment. `only`: as for its page."""
    family = _family(department_id, when)
    own = next((row for row in family if row.subject_id == department_id), None)
    if own is None:
        return None
    ids = Keys([department_id, *(row.subject_id for row in family if row.parent_id == department_id)])
    first = Case(When(state="proposed", then=0), When(state="accepted", then=1), default=2)
    promised = _promised(ids, when, only).order_by(first, F("due_date").asc(nulls_last=True), "subject_id")
    return DepartmentFiles(own, plan_rows(when, only).filter(lead_department__among=ids), promised)


@statement
def _family(department_id: int, when: AsOf) -> QuerySet[Any]:
    """The department with what is over and under it."""
    known = DepartmentVersion.objects.as_of(when)
    above = known.filter(subject=department_id).values("parent")
    related = Q(subject=department_id) | Q(parent=department_id) | Q(subject__in=above)
    rows: QuerySet[Any] = known.filter(related).order_by("name")
    return rows


def _promised(ids: Keys, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    rows: QuerySet[Any] = _running(commitments(when), when, only).filter(department__among=ids)
    return rows


def _open_first(promised: list[CommitmentRow]) -> list[CommitmentRow]:
    return sorted((row for row in promised if row.is_open), key=lambda row: row.state != "proposed")


def _is_this_week(row: CommitmentRow, when: AsOf) -> bool:
    return row.state == "proposed" or (row.due_date is not None and row.due_date <= when.day + WEEK)


def _is_next(row: CommitmentRow, when: AsOf) -> bool:
    return row.is_open and row.due_date is not None and when.day <= row.due_date <= when.day + AHEAD


def _running(rows: Any, when: AsOf, only: Keys | None) -> Any:
    """Without what belongs to archived plans, or to none of these."""
    if only is not None:
        rows = rows.filter(initiative_then__plan__among=only)
    archived = PlanVersion.objects.as_of(when).filter(state=Plan.State.ARCHIVED)
    return rows.exclude(initiative_then__plan__in=archived.values("subject_id"))


def _promises(when: AsOf, only: Keys | None) -> dict[int, Promises]:
    return {key: Promises(*counts) for key, *counts in _promised_counts(when, only)}


@remembered_but_for(UPDATES, "milestone.", "comment.")
@statement
def _promised_counts(when: AsOf, only: Keys | None) -> QuerySet[Any]:
    """Counted without the names of then that rows are shown with."""
    archived = PlanVersion.objects.as_of(when).filter(state=Plan.State.ARCHIVED).values("subject_id")
    there = InitiativeVersion.objects.as_of(when).filter(subject=OuterRef("initiative")).exclude(plan__in=archived)
    if only is not None:
        there = there.filter(plan__among=only)
    rows: QuerySet[Any] = (
        CommitmentVersion.objects.as_of(when)
        .filter(Exists(there))
        .values_list("department")
        .annotate(
            proposed=Count("pk", filter=Q(state="proposed")),
            accepted=Count("pk", filter=Q(state="accepted")),
            late=Count("pk", filter=Q(state__in=PROMISED, due_date__lt=when.day)),
            delivered=Count("pk", filter=Q(state="delivered")),
        )
    )
    return rows.order_by()


def _liaison_names(when: AsOf, only: Keys | None) -> dict[int, list[str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)  # once, whoever speaks for it in several plans
    for department_id, user_id, name in _liaisons(when, only):
        found[department_id][user_id] = name
    return {key: list(names.values()) for key, names in found.items()}


@statement
def _liaisons(when: AsOf, only: Keys | None) -> QuerySet[Any]:
    grants: QuerySet[Any] = (
        _grants(when, only)
        .filter(role=Role.LIAISON)
        .annotate(user_then=FilteredRelation("user__versions", condition=when.q("user__versions")))
        .filter(user_then__is_active=True)
        .order_by("user_then__name")
    )
    return grants.values_list("department_id", "user_id", "user_then__name")


def _grants(when: AsOf, only: Keys | None) -> QuerySet[Any]:
    """The roles that were held, for the whole installation or for one of these plans."""
    grants: QuerySet[Any] = RoleGrant.objects.as_of(when)
    if only is None:
        return grants
    there = Plan.objects.filter(pk__among=only).values("access")
    return grants.filter(Q(plan_access__isnull=True) | Q(plan_access__in=there))


def _who(department_id: int, when: AsOf, only: Keys | None) -> dict[str, list[tuple[str, str]]]:
    rows = _people(department_id, when, only)
    return {
        "liaisons": [(name, email) for name, email, speaks in rows if speaks],
        "people": [(name, email) for name, email, speaks in rows if not speaks],
    }


@statement
def _people(department_id: int, when: AsOf, only: Keys | None) -> QuerySet[Any]:
    """Members and liaisons; where only some plans are looked at, of the members those who have a role there."""
    held = _grants(when, only)
    grants = held.filter(role=Role.LIAISON, department=department_id).values("user")
    members = UserVersion.objects.as_of(when).filter(is_active=True)
    if only is not None:
        members = members.filter(subject__in=held.values("user"))
    found = members.filter(Q(department=department_id) | Q(subject__in=grants)).annotate(
        speaks=Count("pk", filter=Q(subject__in=grants))
    )
    rows: QuerySet[Any] = found.order_by("name").values_list("name", "email", "speaks")
    return rows


COMMITMENT_COLUMNS = (
    Column("Commitment", width=50),
    Column("Initiative", width=40),
    Column("Department", width=16),
    Column("State", width=12),
    Column("Due", "date", 12),
    Column("First agreed", "date", 12),
    Column("Late (days)", "int", 10),
    Column("Accepted", "date", 12),
    Column("Delivered", "date", 12),
)


def commitment_file_rows(rows: Iterable[CommitmentRow], when: AsOf) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        late = (when.day - row.due_date).days if row.due_date and row.is_late(when.day) else None
        yield (
            row.what, f"{row.initiative_number} {row.initiative_title}", row.department_abbreviation, row.state_label,
            row.due_date, row.baseline_due_date, late,
            local_day(row.accepted_at) if row.accepted_at else None,
            local_day(row.delivered_at) if row.delivered_at else None,
        )  # fmt: skip
