"""What a request says besides its content: who acts and when, the point of view in time, and whether it came before."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from records.asof import AsOf, local_day
from records.audit import Act
from records.days import example_day, in_words
from records.models import Channel
from records.person import Person
from records.typed_days import read_day
from web.models import IdempotencyKey
from web.typed_by import writer_of

MOST_ROWS = 50  # of a list in the middle of a page
KEPT = "kept_words"  # session key, see web.middleware.KeepWhatWasTyped
NOT_CONTENT = frozenset({"csrfmiddlewaretoken", "idempotency_key", "typed_by"})  # fields that a form fills in by itself


def user_of(request: HttpRequest) -> Person:
    """The signed-in person. Every view behind the sign-in has one."""
    assert request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware has seen to it
    return request.user


def act_of(request: HttpRequest, *, reason: str = "", channel: str = Channel.WEB) -> Act:
    """The signed-in person acts now, through the web."""
    return Act(by=user_of(request), at=timezone.now(), channel=channel, reason=reason.strip())


def as_of(request: HttpRequest) -> AsOf:
    """The point of view of `?as_of=YYYY-MM-DD`: the end of that local day; now without it or for today.

    Marks the request, so that the page frame shows the banner. Raises ValidationError for what is no day, or to come.
    """
    at = timezone.now()
    today = local_day(at)
    text = request.GET.get("as_of", "").strip()
    if not text:
        return AsOf.now(at)
    try:
        day = date.fromisoformat(text) if request.path.startswith("/api/") else read_day(text)
    except ValueError:
        day = None
    if day is None:
        raise ValidationError({"as_of": f"As of: “{text[:20]}” is not a day. Write it like {example_day()}."})
    if day > today:
        raise ValidationError({"as_of": f"As of: {in_words(day)} has not come yet."})
    if day.year < 1990:
        raise ValidationError({"as_of": f"As of: {in_words(day)} is before any plan kept here."})
    if day == today:
        return AsOf.now(at)
    request.as_of_day = day  # type: ignore[attr-defined] # read by planapp.context.frame
    return AsOf.end_of(day)


def token_of(request: HttpRequest) -> str:
    """Django's token against forgery, masked once for each answer and not for each template of it.

    A mask keeps an answer that is compressed from telling the secret; one for the whole answer does.
    """
    secret, token = getattr(request, "masked_token", ("", ""))
    if not token or secret != request.META.get("CSRF_COOKIE"):  # another secret since, as at a sign-in
        token = get_token(request)
        request.masked_token = request.META["CSRF_COOKIE"], token  # type: ignore[attr-defined] # read here alone
    return token


def token_field(request: HttpRequest) -> SafeString:
    """What `{% csrf_token %}` draws, for forms that are drawn in Python."""
    return SafeString(f'<input type="hidden" name="csrfmiddlewaretoken" value="{token_of(request)}">')


def as_of_or_now(request: HttpRequest) -> AsOf:
    """The same, for what stands around a page: a day that is none is told by the page itself."""
    try:
        return as_of(request)
    except ValidationError:
        return AsOf.now(timezone.now())


def most_rows(request: HttpRequest) -> int | None:
    """How many rows of each list a page shows; None where the address asks for all of them (`?rows=all`)."""
    return None if request.GET.get("rows") == "all" else MOST_ROWS


@dataclass(frozen=True)
class Kept:
    """What stands in an address and is carried along by a form or a link, several values of a name too."""

    items: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        return urlencode(self.items)


def kept(request: HttpRequest, *names: str) -> Kept:
    """Of the address as it is, the values of these names that say something, in their order there."""
    found = ((name, value) for name, values in request.GET.lists() for value in values)
    return Kept(tuple((name, value) for name, value in found if name in names and value))


def kept_words(request: HttpRequest, address: str) -> QueryDict | None:
    """What this person sent last to this address after their session had ended; there until `forget_words`."""
    mine = str(user_of(request).pk)
    sent = (QueryDict(one["words"]) for one in reversed(request.session.get(KEPT, [])) if one["path"] == address)
    return next((words for words in sent if writer_of(words.get("typed_by", "")) == mine), None)


def forget_words(request: HttpRequest, key: str = "") -> None:
    """The form that was sent took effect, or the words of the one with this one-time key are not wanted any more."""
    key = key or request.POST.get("idempotency_key", "")
    kept = request.session.get(KEPT, [])
    left = [one for one in kept if QueryDict(one["words"]).get("idempotency_key") != key]
    if key and len(left) < len(kept):
        request.session[KEPT] = left


def was_sent(request: HttpRequest) -> bool:
    """Whether a form with this one-time key already took effect, whatever it said."""
    key = _one_time_key(request)
    return bool(key) and IdempotencyKey.objects.filter(key=key).exists()


def _one_time_key(request: HttpRequest) -> str:
    key = request.POST.get("idempotency_key", "").strip()
    return f"{user_of(request).pk}:{key}"[:64] if key else ""


def _fingerprint(request: HttpRequest) -> str:
    """SHA-256 of where the form was sent and what it says; its key and the protection against forgery say nothing."""
    content = sorted((name, values) for name, values in request.POST.lists() if name not in NOT_CONTENT)
    return hashlib.sha256(json.dumps([request.path, content]).encode()).hexdigest()


def once(request: HttpRequest, effect: Callable[[], str]) -> str:
    """Run `effect` unless this form took effect before; returns the address to go to, both times.

    It is the same form where the one-time key and the content are the same. The same key with other content is a new
    request: a browser showed a form again that had been sent. Key and effect commit together.
    """
    key = _one_time_key(request)
    if not key:
        return effect()
    same = {"key": key, "content": _fingerprint(request)}
    try:
        with transaction.atomic():
            claim = IdempotencyKey.objects.create(
                **same, user=user_of(request), result="", recorded_at=timezone.now()
            )  # whoever sends the same at the same moment waits here
            claim.result = effect()
            claim.save(update_fields=["result"])
            return claim.result
    except IntegrityError:
        earlier = IdempotencyKey.objects.filter(**same).first()
        if earlier is None:
            raise
        return earlier.result
