"""`manage.py demo`: starts from nothing, answers, keeps its data, and leaves no process behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

BOUND = 300  # seconds: far more than it takes, far less than for ever


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path, port: int) -> dict[str, str]:
    """Empty but for the path, with a database that the demo must not touch."""
    return {
        "PATH": os.environ["PATH"], "HOME": str(folder), "DEMO_DIR": str(folder / "demo"), "PORT": str(port),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/production",
    }  # fmt: skip


def start(folder: Path, port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo"], cwd=settings.BASE_DIR, env=environment(folder, port), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """What it printed up to and with the line that holds `text`."""
    said = ""
    deadline = time.monotonic() + BOUND
    while text not in said and time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"It ended with {process.wait()} after saying: {said}")
        said += line
    return said


def children_in(folder: Path) -> list[int]:
    """Processes whose environment names this demo's folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"DEMO_DIR={folder / 'demo'}\0".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_demo_starts_answers_restarts_what_dies_and_stops(tmp_path):
    port = free_port()
    demo = start(tmp_path, port)
    try:
        said = read_until(demo, "Ctrl-C stops everything")
        assert f"http://localhost:{port}/" in said
        assert "owner@demo.example" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=20) as page:
            assert b"planapp-demo" in page.read(), "the sign-in page offers the demo accounts"
        again = subprocess.run(
            [sys.executable, "manage.py", "demo"], cwd=settings.BASE_DIR, env=environment(tmp_path, port),
            capture_output=True, text=True, timeout=BOUND, check=False,
        )  # fmt: skip
        assert again.returncode == 1
        assert "already running" in again.stderr

        beat = next(pid for pid in children_in(tmp_path) if b"beat" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(beat, signal.SIGKILL)
        assert "The beat ended" in read_until(demo, "started again")
    finally:
        demo.terminate()
        rest, _ = demo.communicate(timeout=BOUND)
    assert demo.returncode == 0
    assert "Stopped." in rest
    assert children_in(tmp_path) == []


def test_demo_says_when_the_port_is_taken(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = start(tmp_path, port)
        said, _ = demo.communicate(timeout=BOUND)
    assert demo.returncode == 1
    assert re.search(rf"Port {port} on 127.0.0.1 cannot be used .* make demo PORT={port + 1}", said)
    assert "Traceback" not in said
