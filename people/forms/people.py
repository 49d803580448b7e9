"""Forms that manage people, departments and roles, and that narrow their lists. They hand plain values to services."""

from typing import Any

from django import forms

from people.models import Department, User
from people.roles import Role
from records.verbs import NOUNS
from web.forms import Day, PageForm, RowForm


def _departments() -> Any:
    return Department.objects.filter(deleted_at__isnull=True)


def _nouns() -> list[tuple[str, str]]:
    return [("", "Anything"), *sorted(NOUNS.items(), key=lambda item: item[1])]


class PersonFields(forms.Form):
    name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        max_length=254, label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="The person signs in with it and gets mail at it.",
        error_messages={"invalid": "E-mail: write an address such as name@phila.gov."},
    )  # fmt: skip
    department = forms.ModelChoiceField(queryset=Department.objects.none(), required=False, empty_label="None")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = _departments()  # type: ignore[attr-defined]


class PersonCreateForm(PersonFields, PageForm):
    """A new person."""

    field_order = ["name", "email", "department"]


class PersonEditForm(PersonFields, RowForm):
    """Name, e-mail and department of a person."""

    field_order = ["name", "email", "department"]


class DepartmentFields(forms.Form):
    name = forms.CharField(max_length=200)
    abbreviation = forms.CharField(max_length=40, help_text="Short and unique; it stands in addresses and tables.")
    parent = forms.ModelChoiceField(
        queryset=Department.objects.none(), required=False, label="Part of", empty_label="The City itself"
    )

    def __init__(self, *args: Any, but: Department | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = _departments()
        self.fields["parent"].queryset = known.exclude(pk=but.pk) if but else known  # type: ignore[attr-defined]


class DepartmentCreateForm(DepartmentFields, PageForm):
    """A new department or office."""

    field_order = ["name", "abbreviation", "parent"]


class DepartmentEditForm(DepartmentFields, RowForm):
    """Name, abbreviation and what a department is part of."""

    field_order = ["name", "abbreviation", "parent"]


class RoleForm(forms.Form):
    """A role to give; a liaison's needs a department."""

    role = forms.ChoiceField(choices=Role.choices)
    department = forms.ModelChoiceField(
        queryset=Department.objects.none(), required=False, empty_label="None", help_text="For a liaison only."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = _departments()  # type: ignore[attr-defined]


class PeopleFilterForm(forms.Form):
    """Narrow the list of people. Every field may be left empty."""

    q = forms.CharField(required=False, max_length=100, label="Name or e-mail")
    role = forms.ChoiceField(required=False, choices=[("", "Any"), ("none", "No role"), *Role.choices])
    department = forms.ModelChoiceField(queryset=Department.objects.none(), required=False, empty_label="Any")
    account = forms.ChoiceField(
        required=False, choices=[("", "Any"), ("active", "Active"), ("deactivated", "Deactivated")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = _departments()  # type: ignore[attr-defined]


class AuditFilterForm(forms.Form):
    """Narrow the audit log. Every field may be left empty."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Everybody", label="Who")
    what = forms.ChoiceField(required=False, choices=_nouns)
    day = Day(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.order_by("name", "pk")  # type: ignore[attr-defined]
