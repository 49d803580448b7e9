"""With the settings of a real installation, neither Django's list for deployment nor ours has a word to say."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

SOUND = {
    "SECRET_KEY": "kP3v9Zr2mT8wQ5xL1nB7cF4dG6hJ0sYaEiUoRtWqXzVbNmKl-_PL",
    "SITE_URL": "https://plans.example.gov",
    "ALLOWED_HOSTS": "plans.example.gov",
    "REDIS_URL": "redis://redis.example.gov:6379/0",
    "EMAIL_URL": "smtp+tls://mail.example.gov:587",
    "FROM_EMAIL": "planapp <planapp@example.gov>",
    "BEHIND_TLS_PROXY": "true",
}


@pytest.fixture
def check(tmp_path, db):
    """check(**changed) → what `manage.py check --deploy` says of these settings and of nothing else."""
    if connection.vendor != "postgresql":
        pytest.skip("Real installations are on PostgreSQL; a check asks the server for its version")
    told = connection.settings_dict
    password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
    url = f"postgres://{told['USER']}{password}@{told['HOST'] or '127.0.0.1'}:{told['PORT'] or 5432}/{told['NAME']}"
    return lambda **changed: _check(tmp_path, DATABASE_URL=url, **changed)


def _check(folder, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={**environment, "DATA_DIR": str(folder), **SOUND, **more},
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_real_installation_has_no_warning(check):
    done = check()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("System check identified no issues (")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SITE_URL": "http://plans.example.gov"}, "planapp.E002"),
        ({"DEBUG": "true"}, "planapp.E011"),
        ({"SECRET_KEY_FALLBACKS": "change-me"}, "planapp.E001"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_and_what_is_unsafe_is_named(check, changed, named):
    done = check(**changed)
    assert done.returncode != 0
    assert named in done.stderr
