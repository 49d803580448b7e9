"""Programs of ours, started on the test database."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

BIN = os.path.dirname(sys.executable)


@pytest.fixture
def start(transactional_db, tmp_path):
    """start(*command, **environment) → a process of ours on the test database; ended afterwards, whatever comes."""
    if connection.vendor != "postgresql":
        pytest.skip("Other processes see a test database on PostgreSQL alone")
    told, running = connection.settings_dict, []
    password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
    url = f"postgres://{told['USER']}{password}@{told['HOST'] or '127.0.0.1'}:{told['PORT'] or 5432}/{told['NAME']}"

    def _start(*command: str, **more: str):
        environment = {
            **os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "planapp.settings", "DATA_DIR": str(tmp_path),
            "SECRET_KEY": "0123456789abcdefghij" * 4, "REDIS_URL": "", "SITE_URL": "http://localhost:8000",
            "PATH": f"{BIN}:{os.environ['PATH']}",
        } | more  # fmt: skip
        (tmp_path / "static").mkdir(exist_ok=True)
        with open(tmp_path / f"log{len(running)}", "wb") as log:
            running.append(
                subprocess.Popen(  # noqa: S603 - our own programs
                    command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
                )
            )
        return running[-1]

    yield _start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
