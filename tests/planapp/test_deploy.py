"""With the settings of a real installation, neither Django's list for deployment nor ours has a word to say."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from planapp.checks import connections_are_encrypted
from planapp.env import email

SOUND = {
    "SECRET_KEY": "kP3v9Zr2mT8wQ5xL1nB7cF4dG6hJ0sYaEiUoRtWqXzVbNmKl-_PL",
    "SITE_URL": "https://plans.example.gov",
    "ALLOWED_HOSTS": "plans.example.gov",
    "REDIS_URL": "rediss://redis.example.gov:6379/0",
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
        ({"REDIS_URL": "redis://redis.example.gov:6379/0"}, "planapp.W012"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_and_what_is_unsafe_is_named(check, changed, named):
    done = check(**changed)
    assert done.returncode != 0
    assert named in done.stderr


CLEAR = [
    ("DATABASES", {"default": {"HOST": "db.example.gov", "OPTIONS": {"sslmode": "require"}}}, ["DATABASE_URL"]),
    ("DATABASES", {"default": {"HOST": "10.1.2.3"}}, ["DATABASE_URL"]),
    ("DATABASES", {"default": {"HOST": "db.example.gov", "OPTIONS": {"sslmode": "verify-full"}}}, []),
    ("DATABASES", {"default": {"HOST": "database"}}, []),
    ("DATABASES", {"default": {"HOST": "/run/postgresql.d"}}, []),
    ("REDIS_URL", "redis://redis.example.gov:6379/0", ["REDIS_URL"]),
    ("REDIS_URL", "rediss://redis.example.gov:6379/0", []),
    ("REDIS_URL", "redis://127.0.0.1:6379/0", []),
    ("EMAIL_HOST", "mail.example.gov", ["EMAIL_URL"]),
]


@pytest.mark.parametrize(("name", "value", "named"), CLEAR)
def test_what_goes_to_another_machine_in_clear_text_is_named(monkeypatch, name, value, named):
    safe = {"DATABASES": {}, "REDIS_URL": "", "EMAIL_HOST": "localhost", "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}
    for setting, said in (safe | {name: value}).items():
        monkeypatch.setattr(settings, setting, said)
    found = connections_are_encrypted(None)
    assert [one.msg.partition(" ")[0] for one in found] == named
    assert {one.id for one in found} <= {"planapp.W012"}


MAIL = [
    ("smtp+tls://u:p%40ss@mail.example.gov", True, False, 587),
    ("smtp+tls://mail.example.gov:2587", True, False, 2587),
    ("smtp+ssl://mail.example.gov", False, True, 465),
    ("smtp://mail.example.gov", False, False, 25),
    ("smtp://mail.example.gov:587?tls=True", True, False, 587),
]


@pytest.mark.parametrize(("url", "asks_for_tls", "begins_with_tls", "port"), MAIL)
def test_mail_goes_by_tls_where_its_address_says_so(url, asks_for_tls, begins_with_tls, port):
    told = email(url)
    assert told["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"], told["EMAIL_PORT"]) == (asks_for_tls, begins_with_tls, port)
    assert told["EMAIL_HOST"] == "mail.example.gov"
    if "@" in url:
        assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("u", "p@ss")


@pytest.mark.parametrize("url", ["smtp+starttls://mail.example.gov", "mail.example.gov:25", "https://mail.example.gov"])
def test_an_address_that_is_no_way_to_send_mail_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must be"):
        email(url)
