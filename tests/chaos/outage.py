"""PostgreSQL is killed, all its processes with -9, over and over while people save; then it is counted."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.chaos.callers import MAILS, PEOPLE, UPDATES, Callers, check_mails, check_saves
from tests.chaos.service import Service
from tests.chaos.sink import taken

SAVES_BETWEEN = 12  # acknowledged between two deaths, at least: each comes while people save
MOMENT = 0.6  # seconds of further saving, at random
AWAY = 2.0  # seconds for which it stays away, at random
TICK = 0.02


@dataclass
class Outage:
    """What came of it. Times are told, never judged."""

    deaths: int
    verdict: dict[str, int]
    callers: Callers
    back: list[float]  # seconds from a server that answers until the next save was acknowledged
    seconds: float

    @property
    def is_clean(self) -> bool:
        return not any(self.verdict.values()) and not self.callers.answers.ill

    def table(self) -> str:
        saved, answers = self.callers.saved, self.callers.answers
        again = sum(one.times > 1 for one in saved)
        lines = [
            f"PostgreSQL killed {self.deaths} times while {len(saved)} saves were acknowledged",
            *(f"{name:<48}{count:>8}" for name, count in self.verdict.items()),
            f"{'answers that no page may be':<48}{len(answers.ill):>8}",
            f"{'saves sent again until they were acknowledged':<48}{again:>8}",
            f"{'answers':<48} {dict(sorted(answers.seen.items()))}",
            f"{'longest answer, seconds':<48}{answers.longest:>8.1f}",
            f"{'a server that answers to the next save, most':<48}{max(self.back, default=0):>8.1f}",
            f"{'seconds in all':<48}{self.seconds:>8.1f}",
            *answers.ill[:10],
            "CLEAN" if self.is_clean else "NOT CLEAN",
        ]
        return "\n".join(lines)


class Run:
    """What runs on a service have in common: people save meanwhile, and what ended is started again."""

    def __init__(self, service: Service, *, seed: int, patience: float, say: Callable[[str], None]) -> None:
        self.service, self.say = service, say
        self.chance, self.end = random.Random(seed), time.monotonic() + patience

    @contextmanager
    def saving(self, callers: Callers) -> Iterator[None]:
        """Until all they began is acknowledged."""
        callers.start()
        try:
            yield
        finally:
            stopping = threading.Thread(target=callers.stop)
            stopping.start()
            self.until("everybody done", lambda: not stopping.is_alive())

    def saves(self, callers: Callers, more: int) -> None:
        begun = len(callers.saved)
        self.until(f"{more} saves", lambda: len(callers.saved) >= begun + more)

    def pause(self, seconds: float) -> None:
        over = time.monotonic() + seconds
        self.until("a moment", lambda: time.monotonic() >= over)

    def until(self, what: str, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self.service.supervisor.check(time.monotonic())
            if time.monotonic() > self.end:
                raise TimeoutError(f"Not within the time given: {what}")
            time.sleep(TICK)

    def is_drained(self) -> bool:
        time.sleep(0.2)
        return self.service.ask("SELECT 1 FROM outbox_message WHERE state IN ('queued', 'claimed', 'sending')") == []

    def verdict(self, callers: Callers) -> dict[str, int]:
        """What the database and the relay hold, beside what people were told. Numbers that have to be zero."""
        held = {row[0]: row[1:] for sql in (UPDATES, PEOPLE) for row in self.service.ask(sql) or []}
        wire = [message for message, _, _ in taken(self.service.log)]
        return check_saves(callers.saved, callers.lost, held) | check_mails(self.service.ask(MAILS) or [], wire)


class Deaths(Run):
    """PostgreSQL dies `count` times."""

    def __init__(self, service: Service, *, seed: int, count: int, patience: float, say: Callable[[str], None]) -> None:
        super().__init__(service, seed=seed, patience=patience, say=say)
        self.count = count

    def run(self) -> Outage:
        began, back = time.monotonic(), []
        self.service.prepare()
        self.service.start_web(1)
        self.service.start_worker(1)
        self.service.start_beat(1)
        callers = self.service.callers(self.service.ports["web-1"])
        with self.saving(callers):
            for n in range(self.count):
                self.saves(callers, SAVES_BETWEEN)
                self.pause(self.chance.uniform(0, MOMENT))
                server = self.service.child("postgres")
                server.pause = self.chance.uniform(0, AWAY)
                server.kill_all()
                self.until("PostgreSQL again", lambda: self.service.ask("SELECT 1") == [(1,)])
                answers = time.monotonic()
                self.saves(callers, 1)
                back.append(time.monotonic() - answers)
                self.say(f"death {n + 1}: {len(callers.saved)} saves acknowledged")
        self.until("mails drained", self.is_drained)
        return Outage(self.count, self.verdict(callers), callers, back, time.monotonic() - began)
