"""One storm from the first process to the verdict."""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.checker import Row, Taken, Verdict, check
from tests.chaos.nemesis import faults, strike
from tests.chaos.sink import taken
from tests.chaos.site import Site

EARLY = 0.05  # of the faults come while the digests are still being planned
BEFORE_END = 0.95  # of the mails: by then all faults have come, so each comes while mail flows
TICK = 0.02

OPEN = "SELECT count(*) FROM outbox_message WHERE state IN ('queued', 'claimed', 'sending')"
QUEUED = "SELECT count(*) FROM outbox_message"
WORKER = "SELECT extract(epoch FROM at) FROM jobs_heartbeat WHERE name = 'worker'"
ROWS = """
    SELECT u.email, m.message_id, m.state, m.attempts,
           (SELECT count(*) FROM reminders_messageitem i WHERE i.message_id = m.id AND i.dropped = '')
    FROM outbox_message m JOIN people_user u ON u.id = m.person_id
"""
SETTLED = re.compile(r"Message \d+ (was found at the relay|is not at the relay)")


@dataclass
class Report:
    """What came of it. Times are told, never judged."""

    seed: int
    people: int
    struck: Counter[str]
    verdict: Verdict
    seconds: float
    drained: float  # seconds from the last fault until nothing was open
    heartbeat: float  # seconds from the last fault until a worker took a task from the queue
    settled: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    most_attempts: int = 0

    def table(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.struck.items()))
        lines = [
            f"{self.people} people, {self.struck.total()} faults ({kinds}), seed {self.seed}",
            *(f"{name:<48}{count:>8}" for name, count in self.verdict.counts.items()),
            f"{'mails in doubt, found at the relay':<48}{self.settled['was found at the relay']:>8}",
            f"{'mails in doubt, not at the relay, sent again':<48}{self.settled['is not at the relay']:>8}",
            f"{'attempts on the wire':<48}{self.attempts:>8}",
            f"{'most attempts for one mail':<48}{self.most_attempts:>8}",
            f"{'seconds, first process to drained':<48}{self.seconds:>8.1f}",
            f"{'seconds from the last fault to drained':<48}{self.drained:>8.1f}",
            f"{'seconds from the last fault to a worker at work':<48}{self.heartbeat:>8.1f}",
            "CLEAN" if self.verdict.is_clean else "NOT CLEAN",
        ]
        return "\n".join(lines)


class Storm:
    def __init__(self, site: Site, *, seed: int, count: int, patience: float, say: Callable[[str], None]) -> None:
        self.site, self.seed, self.plan, self.say = site, seed, faults(seed, count), say
        self.end = time.monotonic() + patience
        self.struck: Counter[str] = Counter()

    def run(self) -> Report:
        began = time.monotonic()
        self.site.start()
        self.say(f"{self.site.people} people are owed a digest; {len(self.plan)} faults, seed {self.seed}.")
        early = int(len(self.plan) * EARLY)
        for n, fault in enumerate(self.plan):
            share = max(0, n - early) / max(1, len(self.plan) - early)
            self.until(f"mail {share:.0%}", lambda share=share: self.mails() >= share * BEFORE_END * self.site.people)
            self.pause(fault.wait)
            self.until(str(fault), lambda fault=fault: strike(fault, self.site))
            self.struck[fault.kind] += 1
            self.site.history.add("fault", n + 1, fault)
            if (n + 1) % 20 == 0:
                self.say(f"{n + 1} faults, {self.mails()} mails, {time.monotonic() - began:.0f} s")
        last, wall = time.monotonic(), time.time()
        self.until("drained", self.is_drained)
        drained = time.monotonic()
        self.until("a worker at work", lambda: self.worker_seen() > wall)
        beating = time.monotonic()
        return self._report(drained - began, drained - last, beating - last)

    def until(self, what: str, is_so: Callable[[], bool]) -> None:
        """Keep everything running until something is so."""
        while not self.supervised(is_so):
            if time.monotonic() > self.end:
                raise TimeoutError(f"Not within the time given: {what}; {self.mails()} mails.")
            time.sleep(TICK)

    def pause(self, seconds: float) -> None:
        over = time.monotonic() + seconds
        self.until("a moment", lambda: time.monotonic() >= over)

    def supervised(self, is_so: Callable[[], bool]) -> bool:
        for child in self.site.supervisor.check(time.monotonic()):
            self.site.history.add("started", child.name)
        return is_so()

    def mails(self) -> int:
        return self.site.log.read_bytes().count(b"\n") if self.site.log.exists() else 0

    def is_drained(self) -> bool:
        time.sleep(0.2)
        return self.site.ask(OPEN) == [(0,)] and self.site.ask(QUEUED) != [(0,)]

    def worker_seen(self) -> float:
        time.sleep(0.2)
        rows = self.site.ask(WORKER)
        return float(rows[0][0]) if rows else 0.0

    def _report(self, seconds: float, drained: float, heartbeat: float) -> Report:
        said = history(self.site.history_file)
        rows = [Row(*row) for row in self.site.ask(ROWS) or []]
        verdict = check(
            owed=said["owed"], attempted=said["attempt"], heard=said["taken"],
            taken=[Taken(*row) for row in taken(self.site.log)], rows=rows,
        )  # fmt: skip
        return Report(
            self.seed, self.site.people, self.struck, verdict, seconds, drained, heartbeat,
            settled=settled(self.site.folder), attempts=len(said["attempt"]),
            most_attempts=max(Counter(said["attempt"]).values(), default=0),
        )  # fmt: skip


def history(path: Path) -> dict[str, list[str]]:
    """Addresses by what the history says of them."""
    found: dict[str, list[str]] = {"owed": [], "attempt": [], "taken": []}
    for line in path.read_text(encoding="utf-8").splitlines():
        _, what, *rest = line.split()
        if what in found:
            found[what].append(rest[0])
    return found


def settled(folder: Path) -> Counter[str]:
    """What the logs of workers and cron say about mails whose sender died."""
    logs = [*folder.glob("worker-*.log"), *folder.glob("cron.log")]
    return Counter(found for path in logs for found in SETTLED.findall(path.read_text(errors="replace")))
