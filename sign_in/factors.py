"""Everything that changes what a person shows besides the password: an app, passkeys, codes for when they are lost.

Rows and arithmetic are django-allauth's. A code of the app counts once: the step of time it was for is kept with it.
"""

import base64
import secrets
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from people.mails import tell
from people.models import User
from records.audit import Act, record_event
from records.history import locked
from web.security_log import note_acts

STEP = 30  # seconds for which an app shows a code
AROUND = (0, -1, 1)  # steps: the code before and the one after are taken as well, for clocks that are a little off
APP, CODES, KEY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN
NOT_NOW = (
    "Code: this is not the code that the app shows now. Wait for the next one, and see that the telephone’s clock "
    "is right."
)


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


@transaction.atomic
def add_app(*, user: User, secret: str, code: str, act: Act) -> bool:
    """Set up an authenticator app that has shown a right code. Whether recovery codes were made with it."""
    row = locked(user)
    if _of(row, APP).exists():
        raise ValidationError("An authenticator app is set up already. Take it off first.")
    step = _step_of(secret, code, act)
    if step is None:
        raise ValidationError({"code": NOT_NOW})
    app = TOTP.activate(row, secret).instance
    app.data["step"] = step
    app.save(update_fields=["data"])
    _note(row, "factor.app_added", act)
    return _add_codes(row)


@transaction.atomic
def remove_app(*, user: User, act: Act) -> bool:
    """Take the app off; codes that would be alone go with it. Whether there was one."""
    row = locked(user)
    gone, _ = _of(row, APP).delete()
    if gone:
        _drop_lonely_codes(row)
        _note(row, "factor.app_removed", act)
    return bool(gone)


@transaction.atomic
def add_passkey(*, user: User, name: str, credential: dict[str, Any], act: Act) -> bool:
    """Keep a passkey that answered the library's question. Whether recovery codes were made with it."""
    row = locked(user)
    WebAuthn.add(row, name, credential)
    _note(row, "factor.key_added", act)
    return _add_codes(row)


@transaction.atomic
def rename_passkey(*, key: Authenticator, name: str, act: Act) -> None:
    """Call a passkey otherwise, so that its owner knows which one to take off."""
    row = locked(key.user)
    if key.data["name"] != name:
        key.data["name"] = name
        key.save(update_fields=["data"])
        record_event(verb="factor.key_renamed", target=row, act=act)


@transaction.atomic
def remove_passkey(*, user: User, pk: int, act: Act) -> bool:
    """Take a passkey off; codes that would be alone go with it. Whether there was one."""
    row = locked(user)
    gone, _ = passkeys_of(row).filter(pk=pk).delete()
    if gone:
        _drop_lonely_codes(row)
        _note(row, "factor.key_removed", act)
    return bool(gone)


@transaction.atomic
def renew_codes(*, user: User, act: Act) -> None:
    """New recovery codes; the old ones work no more. Raises ValidationError where they would be alone."""
    row = locked(user)
    if not has_factor(row):
        raise ValidationError("Recovery codes are for people with a second step. Set one up first.")
    _of(row, CODES).delete()
    _add_codes(row)
    _note(row, "factor.codes_renewed", act)


@transaction.atomic
def take_off_factors(*, user: User, act: Act) -> bool:
    """Take everything off the account of somebody who lost it, who then signs in by password alone."""
    row = locked(user)
    gone, _ = Authenticator.objects.filter(user=row).delete()
    if gone:
        _note(row, "factor.taken_off", act)
    return bool(gone)


@transaction.atomic
def use_code(*, user: User, code: str, act: Act) -> Authenticator | None:
    """What the code is of: the app, or the recovery codes, of which it is used up. None: it is wrong, or was used."""
    row = locked(user)
    app = _of(row, APP).first()
    step = _step_of(decrypt(app.data["secret"]), code, act, after=app.data.get("step", 0)) if app else None
    if app is not None and step is not None:
        app.data["step"] = step
        app.last_used_at = act.at
        app.save(update_fields=["data", "last_used_at"])
        return app
    codes = _of(row, CODES).first()
    if codes is None or not RecoveryCodes(codes).validate_code(code):
        return None
    _of(row, CODES).update(last_used_at=act.at)
    _note(row, "factor.code_used", act)
    return codes


def has_factor(user: User) -> bool:
    """Whether signing in asks this person for more than the password."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=CODES).exists())


def app_of(user: User) -> Authenticator | None:
    """The authenticator app that is set up."""
    return _of(user, APP).first()


def passkeys_of(user: User) -> "QuerySet[Authenticator]":
    return _of(user, KEY).order_by("pk")


def codes_left(user: User) -> list[str] | None:
    """The recovery codes that were not used; None where there are none to use."""
    row = _of(user, CODES).first()
    return None if row is None else [f"{code[:4]} {code[4:]}" for code in RecoveryCodes(row).get_unused_codes()]


def _of(user: User, kind: str) -> "QuerySet[Authenticator]":
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=kind)
    return rows


def _step_of(secret: str, code: str, act: Act, after: int = 0) -> int | None:
    now = int(act.at.timestamp()) // STEP
    steps = (now + one for one in AROUND if now + one > after)
    right = (
        one for one in steps if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, one)))
    )
    return next(right, None)


def _add_codes(user: User) -> bool:
    if _of(user, CODES).exists():
        return False
    RecoveryCodes.activate(user)
    return True


def _drop_lonely_codes(user: User) -> None:
    if not has_factor(user):
        _of(user, CODES).delete()


def _note(user: User, verb: str, act: Act) -> None:
    event = record_event(verb=verb, target=user, act=act)
    note_acts(event)
    tell(user, event, user.email, act)
