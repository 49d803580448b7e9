"""A whole installation on the loopback: its own PostgreSQL cluster, Redis, workers, beats, cron, and the relay."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.machine import ROOT, Child, Supervisor, postgres_folder, python, wait_for
from tests.chaos.sink import Record, free_port

SEED = Path(__file__).with_name("seed.py")  # by its path: an older version's code is seeded with it too
PATIENCE = 120.0  # seconds for one thing to be up; generous, since the machine may be busy
RELAY_TAKES = 0.008  # seconds a relay works on a mail before it says 250
CRON = 4.0  # seconds between two runs of the cron road


class Site:
    """Everything lives in one folder, and ends with `stop`."""

    def __init__(self, folder: Path, people: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.people = folder, people
        self.log, self.history_file = folder / "relay.log", folder / "history.log"
        self.history = Record(self.history_file)
        self.supervisor = Supervisor()
        self.ports = {name: free_port() for name in ("postgres", "redis", "sink")}
        self.user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        self.seeded = [str(people)]  # what seed.py is told
        self.root = ROOT  # the code that is started
        self.environment = self._environment()

    def _environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
        return passed | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "SECRET_KEY": "0123456789abcdefghij" * 4,
            "DATABASE_URL": self.database,
            "REDIS_URL": f"redis://127.0.0.1:{self.ports['redis']}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.ports['sink']}",
            "RELAY_TRACE": f"ids:{self.log}",
            "DATA_DIR": str(self.folder / "data"),
            "LOG_LEVEL": "INFO",
            "TIME_ZONE": zone_of_late_morning(datetime.now(UTC)),
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(self.folder / "pycache"),  # what is started often starts fast
        }

    @property
    def database(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.ports['postgres']}/postgres"

    def start(self) -> None:
        """Servers and relay first, then the people, then the system itself."""
        self.prepare()
        for address in self.owed():
            self.history.add("owed", address)
        for n in (1, 2):
            self.start_worker(n)
        for n in (1, 2):
            self.start_beat(n)
        self.start_cron()

    def prepare(self) -> None:
        """Servers, relay, tables, people."""
        self._start_servers()
        sink = python("-m", "tests.chaos.sink", "--port", str(self.ports["sink"]), "--log", str(self.log))
        self._child("sink", [*sink, "--history", str(self.history_file), "--takes", str(RELAY_TAKES)])
        wait_for("PostgreSQL", lambda: self.ask("SELECT 1") == [(1,)], PATIENCE)
        for words in (["manage.py", "migrate", "-v", "0"], ["-P", str(SEED), *self.seeded]):
            subprocess.run(python(*words), cwd=self.root, env=self.environment, check=True, timeout=600)

    def start_worker(self, n: int) -> Child:
        name = f"worker-{n}"
        words = ["worker", "-c", "2", "-l", "WARNING", "-n", f"{name}@loopback", "--without-gossip", "--without-mingle"]
        return self._child(name, self._celery(*words))

    def start_beat(self, n: int) -> Child:
        return self._child(f"beat-{n}", self._celery("beat", "-l", "WARNING", "-s", str(self.folder / f"beat-{n}")))

    def start_cron(self) -> Child:
        cron = f"{python('manage.py')[0]} manage.py plan_messages; {python('manage.py')[0]} manage.py send_due_messages"
        return self._child("cron", ["/bin/sh", "-c", cron], pause=CRON)

    def _start_servers(self) -> None:
        programs = postgres_folder()
        assert programs is not None
        data = self.folder / "postgres"
        data.mkdir()
        if self.user:
            self.folder.chmod(0o711)
            shutil.chown(data, self.user)
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE, cwd="/",
            user=self.user, group=self.user, extra_groups=[] if self.user else None,
        )  # fmt: skip
        self._child(
            "postgres",
            [
                str(programs / "postgres"), "-D", str(data), "-p", str(self.ports["postgres"]), "-k", str(data),
                "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100",
            ],
            user=self.user,
        )  # fmt: skip
        empty = self.folder / "redis"
        self._child(
            "redis",
            [
                "redis-server", "--bind", "127.0.0.1", "--port", str(self.ports["redis"]), "--save", "",
                "--appendonly", "no", "--dir", str(empty),
            ],
            before=lambda: (shutil.rmtree(empty, ignore_errors=True), empty.mkdir()),
        )  # fmt: skip

    def _child(self, name: str, command: list[str], **more: Any) -> Child:
        environment = self.environment | more.pop("environment", {})
        child = Child(name, command, environment, self.folder / f"{name}.log", root=self.root, **more)
        return self.supervisor.add(child)

    def _celery(self, *words: str) -> list[str]:
        return python("-m", "celery", "-A", "tests.chaos.app", *words)

    def child(self, name: str) -> Child:
        return next(child for child in self.supervisor.children if child.name == name)

    def ask(self, sql: str) -> list[tuple[Any, ...]] | None:
        """Rows, or None while the database is down."""
        try:
            with psycopg.connect(self.database, connect_timeout=5, autocommit=True) as connection:
                return connection.execute(sql).fetchall()
        except psycopg.OperationalError:
            return None

    def owed(self) -> list[str]:
        return [f"person{n:05}@test.example" for n in range(self.people)]

    def stop(self) -> None:
        self.supervisor.stop()


def zone_of_late_morning(now: datetime) -> str:
    """A zone in which it is about eleven: past the hour of sending, and far from midnight."""
    ahead = (11 - now.hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"
