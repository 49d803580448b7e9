"""Forms of the people room. They hand plain values to the services."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm

from people.models import Department, User
from people.roles import Role


class SignInForm(AuthenticationForm):
    """E-mail and password."""

    error_messages = {
        "invalid_login": "E-mail or password is not right. Check both, or set a new password below.",
        "inactive": "This account was deactivated. Ask an administrator.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})


class ResetForm(PasswordResetForm):
    """Writes to active people, also to those who never had a password: it is how they set their first one."""

    def get_users(self, email: str) -> Any:
        return get_user_model().objects.filter(email__iexact=email, is_active=True)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, e-mail and department of a person."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = User
        fields = ["name", "email", "department"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"
        self.fields["department"].queryset = Department.objects.filter(deleted_at__isnull=True)  # type: ignore[attr-defined]
        self.initial.setdefault("version", self.instance.version if self.instance.pk else None)

    def validate_unique(self) -> None:
        """The service checks, with a sentence that names the field."""


class DepartmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, abbreviation and what a department is part of."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Department
        fields = ["name", "abbreviation", "parent"]
        labels = {"parent": "Part of"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Department.objects.filter(deleted_at__isnull=True)
        self.fields["parent"].queryset = known.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        self.initial.setdefault("version", self.instance.version if self.instance.pk else None)

    def validate_unique(self) -> None:
        """The service checks, with a sentence that names the field."""

    def validate_constraints(self) -> None:
        """As above."""


class RoleForm(forms.Form):
    """A role to give; a liaison's needs a department."""

    role = forms.ChoiceField(choices=Role.choices)
    department = forms.ModelChoiceField(
        queryset=Department.objects.filter(deleted_at__isnull=True), required=False, help_text="For a liaison only."
    )


class AuditFilterForm(forms.Form):
    """Narrow the audit log. Every field may be left empty."""

    person = forms.ModelChoiceField(queryset=User.objects.all(), required=False, empty_label="Everybody")
    verb = forms.CharField(required=False, max_length=60, label="What")
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
