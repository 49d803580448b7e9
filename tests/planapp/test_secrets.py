"""A secret comes from its variable or from a file; what is wrong with either is said by name."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from demo.environment import SECRETS, demo_environment
from planapp.checks import secret_key_is_strong
from planapp.env import secret


@pytest.fixture
def env(monkeypatch):
    for name in ("HIDDEN", "HIDDEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    return Env()


def test_the_variable_itself(env, monkeypatch):
    monkeypatch.setenv("HIDDEN", "said")
    assert secret(env, "HIDDEN") == "said"


def test_a_file_without_what_stands_around_the_value(env, monkeypatch, tmp_path):
    (tmp_path / "hidden").write_text("  kept in a file\n")
    monkeypatch.setenv("HIDDEN_FILE", str(tmp_path / "hidden"))
    monkeypatch.setenv("HIDDEN", "")  # as env_file of compose leaves it
    assert secret(env, "HIDDEN", "default") == "kept in a file"


def test_neither_is_the_default(env):
    assert secret(env, "HIDDEN", "default") == "default"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "HIDDEN_FILE names {}, which cannot be read: "),
        (b"\n", "HIDDEN_FILE names {}, which is empty."),
        (b"\xff\xfe", "HIDDEN_FILE names {}, which cannot be read: "),
    ],
    ids=["missing", "empty", "not text"],
)
def test_a_file_that_cannot_be_used_is_named(env, monkeypatch, tmp_path, content, said):
    file = tmp_path / "hidden"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("HIDDEN_FILE", str(file))
    with pytest.raises(ImproperlyConfigured) as refused:
        secret(env, "HIDDEN")
    assert str(refused.value).startswith(said.format(file))


def test_both_are_refused_without_the_value(env, monkeypatch, tmp_path):
    monkeypatch.setenv("HIDDEN", "not to be told")
    monkeypatch.setenv("HIDDEN_FILE", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match="HIDDEN and HIDDEN_FILE are both set") as refused:
        secret(env, "HIDDEN")
    assert "not to be told" not in str(refused.value)


ASK = """
import django; django.setup()
from django.conf import settings
print(settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS, settings.REDIS_URL, settings.METRICS_TOKEN,
      settings.DATABASES["default"]["NAME"], settings.EMAIL_HOST)
"""


def test_the_settings_read_every_secret_from_its_file(tmp_path):
    told = {
        "SECRET_KEY": "the-key", "SECRET_KEY_FALLBACKS": "one\ntwo,three", "REDIS_URL": "redis://there:6379/0",
        "METRICS_TOKEN": "a-token", "DATABASE_URL": "postgres://me@there/plans", "EMAIL_URL": "smtp://mail.example:25",
    }  # fmt: skip
    assert set(told) == set(SECRETS)
    for name, value in told.items():
        (tmp_path / name).write_text(value + "\n")
    clean = {name: value for name, value in os.environ.items() if name not in told}
    files = {f"{name}_FILE": str(tmp_path / name) for name in told}
    there = clean | files | {"DJANGO_SETTINGS_MODULE": "planapp.settings", "DATA_DIR": str(tmp_path)}
    run = [sys.executable, "-c", ASK]
    done = subprocess.run(run, env=there, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "the-key ['one', 'two', 'three'] redis://there:6379/0 a-token plans mail.example\n"


def test_the_demo_reads_no_file_of_an_installation(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMO_DIR", str(tmp_path))
    values = demo_environment()
    assert {values[f"{name}_FILE"] for name in SECRETS} == {""}
    assert (values["SECRET_KEY_FALLBACKS"], values["METRICS_TOKEN"]) == ("", "")


def test_an_earlier_key_has_to_be_as_strong(settings):
    settings.SECRET_KEY = "0123456789abcdef" * 4
    settings.SECRET_KEY_FALLBACKS = ["0123456789abcdef" * 4]
    assert secret_key_is_strong(None) == []
    settings.SECRET_KEY_FALLBACKS = ["0123456789abcdef" * 4, "change-me"]
    (found,) = secret_key_is_strong(None)
    assert found.msg.startswith("SECRET_KEY_FALLBACKS is easy to guess")
