"""The first administrator of a new installation, or one more where nobody who has the role can sign in."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from people.models import User
from people.roles import Role
from people.services import create_user, grant_role
from records.audit import Act
from records.models import Channel


class Command(BaseCommand):
    help = "Creates an administrator, or gives the role to somebody who has an account. Twice is once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="asked for where it is left out")
        parser.add_argument("--name", help="asked for where it is left out")
        parser.add_argument("--existing", action="store_true", help="give the role to the person with this e-mail")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--password-stdin", action="store_true", help="read the password from the first line of input")
        how.add_argument("--password", action="store_true", help="ask for the password, without showing it")

    def handle(self, *args: Any, **options: Any) -> None:
        act = Act(by=None, at=timezone.now(), channel=Channel.SYSTEM, reason="manage.py create_administrator")
        try:
            with transaction.atomic():
                self.stdout.write(self._existing(options, act) if options["existing"] else self._new(options, act))
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused

    def _existing(self, options: dict[str, Any], act: Act) -> str:
        if options["name"] or options["password"] or options["password_stdin"]:
            raise CommandError("With --existing the person keeps name and password: give --email alone.")
        email = _given(options, "email")
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody has the e-mail {email}. Leave --existing out to create an account.")
        if not person.is_active:
            raise CommandError(f"The account of {person} was deactivated. Reactivate it on the People page first.")
        if person.has_role(Role.ADMINISTRATOR):
            return f"{person} ({person.email}) is an administrator already. Nothing was changed."
        grant_role(user=person, role=Role.ADMINISTRATOR, act=act)
        return f"{person} ({person.email}) is an administrator now, and signs in as before."

    def _new(self, options: dict[str, Any], act: Act) -> str:
        email = _given(options, "email")
        person = User.objects.filter(email__iexact=email).first()
        if person is not None:
            raise CommandError(
                f"{person} already has an account with {person.email}. Nothing was changed. "
                f"To give them the role: manage.py create_administrator --existing --email {person.email}"
            )
        name = _given(options, "name")
        password = _password(options, User(email=email, name=name))
        person = create_user(email=email, name=name, password=password, act=act)
        grant_role(user=person, role=Role.ADMINISTRATOR, act=act)
        how = (
            "They can sign in." if password else
            "They set a password themselves: “Forgot your password?” on the sign-in page sends them a link."
        )  # fmt: skip
        return f"{person} ({person.email}) has an account and is an administrator. {how}"


def _given(options: dict[str, Any], name: str) -> str:
    """The option, or what is typed for it; CommandError where there is nobody to ask."""
    value: str | None = options[name]
    if value is None:
        if not sys.stdin.isatty() or options["password_stdin"]:
            raise CommandError(f"Give --{name}: there is nobody to ask.")
        value = input({"email": "E-mail: ", "name": "Name: "}[name])
    return value.strip()


def _password(options: dict[str, Any], person: User) -> str | None:
    """The password chosen, checked as on the pages; None where the person is to set it themselves."""
    if options["password_stdin"]:
        password = sys.stdin.readline().rstrip("\r\n")
    elif options["password"]:
        password = getpass("Password: ")
        if password != getpass("Once more: "):
            raise CommandError("The two passwords are not the same. Nothing was created.")
    else:
        return None
    validate_password(password, person)
    return password
