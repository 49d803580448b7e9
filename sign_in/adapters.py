"""What django-allauth asks of planapp: whose session begins, where to go next, what is said and sent."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
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


class Factors(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """What second steps are kept by is sealed with SECRET_KEY: a copy of the database alone opens nothing."""

    def get_totp_issuer(self) -> str:
        """What an app calls the account: planapp, and of which city."""
        return f"planapp {urlsplit(str(settings.SITE_URL)).hostname}"

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Where SECRET_KEY was changed without keeping the old one nothing fits; a known answer would be a way in."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _seal() -> MultiFernet:
    keys = [str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS)]
    derived = (hashlib.sha256(f"sign_in.factors {key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
