"""Forms that manage people, departments and roles, and that narrow their lists. They hand plain values to services."""

from collections.abc import Collection
from typing import Any

from django import forms

from people.models import Department, PlanAccess, RoleGrant, User
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

    def __init__(self, *args: Any, gives: Collection[str], **kwargs: Any) -> None:
        """`gives`: the roles that whoever fills it in may give."""
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = [(key, label) for key, label in Role.choices if key in gives]

    def version_of(self, row: User) -> int:
        """Roles are a list; giving one is judged by what was on it."""
        return row.role_changes

    def stored(self, row: User, name: str) -> Any:
        """Roles are rows of their own, and so is a person's department."""
        return NOT_STORED

    def differences(self, row: User) -> list[dict[str, str]]:
        """The roles that are held now, and the one that was to be given."""
        grants = RoleGrant.objects.filter(user=row, recorded_until__isnull=True).select_related(
            "department", "plan_access"
        )
        saved = ", ".join(grant.words for grant in grants)
        return [{"label": "Roles", "saved": saved, "mine": RoleGrant(**self.values()).words}]


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
