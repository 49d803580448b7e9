"""Forms of a plan's structure. They clean what was typed and hand plain values to the services."""

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db.models import Q
from django.utils.text import format_lazy

from goals.models import REMINDERS_APART, Bearing, Evidence, Goal, Plan, Priority, Strategy
from goals.rules import among_readable
from people.models import User
from records.days import example_day, in_words
from records.texts import folded
from records.typed_days import days_and_rest
from web.forms import A_DAY, NOT_STORED, Day, Hidden, PageForm
from web.markdown import HINT

WEEKDAYS = [(number, calendar.day_name[number]) for number in range(7)]
MONTHS = [(number, calendar.month_name[number]) for number in range(1, 13)]
MOST_HOLIDAYS = 400
SLUG_HINT = (
    "The plan’s address: lower-case letters, digits and hyphens. Left empty, it is made from the title. It cannot be "
    "changed later."
)
FROM_TITLE = {"data-slug-of": "title"}  # static/js/app.js fills it in while the title is typed


class StructureForm(PageForm, forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """A part of a plan, with the fields of its model. The service checks the row as a whole, in sentences."""

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, instance=row or self._meta.model(), **kwargs)

    def values(self, *names: str) -> dict[str, Any]:
        """Those of the model's own fields, unless named."""
        return super().values(*(names or self._meta.fields or ()))

    def validate_unique(self) -> None:
        """The service checks, with a sentence that names the field."""

    def _post_clean(self) -> None:
        """The form's instance stays as it was read."""


