"""Forms of milestones."""

from typing import Any

from django import forms

from initiatives.forms.people import PersonField
from initiatives.models import Milestone
from people.models import Department
from web.forms import Day, PageForm

REASON = "Needed when the due date moves. The first date stays on record."


class MilestoneForm(PageForm):
    """What a person may say of a milestone; of one that exists also why its date moves."""

    title = forms.CharField(max_length=300, label="Milestone")
    due_date = Day(required=False, label="Due date")
    owner = PersonField(label="Who", empty_label="The initiative’s owner")
    department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), required=False, label="Department", empty_label="None"
    )
    reason = forms.CharField(max_length=2_000, required=False, label="Reason for a moved date", help_text=REASON)

    def __init__(self, *args: Any, row: Milestone | None = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        fields: dict[str, Any] = self.fields
        if row is None:
            del fields["reason"]
        else:
            fields["owner"].keep(row.owner_id)


class MilestoneDoneForm(PageForm):
    """When a milestone was met; empty means today."""

    completed_date = Day(required=False, label="Completed on", help_text="Leave it empty for today.")


class ReasonForm(PageForm):
    """Why, where a why is welcome but not demanded."""

    reason = forms.CharField(max_length=2_000, required=False, label="Note", help_text="Everybody can read it.")


class NeededReasonForm(PageForm):
    """Why, where the history must say it."""

    reason = forms.CharField(max_length=2_000, label="Reason", help_text="Kept in the history.")
