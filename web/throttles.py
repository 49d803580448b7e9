"""How often one may try to sign in, ask for a new password, or ask what costs work. Counted in settings.CACHES."""

import hashlib
import logging
import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

from web.kept import cache_errors

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """So many tries in so many seconds, counted from the first."""

    name: str
    tries: int
    seconds: int


ASKING = Limit("asking", 60, 60)  # questions of strangers that cost some work to answer, from one address


def address_of(request: Any) -> str:
    """The client's address, as far as settings.BEHIND_TLS_PROXY lets a proxy's word be believed."""
    return str(BaseThrottle().get_ident(request))


def seconds_to_wait(door: str, *counted: tuple[Limit, str]) -> int:
    """Counts this try at a door under each limit and key. 0 where all let it pass, else the seconds until the next.

    Each count is one atomic step of the cache, so tries side by side pass no limit.
    """
    try:
        return max(_count(f"throttle:{_hashed(f'{door} {limit} {key}')}", limit) for limit, key in counted)
    except cache_errors():
        log.exception("Tries at %s are not counted: the cache does not answer.", door)
        return 0  # signing in must not need Redis


def _hashed(key: str) -> str:
    """What was typed is no valid cache key, and the cache needs no list of addresses."""
    return hashlib.sha256(key.encode()).hexdigest()


def _count(key: str, limit: Limit) -> int:
    now = time.time()
    if cache.add(key, 0, limit.seconds):
        cache.set(f"{key}:until", now + limit.seconds, limit.seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # it ran out in between
        cache.add(key, 1, limit.seconds)
        return 0
    if tries == 1:
        cache.touch(key, limit.seconds)  # where it ran out in between and was counted without an end
    if tries <= limit.tries:
        return 0
    until = cache.get(f"{key}:until") or now + limit.seconds
    return max(round(until - now), 1)
