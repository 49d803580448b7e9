"""Forms that manage people, departments and roles, and that narrow their lists. They hand plain values to services."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from people.models import Department, PlanAccess, RoleGrant, User, holds_in, works_in
from people.roles import Role
from records.models import Channel
from records.verbs import NOUNS
from web.forms import NOT_STORED, Day, FilterForm, PageForm, Search

DEPARTMENTS = Department.objects.filter(deleted_at__isnull=True)


def _nouns() -> list[tuple[str, str]]:
    return [("", "Anything"), *sorted(NOUNS.items(), key=lambda item: item[1])]


class PersonForm(PageForm):
    """Name, e-mail and department of a person."""

    name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        max_length=254, label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="The person signs in with it and gets mail at it.",
        error_messages={"invalid": "E-mail: write an address such as name@phila.gov."},
    )  # fmt: skip
    department = forms.ModelChoiceField(DEPARTMENTS, required=False, empty_label="None")


class DepartmentForm(PageForm):
    """A department or office, and what it is part of."""

    name = forms.CharField(max_length=200)
    abbreviation = forms.CharField(max_length=40, help_text="Short and unique; it stands in addresses and tables.")
    parent = forms.ModelChoiceField(DEPARTMENTS, required=False, label="Part of", empty_label="The City itself")

    def __init__(self, *args: Any, row: Department | None = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row is not None:
            self.fields["parent"].queryset = DEPARTMENTS.exclude(pk=row.pk)  # type: ignore[attr-defined]


class RoleForm(PageForm):
    """A role to give to the person in `row`; a liaison's needs a department."""

    role = forms.ChoiceField(choices=Role.choices)
    department = forms.ModelChoiceField(
        DEPARTMENTS, required=False, empty_label="None", help_text="For a liaison only."
    )
    plan_access = forms.ModelChoiceField(
        PlanAccess.objects.all(), required=False, label="For", empty_label="The whole installation",
        help_text="Whoever has roles for some plans alone sees no other plan.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, gives: Collection[str], plans: Collection[int] | None = None,
        sees: Collection[int] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """`gives`: the roles that whoever fills it in may give; `plans`: in these alone, None: everywhere.

        `sees`: the plans whose roles they are shown, None: of all.
        """
        self.plans, self.sees = plans, sees
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = [(key, label) for key, label in Role.choices if key in gives]
        if plans is not None:
            only_for(self.fields["plan_access"], plans)

    def version_of(self, row: User) -> int:
        """Roles are a list; giving one is judged by what was on it, as far as whoever gives it sees it."""
        return row.role_changes(self.sees)

    def stored(self, row: User, name: str) -> Any:
        """Roles are rows of their own, and so is a person's department."""
        return NOT_STORED

    def differences(self, row: User) -> list[dict[str, str]]:
        """The roles that are held now, and the one that was to be given."""
        held = RoleGrant.objects.filter(user=row, recorded_until__isnull=True)
        seen = held if self.sees is None else held.filter(holds_in(self.sees))
        saved = ", ".join(grant.words for grant in seen.select_related("department", "plan_access"))
        return [{"label": "Roles", "saved": saved, "mine": RoleGrant(**self.values()).words}]


class InviteToPlanForm(PageForm):
    """Somebody who is to work in one plan, and as what. Who is here already gets the role alone."""

    email = forms.EmailField(
        max_length=254, label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Whoever has an account with it gets the role; everybody else an account, and an invitation by mail.",
        error_messages={"invalid": "E-mail: write an address such as name@phila.gov."},
    )  # fmt: skip
    name = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text="Of a new account."
    )
    department = forms.ModelChoiceField(
        DEPARTMENTS, required=False, empty_label="None",
        help_text="Of a new account, and for which a liaison speaks.",
    )  # fmt: skip
    plan_access = forms.ModelChoiceField(PlanAccess.objects.all(), label="Plan", empty_label="Choose a plan")
    role = forms.ChoiceField(initial=Role.CONTRIBUTOR, help_text="It counts in this plan alone.")

    def __init__(self, *args: Any, plans: Collection[int] | None, gives: Collection[str], **kwargs: Any) -> None:
        """`plans`: those that whoever fills it in may let people into, None: all; `gives`: as what."""
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = [(key, label) for key, label in Role.choices if key in gives]
        if plans is not None:
            only_for(self.fields["plan_access"], plans)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("role") == Role.LIAISON and cleaned.get("department") is None and not self.errors:
            raise ValidationError({"department": "Department: a liaison needs one."})
        return cleaned


def only_for(field: Any, plans: Collection[int]) -> None:
    """Offer these plans alone, and never the whole installation; the one that there is stands chosen."""
    field.queryset = PlanAccess.objects.filter(pk__in=plans)
    field.required = True
    field.empty_label = None if len(plans) == 1 else "Choose a plan"


class PeopleFilterForm(FilterForm):
    """Narrow the list of people. Every field may be left empty."""

    q = Search(label="Name or e-mail")
    role = forms.ChoiceField(required=False, choices=[("", "Any"), ("none", "No role"), *Role.choices])
    department = forms.ModelChoiceField(DEPARTMENTS, required=False, empty_label="Any")
    account = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Any"),
            ("active", "Active"),
            ("not_joined", "Invitation not accepted yet"),
            ("deactivated", "Deactivated"),
        ],
    )


class AuditFilterForm(FilterForm):
    """Narrow the audit log. Every field may be left empty."""

    q = Search(label="Words of name or reason")
    person = forms.ModelChoiceField(User.objects.all(), required=False, empty_label="Everybody", label="Who")
    what = forms.ChoiceField(required=False, choices=_nouns)
    channel = forms.ChoiceField(required=False, choices=[("", "Any"), *Channel.choices], label="How it came")
    day = Day(required=False)

    def __init__(self, *args: Any, within: Collection[int] | None = None, **kwargs: Any) -> None:
        """`within`: the plans whose log it narrows, None: all of it."""
        super().__init__(*args, **kwargs)
        if within is not None:
            self.fields["person"].queryset = User.objects.filter(works_in(within))  # type: ignore[attr-defined]
