"""Real processes, killed with `kill -9` while they send: every person gets one mail, whatever dies when."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.chaos.sink import free_port, taken

ROOT = Path(__file__).resolve().parents[2]
AT = "2026-10-05T09:00"
PATIENCE = 240  # seconds until a run counts as hung; generous, since the machine may be busy


class Site:
    """A database, a mail folder, and the commands that work on them."""

    def __init__(self, folder: Path) -> None:
        self.mails = folder / "mail"
        self.database = folder / "storm.sqlite3"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.reminders.settings_storm",
            "SECRET_KEY": "only-for-tests-and-checks",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DATA_DIR": str(folder),
            "EMAIL_URL": f"folder:{self.mails}",
            "LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *command: str, **more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, *command],
            cwd=ROOT,
            env={**self.environment, **more},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def run(self, *command: str, **more: str) -> int:
        process = self.start(*command, **more)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode in (0, -signal.SIGKILL), said.decode()[-2000:]
        return process.returncode

    def manage(self, name: str, *options: str, **more: str) -> int:
        return self.run("manage.py", name, *options, **more)

    def sender(self) -> subprocess.Popen[bytes]:
        return self.start("manage.py", "send_due_messages", "--at", AT)

    def states(self) -> Counter[str]:
        code = (
            "import django; django.setup(); from reminders.models import Message;"
            "print(' '.join(Message.objects.values_list('state', flat=True)))"
        )
        return Counter(self.read("-c", code).split())

    def lapse(self) -> None:
        """The leases of what died have run out."""
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute("UPDATE outbox_message SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL")

    def read(self, *command: str, **more: str) -> str:
        """What a program says."""
        environment = {**self.environment, **more}
        told = subprocess.run(  # noqa: S603
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert told.returncode == 0, told.stderr[-2000:]
        return told.stdout

    def addresses(self) -> list[str]:
        found = [message_from_bytes(path.read_bytes())["To"] for path in self.mails.glob("*.eml")]
        return sorted(str(address) for address in found)

    def drain(self, *commands: str) -> Counter[str]:
        """Run the commands until nothing is open."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for command in commands or ("send_due_messages",):
                self.manage(command, "--at", AT)
            states = self.states()
            if not states.keys() & {"queued", "claimed", "sending"}:
                return states
            time.sleep(0.5)
        raise AssertionError(f"Not drained in {PATIENCE} s: {self.states()}")


def make_site(folder: Path, people: int) -> Site:
    site = Site(folder)
    site.manage("migrate", "-v", "0")
    site.run("tests/reminders/storm.py", str(people))
    return site


def wait_for_port(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("The relay did not start.")


@pytest.mark.slow
def test_a_worker_killed_while_it_sends_200_messages_200_people_200_mails(tmp_path):
    site = make_site(tmp_path, 200)
    site.manage("plan_messages", "--at", AT)
    for enough in (20, 70, 110, 160):
        process = site.sender()
        end = time.monotonic() + PATIENCE
        while len(list(site.mails.glob("*.eml"))) < enough and process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        assert process.poll() is None, "The sender ended before it could be killed."
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stderr:
            process.stderr.close()
        site.lapse()
    assert site.drain() == Counter(sent=200)
    assert site.addresses() == [f"person{n:05}@test.example" for n in range(200)]


@contextmanager
def relay(site: Site, log: Path) -> Iterator[dict[str, str]]:
    """A relay in a process of its own, and what a program must know to use it and its log."""
    port = free_port()
    process = site.start("-m", "tests.chaos.sink", "--port", str(port), "--log", str(log))
    try:
        wait_for_port(port)
        yield {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "RELAY_TRACE": f"ids:{log}"}
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    """A site with twelve people who are each owed a digest; tests work on copies."""
    folder = tmp_path_factory.mktemp("twelve")
    make_site(folder, 12)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["in_plan", "after_claim", "before_data", "after_250", "before_commit", "after_commit"]
)
def test_killed_ten_times_at_a_named_point_nothing_is_lost_and_nothing_twice(tmp_path, twelve, point):
    shutil.copytree(twelve, tmp_path / "site")
    site = Site(tmp_path / "site")
    with relay(site, tmp_path / "relay.log") as more:
        told = site.read("-m", "tests.reminders.killer", point, "10", **more)
    assert told.split() == ["10", *["sent"] * 12]
    # The relay keeps a line for each mail it took: one that came twice would stand there twice.
    mails = [address for _, _, address in taken(tmp_path / "relay.log")]
    assert sorted(mails) == [f"person{n:05}@test.example" for n in range(12)]


@pytest.mark.slow
def test_a_hundred_senders_that_outlived_their_lease_write_nothing_and_send_nothing(tmp_path, twelve):
    """However late one of them wakes up."""
    shutil.copytree(twelve, tmp_path / "site")
    site = Site(tmp_path / "site")
    with relay(site, tmp_path / "relay.log") as more:
        told = site.read("-m", "tests.reminders.zombie", "100", str(tmp_path / "relay.log"), **more)
    assert told.split() == ["100", "0", "0"]
