"""What a request says besides its content: who acts and when, the point of view in time, and whether it came before."""

from collections.abc import Callable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from records.asof import AsOf, local_day
from records.audit import Act
from records.models import Channel
from records.person import Person
from web.models import IdempotencyKey

KEPT = "kept_words"  # session key, see web.middleware.KeepWhatWasTyped


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
        day = date.fromisoformat(text)
    except ValueError:
        raise ValidationError({"as_of": f"As of: “{text[:20]}” is not a day. Write it like 2026-09-30."}) from None
    if day > today:
        raise ValidationError({"as_of": f"As of: {day} has not come yet."})
    if day.year < 1990:
        raise ValidationError({"as_of": f"As of: {day} is before any plan kept here."})
    if day == today:
        return AsOf.now(at)
    request.as_of_day = day  # type: ignore[attr-defined] # read by planapp.context.frame
    return AsOf.end_of(day)


def kept_words(request: HttpRequest) -> QueryDict | None:
    """What this person typed into the form at this address before their session ended; handed out once."""
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    words = QueryDict(kept["words"])
    return words if words.get("typed_by") == str(user_of(request).pk) else None


def was_sent(request: HttpRequest) -> bool:
    """Whether the form with this one-time key already took effect."""
    key = _one_time_key(request)
    return bool(key) and IdempotencyKey.objects.filter(key=key).exists()


def _one_time_key(request: HttpRequest) -> str:
    key = request.POST.get("idempotency_key", "").strip()
    return f"{user_of(request).pk}:{key}"[:64] if key else ""


def once(request: HttpRequest, effect: Callable[[], str]) -> str:
    """Run `effect` unless this form's one-time key (`idempotency_key`) was seen before; returns where to go, both times.

    `effect` changes what the form asks for and returns the address of the result. Key and change commit together.
    """
    key = _one_time_key(request)
    user = user_of(request)
    if not key:
        return effect()
    try:
        with transaction.atomic():
            claim, is_first = IdempotencyKey.objects.get_or_create(
                key=key, defaults={"user": user, "result": "", "recorded_at": timezone.now()}
            )
            if not is_first:
                return claim.result
            claim.result = effect()
            claim.save(update_fields=["result"])
            return claim.result
    except IntegrityError:
        earlier = IdempotencyKey.objects.filter(key=key).first()
        if earlier is None:
            raise
        return earlier.result
