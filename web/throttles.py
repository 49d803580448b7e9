"""How often one may try to sign in or ask for a new password. Counts are kept in the cache, see settings.CACHES."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError
from rest_framework.throttling import SimpleRateThrottle

log = logging.getLogger(__name__)


class _ByForm(SimpleRateThrottle):
    """Counts POSTs of a form under the address it came from, the e-mail typed, or both."""

    by_address = True
    by_email = True

    def get_cache_key(self, request: Any, view: Any) -> str:
        # Hashed: what was typed is no valid cache key, and the cache needs no list of addresses.
        email = str(request.POST.get("username") or request.POST.get("email") or "").strip().lower()
        parts = [self.get_ident(request) if self.by_address else "", email if self.by_email else ""]
        told = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f"throttle:{type(self).__name__}:{view}:{told}"


class OnePersonHere(_ByForm):
    """One account from one place: enough for a person who mistypes."""

    rate = "10/m"


class OnePerson(_ByForm):
    """One account from anywhere: guessing from many places stays slow, while the owner still gets in after an hour."""

    rate = "60/h"
    by_address = False


class OnePlace(_ByForm):
    """Any account from one place: high, since a whole city may stand behind one address."""

    rate = "600/h"
    by_email = False


TRIES = (OnePersonHere, OnePerson, OnePlace)


class Asking(_ByForm):
    """Questions of strangers that cost some work to answer, from one place."""

    rate = "60/m"
    by_email = False


def seconds_to_wait(request: Any, door: str, *, kinds: Sequence[type[_ByForm]] = TRIES) -> int:
    """0 when this request to a door may go on, and it is counted; else the seconds until the next try."""
    view: Any = door  # a name serves as the view
    try:
        refused = [one for kind in kinds if not (one := kind()).allow_request(request, view)]
    except RedisError:
        log.exception("Tries at %s are not counted: the cache does not answer.", door)
        return 0  # signing in must not need Redis
    return max((round(one.wait() or 0) or 1 for one in refused), default=0)
