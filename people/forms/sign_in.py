"""Sign-in and password forms: Django's own, in our words."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth
from django.contrib.auth import get_user_model

from people.roles import Role
from web.forms import Sentences


def may_use_password(user: Any) -> bool:
    """Everybody, but where the city's own sign-in is the only one (settings.PASSWORDS_FOR_EMERGENCIES).

    Then administrators alone who are named: an address can be given to others, by whoever may change accounts.
    """
    if not settings.PASSWORDS_FOR_EMERGENCIES:
        return True
    return user.email.lower() in settings.EMERGENCY_ADMINISTRATORS and user.has_role(Role.ADMINISTRATOR)


class SignInForm(Sentences, auth.AuthenticationForm):
    """E-mail and password."""

    error_messages = {
        "invalid_login": "E-mail or password is not right. Check both, or set a new password below.",
        "inactive": "This account was deactivated. Ask an administrator.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})

    def confirm_login_allowed(self, user: Any) -> None:
        """Where passwords are for emergencies, everybody else's is refused as a wrong one is: it tells nothing."""
        super().confirm_login_allowed(user)
        if not may_use_password(user):
            raise self.get_invalid_login_error()


class ResetForm(Sentences, auth.PasswordResetForm):
    """Writes to active people, also to those who never had a password: it is how they set their first one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"

    def get_users(self, email: str) -> Any:
        found = get_user_model().objects.filter(email__iexact=email, is_active=True)
        return [user for user in found if may_use_password(user)]


class PasswordForm(Sentences, auth.SetPasswordForm):  # type: ignore[type-arg]
    """A first password, by the link from a mail."""


class NewPasswordForm(Sentences, auth.PasswordChangeForm):
    """Another password, with the one it replaces."""
