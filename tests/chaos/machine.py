"""The processes of a storm: each a child of ours in a process group of its own, started again whenever it ends."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVERS = Path("/usr/lib/postgresql")


def postgres_folder() -> Path | None:
    """Where the newest PostgreSQL's programs are."""
    found = [path.parent for path in SERVERS.glob("*/bin/postgres")]
    on_path = shutil.which("postgres")
    found += [Path(on_path).parent] if on_path else []
    return max(found, key=lambda path: [int(part) for part in path.parts if part.isdigit()], default=None)


def missing() -> str:
    """What a storm needs and this machine lacks; empty when it has all."""
    lacking = [] if postgres_folder() else ["PostgreSQL's server"]
    lacking += [] if shutil.which("redis-server") else ["redis-server"]
    lacking += [] if Path("/proc/self/task").is_dir() else ["Linux's /proc"]
    return " and ".join(lacking)


@dataclass
class Child:
    """One process of the storm. `pause`: seconds before it is started again; `user`: whom it runs as."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    pause: float = 0.0
    user: str | None = None
    root: Path = ROOT
    before: Callable[[], object] | None = None
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = 0
    ended_at: float | None = None

    def start(self) -> None:
        if self.before:
            self.before()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd="/" if self.user else self.root, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                user=self.user, group=self.user, extra_groups=[] if self.user else None,
            )  # fmt: skip
        self.starts, self.ended_at = self.starts + 1, None

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[int]:
        """The processes it forked itself, such as a worker's pool."""
        if self.process is None:
            return []
        with suppress(OSError):
            return [int(key) for key in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
                    .read_text().split()]  # fmt: skip
        return []

    def kill_group(self) -> None:
        """`kill -9` of it and all it forked. It leads its group and is not yet waited for, so the number is its own."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """`kill -9` of it and of its children where these lead groups of their own, as PostgreSQL's do."""
        found = self.children()
        self.kill_group()
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def end(self, number: int, patience: float) -> None:
        if self.process is None:
            return
        if self.is_alive:
            self.process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        self.kill_group()
        self.process.wait()


@dataclass
class Supervisor:
    """Starts again what ended, as systemd or compose would."""

    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def check(self, now: float) -> list[Child]:
        """Those that were started again."""
        started = []
        for child in self.children:
            if child.is_alive:
                continue
            if child.ended_at is None:
                child.ended_at = now
                child.kill_group()  # what it forked must not outlive it
            if now - child.ended_at >= child.pause:
                child.start()
                started.append(child)
        return started

    def stop(self) -> None:
        """Last started, first stopped."""
        for child in reversed(self.children):
            child.end(signal.SIGTERM if child.user is None else signal.SIGINT, 5)


def python(*words: str) -> list[str]:
    return [sys.executable, *words]


def wait_for(what: str, is_there: Callable[[], bool], patience: float) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if is_there():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not there after {patience:.0f} s")
