"""The one base of every form that a person types into, and the sentences that say what is wrong with a field."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.functional import lazy
from django.utils.text import format_lazy

from records.days import example_day, in_words
from records.person import Person
from records.texts import folded
from records.typed_days import read_day
from web.typed_by import sign_writer

A_DAY = lazy(example_day, str)()  # in a hint, which is written before it is known how days are shown
M = TypeVar("M", bound=Model)
NOT_STORED = object()  # what `PageForm.stored` gives for a field that is kept nowhere in the row
GONE = "what this address asks for is empty, renamed or retired, so nothing fits."
ALONE = "Nothing else was changed, so this would be kept nowhere. Change what it is about, or leave it empty."
CHOSEN = {"select", "radio", "checkbox"}  # input types that are picked, not typed
EXAMPLES: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.DateTimeField, "must be a real date and time, such as 2026-09-30 14:30"),
    (forms.DateField, "must be a real date, such as {day}, 11/26/2026 or 2026-11-26"),
    (forms.EmailField, "must be an e-mail address, such as name@phila.gov"),
    (forms.URLField, "must be a web address that starts with https://"),
    (forms.DecimalField, "must be a number"),
    (forms.FloatField, "must be a number"),
    (forms.IntegerField, "must be a whole number"),
)


PICK = {"data-pick": True}  # of a list that static/js/combobox.js lets people type into where it is long


def picked(fields: Mapping[str, forms.Field]) -> None:
    """Every list of rows, such as people or departments, can be typed into."""
    for field in fields.values():
        if isinstance(field, forms.ModelChoiceField) and isinstance(field.widget, forms.Select):
            field.widget.attrs |= PICK


def one_time_key() -> str:
    return secrets.token_urlsafe(16)


class Sentences(forms.BaseForm):
    """A form whose fields say what is wrong in whole sentences that name the field.

    Set when the form is checked, for only then do all labels stand. A message that a field brings itself stays.
    """

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            stock: dict[str, Any] = {}
            for base in reversed(type(field).__mro__):
                stock |= getattr(base, "default_error_messages", {})
            field.error_messages |= {
                code: sentence
                for code, sentence in _sentences(f"“{self[name].label}”", field).items()
                if field.error_messages.get(code) == stock.get(code)
            }
        super().full_clean()


def _sentences(name: str, field: forms.Field) -> dict[str, str]:
    example = next((words for kind, words in EXAMPLES if isinstance(field, kind)), "is not in a form we can read")
    example = example.format(day=example_day())
    is_chosen = getattr(field.widget, "input_type", "") in CHOSEN
    escaped = name.replace("%", "%%")  # these are filled in with the % operator
    return {
        "required": f"Choose an answer for {name}." if is_chosen else f"Fill in {name}.",
        "invalid": f"{name} {example}.",
        "invalid_choice": f"Choose one of the answers offered for {escaped}.",
        "max_length": f"{escaped} can have at most %(limit_value)s characters. It has %(show_value)s.",
        "min_length": f"{escaped} needs at least %(limit_value)s characters. It has %(show_value)s.",
        "max_value": f"{escaped} can be at most %(limit_value)s.",
        "min_value": f"{escaped} must be at least %(limit_value)s.",
    }


class Search(forms.CharField):
    """Words to look for, as they are typed or pasted; of too many the beginning."""

    WORDS, CHARACTERS = 40, 1_000  # more than any title has

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput(attrs={"type": "search"}), **more)

    def clean(self, value: Any) -> str:
        return " ".join(str(super().clean(value))[: self.CHARACTERS].split()[: self.WORDS])


class FilterForm(Sentences, forms.Form):
    """Narrows a list by what stands in the address; it changes nothing.

    A saved address keeps working: a choice that is not offered, or not any more, is no mistake of the reader's. No row
    fits it, and `unmet` says so. `notes` are all sentences that the list needs beside it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picked(self.fields)

    def full_clean(self) -> None:
        super().full_clean()
        self.unmet: list[str] = []
        for name, error in list(self.errors.as_data().items()) if self.is_bound else ():
            if all(one.code == "invalid_choice" for one in error):
                self.unmet.append(f"“{self[name].label}”: {GONE}")
                del self.errors[name]
                self.cleaned_data[name] = None

    @property
    def notes(self) -> list[str]:
        searches = [name for name, field in self.fields.items() if isinstance(field, Search)] if self.is_bound else []
        typed = {name: " ".join(str(self[name].value() or "").split()) for name in searches}
        looked = {name: self.cleaned_data[name] for name in searches}
        return self.unmet + [
            f"“{self[name].label}”: this is longer than can be looked for at once. The beginning counts, up to "
            f"“…{' '.join(looked[name].split()[-3:])[-60:]}”."
            for name in searches
            if typed[name] != looked[name]
        ]

    @property
    def asks_for_what_is_there(self) -> bool:
        return not (self.errors or self.unmet)

    def fitting(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows, or none of them where the address asks for what is not there."""
        return rows if self.asks_for_what_is_there else rows.none()


class LongText(forms.CharField):
    """A text of several lines. Browsers send line breaks as two characters; they count, and are kept, as one."""

    def __init__(self, *, rows: int = 4, **more: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **more)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class Day(forms.DateField):
    """A calendar day, typed in whatever way people write one and shown as everywhere else.

    A browser's own control would ask in the fashion of the browser's language, whatever the page around it shows.
    """

    def __init__(self, *, help_text: str = "", **more: Any) -> None:
        widget = forms.TextInput(attrs={"class": "day", "autocomplete": "off"})
        hint = format_lazy(
            "{} Such as {} or 11/26/2026." if help_text else "{}Such as {} or 11/26/2026.", help_text, A_DAY
        )
        super().__init__(widget=widget, help_text=hint, **more)

    def prepare_value(self, value: Any) -> Any:
        return in_words(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        try:
            day = value if isinstance(value, date) else read_day(str(value or ""))
        except ValueError:
            raise ValidationError(f"“{self.label}”: “{str(value)[:40]}” is no day of the calendar.") from None
        if day in self.empty_values and not folded(str(value or "")):
            return None
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if not 1990 <= day.year <= 2100:
            raise ValidationError(
                f"{self.label}: {day.year} is not a year a plan speaks of. Write it like {example_day()}."
            )
        return day


class Hidden(forms.HiddenInput):
    """Carries no id, so that several forms can stand on one page."""

    def __init__(self) -> None:
        super().__init__(attrs={"id": False})


class PageForm(Sentences, forms.Form):
    """Every form that a person types into. Draw and answer it with web.pages.

    Sent twice it has one effect (`idempotency_key`); words typed before a session ended come back to the person it was
    drawn for (`typed_by`). With a `row` it shows what the row says, and carries its `version`, so that nobody replaces
    what they have not seen. A page that stood open while planapp was updated says which fields it had (`drawn_with`).
    Where its address can come to name another row, it says which one it was drawn for (`about`).
    """

    idempotency_key = forms.CharField(widget=Hidden, required=False, max_length=100, initial=one_time_key)
    typed_by = forms.CharField(widget=Hidden, required=False)
    drawn_with = forms.CharField(widget=Hidden, required=False)
    version = forms.IntegerField(widget=Hidden)
    about = forms.CharField(widget=Hidden, required=False)

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"idempotency_key", "typed_by", "drawn_with", "version", "about"})
    BESIDE: ClassVar[frozenset[str]] = frozenset({"reason"})  # said of the change, not part of the row
    words_back = ""  # where to say that words from before a sign-in are not wanted; empty where there are none

    def __init__(
        self, *args: Any, user: Person | None = None, row: Any = None, about: Model | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        picked(self.fields)
        self.row = row
        self.of: Any = about
        self.fields["about"].initial = None if about is None else str(about.pk)
        if about is None:
            del self.fields["about"]
        if user is not None:
            self.fields["typed_by"].initial = sign_writer(user)
        self.fields["drawn_with"].initial = lambda: " ".join(self._asked())
        if row is None:
            del self.fields["version"]
            return
        held = {name: self.stored(row, name) for name in self._own()}
        held = {name: value for name, value in held.items() if value is not NOT_STORED}
        self.initial = {**held, **self.initial, "version": self.version_of(row)}

    def catch_up(self) -> bool:
        """Whether the page that was sent lacks a field of today; such a field then has what the row holds."""
        drawn = self.data.get(self.add_prefix("drawn_with"))
        missing = [] if drawn is None else [name for name in self._asked() if name not in drawn.split()]
        if missing:
            data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
            for name in missing:
                field, value = self.fields[name], self[name].initial
                shown = "on" if value is True else field.widget.format_value(field.prepare_value(value))
                words = shown if isinstance(shown, list) else [shown]
                data.setlist(self.add_prefix(name), [word for word in words if word not in {None, ""}])
            data[self.add_prefix("drawn_with")] = " ".join(self._asked())
            self.data = data
        return bool(missing)

    def is_about_another(self) -> bool:
        """Whether the page was drawn for another row than its address names now; the next try is for this one."""
        drawn, own = self.data.get(self.add_prefix("about")), self["about"].initial if self.of is not None else None
        if own is None or drawn is None or drawn == own:
            return False
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
        data[self.add_prefix("about")] = own
        self.data = data
        return True

    def version_of(self, row: Any) -> int | None:
        """The number by which a newer row is recognised; None where there is none to replace."""
        return int(row.version)

    def stored(self, row: Any, name: str) -> Any:
        """What the row holds of a field: a key for a single choice among rows, NOT_STORED where it holds nothing."""
        return getattr(row, f"{name}_id", getattr(row, name, NOT_STORED))

    def values(self, *names: str) -> dict[str, Any]:
        """The cleaned values of these fields, or of all that are the row's own.

        A text that differs only as browsers make it differ stays as it is stored.
        """
        found = {name: self.cleaned_data[name] for name in names or self._own() if name in self.cleaned_data}
        for name, value in found.items():
            if isinstance(value, str):
                held = None if self.row is None else self.stored(self.row, name)
                typed = value.replace("\r\n", "\n")
                found[name] = held if isinstance(held, str) and held.strip() == typed.strip() else typed
        return found

    def refuse_reason_alone(self) -> None:
        """Raises ValidationError where a reason was typed and nothing it could be kept with is changed."""
        held = [self.stored(self.row, name) for name in self._own()] if self.row is not None else []
        is_edit = held and all(one is not NOT_STORED for one in held)
        is_edit = is_edit and self.cleaned_data["version"] == self.version_of(self.row)  # else 409 says more
        is_alone = "reason" in self.BESIDE and bool(self.cleaned_data.get("reason"))
        if is_edit and is_alone and not self.differences(self.row):
            raise ValidationError({"reason": ALONE})

    def add_refusal(self, error: ValidationError) -> None:
        """A service refused: put each sentence beside its field, or on top where the form has no such field."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        for name, errors in by_field.items():
            field = self.fields.get(name) if name not in self.HIDDEN else None
            for one in errors:
                if field is not None and one.code in field.error_messages:
                    one.message = field.error_messages[one.code]
                self.add_error(name if field is not None else None, one)

    def differences(self, row: Any) -> list[dict[str, str]]:
        """Field by field what is saved now and what was typed, where they differ: {label, saved, mine}."""
        found = []
        for name in self._own():
            held = self.stored(row, name)
            if held is not NOT_STORED:
                field = self.fields[name]
                saved, mine = _shown(field, held), _shown(field, self.cleaned_data.get(name))
                if saved != mine:
                    found.append({"label": str(self[name].label), "saved": saved, "mine": mine})
        return found

    def see(self, row: Any) -> None:
        """The next try starts from the row as it is now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
        data[self.add_prefix("version")] = str(self.version_of(row) or "")
        self.data = data

    def _asked(self) -> list[str]:
        return [name for name in self.fields if name not in self.HIDDEN]

    def _own(self) -> list[str]:
        return [name for name in self.fields if name not in self.HIDDEN | self.BESIDE]


def _shown(field: forms.Field, value: Any) -> str:
    """A value in words, the same for what is saved and for what was typed."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {name}" for key, name in sorted(value.items()))
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:  # one of them, or several
        rows = value if isinstance(field, forms.ModelMultipleChoiceField) else [value]
        keys = [getattr(row, "pk", row) for row in rows]
        return ", ".join(sorted(str(row) for row in field.queryset.model._default_manager.filter(pk__in=keys)))
    labels: dict[Any, Any] = dict(getattr(field, "choices", []))
    if isinstance(value, list):
        return ", ".join(str(labels.get(one, one)) for one in value)
    return str(labels.get(value, value)).replace("\r\n", "\n")
