"""Forms of a plan's structure. They clean what was typed and hand plain values to the services."""

import calendar
import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.models import Goal, Plan, Priority, Strategy
from people.models import User
from records.history import Recorded
from web.markdown import HINT

WEEKDAYS = [(number, calendar.day_name[number]) for number in range(7)]
MONTHS = [(number, calendar.month_name[number]) for number in range(1, 13)]
MOST_HOLIDAYS = 400
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class StructureForm(forms.ModelForm):  # type: ignore[type-arg]
    """Knows which version of the row was on the screen, and has one effect however often it is sent."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    idempotency_key = forms.CharField(widget=forms.HiddenInput, required=False)
    HIDDEN = frozenset({"version", "idempotency_key"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version if self.instance.pk else None)
        self.initial.setdefault("idempotency_key", secrets.token_urlsafe(16))

    def validate_unique(self) -> None:
        """The service checks, with a sentence that names the field."""

    def _post_clean(self) -> None:
        """The service checks the row as a whole; the form's instance stays as it was read."""

    def values(self) -> dict[str, Any]:
        """What the service is to set. A text that differs only as browsers make it differ is left as it is."""
        found = {name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.cleaned_data}
        for name, value in found.items():
            if isinstance(value, str):
                stored = getattr(self.instance, name) if self.instance.pk else None
                typed = value.replace("\r\n", "\n")
                found[name] = stored if isinstance(stored, str) and stored.strip() == typed.strip() else typed
        return found

    def add_refusal(self, error: ValidationError) -> None:
        """A service refused: each sentence beside its field, or on top where the form has no such field."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            for one in errors:
                self.add_error(name if name in self.fields and name not in self.HIDDEN else None, one)

    def saved_text(self, name: str, row: Recorded) -> str:
        """What a field of the row says now, as the page would show it."""
        return _shown(self.fields[name], getattr(row, name, None))

    def differences(self, row: Recorded) -> list[tuple[str, str, str]]:
        """(label, what is saved now, what was typed) of every field where the two differ."""
        rows = []
        for name, field in self.fields.items():
            if name in self.HIDDEN:
                continue
            saved, mine = self.saved_text(name, row), _shown(field, self.cleaned_data.get(name))
            if saved != mine:
                rows.append((str(field.label), saved, mine))
        return rows

    def start_again_from(self, row: Recorded) -> None:
        """The next press of "Save" is meant against the row as it is now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a QueryDict, which stubs call a Mapping
        data["version"] = str(row.version)
        self.data = data


