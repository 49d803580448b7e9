"""Measure a thing beside its limit: alternating, so that a slow minute hits both."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Seconds of ours and of the limit, one entry a round."""

    name: str
    ours: list[float]
    limit: list[float]

    @property
    def ratios(self) -> list[float]:
        return sorted(ours / limit for ours, limit in zip(self.ours, self.limit, strict=True))

    def line(self, aim: float) -> str:
        ratios = self.ratios
        verdict = "met" if statistics.median(ratios) <= aim else "MISSED"
        return (
            f"{self.name:<44} {statistics.median(self.ours) * 1000:>9.1f} ms"
            f" beside {statistics.median(self.limit) * 1000:>9.1f} ms"
            f"  ratio {statistics.median(ratios):.2f} [{ratios[0]:.2f}..{ratios[-1]:.2f}]  aim ≤ {aim}: {verdict}"
        )


def beside(name: str, ours: Callable[[], object], limit: Callable[[], object], rounds: int = 5) -> Pair:
    """Run both `rounds` times, taking turns, after one unmeasured run of each."""
    ours(), limit()
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(_seconds(ours))
        theirs.append(_seconds(limit))
    return Pair(name, mine, theirs)


def peak_megabytes() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
