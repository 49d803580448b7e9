"""Forms of the initiative itself."""

from typing import Any

from django import forms

from goals.models import Goal, Plan, Priority, Strategy
from initiatives.forms.milestones import REASON
from initiatives.forms.people import PeopleField, PersonField
from initiatives.models import Alignment, Contribution, Initiative, Status
from people.models import Department, User
from web.forms import Day, FilterForm, LongText, PageForm
from web.markdown import HINT


class InitiativeTextForm(PageForm):
    """Title and summary, for owner and contributors."""

    title = forms.CharField(max_length=200, label="Title")
    summary = LongText(max_length=20_000, required=False, label="Summary", help_text=HINT, rows=6)


class InitiativeForm(InitiativeTextForm):
    """Everything, for plan managers."""

    field_order = ("number", "title", "summary")
    number = forms.CharField(max_length=20, label="Number", help_text="Unique in the plan, such as 2.3.")
    goal = forms.ModelChoiceField(Goal.objects.none(), empty_label="Choose one")
    strategy = forms.ModelChoiceField(Strategy.objects.none(), required=False, label="Strategy", empty_label="None")
    owner = PersonField(label="Owner", empty_label="No owner yet")
    contributors = PeopleField(label="Contributors", help_text="Hold Ctrl (⌘ on a Mac) to choose several.")
    lead_department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), required=False, label="Lead department", empty_label="None"
    )
    start_date = Day(label="Start date")
    due_date = Day(required=False, label="Due date")
    horizon = forms.ChoiceField(choices=Initiative.Horizon.choices, required=False, label="Horizon")
    audience = forms.ChoiceField(choices=Initiative.Audience.choices, label="Audience")
    visibility = forms.ChoiceField(choices=Initiative.Visibility.choices, label="Visibility")
    priorities = forms.ModelMultipleChoiceField(
        Priority.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Priorities it serves"
    )
    source = forms.CharField(max_length=500, required=False, label="Source", help_text="A link or a document.")
    reason = forms.CharField(max_length=2_000, required=False, label="Reason for a moved date", help_text=REASON)

    def __init__(self, *args: Any, plan: Plan, row: Initiative | None = None, **kwargs: Any) -> None:
        """Offers only what belongs to the plan."""
        if row is None:
            kwargs["initial"] = {
                "start_date": plan.start_date, "audience": Initiative.Audience.RESIDENTS,
                "visibility": Initiative.Visibility.PUBLIC,
            } | kwargs.get("initial", {})  # fmt: skip
        super().__init__(*args, row=row, **kwargs)
        fields: dict[str, Any] = self.fields
        alive = Goal.objects.filter(plan=plan, deleted_at__isnull=True)
        fields["goal"].queryset, fields["goal"].label = alive, plan.goal_label
        fields["strategy"].queryset = Strategy.objects.filter(goal__in=alive, deleted_at__isnull=True)
        fields["priorities"].queryset = Priority.objects.filter(plan=plan, deleted_at__isnull=True)
        if row is None:
            del fields["reason"]
        else:
            fields["owner"].keep(row.owner_id)
            fields["contributors"].keep(self.initial["contributors"])

    def stored(self, row: Initiative, name: str) -> Any:
        """Contributors and priorities are kept beside the row: their keys."""
        if name == "contributors":
            held = Contribution.objects.filter(initiative_id=row.pk, recorded_until__isnull=True)
            return list(held.values_list("person_id", flat=True))
        if name == "priorities":
            served = Alignment.objects.filter(initiative_id=row.pk, recorded_until__isnull=True)
            return list(served.values_list("priority_id", flat=True))
        return super().stored(row, name)


class OverrideForm(PageForm):
    """Show another status than the computed one."""

    BESIDE = frozenset()
    status = forms.ChoiceField(choices=Status.choices, widget=forms.RadioSelect, label="Status to show")
    reason = LongText(max_length=2_000, label="Reason", help_text="Shown beside the status.", rows=2)

    def stored(self, row: Initiative, name: str) -> Any:
        """The override that is shown now."""
        return getattr(row, f"override_{name}")


class LeaverForm(FilterForm):
    """Whose work is handed over: anybody who holds some, active or not."""

    leaver = forms.ModelChoiceField(User.objects.all(), label="Who leaves", empty_label="Choose a person")


class HandOverForm(PageForm):
    """Who takes it on."""

    to = PersonField(
        label="Who takes it on", empty_label="Nobody yet", required=False,
        help_text="Without a person the initiatives stand in the list of those without an owner.",
    )  # fmt: skip
    reason = forms.CharField(max_length=2_000, required=False, label="Note", help_text="Everybody can read it.")

    def __init__(self, *args: Any, leaver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["to"].queryset = User.objects.filter(is_active=True).exclude(pk=leaver.pk)
