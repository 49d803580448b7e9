"""The processes of an installation as they are started there, and what they hold: gunicorn, Celery's worker.

Memory is read from `/proc/PID/smaps_rollup`: RSS is all a process has in memory, USS what would be free without it,
and PSS shares what several processes hold between them, so that it alone can be added up.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PATIENCE = 120.0  # seconds
LOOK = 0.1  # seconds between two looks at what the processes hold


@dataclass(frozen=True)
class Held:
    """What one process holds, in MB."""

    pid: int
    rss: float
    pss: float
    uss: float

    @classmethod
    def of(cls, pid: int) -> "Held":
        found: dict[str, int] = {}
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
            name, kilobytes, *_ = line.split()
            found[name.rstrip(":")] = int(kilobytes)
        own = found["Private_Clean"] + found["Private_Dirty"]
        return cls(pid, found["Rss"] / 1024, found["Pss"] / 1024, own / 1024)


@dataclass
class Running:
    """A program and its children. `most` is the most that each of them ever held, also of those that have ended."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    address: str = ""
    most: dict[int, float] = field(default_factory=dict)

    @property
    def children(self) -> list[int]:
        """The youngest processes: a worker of gunicorn or Celery, not the process that started it."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in listed.split()]

    def held(self) -> list[Held]:
        """Of the parent and then of each child, a moment after the last work: none is being replaced then."""
        time.sleep(3)
        return [Held.of(pid) for pid in (self.process.pid, *self.children)]

    def look(self) -> None:
        for pid in self.children:
            try:
                status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            except (FileNotFoundError, ProcessLookupError):
                continue
            line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0")
            self.most[pid] = max(self.most.get(pid, 0.0), int(line.split()[1]) / 1024)

    def watch(self, until: threading.Event) -> None:
        while not until.wait(LOOK) and self.process.poll() is None:
            self.look()

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


def wait_for(
    what: str, is_there: Callable[[], Any], program: Running, patience: float = PATIENCE, pause: float = 0.1
) -> None:
    end = time.monotonic() + patience
    while not is_there():
        if program.process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"No {what}:\n{program.log()[-3000:]}")
        time.sleep(pause)


@contextmanager
def web(**environment: str) -> Iterator[Running]:
    """Gunicorn with the settings of the repository, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    settings = {"BIND": place, "SITE_URL": f"http://{place}", **environment}
    with started("gunicorn", "planapp.wsgi", "-c", "planapp/gunicorn.py", files=True, **settings) as program:
        program.address = f"http://{place}"
        wait_for("answer of the web server", lambda: answers(f"{program.address}/healthz"), program)
        yield program


@contextmanager
def worker(**environment: str) -> Iterator[Running]:
    """Celery's worker as docker-compose.yml runs it."""
    command = ("celery", "-A", "planapp", "worker", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle")
    with started(*command, **environment) as program:
        wait_for("worker", lambda: " ready." in program.log(), program)
        yield program


@contextmanager
def started(*command: str, files: bool = False, **environment: str) -> Iterator[Running]:
    """A program of this environment with a folder of its own; `files`: with the static files in it."""
    with TemporaryDirectory(prefix="planapp-bench-") as folder:
        whole = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "planapp.settings", "DATA_DIR": folder,
            "QUESTIONS_PER_MINUTE": "0",
            "EMAIL_URL": f"folder:{folder}/mail", **environment,
        }  # fmt: skip
        if files:
            subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=whole, check=True)
        program = [str(Path(sys.executable).parent / command[0]), *command[1:]]
        with open(Path(folder) / "log", "wb") as log:
            process = subprocess.Popen(program, env=whole, stdout=log, stderr=log, start_new_session=True)
        running, is_over = Running(process, Path(folder)), threading.Event()
        watching = threading.Thread(target=running.watch, args=(is_over,))
        watching.start()
        try:
            yield running
        finally:
            is_over.set()
            watching.join()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def answers(address: str, cookies: str = "") -> bool:
    request = urllib.request.Request(address, headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            answer.read()
            return bool(answer.status == 200)
    except OSError:
        return False