class PlanForm(StructureForm):
    """A plan's own texts, dates and settings."""

    working_days = forms.TypedMultipleChoiceField(
        label="Working days", choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text="Reminders go out on these days only.",
    )  # fmt: skip
    holidays = forms.CharField(
        label="Holidays", required=False, widget=forms.Textarea(attrs={"rows": 6}), max_length=40_000,
        help_text=format_lazy(
            "One on a line, such as “{} Thanksgiving Day”, typed or pasted from a spreadsheet. "
            "Nobody is reminded of anything on these days.",
            A_DAY,
        ),
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
            "title", "slug", "start_date", "end_date", "state", "predecessor", "mission", "introduction",
            "goal_label", "fiscal_year_start_month", "expected_update_days", "reminders_on", "due_soon_days",
            "overdue_days", "repeat_days", "working_days", "is_locked",
        ]  # fmt: skip
        labels = {
            "slug": "Short name", "start_date": "Start date", "end_date": "End date",
            "predecessor": "Follows the plan", "introduction": "Introduction in plain words",
            "goal_label": "Word for focus areas",
            "expected_update_days": "Days between updates", "reminders_on": "Send reminders",
            "repeat_days": "Then repeat every so many days", "is_locked": "Locked",
        }  # fmt: skip
        help_texts = {
            "slug": SLUG_HINT,
            "mission": f"Why this plan. {HINT}",
            "introduction": f"The page in plain words begins with it. {HINT}",
            "goal_label": "One of them, such as “Focus area”.",
            "expected_update_days": "After so many days without an update, an initiative has no current one.",
            "is_locked": "No initiative can be added or retired. Updates still work.",
        }
        field_classes = {"start_date": Day, "end_date": Day}
        widgets = {"slug": forms.TextInput(attrs=FROM_TITLE)}

    def __init__(self, *args: Any, reader: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.instance
        fields: dict[str, Any] = self.fields
        fields["slug"].required = False
        others = Plan.objects.filter(deleted_at__isnull=True).exclude(pk=plan.pk)
        fields["predecessor"].queryset = others if reader is None else others.filter(among_readable(reader, "pk"))
        fields["predecessor"].empty_label = "None"
        if plan.predecessor_id and not fields["predecessor"].queryset.filter(pk=plan.predecessor_id).exists():
            del self.fields["predecessor"]  # it follows a plan that is not theirs to see, and goes on doing so
        self.initial["due_soon_days"] = _listed(plan.due_soon_days)
        self.initial["overdue_days"] = _listed(plan.overdue_days)
        if plan.pk is None:
            del self.fields["state"]  # a draft, until everything in it has an owner
        else:
            del self.fields["slug"]
            self.initial["holidays"] = "\n".join(
                f"{in_words(day)} {name}" for day, name in self.stored(plan, "holidays").items()
            )
        for name in ("expected_update_days", "repeat_days"):
            self.fields[name].max_value = 3650  # type: ignore[attr-defined]
            self.fields[name].validators.append(_at_most(3650))
        self.fields["repeat_days"].validators.append(MinValueValidator(REMINDERS_APART))
        self.order_fields([*(self._meta.fields or ()), "holidays"])

    def clean_due_soon_days(self) -> list[int]:
        return sorted(_days("Remind before a due date", self.cleaned_data["due_soon_days"]), reverse=True)

    def clean_overdue_days(self) -> list[int]:
        return sorted(_days("Remind after a due date", self.cleaned_data["overdue_days"]))

    def clean_holidays(self) -> dict[date, str]:
        """Lines as people type them and as a spreadsheet gives them: a day anywhere in it, the rest is its name."""
        found: dict[date, str] = {}
        wrong = []
        for number, line in enumerate(self.cleaned_data["holidays"].splitlines(), start=1):
            if not folded(line).strip(" ,;|"):
                continue
            days, name = days_and_rest(line)
            if not days or not all(1990 <= day.year <= 2100 for day in days):
                part = " ".join(line.split())[:40]
                wrong.append(f"Holidays: line {number}, “{part}”, names no day such as {example_day()} or 11/26/2026.")
            found |= dict.fromkeys(days, name[:100] or "Holiday")
        if len(found) > MOST_HOLIDAYS:
            wrong.append(f"Holidays: {len(found)} are too many. {MOST_HOLIDAYS} is the most.")
        if wrong:
            raise ValidationError(wrong[:5])
        return found

    def stored(self, row: Plan, name: str) -> Any:
        """Holidays are rows of their own: {day: name}."""
        if name == "holidays":
            return {holiday.day: holiday.name for holiday in row.holidays.all()} if row.pk else {}
        return super().stored(row, name)


class HeadingForm(StructureForm):
    """Number, title, text and lead of a focus area or a strategy."""

    def __init__(self, *args: Any, user: User, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        offered = User.objects.filter(Q(user.knows(of=plan), is_active=True) | Q(pk=self.instance.lead_id))
        self.fields["lead"].queryset = offered.order_by("name")  # type: ignore[attr-defined]
        self.fields["lead"].empty_label = "Nobody yet"  # type: ignore[attr-defined]


class RowForm(PageForm):
    """Number, title and person of a row of the tree, typed in its place; `row` is what stands there."""

    number = forms.CharField(max_length=20, label="Number")
    title = forms.CharField(max_length=200, label="Title")
    person = forms.ModelChoiceField(User.objects.none(), required=False, label="Owner", empty_label="Nobody yet")

    def __init__(self, *args: Any, user: User, plan: Plan, person: str = "owner", **kwargs: Any) -> None:
        """`person`: the field of the row that holds somebody, which is owner or lead."""
        self.holds = person
        super().__init__(*args, user=user, **kwargs)
        held = getattr(self.row, f"{person}_id", None)
        field: Any = self.fields["person"]
        field.queryset = User.objects.filter(Q(user.knows(of=plan), is_active=True) | Q(pk=held))
        field.label = person.capitalize()

    def stored(self, row: Any, name: str) -> Any:
        return super().stored(row, self.holds if name == "person" else name)

    def fields_of_row(self) -> dict[str, Any]:
        return {**self.values("number", "title"), self.holds: self.cleaned_data["person"]}


class GoalForm(HeadingForm):
    class Meta:
        model = Goal
        fields = ["number", "title", "text", "lead"]
        help_texts = {
            "number": "Such as 2. It orders the list and is part of the address.",
            "text": HINT,
        }


class StrategyForm(HeadingForm):
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


class EvidenceForm(StructureForm):
    """A survey finding or another reason for the plan, and the focus areas it bears on."""

    share = forms.DecimalField(
        label="Share of people, in percent", required=False, min_value=0, max_value=100, max_digits=4, decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "day"}),
        help_text="Of a hundred people, how many said or had it, such as 84 or 14.7. Empty: it is not known.",
    )  # fmt: skip
    link = forms.URLField(label="Link to it", required=False, max_length=500, assume_scheme="https")
    goals = forms.ModelMultipleChoiceField(
        Goal.objects.none(), required=False, label="Focus areas it bears on", widget=forms.CheckboxSelectMultiple,
        help_text="None: it is about the whole plan.",
    )  # fmt: skip

    class Meta:
        model = Evidence
        fields = ["text", "share", "source", "link", "basis"]
        labels = {"text": "Finding", "source": "Where it was found", "basis": "Kind of source"}
        help_texts = {
            "text": "A sentence, such as “Most households have fast internet at home.”",
            "source": "What it is called, such as “Household survey 2021”.",
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["goals"]
        field.label = f"{plan.goal_label}s it bears on"
        field.queryset = Goal.objects.filter(plan=plan, deleted_at__isnull=True)
        kind: Any = self.fields["basis"]
        kind.choices = [("", "Not known"), *kind.choices[1:]]
        self.order_fields(["text", "share", "goals", "source", "link", "basis"])

    def stored(self, row: Evidence, name: str) -> Any:
        """Focus areas are rows of their own."""
        if name == "goals":
            held = Bearing.objects.filter(evidence=row.pk, recorded_until__isnull=True) if row.pk else ()
            return sorted(span.goal_id for span in held)
        return super().stored(row, name)


class PlaceForm(PageForm):
    """Where something goes; `places` are the groups of a plan with what stands in each."""

    place = forms.ChoiceField(
        label="Place",
        error_messages={
            "invalid_choice": "Place: it is no longer there, somebody changed the structure. Choose again."
        },
    )

    def __init__(
        self, *args: Any, places: Mapping[str, Sequence[tuple[str, str]]], stands: str = "", **kwargs: Any
    ) -> None:
        self.stands = stands
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = list(places.items())  # type: ignore[attr-defined]

    def stored(self, row: Any, name: str) -> Any:
        return self.stands


class RestoreForm(PlaceForm):
    """A number, for the old one may be taken, and a place, for the old group may be gone."""

    field_order = ("number", "place")
    number = forms.CharField(max_length=20, label="Number")
    reason = forms.CharField(max_length=2_000, required=False, label="Note", help_text="Everybody can read it.")


class ReasonedForm(PageForm):
    """A reason, which a draft can do without."""

    reason = forms.CharField(max_length=2_000, label="Reason", help_text="Kept in the history.")

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = plan.state != Plan.State.DRAFT


class RetireForm(PageForm):
    """Why a row is not shown any more, where there is something to say."""

    reason = forms.CharField(max_length=2_000, required=False, label="Reason", help_text="Kept in the history.")


class MergeForm(ReasonedForm):
    """Which row of the same kind takes over."""

    field_order = ("into", "reason")
    into = forms.TypedChoiceField(label="Into", coerce=int)

    def __init__(self, *args: Any, others: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", "Choose one"), *others]  # type: ignore[attr-defined]


class SplitForm(PageForm):
    """The second row, and what goes with it; `parts` are what stands under the first."""

    number = forms.CharField(max_length=20, label="Number of the new one")
    title = forms.CharField(max_length=200, label="Title of the new one")
    moving = forms.MultipleChoiceField(
        required=False, label="What goes with it", widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, parts: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["moving"].choices = parts  # type: ignore[attr-defined]
        if not parts:
            del self.fields["moving"]

    def stored(self, row: Any, name: str) -> Any:
        """A new row stands beside this one and replaces nothing of it."""
        return NOT_STORED


class RenumberForm(PageForm):
    """Whether initiatives are counted within their strategies, as was shown; `row` is the tree that was looked at."""

    by_strategy = forms.TypedChoiceField(
        coerce=lambda text: text == "strategy", choices=[("goal", ""), ("strategy", "")], widget=Hidden
    )

    def stored(self, row: Any, name: str) -> Any:
        return NOT_STORED


def _days(label: str, text: str) -> set[int]:
    words = re.split(r"[\s,;|]+", folded(text).strip(" ,;|"))
    wrong = [word for word in words if not (re.fullmatch(r"[0-9]{1,4}", word) and 1 <= int(word) <= 3650)]
    if wrong or len(words) > 12:
        named = f", not “{wrong[0][:20]}”" if wrong else ""
        raise ValidationError(f"{label}: write up to twelve whole numbers of days, such as “30, 7, 1”{named}.")
    days = sorted({int(word) for word in words})
    for earlier, later in pairwise(days):
        if later - earlier < REMINDERS_APART:
            raise ValidationError(
                f"{label}: {earlier} and {later} are closer than {REMINDERS_APART} days. "
                f"Nobody is reminded of the same thing twice within {REMINDERS_APART} days."
            )
    return set(days)


def _at_most(limit: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if value > limit:
            raise ValidationError(f"This can be at most {limit} days.")

    return check


def _listed(days: list[int]) -> str:
    return ", ".join(str(day) for day in days)
