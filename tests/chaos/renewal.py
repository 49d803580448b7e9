"""Every part of the service is stopped and started again while people use it: nobody is cut off, no mail is in doubt.

Two web servers behind a proxy, two workers, five beats. A web server is taken out of the proxy first, and asked to end
when its requests are answered; a worker is only asked to end. Then Redis goes, and does not come back for a while.
"""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.callers import Callers
from tests.chaos.machine import ROOT, Child, python
from tests.chaos.outage import Run
from tests.chaos.proxy import Proxy
from tests.chaos.service import Service
from tests.chaos.sink import free_port
from tests.chaos.storm import settled

WEBS, WORKERS, BEATS = 2, 2, 5
SAVES = 12  # acknowledged between two steps: each comes while people save
GRACE = 60.0  # seconds for a part to end by itself, as stop_grace_period of docker-compose.yml
GONE = 10_000.0  # seconds: for the rest of the run
DOUBT = "SELECT count(*) FROM outbox_message WHERE state = 'unconfirmed'"


@dataclass
class Renewed:
    """What came of it."""

    verdict: dict[str, int]
    callers: Callers
    ends: dict[str, int]  # by part: how it ended when asked to
    seconds: float
    without_redis: int  # saves acknowledged meanwhile
    mails_by_cron: int  # and mails sent

    @property
    def is_clean(self) -> bool:
        return self.callers.answers.went_on and not any(self.verdict.values())

    def table(self) -> str:
        answers = self.callers.answers
        lines = [
            f"{WEBS} webs, {WORKERS} workers and {BEATS} beats renewed while {len(self.callers.saved)} saves were "
            f"acknowledged, {self.without_redis} of them without Redis, when cron sent {self.mails_by_cron} mails",
            *(f"{name:<48}{count:>8}" for name, count in self.verdict.items()),
            f"{'answers that no page may be':<48}{len(answers.ill) + answers.seen['503']:>8}",
            f"{'answers':<48} {dict(sorted(answers.seen.items()))}",
            f"{'longest answer, seconds':<48}{answers.longest:>8.1f}",
            f"{'how the parts ended':<48} {self.ends}",
            f"{'seconds in all':<48}{self.seconds:>8.1f}",
            *answers.ill[:10],
            "CLEAN" if self.is_clean else "NOT CLEAN",
        ]
        return "\n".join(lines)


class Renewal(Run):
    """One run over all parts."""

    def __init__(self, service: Service, *, seed: int, patience: float, say: Callable[[str], None]) -> None:
        super().__init__(service, seed=seed, patience=patience, say=say)
        self.ends: dict[str, int] = {}

    def run(self) -> Renewed:
        began, service = time.monotonic(), self.service
        service.prepare()
        for n in range(1, WEBS + 1):
            service.start_web(n, BEHIND_TLS_PROXY="true")
        for n in range(1, WORKERS + 1):
            service.start_worker(n)
        for n in range(1, BEATS + 1):
            service.start_beat(n)
        proxy = Proxy(free_port(), {f"web-{n}": service.ports[f"web-{n}"] for n in range(1, WEBS + 1)})
        proxy.start()
        callers = service.callers(proxy.port)
        try:
            with self.saving(callers):
                for n in range(1, WEBS + 1):
                    self._renew_web(n, proxy, callers)
                for name in [f"worker-{n}" for n in range(1, WORKERS + 1)] + [f"beat-{n}" for n in range(1, BEATS + 1)]:
                    self._renew(service.child(name))
                    self.saves(callers, SAVES if name.startswith("worker") else 1)
                alone, mails = self._without_redis(callers)
            self.until("mails drained", self.is_drained)
        finally:
            proxy.stop()
        doubt = settled(service.folder)
        verdict = self.verdict(callers) | {
            "mails in doubt": doubt.total() + sum(count for (count,) in service.ask(DOUBT) or []),
            "parts that did not end when asked": sum(code != 0 for code in self.ends.values()),
            "web servers without requests": sum(not proxy.led[name] for name in proxy.servers),
        }
        return Renewed(verdict, callers, self.ends, time.monotonic() - began, alone, mails)

    def _renew_web(self, n: int, proxy: Proxy, callers: Callers) -> None:
        name = f"web-{n}"
        self.saves(callers, SAVES)
        proxy.take_out(name)
        self.until(f"{name} idle", lambda: proxy.is_idle(name))
        self._renew(self.service.child(name))
        self.service.wait_for_web(n)
        proxy.put_in(name)
        self.saves(callers, SAVES)
        self.say(f"{name} renewed: {len(callers.saved)} saves acknowledged")

    def _renew(self, child: Child) -> None:
        """SIGTERM, and again when it has ended by itself."""
        process = child.process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        over = time.monotonic() + GRACE
        while process.poll() is None and time.monotonic() < over:
            time.sleep(0.02)
        code = process.poll()
        self.ends[child.name] = -signal.SIGKILL if code is None else code
        child.kill_group()
        process.wait()
        child.start()
        self.say(f"{child.name} ended with {self.ends[child.name]}")

    def _without_redis(self, callers: Callers) -> tuple[int, int]:
        """Saves and mails go on; mails by what cron runs."""
        redis, before = self.service.child("redis"), len(callers.saved)
        redis.pause = GONE
        redis.kill_group()
        self.saves(callers, 2 * SAVES)
        mails = self._sent()
        for words in (["plan_messages"], ["send_due_messages"]):
            done = subprocess.run(
                python("manage.py", *words), cwd=ROOT, env=os.environ | self.service.environment, check=False,
                capture_output=True, text=True, timeout=GRACE,
            )  # fmt: skip
            self.ends[f"{words[0]} without Redis"] = done.returncode
        alone, by_cron = len(callers.saved) - before, self._sent() - mails
        self.say(f"Without Redis: {alone} saves, {by_cron} mails by cron")
        redis.pause = 0.0
        return alone, by_cron

    def _sent(self) -> int:
        return Counter(dict(self.service.ask("SELECT state, count(*) FROM outbox_message GROUP BY 1") or []))["sent"]
