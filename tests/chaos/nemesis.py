"""What goes wrong, decided by a seed before it begins: which fault, on whom, and how long after mail flows again."""

import os
import random
import signal
from contextlib import suppress
from dataclasses import dataclass

from tests.chaos.machine import Child
from tests.chaos.site import Site

# How often each comes, of a hundred.
WEIGHTS = {"child": 40, "group": 42, "redis": 9, "postgres": 9}
GROUPS = ("worker-1", "worker-2", "worker-1", "worker-2", "cron", "beat-1", "beat-2")
LONGEST = 0.25  # seconds of mail flowing before a fault, at random


@dataclass(frozen=True)
class Fault:
    kind: str
    target: str
    pick: float  # which of the pool's children, as a share of them
    wait: float

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


def faults(seed: int, count: int) -> list[Fault]:
    """The same for the same seed. When a process dies within its work is the machine's, not the seed's."""
    rng = random.Random(seed)
    found = []
    for kind in rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count):
        target = {"child": rng.choice(GROUPS[:2]), "group": rng.choice(GROUPS)}.get(kind, kind)
        found.append(Fault(kind, target, rng.random(), rng.uniform(0, LONGEST)))
    return found


def strike(fault: Fault, site: Site) -> bool:
    """Do it; False when there is nothing to strike yet, because it is still coming up from the last one."""
    target = site.child(fault.target)
    if not target.is_alive:
        return False
    if fault.kind == "child":
        return _kill_child(target, fault.pick)
    if fault.kind == "postgres":
        if site.ask("SELECT 1") is None:
            return False
        assert target.process is not None
        target.process.send_signal(signal.SIGQUIT)  # what `pg_ctl stop -m immediate` sends
        target.process.wait()
    else:
        target.kill_group()
        assert target.process is not None
        target.process.wait()
    return True


def _kill_child(worker: Child, pick: float) -> bool:
    pool = worker.children()
    if not pool:
        return False
    with suppress(ProcessLookupError):
        os.kill(pool[int(pick * len(pool))], signal.SIGKILL)
        return True
    return False
