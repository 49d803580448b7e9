"""How long requests take, by view: counted by every process of a web server in memory that all of them share.

So it does not matter which of them is asked. It is forgotten when the server stops, and each machine counts its own.
"""

import fcntl
import mmap
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

# Seconds; our limits for pages and saves, 0.15 and 0.25, among them. The last counts whatever took longer.
BOUNDS = (0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, float("inf"))
WIDTH = len(BOUNDS) + 1  # and the sum of seconds
MOST_VIEWS = 1000
OTHER = "other"  # files, addresses that nobody knows


@dataclass(frozen=True)
class Timing:
    """What was counted of one view. `counts` are cumulative: how many took as long as each of BOUNDS at most."""

    view: str
    counts: tuple[int, ...]
    seconds: float

    @property
    def requests(self) -> int:
        return self.counts[-1]

    @property
    def mean(self) -> float:
        return self.seconds / self.requests

    @property
    def most_within(self) -> float:
        """The bound within which 95 of 100 were answered."""
        return next(bound for bound, count in zip(BOUNDS, self.counts, strict=True) if count >= 0.95 * self.requests)


class _Shared:
    """Rows of numbers in a file without a name. A lock of the system goes with the process that held it, killed or not.

    Made before processes are forked, and the views numbered the same way in each.
    """

    def __init__(self) -> None:
        self.file, path = tempfile.mkstemp()  # open as long as the process
        os.unlink(path)
        size = MOST_VIEWS * WIDTH * 8
        os.truncate(self.file, size)
        self.numbers = memoryview(mmap.mmap(self.file, size)).cast("d")
        self.among_threads = threading.Lock()
        self.places: dict[str, int] = {}

    def place_of(self, view: str) -> int:
        if not self.places:
            names = sorted({OTHER, *_names(get_resolver())})[:MOST_VIEWS]
            self.places = {name: number for number, name in enumerate(names)}
        return self.places.get(view, self.places[OTHER]) * WIDTH

    def add(self, view: str, seconds: float) -> None:
        start = self.place_of(view)
        bucket = next(number for number, bound in enumerate(BOUNDS) if seconds <= bound)
        with self.among_threads:
            fcntl.lockf(self.file, fcntl.LOCK_EX)
            try:
                self.numbers[start + bucket] += 1
                self.numbers[start + WIDTH - 1] += seconds
            finally:
                fcntl.lockf(self.file, fcntl.LOCK_UN)

    def read(self) -> Iterator[Timing]:
        self.place_of(OTHER)
        for view, number in self.places.items():
            *counts, seconds = self.numbers[number * WIDTH : (number + 1) * WIDTH].tolist()
            if any(counts):
                yield Timing(view, tuple(int(count) for count in accumulate(counts)), seconds)


_shared = _Shared()


def timings() -> list[Timing]:
    """Of every view that was asked for since this web server started, whichever of its processes answered."""
    return list(_shared.read())


class Timed:
    """Middleware: counts how long each request took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        found = request.resolver_match
        _shared.add(found.view_name if found else OTHER, time.perf_counter() - begun)
        return response


def _names(resolver: URLResolver, above: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _names(one, f"{above}{one.namespace}:" if one.namespace else above)
        elif one.name:
            yield f"{above}{one.name}"
