"""Workers killed with `kill -9` while they build a file: the next one finishes it whole."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AT = "2026-10-05T10:05"
PATIENCE = 240  # seconds until a run counts as hung; generous, since the machine may be busy


class Site:
    """A database in a folder, and the programs that work on it."""

    def __init__(self, folder: Path) -> None:
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.reports.settings_kill",
            "SECRET_KEY": "only-for-tests-and-checks",
            "DATABASE_URL": f"sqlite:///{folder / 'kill.sqlite3'}",
            "DATA_DIR": str(folder),
            "LOG_LEVEL": "CRITICAL",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, *command],
            cwd=ROOT,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def done(self, *command: str) -> str:
        ended = self.run(*command)
        assert ended.returncode == 0, ended.stderr[-2000:]
        return ended.stdout

    def build(self, failpoint: str = "") -> int:
        return self.run("manage.py", "build_exports", "--at", AT, FAILPOINT=failpoint).returncode

    def told(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.done("tests/reports/kill_site.py", "tell"))
        return found


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """A site with one file asked for; tests work on copies."""
    folder = tmp_path_factory.mktemp("seeded")
    site = Site(folder)
    site.done("manage.py", "migrate", "-v", "0")
    site.done("tests/reports/kill_site.py", "seed")
    return folder


WHOLE = {"state": "ready", "contents": 1, "fingerprints": 1, "ready": 1, "whole": [True]}
NOTHING = {"state": "building", "contents": 0, "fingerprints": 0, "ready": 0, "whole": []}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "left", "attempts"),
    [
        ("export_claimed", NOTHING, 2),
        ("export_written", NOTHING, 2),
        ("export_kept", NOTHING, 2),
        ("export_done", WHOLE, 1),
    ],
)
def test_a_worker_killed_half_way_is_taken_over_and_the_file_is_whole(tmp_path, seeded, point, left, attempts):
    shutil.copytree(seeded, tmp_path / "site")
    site = Site(tmp_path / "site")
    assert site.build(point) == -signal.SIGKILL
    assert site.told() == {**left, "attempts": 1}
    time.sleep(1.1)  # the dead worker's lease runs out
    assert site.build() == 0
    assert site.told() == {**WHOLE, "attempts": attempts}
    assert site.build() == 0
    assert site.told() == {**WHOLE, "attempts": attempts}


@pytest.mark.slow
def test_while_a_worker_lives_nobody_else_takes_its_file(tmp_path, seeded):
    """Its build lasts longer than its lease; the pulse renews it."""
    shutil.copytree(seeded, tmp_path / "site")
    site, go = Site(tmp_path / "site"), tmp_path / "go"
    slow = (
        "import django; django.setup()\n"
        "import time; from pathlib import Path\n"
        "from django.core.management import call_command\n"
        "from reports.exporters import to_xlsx; write = to_xlsx.to_xlsx\n"
        "def wait(report, tell):\n"
        "    print('begun', flush=True)\n"
        f"    while not Path({str(go)!r}).exists(): time.sleep(0.05)\n"
        "    return write(report)\n"
        "to_xlsx.to_xlsx = wait\n"
        f"call_command('build_exports', at={AT!r})\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", slow], cwd=ROOT, env=site.environment, stdout=subprocess.PIPE, text=True
    ) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "begun\n"
            time.sleep(1.5)  # longer than the lease
            assert site.build() == 0
            assert site.told() == {**NOTHING, "attempts": 1}
        finally:
            go.touch()
        assert worker.wait(PATIENCE) == 0
    assert site.told() == {**WHOLE, "attempts": 1}
