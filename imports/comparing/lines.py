"""A line of the preview: one row of the file, what it would do, and why it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from imports.kinds import FIELDS, KINDS, Kind
from imports.meaning.cells import Problem
from records import days
from web.tables import CONTROL

GROUPS = {
    "error": "Errors", "cleared": "Cleared", "changed": "Changed", "created": "Created", "unchanged": "Unchanged",
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """What one row does to one thing. `found` is the row of the plan it is about, None where the row adds one.

    `draft` is that thing as it would be; `fields` are those of its fields that differ; `said` are the words of a status
    update; `members` the people and priorities it would have; `state` where a milestone or commitment would stand.
    """

    kind: str
    sheet: str
    row: int
    label: str
    found: Any = None
    draft: Any = None
    fields: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    members: dict[str, list[Any]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_cleared: bool = False
    moves: bool = False  # what was agreed is moved or taken back, which needs a reason

    @property
    def group(self) -> str:
        if self.problems:
            return "error"
        if self.found is None:
            return "created"
        return "cleared" if self.is_cleared else "changed" if self.changes else "unchanged"

    @property
    def is_idle(self) -> bool:
        return self.found is not None and not self.changes

    def note(self, label: str, old: str, new: str) -> None:
        """Something differs; what was there and is not any more is cleared."""
        self.changes.append((label, old, new))
        if self.found is not None and old and not new:
            self.is_cleared = True

    def refuse(self, column: str, value: str, sentence: str) -> None:
        self.problems.append(Problem(column, value[:200], sentence))

    def as_plain(self) -> dict[str, Any]:
        """What the page shows and the digest is taken of."""
        return {
            "group": self.group, "kind": self.kind, "one": KINDS[self.kind].one, "sheet": self.sheet, "row": self.row,
            "label": self.label, "changes": self.changes,
            "problems": [(one.column, one.value, one.sentence) for one in self.problems],
            "of": [self.found.pk, getattr(self.found, "version", 0)] if self.found is not None else [],
        }  # fmt: skip


_day = cache(days.in_words)  # the same few days stand in thousands of lines


def in_words(value: Any) -> str:
    """A value as the preview shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, list):
        return ", ".join(sorted(map(str, value)))
    return str(value)


def same(old: Any, new: Any) -> bool:
    """Whether two values are one: rows by what they are, texts but for what no file can carry."""
    if isinstance(old, models.Model) or isinstance(new, models.Model):
        return old is new or (old is not None and new is not None and old.pk is not None and old.pk == new.pk)
    if isinstance(old, str) and isinstance(new, str):
        return old == new or CONTROL.sub("", old) == CONTROL.sub("", new)
    return bool(old == new)


def differ(line: Line, found: Any, wanted: Mapping[str, Any], kind: Kind) -> None:
    """Put into the line which of the wanted values differ from what is there."""
    for key, new in wanted.items():
        old = getattr(found, key)
        if new is None and isinstance(old, str):
            new = ""
        if not same(old, new):
            line.fields[key] = new
            line.note(label_of(kind, key), _shown(found, key, old), _shown(found, key, new))


def label_of(kind: Kind, key: str) -> str:
    one = FIELDS[kind.key].get(key)
    return one.label if one else key.replace("_", " ").capitalize()


def _shown(row: models.Model, key: str, value: Any) -> str:
    choices = dict(row._meta.get_field(key).flatchoices)  # type: ignore[union-attr] # a column, never a relation back
    return str(choices.get(value, "")) if choices and value else in_words(value)


def refuse_by(line: Line, error: ValidationError, kind: Kind, values: Mapping[str, Any]) -> None:
    """What a rule of the plan says of the draft, beside the column it is about."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for key, sentences in by_field.items():
        label = label_of(kind, key) if key and key != "__all__" else ""
        for sentence in sentences:
            line.refuse(label, in_words(values.get(key)), sentence.removeprefix(f"{label}: "))
