"""What follows from rows that do not change and costs much to make, kept in settings.CACHES for a while."""

import hashlib
import logging
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches

SOURCES = {".py", ".html", ".css", ".typ", ".json", ".pptx"}
T = TypeVar("T")
log = logging.getLogger(__name__)


def kept(key: str, make: Callable[[], T], *, seconds: int) -> T:
    """What was made under this key before, else made now, and never None. Without its cache, made each time."""
    try:
        found: T | None = caches["default"].get(key)
    except cache_errors():
        log.exception("%s was made anew: the cache does not answer.", key.partition(":")[0])
        return make()
    if found is not None:
        return found
    made = make()
    try:
        caches["default"].set(key, made, seconds)
    except cache_errors():
        log.exception("%s was not kept: the cache does not answer.", key.partition(":")[0])
    return made


@cache
def code_of(*folders: str) -> str:
    """A fingerprint of what stands in folders of the repository, for a key: no code reads what older code made."""
    digest = hashlib.sha256()
    base: Path = settings.BASE_DIR
    for file in sorted(path for folder in folders for path in (base / folder).rglob("*") if path.is_file()):
        if file.suffix in SOURCES:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def cache_errors() -> tuple[type[Exception], ...]:
    """What the cache raises where Redis does not answer. A process that never asks Redis does not load it: 20 MB."""
    redis = sys.modules.get("redis")
    return (redis.RedisError,) if redis else ()
