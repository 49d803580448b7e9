"""What people answer: what columns say, and what words mean. Each is asked once a plan."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from imports.kinds import KINDS
from imports.meaning.words import folded
from imports.models import Import, Remembered, unpacked
from people.models import User
from people.pasting import named_after
from people.roles import Role
from people.selectors import people_at
from people.services import Newcomer, invite_people
from records.audit import Act

State, Step = Import.State, Import.Step
COLUMNS = "columns"
ANSWERABLE = (State.ASKING, State.READY)


def known_words(plan_id: int) -> dict[tuple[str, str], Any]:
    """What was answered for this plan: {(of which kind, word): meaning}."""
    rows = Remembered.objects.filter(plan=plan_id).exclude(what=COLUMNS)
    return {(row.what, row.key): row.meaning for row in rows}


def known_columns(plan_id: int, shapes: Sequence[str]) -> dict[str, Any]:
    """How sheets of these shapes were mapped before."""
    rows = Remembered.objects.filter(plan=plan_id, what=COLUMNS, key__in=shapes)
    return {row.key: row.meaning for row in rows}


@transaction.atomic
def answer_columns(*, job: Import, mapping: Sequence[Mapping[str, Any]], default_goal: str, act: Act) -> Import:
    """Keep what each sheet and column says, remember it for files of the same shape, and compare anew."""
    _check(mapping)
    row = locked_import(job, *ANSWERABLE)
    row.mapping = [dict(one) for one in mapping]
    row.default_goal = default_goal
    for one in row.mapping:
        said = {"kind": one["kind"], "columns": one["columns"]}
        if one["shape"]:
            Remembered.objects.update_or_create(
                plan_id=row.plan_id, what=COLUMNS, key=one["shape"], defaults={"meaning": said}
            )
    return compare_again(row, at=act.at)


@transaction.atomic
def answer_words(
    *, job: Import, meanings: Mapping[tuple[str, str], Any], invited: Mapping[str, str] | None = None, act: Act
) -> Import:
    """Remember what words mean to this plan, and compare anew.

    `invited`: people of the file who have no account yet, by name, with the address at which each is invited.
    """
    row = locked_import(job, State.READY)
    found = {("person", name): str(person.pk) for name, person in _accounts(invited or {}, act).items()}
    for (what, text), meaning in {**meanings, **found}.items():
        Remembered.objects.update_or_create(
            plan_id=row.plan_id, what=what, key=folded(text)[:300], defaults={"meaning": meaning}
        )
    return compare_again(row, at=act.at)


@transaction.atomic
def leave_rows_out(*, job: Import, digest: str, lines: Sequence[int] | None, act: Act) -> Import:
    """Leave rows with errors out of this file, by the places of their lines in the preview with this digest.

    `lines`: None leaves out every row with an error.

    Of this file alone: the next one of its shape is asked again. Raises ValidationError where the preview is another.
    """
    row = locked_import(job, State.READY)
    shown = unpacked(row.content.preview)["lines"]
    if row.digest != digest:
        raise ValidationError("The preview was made anew meanwhile. Look at it again; nothing was changed.")
    chosen = [
        shown[at] for at in (range(len(shown)) if lines is None else lines) if at < len(shown) and shown[at]["problems"]
    ]
    if not chosen:
        raise ValidationError({"lines": "Tick one row at least."})
    for sheet in row.mapping:
        more = {line["row"] for line in chosen if line["sheet"] == sheet["name"]}
        sheet["left_out"] = sorted(more.union(sheet.get("left_out", ())))
    return compare_again(row, at=act.at)


@transaction.atomic
def take_rows_again(*, job: Import, act: Act) -> Import:
    """Read every row of the file again, those too that were left out."""
    row = locked_import(job, State.READY)
    for sheet in row.mapping:
        sheet.pop("left_out", None)
    return compare_again(row, at=act.at)


def _accounts(invited: Mapping[str, str], act: Act) -> dict[str, User]:
    """By name the person with this address; who has no account gets one, as a contributor, and an invitation."""
    known = people_at(invited.values())
    names = {email.lower(): name for name, email in invited.items() if email.lower() not in known}
    newcomers = [
        Newcomer(email, named_after(email) if "@" in name else name, role=Role.CONTRIBUTOR)
        for email, name in names.items()
    ]
    known |= {person.email: person for person in invite_people(newcomers=newcomers, act=act)}
    return {name: known[email.lower()] for name, email in invited.items()}


def compare_again(row: Import, *, at: datetime) -> Import:
    """Back into the queue, to be compared with the plan as it is by then."""
    row.state, row.task, row.next_try_at, row.attempts, row.digest = State.QUEUED, Step.COMPARE, at, 0, ""
    row.note = ""
    row.save()
    return row


def locked_import(job: Import, *states: str) -> Import:
    """The row, locked. Raises ValidationError where it is in none of these states any more."""
    row = Import.objects.select_for_update(of=("self",)).select_related("plan").get(pk=job.pk)
    if row.state not in states:
        raise ValidationError("This import has moved on meanwhile. Look at it again; nothing was changed.")
    return row


def _check(mapping: Sequence[Mapping[str, Any]]) -> None:
    if not any(one["kind"] for one in mapping):
        raise ValidationError("Say of one sheet at least what its rows are.")
    for one in mapping:
        if not one["kind"]:
            continue
        kind = KINDS[one["kind"]]
        chosen = [key for key in one["columns"].values() if key]
        twice = sorted({kind.field(key).label for key in chosen if chosen.count(key) > 1})
        if twice:
            raise ValidationError(f"{one['name']}: two columns cannot both be “{twice[0]}”. Leave one out.")
        if not chosen:
            raise ValidationError(f"{one['name']}: say of one column at least what it is, or leave the sheet out.")
