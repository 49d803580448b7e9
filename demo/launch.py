"""Sets the demo up in its folder and runs web server, worker and beat until Ctrl-C."""

import fcntl
import hashlib
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from demo.load import is_loaded, load_demo
from demo.processes import Child, Say, Supervisor
from planapp.celery import app

START_TIMEOUT = 60.0  # seconds until the first page must answer


class CannotStart(Exception):
    """The demo cannot start; the text says why and what to do."""


def prepare(folder: Path, *, seed: int, now: datetime, say: Say) -> None:
    """Database, plan and static files, each only where it is missing or out of date."""
    call_command("migrate", interactive=False, verbosity=0)
    if is_loaded():
        say(f"The plan is already in {folder}; it is kept.")
    else:
        say("Loading the plan with six quarters of sample activity. This takes about 20 seconds, once.")
        load_demo(seed=seed, scale=1, now=now)
    _collect_static(folder)
    connections.close_all()  # the processes open their own


def run(folder: Path, *, host: str, port: int, welcome: str, say: Say) -> bool:
    """Start everything, say `welcome` when the first page answers, and watch. True when it was asked to stop."""
    supervisor = Supervisor(_children(folder, host, port), environment=os.environ, folder=settings.BASE_DIR, say=say)
    try:
        supervisor.start()
        if _wait_for_page(supervisor, host, port):
            say(welcome)
            _ring()
        return supervisor.watch()
    finally:
        supervisor.stop()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Refuse a second demo in the same folder: two would share one database and one queue."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"A demo is already running in {folder}. Stop it first, or choose another DEMO_DIR."
            ) from None
        yield


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CannotStart when somebody else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refused:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({os.strerror(refused.errno or 0).lower()}). "
                f"Choose another one: make demo PORT={port + 1 if port < 65535 else 8000}"
            ) from refused


def _children(folder: Path, host: str, port: int) -> list[Child]:
    python, logs = sys.executable, folder / "log"
    logs.mkdir(exist_ok=True)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [python, "-m", "gunicorn", "planapp.wsgi", "--bind", address, "--workers", "1", "--threads", "4",
           "--no-control-socket", "--log-level", "warning"]  # fmt: skip
    # Celery warns every user who is root, which in a container everybody is.
    celery = [python, "-W", "ignore::RuntimeWarning", "-m", "celery", "-q", "-A", "planapp"]
    worker = [*celery, "worker", "-c", "1", "--without-gossip", "--without-mingle", "-n", "demo", "-l", "WARNING"]
    beat = [*celery, "beat", "-l", "WARNING"]
    return [
        Child("web server", web, logs / "web.log"),
        Child("worker", worker, logs / "worker.log"),
        Child("beat", beat, logs / "beat.log"),
    ]


def _wait_for_page(supervisor: Supervisor, host: str, port: int) -> bool:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    deadline = time.monotonic() + START_TIMEOUT
    while not supervisor.is_stopping and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{name}:{port}/healthz", timeout=2):
                return True
        except OSError:
            time.sleep(0.1)
        if not supervisor.check():
            return False
    return False


def _ring() -> None:
    """Ask the worker once what is due: the first mails and its heartbeat need not wait for beat."""
    for name in ("reminders.plan_messages", "outbox.send_due_messages"):
        app.send_task(name)


def _collect_static(folder: Path) -> None:
    """Hash and compress the static files, unless these very files were collected before."""
    stamp = folder / "static-stamp"
    wanted = _static_stamp()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted, encoding="ascii")


def _static_stamp() -> str:
    """What the collected files depend on: our own, and the packages that bring some."""
    digest = hashlib.sha256()
    root = settings.BASE_DIR
    for file in [root / "requirements.txt", *sorted((root / "static").rglob("*"))]:
        if file.is_file():
            digest.update(str(file.relative_to(root)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
