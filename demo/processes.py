"""Starts, watches and stops the processes of the demo: only its own children, each in a process group of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

RESTARTS = 3  # how often a process that ends by itself is started again within CALM seconds
CALM = 60.0
PATIENCE = 4.0  # seconds a process has to end by itself; then it is ended, which loses nothing (docs/adr/0006)

Say = Callable[[str], None]


@dataclass
class Child:
    """One process, its log and how often it had to be started."""

    name: str
    command: list[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)

    def start(self, environment: Mapping[str, str], folder: Path) -> None:
        self.starts = [*self.starts, time.monotonic()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                self.command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def ended_with(self) -> int | None:
        return None if self.process is None else self.process.poll()

    @property
    def keeps_failing(self) -> bool:
        return sum(time.monotonic() - at < CALM for at in self.starts) > RESTARTS

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for it, then end whatever is left of its group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self, lines: int = 12) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


class Supervisor:
    """Keeps children running until a signal asks to stop or one keeps failing."""

    def __init__(self, children: list[Child], *, environment: Mapping[str, str], folder: Path, say: Say) -> None:
        self.children, self.environment, self.folder, self.say = children, environment, folder, say
        self.is_stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def start(self) -> None:
        for child in self.children:
            child.start(self.environment, self.folder)

    def watch(self) -> bool:
        """Returns True when asked to stop, False when a process cannot be kept running."""
        while not self.is_stopping:
            time.sleep(0.25)
            if not self.check():
                return False
        return True

    def check(self) -> bool:
        """Start again what has ended; False when that does not help."""
        for child in self.children:
            code = child.ended_with
            if code is None or self.is_stopping:
                continue
            if child.keeps_failing:
                self.say(f"The {child.name} keeps ending (code {code}). Its last words:\n{child.last_words()}")
                return False
            self.say(f"The {child.name} ended (code {code}); it is started again. Log: {child.log}")
            child.start(self.environment, self.folder)
        return True

    def stop(self) -> None:
        self.say("Stopping.")
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            child.end(deadline)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True
