"""Addresses of rows, looked up once for each kind: a list has hundreds of one shape, and each look-up costs."""

from functools import cache, lru_cache
from typing import Any

from django.urls import reverse

STAND_IN = 90_909_090_909  # a number that stands in no address of ours


@cache
def _around_the_number(view: str) -> tuple[str, str]:
    before, _, after = reverse(view, args=[STAND_IN]).partition(str(STAND_IN))
    return before, after


def address_of_row(view: str, key: int) -> str:
    """The address of a page whose one argument is a row's number."""
    before, after = _around_the_number(view)
    return f"{before}{key}{after}"


@lru_cache(maxsize=1024)
def _known_address(view: str, args: tuple[Any, ...]) -> str:
    return reverse(view, args=args)


def address(view: str, *args: Any) -> str:
    """What `reverse` finds, remembered."""
    if len(args) == 1 and type(args[0]) is int:
        return address_of_row(view, args[0])
    return _known_address(view, args)
