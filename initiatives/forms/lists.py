"""Filters of the list of initiatives. They read the address, so a link holds everything a reader set."""

from typing import Any

from django import forms

from initiatives.models import EffectiveStatus, Initiative
from initiatives.selectors.lists import NOBODY, SORTS, Choices, Wanted
from people.models import User
from web.forms import FilterForm

ANY = ("", "Any")


class InitiativeFilterForm(FilterForm):
    """What of the list somebody wants to see. Unknown values are refused with a sentence."""

    q = forms.CharField(
        label="Search", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    plan = forms.ChoiceField(label="Plan", required=False)
    goal = forms.TypedChoiceField(label="Focus area", required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(label="Status", required=False, choices=[ANY, *EffectiveStatus.choices])
    owner = forms.ChoiceField(label="Owner", required=False)
    department = forms.TypedChoiceField(label="Lead department", required=False, coerce=int, empty_value=None)
    priority = forms.TypedChoiceField(label="Priority", required=False, coerce=int, empty_value=None)
    visibility = forms.ChoiceField(label="Visibility", required=False, choices=[ANY, *Initiative.Visibility.choices])
    attention = forms.BooleanField(label="Needs attention", required=False)
    mine = forms.BooleanField(label="Mine", required=False)

    def __init__(self, data: Any, *, choices: Choices, goal_label: str) -> None:
        super().__init__(data, label_suffix="")
        current = [(plan.slug, plan.title) for plan in choices.plans]
        self._choose("plan", [("", "All current plans"), *current])
        self._choose("goal", [ANY, *choices.goals])
        self._choose("owner", [ANY, (NOBODY, "No owner"), *((str(key), name) for key, name in choices.owners)])
        self._choose("department", [ANY, *choices.departments])
        self._choose("priority", [ANY, *choices.priorities])
        self.fields["goal"].label = goal_label
        if len(current) < 2:
            self.fields["plan"].widget = forms.HiddenInput()
        if not choices.priorities:
            self.fields["priority"].widget = forms.HiddenInput()

    def _choose(self, name: str, offered: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = offered  # type: ignore[attr-defined]

    def wanted(self, *, user: User, sort: str) -> Wanted:
        """The answers as the selector takes them; an unknown order is the plan's."""
        said = self.cleaned_data
        owner = said["owner"]
        return Wanted(
            goal=said["goal"],
            status=said["status"],
            owner=owner if owner == NOBODY else int(owner) if owner else None,
            department=said["department"],
            priority=said["priority"],
            visibility=said["visibility"],
            attention=said["attention"],
            mine=user if said["mine"] else None,
            text=said["q"],
            sort=sort if sort.removeprefix("-") in SORTS else "number",
        )

    def chips(self) -> list[tuple[str, str]]:
        """What is set, as (name of the filter, words for it)."""
        found = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if not value:
                continue
            if isinstance(field, forms.BooleanField):
                found.append((name, str(field.label)))
            else:
                labels = dict(getattr(field, "choices", []))
                word = labels.get(value, labels.get(str(value), value))
                found.append((name, f"{field.label}: {word}"))
        return found
