"""Measure a thing beside its limit: taking turns, so that a slow minute hits both. Memory in a process of its own."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection
from django.db.backends.signals import connection_created
from django.dispatch import receiver


@dataclass(frozen=True)
class Pair:
    """Seconds of ours and of the limit, one entry a round, and the ratio that was aimed at (None: shown only).

    `…_cpu`: what this process and its database session worked, which a busy machine disturbs least.
    """

    name: str
    ours: list[float]
    limit: list[float]
    ours_cpu: list[float]
    limit_cpu: list[float]
    aim: float | None = None
    foreign: float = 0.0  # of one core, what other programs took meanwhile

    @property
    def ratios(self) -> list[float]:
        return sorted(ours / limit for ours, limit in zip(self.ours, self.limit, strict=True))

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def cpu_ratio(self) -> float:
        return statistics.median(ours / limit for ours, limit in zip(self.ours_cpu, self.limit_cpu, strict=True))

    def line(self) -> str:
        aim = "" if self.aim is None else f"  aim ≤ {self.aim}: {'met' if self.ratio <= self.aim else 'MISSED'}"
        return (
            f"{self.name:<50} {statistics.median(self.ours) * 1000:>10.1f} ms"
            f" beside {statistics.median(self.limit) * 1000:>10.1f} ms"
            f"  ratio {self.ratio:.2f} [{self.ratios[0]:.2f}..{self.ratios[-1]:.2f}], of CPU {self.cpu_ratio:.2f}{aim}"
            f"{not_quiet(self.foreign)}"
        )

    def record(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 3), "cpu_ratio": round(self.cpu_ratio, 3)}


@dataclass(frozen=True)
class Memory:
    """The most memory a process of its own ever held, and what it did."""

    name: str
    megabytes: float
    aim: float | None = None

    def line(self) -> str:
        aim = "" if self.aim is None else f"  aim ≤ {self.aim}: {'met' if self.megabytes <= self.aim else 'MISSED'}"
        return f"{self.name:<50} {self.megabytes:>10.1f} MB at most{aim}"

    def record(self) -> dict[str, Any]:
        return asdict(self)


def taking_turns(
    name: str, ours: Callable[[], object], limit: Callable[[], object], *, rounds: int = 5, aim: float | None = None
) -> Pair:
    """Run both `rounds` times, ours first in one round and last in the next, after one unmeasured run of each."""
    connection.ensure_connection()
    spent: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    busy = Busy.now()
    for turn in range(rounds + 1):
        for is_ours in (True, False) if turn % 2 else (False, True):
            start, cpu = time.perf_counter(), cpu_seconds()
            (ours if is_ours else limit)()
            spent[is_ours].append((time.perf_counter() - start, cpu_seconds() - cpu))
    mine, theirs = spent[True][1:], spent[False][1:]
    return Pair(
        name, *([row[at] for row in side] for at in (0, 1) for side in (mine, theirs)), aim, busy.foreign(Busy.now())
    )


def cpu_seconds() -> float:
    """CPU time of this process, of those it waited for, and of its PostgreSQL session where that runs here."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime + database_cpu()


def database_cpu() -> float:
    """CPU time of this process's PostgreSQL sessions, where they run on this machine; 0 where they do not."""
    return sum(int(session.read_text().split()[0]) for session in _SESSIONS if session.exists()) / 1e9


_SESSIONS: set[Path] = set()


@receiver(connection_created)
def _remember(connection: Any, **_: Any) -> None:
    """Between requests a session waits in the pool, and is looked at all the same."""
    if connection.vendor == "postgresql":
        _SESSIONS.add(Path(f"/proc/{connection.connection.info.backend_pid}/schedstat"))


@dataclass(frozen=True)
class Busy:
    """What this machine and this bench have worked up to a moment, in seconds of CPU."""

    QUIET: ClassVar[float] = 0.10  # of one core; above it a figure in milliseconds says little
    at: float
    machine: float
    own: float

    @classmethod
    def now(cls) -> "Busy":
        with open("/proc/stat", encoding="ascii") as stat:
            user, nice, system, _idle, _wait, *rest = map(int, stat.readline().split()[1:9])
        ticks = user + nice + system + sum(rest)
        return cls(time.perf_counter(), ticks / os.sysconf("SC_CLK_TCK"), cpu_seconds())

    def foreign(self, later: "Busy") -> float:
        """How much of one core others took between two moments."""
        others = (later.machine - self.machine) - (later.own - self.own)
        return round(max(0.0, others) / (later.at - self.at), 2)


def not_quiet(foreign: float) -> str:
    return f"  NOT QUIET: others took {foreign:.2f} of a core" if foreign > Busy.QUIET else ""


def peak_of(name: str, module: str, *arguments: object, aim: float | None = None) -> Memory:
    """Call `module.once(*arguments)` in a process of its own and read the most it held."""
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.child", "once", module, *map(str, arguments)],
        env=os.environ, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return Memory(name, float(child.stdout.split()[-1]), aim)


def print_peak() -> None:
    """VmHWM of this process in MB; not ru_maxrss, which starts at the parent's size."""
    with open("/proc/self/status", encoding="ascii") as status:
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    print(int(kilobytes) / 1024)
