"""Forms of commitments."""

from collections.abc import Collection
from typing import Any

from django import forms

from initiatives.forms.milestones import REASON
from people.models import Department
from web.forms import Day, PageForm


class CommitmentProposeForm(PageForm):
    """What is asked of a department."""

    department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), label="Department", empty_label="Choose one"
    )
    what = forms.CharField(
        max_length=500, label="What", help_text="What the department is to do, such as “Two staff for testing”."
    )
    due_date = Day(required=False, label="Due date")

    def __init__(self, *args: Any, only: Collection[int] | None, **kwargs: Any) -> None:
        """`only`: the departments this person may speak for; None for all."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["department"]
        if only is not None:
            field.queryset = field.queryset.filter(pk__in=only)
            field.help_text = "You can propose what a department of yours promises."


class CommitmentMoveForm(PageForm):
    """Another due date."""

    due_date = Day(required=False, label="New due date")
    reason = forms.CharField(max_length=2_000, required=False, label="Reason for a moved date", help_text=REASON)
