"""What every form of the room carries besides its fields: one-time key, for whom it was drawn, the version it saw."""

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from records.history import Recorded
from records.person import Person


def one_time_key() -> str:
    return secrets.token_urlsafe(16)


class Words(forms.CharField):
    """A long text. Browsers send line breaks as two characters; they count, and are kept, as one."""

    def __init__(self, *, rows: int = 4, **more: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **more)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class Day(forms.DateField):
    """A calendar day, typed or picked."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if isinstance(day, date) and not 1990 <= day.year <= 2100:
            raise ValidationError(f"{self.label}: {day} is not a year a plan speaks of. Write it like 2026-09-30.")
        return day


class PageForm(forms.Form):
    """A form drawn for one person. Sent twice it has one effect (`idempotency_key`, see web.requests.once).

    `typed_by` lets words typed before a session ended come back to the same person only.
    """

    idempotency_key = forms.CharField(widget=forms.HiddenInput, required=False, initial=one_time_key)
    typed_by = forms.CharField(widget=forms.HiddenInput, required=False)
    HIDDEN = frozenset({"idempotency_key", "typed_by", "version", "seen_update"})

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["typed_by"].initial = str(user.pk)

    def add_refusal(self, error: ValidationError) -> None:
        """A service refused: put each sentence beside its field, or on top where the form has no such field."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            for one in errors:
                own = name in self.fields and name not in self.HIDDEN
                self.add_error(name if own else None, one)

    def values(self, *names: str) -> dict[str, Any]:
        """The cleaned values of these fields, or of all that are the row's own."""
        wanted: Iterable[str] = names or (set(self.fields) - self.HIDDEN - {"reason"})
        return {name: self.cleaned_data[name] for name in wanted if name in self.cleaned_data}


class RowForm(PageForm):
    """A form that edits one row and knows which version of it was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def differences(self, row: Recorded) -> list[dict[str, str]]:
        """Field by field what is saved now and what was typed, where they differ."""
        found = []
        for name, field in self.fields.items():
            if name in self.HIDDEN or name == "reason" or not hasattr(row, name):
                continue
            saved, mine = getattr(row, name), self.cleaned_data.get(name)
            if saved != mine:
                found.append({"label": str(field.label), "saved": _text(field, saved), "mine": _text(field, mine)})
        return found

    def see(self, row: Recorded) -> None:
        """The next try starts from the row as it is now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
        data[self.add_prefix("version")] = str(row.version)
        self.data = data


def _text(field: forms.Field, value: Any) -> str:
    if value in (None, ""):
        return ""
    if type(field) is forms.ChoiceField:
        choices: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type] # pairs, as declared in the forms
        return str(choices.get(value, value))
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return str(value)
