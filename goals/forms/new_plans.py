"""Forms that make a plan from another one: a copy of it, its successor, and what the successor carries forward."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from goals.forms.structure import FROM_TITLE, SLUG_HINT, StructureForm
from goals.models import Plan
from records.texts import whole_number
from web.forms import NOT_STORED, Day, Hidden, PageForm

MOST_DAYS = 20_000  # by which the dates of a plan can be moved


class NewPlanForm(StructureForm):
    """What every new plan is asked for; the rest comes from another plan."""

    class Meta:
        model = Plan
        fields = ["title", "slug", "start_date", "end_date"]
        labels = {"slug": "Short name", "start_date": "Start date", "end_date": "End date"}
        help_texts = {"slug": SLUG_HINT}
        field_classes = {"start_date": Day, "end_date": Day}
        widgets = {"slug": forms.TextInput(attrs=FROM_TITLE)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False


class CopyForm(NewPlanForm):
    """A new plan like another one, and what goes along."""

    INITIATIVES = (
        ("all", "All of them"), ("open", "Those that are not completed or cancelled"),
        ("none", "None, focus areas and strategies only"),
    )  # fmt: skip
    field_order = ("like", "title", "slug", "start_date", "end_date", "initiatives", "people", "commitments", "days")
    like = forms.ModelChoiceField(
        Plan.objects.filter(deleted_at__isnull=True), label="Plan to copy", empty_label="Choose one"
    )
    initiatives = forms.ChoiceField(
        choices=INITIATIVES, initial="all", widget=forms.RadioSelect, label="Initiatives to take along",
        help_text="With their milestones, all open again. What was reported stays with the other plan.",
    )  # fmt: skip
    people = forms.BooleanField(
        required=False, initial=True, label="Take owners, leads and contributors along",
        help_text="Whoever was deactivated is left out.",
    )  # fmt: skip
    commitments = forms.BooleanField(
        required=False, label="Ask departments anew for what they promised", help_text="Each is asked once more."
    )
    days = forms.IntegerField(
        required=False, min_value=-MOST_DAYS, max_value=MOST_DAYS, label="Days to move all dates by",
        help_text="Left empty, by as many as the start date moves. 0 leaves every date as it is.",
    )  # fmt: skip

    def shift(self) -> int:
        """By how many days dates move."""
        typed: int | None = self.cleaned_data["days"]
        moved = self.cleaned_data["start_date"] - self.cleaned_data["like"].start_date
        return int(moved.days) if typed is None else typed


class SuccessorForm(NewPlanForm):
    """A new plan that follows another one."""

    field_order = ("predecessor", "title", "slug", "start_date", "end_date")
    predecessor = forms.ModelChoiceField(
        Plan.objects.filter(deleted_at__isnull=True), label="Plan before it", empty_label="Choose one",
        help_text="Its settings, introduction and priorities are taken over, its findings are not. What to carry "
        "forward is chosen next.",
    )  # fmt: skip


class Ticks(forms.TypedMultipleChoiceField):
    """Rows of a list, by their keys. One that is not listed any more is no mistake: the version says that, and more."""

    def valid_value(self, value: Any) -> bool:
        return whole_number(str(value)) is not None


class CarryForm(PageForm):
    """Which open initiatives of the plan before go on, and what becomes of the others."""

    REST = (
        ("", "Leave them as they are"), ("completed", "Close them as completed"),
        ("cancelled", "Close them as cancelled"),
    )  # fmt: skip
    digest = forms.CharField(widget=Hidden, required=False, max_length=64)
    carried = Ticks(coerce=int, required=False, widget=forms.CheckboxSelectMultiple, label="What goes on")
    people = forms.BooleanField(
        required=False, initial=True, label="Take owners, leads and contributors along",
        help_text="Whoever was deactivated is left out.",
    )  # fmt: skip
    commitments = forms.BooleanField(required=False, label="Ask departments anew for what they have promised")
    rest = forms.ChoiceField(
        choices=REST, required=False, widget=forms.RadioSelect, initial="", label="The open ones that are not ticked"
    )
    reason = forms.CharField(
        max_length=2_000, required=False, label="Why they are closed",
        help_text="Stands in the update that closes each of them that has no reason of its own.",
    )  # fmt: skip
    archive = forms.BooleanField(
        required=False, label="Archive the plan before it",
        help_text="It stays readable, sends no reminders and needs no updates any more.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, open_rows: Sequence[tuple[int, str]], groups: Mapping[int, int],
        goals: Sequence[tuple[int, str]], **kwargs: Any,
    ) -> None:  # fmt: skip
        """`groups`: each focus area of the plan before, with the one of `goals` that is like it."""
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["carried"].choices = open_rows
        fields["carried"].initial = [key for key, _ in open_rows]
        choices = [(0, "One like it, added to the new plan"), *goals]
        for key, name in open_rows:
            fields[f"reason_{key}"] = forms.CharField(required=False, max_length=2_000, label=f"Why {name} is closed")
        for key, like in groups.items():
            fields[f"under_{key}"] = forms.TypedChoiceField(
                coerce=int, required=False, empty_value=None, choices=choices, initial=like, label="Goes under"
            )

    def reasons(self) -> dict[int, str]:
        """Initiative → why it alone is closed, where that is another reason than the one for all."""
        found = {name: value for name, value in self.cleaned_data.items() if name.startswith("reason_") and value}
        return {int(name.removeprefix("reason_")): value for name, value in found.items()}

    def under(self) -> dict[int, int]:
        """Focus area of the plan before → of the new plan, 0 for one like it."""
        found = {name: value for name, value in self.cleaned_data.items() if name.startswith("under_")}
        return {int(name.removeprefix("under_")): value for name, value in found.items() if value is not None}

    def show(self, digest: str) -> None:
        """What is drawn was shown under this name."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
        data[self.add_prefix("digest")] = digest
        self.data = data

    def stored(self, row: Any, name: str) -> Any:
        return NOT_STORED

    def _asked(self) -> list[str]:
        # Those of rows come and go with the plans.
        return [name for name in super()._asked() if not name.startswith(("under_", "reason_"))]
