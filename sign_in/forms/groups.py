"""Forms of the table of groups."""

from django import forms

from people.models import Department
from people.roles import Role
from web.forms import PageForm


class GroupRoleForm(PageForm):
    """One line: a group at the provider, and the role it gives here."""

    group = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Written as the provider sends it: a name, or with Entra ID the group’s object id.",
    )  # fmt: skip
    role = forms.ChoiceField(choices=Role.choices)
    department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), required=False, empty_label="None",
        help_text="For a liaison only.",
    )  # fmt: skip

    def meaning(self) -> tuple[str, str, int | None]:
        """What was typed: the group, the role, and the department's id."""
        typed = self.cleaned_data
        return " ".join(typed["group"].split()), typed["role"], typed["department"].pk if typed["department"] else None