class PlanForm(StructureForm):
    """A plan's own texts, dates and settings."""

    working_days = forms.TypedMultipleChoiceField(
        label="Working days", choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text="Reminders go out on these days only.",
    )  # fmt: skip
    holidays = forms.CharField(
        label="Holidays", required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=40_000,
        help_text="One on a line, such as “2026-11-26 Thanksgiving Day”. Nobody is reminded of anything on these days.",
    )  # fmt: skip
    due_soon_days = forms.CharField(
        label="Remind before a due date", max_length=100, help_text="Days before it, such as “30, 7, 1”."
    )
    overdue_days = forms.CharField(
        label="Remind after a due date", max_length=100, help_text="Days after it, such as “1, 7, 30”."
    )
    fiscal_year_start_month = forms.TypedChoiceField(label="Fiscal year starts in", choices=MONTHS, coerce=int)

    class Meta:
        model = Plan
        fields = [
            "title", "slug", "start_date", "end_date", "state", "mission", "goal_label", "fiscal_year_start_month",
            "expected_update_days", "reminders_on", "due_soon_days", "overdue_days", "repeat_days", "working_days",
            "is_locked",
        ]  # fmt: skip
        labels = {
            "slug": "Short name", "start_date": "Start date", "end_date": "End date",
            "goal_label": "Its parts are called", "expected_update_days": "Days between updates",
            "reminders_on": "Send reminders",
            "repeat_days": "Then repeat every so many days", "is_locked": "Locked",
        }  # fmt: skip
        help_texts = {
            "slug": "The plan’s address: lower-case letters, digits and hyphens. It cannot be changed later.",
            "mission": f"Why this plan. {HINT}",
            "goal_label": "One of them, such as “Focus area”.",
            "expected_update_days": "After so many days without an update, an initiative has no current one.",
            "is_locked": "No initiative can be added or deleted. Updates still work.",
        }
        widgets = {"start_date": DAY, "end_date": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.instance
        self.initial["due_soon_days"] = _listed(plan.due_soon_days)
        self.initial["overdue_days"] = _listed(plan.overdue_days)
        if plan.pk:
            del self.fields["slug"]
            self.initial["holidays"] = _holiday_lines(plan)
        for name in ("expected_update_days", "repeat_days"):
            self.fields[name].max_value = 3650  # type: ignore[attr-defined]
            self.fields[name].validators.append(_at_most(3650))
        self.order_fields([*(self._meta.fields or ()), "holidays"])

    def clean_due_soon_days(self) -> list[int]:
        return sorted(_days("Remind before a due date", self.cleaned_data["due_soon_days"]), reverse=True)

    def clean_overdue_days(self) -> list[int]:
        return sorted(_days("Remind after a due date", self.cleaned_data["overdue_days"]))

    def clean_start_date(self) -> date:
        return _sane("Start date", self.cleaned_data["start_date"])

    def clean_end_date(self) -> date:
        return _sane("End date", self.cleaned_data["end_date"])

    def clean_holidays(self) -> dict[date, str]:
        found: dict[date, str] = {}
        wrong = []
        for number, line in enumerate(self.cleaned_data["holidays"].splitlines(), start=1):
            day, _, name = line.strip().partition(" ")
            if not day:
                continue
            try:
                found[date.fromisoformat(day)] = name.strip()[:100] or "Holiday"
            except ValueError:
                wrong.append(f"Holidays: line {number} must begin with a day such as 2026-11-26, not “{day[:20]}”.")
        if len(found) > MOST_HOLIDAYS:
            wrong.append(f"Holidays: {len(found)} are too many. {MOST_HOLIDAYS} is the most.")
        if wrong:
            raise ValidationError(wrong[:5])
        return found

    def saved_text(self, name: str, row: Recorded) -> str:
        if name == "holidays" and isinstance(row, Plan):
            return _shown(self.fields[name], {holiday.day: holiday.name for holiday in row.holidays.all()})
        return super().saved_text(name, row)


class PartForm(StructureForm):
    """Number, title, text and lead of a focus area or a strategy."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = User.objects.filter(is_active=True)
        lead = User.objects.filter(pk=self.instance.lead_id) if self.instance.lead_id else User.objects.none()
        self.fields["lead"].queryset = (active | lead).order_by("name")  # type: ignore[attr-defined]
        self.fields["lead"].empty_label = "Nobody yet"  # type: ignore[attr-defined]


class GoalForm(PartForm):
    class Meta:
        model = Goal
        fields = ["number", "title", "text", "lead"]
        help_texts = {
            "number": "Such as 2. It orders the list and is part of the address.",
            "text": HINT,
        }


class StrategyForm(PartForm):
    class Meta:
        model = Strategy
        fields = ["number", "title", "text", "lead"]
        help_texts = {"number": "Such as 2.1. It orders the list.", "text": HINT}


class PriorityForm(StructureForm):
    """What the plan answers to from outside."""

    class Meta:
        model = Priority
        fields = ["name", "meaning", "order"]
        help_texts = {"order": "The smaller the number, the earlier in lists."}


def _days(label: str, text: str) -> set[int]:
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and 1 <= int(word) <= 3650 for word in words) or len(words) > 12:
        raise ValidationError(f"{label}: write up to twelve whole numbers of days, such as “30, 7, 1”.")
    return {int(word) for word in words}


def _sane(label: str, day: date) -> date:
    if not 1990 <= day.year <= 2100:
        raise ValidationError(f"{label}: {day} is not a year a plan speaks of. Write it like 2026-09-30.")
    return day


def _at_most(limit: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if value > limit:
            raise ValidationError(f"This can be at most {limit} days.")

    return check


def _listed(days: list[int]) -> str:
    return ", ".join(str(day) for day in days)


def _holiday_lines(plan: Plan) -> str:
    return "\n".join(f"{holiday.day} {holiday.name}" for holiday in plan.holidays.all())


def _shown(field: forms.Field, value: Any) -> str:
    """A value in words, the same for what is saved and for what was typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return ", ".join(f"{day} {name}" for day, name in sorted(value.items()))
    if isinstance(value, list):
        labels = dict(getattr(field, "choices", []))
        return ", ".join(str(labels.get(one, one)) for one in value)
    if not isinstance(field, forms.ModelChoiceField):
        value = dict(getattr(field, "choices", [])).get(value, value)
    return str(value).replace("\r\n", "\n")
