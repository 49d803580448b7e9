"""What stands in the address of the search page."""

from collections.abc import Sequence
from typing import Any

from django import forms

from goals.models import PlanVersion
from search.finding import LABELS, ORDER
from web.forms import FilterForm, Search


class SearchForm(FilterForm):
    """Words, a kind of thing, and where there are several plans one of them."""

    q = Search(label="Search for")
    kind = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[("", "Everything"), *((key, LABELS[key][1]) for key in ORDER)],
    )
    plan = forms.ChoiceField(required=False, label="Plan")

    def __init__(self, data: Any, *, plans: Sequence[PlanVersion]) -> None:
        super().__init__(data, auto_id="search_%s")
        field: Any = self.fields["plan"]
        field.choices = [("", "All that are not archived"), *((plan.slug, plan.title) for plan in plans)]
        if len(plans) < 2:
            field.widget = forms.HiddenInput()
