"""What the services of the room `sign_in` leave in the audit log."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import SESSION_KEY

import sign_in.factors as f
import sign_in.services as s
from people.models import User
from people.sessions import SessionStore
from people.signed_in import SHOWN, THERE
from records.audit import Act
from records.models import AuditEvent
from sign_in.models import GroupRole
from tests.conftest import NOW
from tests.house.recorded.common import Table, by
from tests.house.world import World


def system() -> Act:
    return Act(by=None, at=NOW + timedelta(minutes=1), reason="Signed in with City account")


def heads(world: World) -> User:
    """Somebody, in a group that gives a role."""
    GroupRole.objects.get_or_create(group="Heads", role="leader")
    return world.cast.owner


def arrival(world: World, groups: set[str]) -> s.Arrival:
    return s.Arrival(
        provider="city", label="City account", uid="1", email=heads(world).email, is_vouched=True, name="",
        groups=frozenset(groups),
    )  # fmt: skip


def with_app(world: World) -> User:
    """The owner, with an authenticator app."""
    owner, secret = world.cast.owner, "JBSWY3DPEHPK3PXP"
    if f.app_of(owner) is None:
        f.add_app(user=owner, secret=secret, code=shown_by_app(secret, NOW), act=by(world, "owner", minutes=0))
    return owner


def with_passkey(world: World) -> User:
    """The owner, who once set up a passkey."""
    if not AuditEvent.objects.filter(verb="factor.key_added").exists():
        f.add_passkey(user=world.cast.owner, name="Key", credential={}, act=by(world, "owner", minutes=0))
    return world.cast.owner


def key_of(world: World) -> int:
    """The number of the owner's passkey; of none, once it is gone."""
    key = f.passkeys_of(with_passkey(world)).first()
    return key.pk if key else 0


def with_app_once(world: World) -> User:
    return world.cast.owner if AuditEvent.objects.filter(verb="factor.app_added").exists() else with_app(world)


def first_code(world: World) -> str:
    """The same, used or not."""
    codes = Authenticator.objects.get(user=with_app(world), type=f.CODES)
    return str(RecoveryCodes(codes).generate_codes()[0])


def shown_by_app(secret: str, at: datetime) -> str:
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // f.STEP))


def came_by_provider(world: World) -> int:
    """The provider ends the session that the owner began by it, once."""
    owner = world.cast.owner
    if not SocialAccount.objects.filter(user=owner).exists():
        SocialAccount.objects.create(provider="city", uid="1", user=owner, extra_data={})
        session = SessionStore()
        session.update({SESSION_KEY: str(owner.pk), SHOWN: "", THERE: "s"})
        session.create()
    return s.end_sessions_of(provider="city", sub="1", sid="", act=system())


TABLE: Table = {
    "end_sessions_of": (["user.sessions_ended"], came_by_provider),
    "admit": (["user.linked", "role.granted"], lambda w: s.admit(
        arrival=arrival(w, {"Heads"}), new_accounts="groups", act=system())),
    "follow_groups": (["role.granted"], lambda w: s.follow_groups(
        user=heads(w), groups={"Heads"}, act=system())),
    "add_group_role": (["group.mapped"], lambda w: s.add_group_role(
        group="Heads", role="leader", department=None, act=by(w, "admin"))
        if not GroupRole.objects.filter(group="Heads").exists() else None),
    "remove_group_role": (["group.unmapped"], lambda w: s.remove_group_role(
        row=GroupRole.objects.earliest("pk")
        if not AuditEvent.objects.filter(verb="group.unmapped").exists() else GroupRole(group="Gone"),
        act=by(w, "admin"))),
    "add_app": (["factor.app_added"], with_app),
    "remove_app": (
        ["factor.app_added", "factor.app_removed"],
        lambda w: f.remove_app(user=with_app_once(w), act=by(w, "owner"))),
    "add_passkey": (["factor.key_added"], with_passkey),
    "rename_passkey": (
        ["factor.key_added", "factor.key_renamed"],
        lambda w: f.rename_passkey(key=f.passkeys_of(with_passkey(w))[0], name="Other", act=by(w, "owner"))),
    "remove_passkey": (
        ["factor.key_added", "factor.key_removed"], lambda w: f.remove_passkey(
            user=w.cast.owner, pk=key_of(w), act=by(w, "owner"))),
    "renew_codes": (
        ["factor.app_added", "factor.codes_renewed"], lambda w: f.renew_codes(user=with_app(w), act=by(w, "owner"))),
    "use_code": (["factor.app_added", "factor.code_used"], lambda w: f.use_code(
        user=with_app(w), code=first_code(w), act=by(w, "owner"))),
    "take_off_factors": (
        ["factor.app_added", "factor.taken_off"],
        lambda w: f.take_off_factors(user=with_app_once(w), act=by(w, "admin"))),
}  # fmt: skip

# Services that change nothing a person would call the plan: each with the reason why no event is due.
SILENT = {
    "new_secret": "makes a key, which is kept once an app has shown that it has it",
    "has_factor": "reads",
    "passkeys_of": "reads",
    "app_of": "reads",
    "codes_left": "reads",
    "note_failure": "nothing of the plan or its people changed; the row is its own log",
}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {"add_app", "renew_codes"}
