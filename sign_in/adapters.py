"""What django-allauth asks of planapp: whose session begins, where to go next, what is said and sent."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from people.models import User


class Accounts(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Accounts are made by plan managers, or by the city's identity provider; nobody registers here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Always under the one backend that decides about rights: a session of another one is believed by nobody."""
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any) -> None:
        """Nothing is said where the next page shows what happened."""
        if message_template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, message_template, *more)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing leaves but through the outbox."""
        raise NotImplementedError(template_prefix)
