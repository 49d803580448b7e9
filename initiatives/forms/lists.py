"""The filters of lists, which read the address so that a link holds them all; and one change to many initiatives."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.models import GoalVersion, Priority
from goals.rules import among_managed
from initiatives.forms.work import known_where_managed
from initiatives.models import (
    EffectiveStatus,
    Initiative,
)
from initiatives.selectors.activity import KINDS
from initiatives.selectors.facets import ON, Facets
from initiatives.selectors.lists import GROUPS, LISTED, NOBODY, SORTS, USUAL, Choices, Wanted
from initiatives.services import BulkChange
from people.models import Department, User
from web.forms import PICK, Day, FilterForm, Hidden, PageForm, Search

ANY = ("", "Any")


class InitiativeFilterForm(FilterForm):
    """What of the list somebody wants to see. Unknown values are refused with a sentence."""

    q = Search(label="Search")
    plan = forms.ChoiceField(label="Plan", required=False)
    goal = forms.TypedChoiceField(label="Focus area", required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(label="Status", required=False, choices=[ANY, *EffectiveStatus.choices])
    owner = forms.ChoiceField(label="Owner", required=False)
    department = forms.TypedChoiceField(label="Lead department", required=False, coerce=int, empty_value=None)
    priority = forms.TypedChoiceField(label="Priority", required=False, coerce=int, empty_value=None)
    visibility = forms.ChoiceField(label="Visibility", required=False, choices=[ANY, *Initiative.Visibility.choices])
    attention = forms.BooleanField(label="Needs attention", required=False)
    unconfirmed = forms.BooleanField(label="Owner not confirmed", required=False)
    mine = forms.BooleanField(label="Mine", required=False)

    def __init__(self, data: Any, *, choices: Choices, goal_label: str) -> None:
        super().__init__(data, label_suffix="")
        self.plans = choices.plans
        current = [(plan.slug, plan.title) for plan in choices.plans]
        self._choose("plan", [("", "All current plans"), *current])
        self._choose("goal", [ANY, *choices.goals])
        for name in ("owner", "department"):
            self.fields[name].widget.attrs |= PICK
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
        cleaned = self.cleaned_data
        owner = cleaned["owner"]
        return Wanted(
            goal=cleaned["goal"],
            status=cleaned["status"],
            owner=owner if owner == NOBODY else int(owner) if owner else None,
            department=cleaned["department"],
            priority=cleaned["priority"],
            visibility=cleaned["visibility"],
            attention=cleaned["attention"],
            unconfirmed=cleaned["unconfirmed"],
            mine=user.pk if cleaned["mine"] else None,
            text=cleaned["q"],
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

    def count(self, facets: Facets, reader: int) -> dict[str, dict[str, int]]:
        """Say beside each choice how many rows it would leave; returned by filter and value, for a page that stays."""
        found = {name: facets.of(name, reader) for name in facets.counts if name in self.fields}
        found["plan"] = {plan.slug: found["plan"].get(str(plan.subject_id), 0) for plan in self.plans}
        for name, counts in found.items():
            field: Any = self.fields[name]
            if isinstance(field, forms.BooleanField):
                self[name].label = f"{field.label} ({counts.get(ON, 0):,})"
                continue
            field.choices = [
                (value, f"{label} ({counts.get(str(value), 0):,})" if value != "" else label)
                for value, label in field.choices
            ]
            field.widget.attrs["data-counted"] = True
        return found


class LayoutForm(forms.Form):
    """How the list looks: groups and columns. What an address says otherwise is left out, as an unknown order is."""

    group = forms.ChoiceField(label="Group by", required=False)
    col = forms.MultipleChoiceField(
        label="Columns", required=False, choices=list(LISTED.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, goal_label: str) -> None:
        self.grouped_by = data.get("group", "") if data.get("group") in GROUPS else ""
        chosen = set(data.getlist("col"))
        self.shown = tuple(name for name in LISTED if name in chosen) or USUAL
        super().__init__(initial={"group": self.grouped_by, "col": self.shown}, label_suffix="", auto_id="layout-%s")
        names = {"goal": goal_label, "department": "Lead department", "owner": "Owner"}
        field: Any = self.fields["group"]
        field.choices = [("", "Nothing"), *((key, names[key]) for key in GROUPS)]


class ActivityFilterForm(FilterForm):
    """Narrows what happened. Every field may be left empty."""

    what = forms.ChoiceField(required=False, choices=[("", "Anything"), *KINDS.items()])

    def __init__(self, *args: object, goals: list[GoalVersion], label: str, **more: object) -> None:
        super().__init__(*args, **more)
        choices = [ANY, *((one.subject_id, f"{one.number} {one.title}") for one in goals)]
        self.fields["goal"] = forms.TypedChoiceField(
            required=False, coerce=int, empty_value=None, label=label, choices=choices
        )


LEAVE, NONE = "", "none"
LEFT = (LEAVE, "Leave as it is")
CHOSEN = re.compile(r"[0-9]{1,15}:[0-9]{1,9}(,[0-9]{1,15}:[0-9]{1,9})*")
MOST_AT_ONCE = 200  # initiatives that are changed together


class BulkForm(PageForm):
    """The same change to many initiatives. What is left as it is stays as it is in each."""

    owner = forms.ChoiceField(label="Owner", required=False)
    lead_department = forms.ChoiceField(label="Lead department", required=False)
    due_date = Day(required=False, label="Due date", help_text="Empty: each keeps its own.")
    visibility = forms.ChoiceField(label="Visibility", required=False, choices=[LEFT, *Initiative.Visibility.choices])
    horizon = forms.ChoiceField(
        label="Horizon", required=False,
        choices=[LEFT, (NONE, "None"), *((key, label) for key, label in Initiative.Horizon.choices if key)],
    )  # fmt: skip
    adds = forms.ModelChoiceField(
        Priority.objects.none(), required=False, label="Add a priority", empty_label="Leave as it is"
    )
    drops = forms.ModelChoiceField(
        Priority.objects.none(), required=False, label="Take a priority away", empty_label="Leave as it is"
    )
    retires = forms.BooleanField(
        required=False, label="Retire them",
        help_text="They leave lists, reminders and counts from now on. History and earlier reports keep them.",
    )  # fmt: skip
    reason = forms.CharField(
        max_length=2_000, required=False, label="Reason",
        help_text="Needed where a due date moves or a running plan loses something. Kept in the history of each.",
    )  # fmt: skip
    chosen = forms.CharField(widget=Hidden, max_length=30 * MOST_AT_ONCE)
    seen = forms.CharField(widget=Hidden, required=False, max_length=64)

    ASKED = ("owner", "lead_department", "due_date", "visibility", "horizon", "adds", "drops")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offers people and priorities of the plans that this user manages."""
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        known = known_where_managed(user).filter(is_active=True)
        people = known.order_by("name").values_list("pk", "name")
        offices = Department.objects.filter(deleted_at__isnull=True).order_by("name")
        fields["owner"].choices = [LEFT, (NONE, "Nobody"), *((str(key), name) for key, name in people)]
        fields["lead_department"].choices = [LEFT, (NONE, "None"), *((str(one.pk), str(one)) for one in offices)]
        priorities = Priority.objects.filter(
            among_managed(user), deleted_at__isnull=True, plan__deleted_at__isnull=True
        )
        fields["adds"].queryset = fields["drops"].queryset = priorities

    def clean_chosen(self) -> dict[int, int]:
        """{key of the initiative: the version that was seen}."""
        text = self.cleaned_data["chosen"]
        if not CHOSEN.fullmatch(text):
            raise ValidationError("What was chosen could not be read. Go back to the list and choose again.")
        found = {int(key): int(version) for key, _, version in (one.partition(":") for one in text.split(","))}
        if len(found) > MOST_AT_ONCE:
            raise ValidationError(f"{len(found)} are too many at once. {MOST_AT_ONCE} is the most.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        asked = [name for name in self.ASKED if cleaned.get(name) not in (None, LEAVE)]
        if self.errors:
            return cleaned
        if cleaned["retires"] and asked:
            raise ValidationError("What is retired is changed no more. Retire them, or change something else.")
        if not cleaned["retires"] and not asked:
            raise ValidationError("Say what is to change: choose one answer at least.")
        return cleaned

    def change(self) -> BulkChange:
        cleaned = self.cleaned_data
        fields: dict[str, Any] = {name: cleaned[name] for name in ("due_date", "visibility") if cleaned[name]}
        if cleaned["horizon"]:
            fields["horizon"] = "" if cleaned["horizon"] == NONE else cleaned["horizon"]
        for name, model in (("owner", User), ("lead_department", Department)):
            if cleaned[name]:
                fields[name] = None if cleaned[name] == NONE else model._default_manager.get(pk=cleaned[name])
        adds, drops = ([one] if one else [] for one in (cleaned["adds"], cleaned["drops"]))
        return BulkChange(fields, adds, drops, retires=cleaned["retires"])
