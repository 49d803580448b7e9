"""The compose file names the services that operations need, and the compose program takes it."""

import shutil
import subprocess

import pytest
import yaml
from django.conf import settings

COMPOSE = settings.BASE_DIR / "docker-compose.yml"


def test_the_services_and_their_versions():
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    images = {name: service["image"] for name, service in services.items()}
    assert images == {
        "migrate": "planapp", "web": "planapp", "worker": "planapp", "beat": "planapp",
        "database": "postgres:17-alpine", "broker": "redis:7-alpine",
    }  # fmt: skip


def test_compose_takes_the_file(tmp_path):
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("no docker-compose on this machine: install the package `docker-compose` to have the file checked")
    shutil.copy(COMPOSE, tmp_path / "docker-compose.yml")
    shutil.copy(settings.BASE_DIR / ".env.example", tmp_path / ".env")
    told = subprocess.run([program, "config", "--quiet"], cwd=tmp_path, capture_output=True, text=True)  # noqa: S603
    assert (told.returncode, told.stderr) == (0, "")
