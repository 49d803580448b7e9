"""The live field behind each value of a report: whoever corrects it types what that field would take."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from goals.models import Goal, Priority, Strategy
from initiatives.models import Commitment, Initiative, Milestone, StatusUpdate
from people.models import Department, User
from records.texts import as_kept
from reports.content import Cover, Rows
from reports.content.rows import TYPED

NAMES = {"owner_name", "author_name", "lead_name", "accepted_by_name", "delivered_by_name"}  # of people, as of then
INSTANTS = {"last_updated_at", "accepted_at", "delivered_at"}  # of which people say the day
PAST = INSTANTS | {"completed_date"}  # nothing that lies after the quarter can be in its report
MOST_SLIPS = 1_000
REQUIRED = {"title", "what", "start_date", "state", "slip_count"}
LIVE_MODELS: dict[str, type[models.Model]] = {
    "initiative": Initiative, "milestone": Milestone, "commitment": Commitment, "goal": Goal, "strategy": Strategy,
    "priority": Priority,
}  # fmt: skip
OTHERS: dict[str, Any] = {
    **{name: (StatusUpdate, name) for name in ("happened", "next_steps", "help_needed")},
    **dict.fromkeys(NAMES, (User, "name")),
    "department_name": (Department, "name"),
}
OF_KIND: dict[tuple[str, str], tuple[type[models.Model], str]] = {("priority", "text"): (Priority, "meaning")}


def live_field(kind: str, name: str) -> Any:
    """The field whose limits and choices hold for a column of a frozen row."""
    if name in INSTANTS:
        return models.DateField(name=name)
    if name == "priorities":
        return models.TextField(name=name, max_length=2_000)
    if name == "slip_count":
        return models.PositiveSmallIntegerField(name=name, validators=[MaxValueValidator(MOST_SLIPS)])
    model, column = OF_KIND.get((kind, name)) or OTHERS.get(name) or (LIVE_MODELS[kind], name)
    return model._meta.get_field(column)


def is_required(name: str) -> bool:
    return name in REQUIRED


def checked(kind: str, typed: Mapping[str, Any], row: Any, rows: Rows) -> dict[str, Any]:
    """The values as they are kept; raises ValidationError with a sentence for each field that cannot be so."""
    kept: dict[str, Any] = {}
    errors: dict[str, ValidationError] = {}
    for name, value in typed.items():
        label = TYPED[kind].get(name)
        if label is None:
            raise ValidationError(f"{name} is not a value of this report that can be corrected.")
        try:
            kept[name] = _clean(kind, name, value)
        except ValidationError as error:
            errors[name] = _named(label, error)
    if errors:
        raise ValidationError(errors)
    held = {name: told(row, name) for name in TYPED[kind]}
    _check_together(kind, held | kept, rows.cover)
    if "priorities" in kept:
        _check_priorities(kept["priorities"], rows)
    return kept


def _named(label: str, error: ValidationError) -> ValidationError:
    """The first thing that is wrong, with the field's name; a form that words it itself knows it by its code."""
    first = error.error_list[0]
    sentence = f"{label}: {error.messages[0]}"
    return ValidationError(sentence.replace("%", "%%") if first.params else sentence, first.code, first.params)


def told(row: Any, name: str) -> Any:
    """What a row says in a column, as a person types it: the day of an instant."""
    value = getattr(row, name)
    return value.date() if name in INSTANTS and value is not None else value


def _clean(kind: str, name: str, value: Any) -> Any:
    field = live_field(kind, name)
    if value is None or value == "":
        if is_required(name):
            raise ValidationError("It cannot be empty.")
        return None if isinstance(field, models.DateField | models.IntegerField) else ""
    value = as_kept(field, field.to_python(value))
    if name == "priorities":
        value = "\n".join(sorted({line.strip() for line in value.split("\n")} - {""}))
    field.clean(value, None)
    return value


def _check_together(kind: str, values: Mapping[str, Any], cover: Cover) -> None:
    """What the live tables hold true between columns, and that a closed quarter knows nothing of later days."""
    wrong = {
        name: f"{TYPED[kind][name]}: {values[name]} lies after {cover.period.label}."
        for name in PAST & values.keys()
        if values[name] is not None and values[name] > cover.as_of_day
    }
    for is_wrong, name, sentence in TOGETHER.get(kind, ()):
        if is_wrong(values):
            wrong.setdefault(name, f"{TYPED[kind][name]}: {sentence}")
    if wrong:
        raise ValidationError(wrong)


# (whether it is wrong, beside which field it is said, in which words) for each kind of row.
TOGETHER: dict[str, tuple[tuple[Callable[[Mapping[str, Any]], bool], str, str], ...]] = {
    "initiative": (
        (
            lambda of: bool(of["due_date"]) and of["due_date"] < of["start_date"],
            "due_date", "it lies before the start.",
        ),
        (
            lambda of: bool(of["reported_status"]) != bool(of["last_updated_at"]),
            "last_updated_at", "a reported status has a day, and where nothing was reported there is none.",
        ),
        (
            lambda of: bool(of["override_status"]) != bool(of["override_reason"]),
            "override_reason", "a status set by hand has a reason, and without one there is none.",
        ),
    ),
    "milestone": (
        (
            lambda of: bool(of["completed_date"]) and of["is_cancelled"],
            "is_cancelled", "a milestone that is done is not cancelled.",
        ),
    ),
    "commitment": (
        (
            lambda of: of["state"] == "accepted" and not of["accepted_at"],
            "accepted_at", "what is accepted has a day.",
        ),
        (
            lambda of: of["state"] == "proposed" and bool(of["accepted_at"]),
            "accepted_at", "what is only proposed has none.",
        ),
        (
            lambda of: (of["state"] == "delivered") != bool(of["delivered_at"]),
            "delivered_at", "what is delivered has a day, and nothing else has one.",
        ),
    ),
}  # fmt: skip


def _check_priorities(text: str, rows: Rows) -> None:
    known = {heading.title for heading in rows.of_kind("priority")}
    unknown = sorted(set(text.split("\n")) - known - {""})
    if unknown:
        offered = "; ".join(sorted(known)) or "none"
        raise ValidationError(
            {"priorities": f"Priorities: “{unknown[0]}” is not one of this report’s ({offered}). One on each line."}
        )
