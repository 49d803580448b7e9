"""Forms of the initiative itself."""

from typing import Any

from django import forms

from goals.models import Goal, Plan, Priority, Strategy
from initiatives.forms.people import PeopleField, PersonField
from initiatives.models import Alignment, Contribution, Initiative, Status
from people.models import Department, User
from records.history import Recorded
from web.forms import Day, PageForm, RowForm, Words
from web.markdown import HINT


class InitiativeText(forms.Form):
    """What an owner or contributor may change."""

    title = forms.CharField(max_length=200, label="Title")
    summary = Words(max_length=20_000, required=False, label="Summary", help_text=HINT, rows=6)


class InitiativeFields(forms.Form):
    """What the strategy office sets."""

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

    def of_plan(self, plan: Plan) -> None:
        """Offer only what belongs to the plan."""
        for name, rows in {
            "goal": Goal.objects.filter(plan=plan, deleted_at__isnull=True),
            "strategy": Strategy.objects.filter(
                goal__plan=plan, goal__deleted_at__isnull=True, deleted_at__isnull=True
            ),
            "priorities": Priority.objects.filter(plan=plan, deleted_at__isnull=True),
        }.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined] # all three choose among rows
        self.fields["goal"].label = plan.goal_label


class InitiativeCreateForm(InitiativeFields, InitiativeText, PageForm):
    """A new initiative of a plan."""

    field_order = ("number", "title", "summary")

    def __init__(self, *args: Any, plan: Plan, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "start_date": plan.start_date, "audience": Initiative.Audience.RESIDENTS,
            "visibility": Initiative.Visibility.PUBLIC,
        } | kwargs.get("initial", {})  # fmt: skip
        super().__init__(*args, user=user, **kwargs)
        self.of_plan(plan)


class InitiativeTextForm(InitiativeText, RowForm):
    """Title and summary, for owner and contributors."""

    def __init__(self, *args: Any, initiative: Initiative, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(initiative, name) for name in ("title", "summary", "version")}
        super().__init__(*args, user=user, **kwargs)


class InitiativeEditForm(InitiativeFields, InitiativeText, RowForm):
    """Everything, for plan managers."""

    field_order = ("number", "title", "summary")
    reason = forms.CharField(
        max_length=2_000, required=False, label="Reason for a moved date",
        help_text="Needed when the due date moves. The first date stays on record.",
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, user: User, **kwargs: Any) -> None:
        people = list(Contribution.objects.filter(initiative=initiative, recorded_until__isnull=True))
        served = Alignment.objects.filter(initiative=initiative, recorded_until__isnull=True)
        names = set(InitiativeFields.base_fields) | set(InitiativeText.base_fields) | {"version"}
        rows = {"goal", "strategy", "owner", "lead_department"}
        initial = {name: getattr(initiative, name) for name in names - rows - {"contributors", "priorities"}}
        initial |= {name: getattr(initiative, f"{name}_id") for name in rows}
        initial["contributors"] = [span.person_id for span in people]
        initial["priorities"] = list(served.values_list("priority_id", flat=True))
        kwargs["initial"] = initial
        super().__init__(*args, user=user, **kwargs)
        self.of_plan(initiative.plan)
        owner, contributors = self.fields["owner"], self.fields["contributors"]
        assert isinstance(owner, PersonField)  # noqa: S101 - declared above
        assert isinstance(contributors, PeopleField)  # noqa: S101 - declared above
        owner.keep(initiative.owner_id)
        contributors.keep(initial["contributors"])

    def differences(self, row: Recorded) -> list[dict[str, str]]:
        """The row's own fields, and its contributors and priorities, which are kept beside it."""
        found = super().differences(row)
        held = {
            "contributors": User.objects.filter(
                pk__in=Contribution.objects.filter(initiative_id=row.pk, recorded_until__isnull=True).values("person")
            ),
            "priorities": Priority.objects.filter(
                pk__in=Alignment.objects.filter(initiative_id=row.pk, recorded_until__isnull=True).values("priority")
            ),
        }
        for name, rows in held.items():
            saved, mine = (", ".join(sorted(map(str, some))) for some in (rows, self.cleaned_data.get(name) or ()))
            if saved != mine:
                found.append({"label": str(self.fields[name].label), "saved": saved, "mine": mine})
        return found


class OverrideForm(PageForm):
    """Show another status than the computed one."""

    status = forms.ChoiceField(choices=Status.choices, widget=forms.RadioSelect, label="Status to show")
    reason = Words(max_length=2_000, label="Reason", help_text="Shown beside the status.", rows=2)


class DeleteForm(RowForm):
    """Yes, hide it."""

    reason = forms.CharField(max_length=2_000, required=False, label="Reason", help_text="Kept in the history.")


class LeaverForm(forms.Form):
    """Whose work is handed over: anybody who holds some, active or not."""

    leaver = forms.ModelChoiceField(User.objects.none(), label="Who leaves", empty_label="Choose a person")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["leaver"].queryset = User.objects.order_by("name", "pk")  # type: ignore[attr-defined]


class HandOverForm(PageForm):
    """Who takes it on."""

    to = PersonField(
        label="Who takes it on", empty_label="Nobody yet", required=False,
        help_text="Without a person the initiatives stand in the list of those without an owner.",
    )  # fmt: skip
    reason = forms.CharField(max_length=2_000, required=False, label="Reason", help_text="Kept in the history.")

    def __init__(self, *args: Any, leaver: User, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, PersonField)  # noqa: S101 - declared above
        to.queryset = User.objects.filter(is_active=True).exclude(pk=leaver.pk)
