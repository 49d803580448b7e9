"""The steps of the Dockerfile without an engine: in a folder of their own, with nothing of this checkout's environment.

What it copies, installs, compiles and starts is read from the Dockerfile and .dockerignore. As root the product runs as
a user who owns nothing but `var`, as in the image.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

DOCKERFILE = (settings.BASE_DIR / "Dockerfile").read_text()
BY_ROOT = ("apt-get", "useradd")  # what the machine itself is given
NOBODY = 10001
# Where packages come from, and whom to trust there, is the machine's; a build has that too.
OF_PIP = ("PIP_", "SSL_CERT", "REQUESTS_CA", "HTTP", "NO_PROXY", "http", "no_proxy")


def instructions(word: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", " ", "\n".join(line for line in DOCKERFILE.splitlines() if not line.startswith("#")))
    return [line.removeprefix(f"{word} ") for line in joined.splitlines() if line.startswith(f"{word} ")]


def copied() -> list[str]:
    """The files of the checkout that the image gets."""
    git = [shutil.which("git") or "git", "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(git, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S603
    left_out = (settings.BASE_DIR / ".dockerignore").read_text().split()
    return [name for name in names if name.partition("/")[0] not in left_out and (settings.BASE_DIR / name).is_file()]


def interpreter() -> tuple[Path, bool]:
    """A Python that can build, and whether the image's user could run it: not one in a folder of root's own."""
    own = Path(sys.base_prefix) / "bin" / "python3"
    can = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"
    for program in (own, Path("/usr/bin/python3")):
        try:
            subprocess.run([program, "-c", can], check=True, user=NOBODY, group=NOBODY, extra_groups=[])  # noqa: S603
        except (OSError, subprocess.CalledProcessError):
            continue
        return program, True
    return own, False


@pytest.fixture
def room():
    """A folder others may look into; pytest's own are closed to them."""
    made = Path(tempfile.mkdtemp(prefix="planapp-image-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.slow
def test_the_image_is_built_and_serves(room):
    if connection.vendor != "postgresql":
        pytest.skip("Takes half a minute; it runs once, in the pass on PostgreSQL")
    home, packages, python = room / "srv" / "planapp", room / "opt" / "venv", room / "python"
    for name in copied():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(settings.BASE_DIR / name, home / name)
    python.mkdir()
    program, is_root = interpreter()  # as another user than this one: only root can
    (python / "python").symlink_to(program)

    def placed(text: str) -> str:
        return text.replace("/opt/venv", str(packages)).replace("/srv/planapp", str(home))

    environment = {"PATH": f"{packages}/bin:{python}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    environment |= {"HOME": str(home), "DJANGO_SETTINGS_MODULE": "planapp.settings", "DATA_DIR": str(home / "var")}
    told = re.findall(r"(\w+)=(\S+)", " ".join(instructions("ENV")))
    assert {"PYTHONDONTWRITEBYTECODE": "1", "DATA_DIR": "/srv/planapp/var"}.items() <= dict(told).items()
    builds = environment | {name: value for name, value in os.environ.items() if name.startswith(OF_PIP)}
    run = [line for line in instructions("RUN") if not line.startswith(BY_ROOT)]
    assert len(run) == 3  # packages, bytecode, static files
    for line in run:
        command = placed(line).replace("chown -R planapp:planapp", f"chown -R {NOBODY}" if is_root else "ls -d")
        subprocess.run(["/bin/bash", "-ec", command], cwd=home, env=builds, check=True, timeout=400)  # noqa: S603
    before = {path for path in home.rglob("*") if not path.is_relative_to(home / "var")}
    assert not (home / "tests").exists()
    assert not (home / ".env").exists()
    assert list((home / "var" / "static").rglob("app.*.js"))

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment |= {
        "PYTHONDONTWRITEBYTECODE": "1", "SECRET_KEY": "kP3v9Zr2mT8wQ5xL1nB7cF4dG6hJ0sYaEiUoRtWqXzVbNmKl-_PL",
        "HOST": "127.0.0.1", "PORT": str(port), "SITE_URL": f"http://localhost:{port}",
    }  # fmt: skip
    as_whom = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root else {}
    here = {"cwd": home, "env": environment, **as_whom}
    migrate = ["python", "manage.py", "migrate", "--noinput", "-v", "0"]
    subprocess.run([packages / "bin" / "python", *migrate[1:]], check=True, timeout=200, **here)  # noqa: S603
    command = [word.strip('",[]') for word in shlex.split(instructions("CMD")[-1].replace(",", " "))]
    assert command[0] == "gunicorn"
    log = (room / "log").open("wb")
    server = subprocess.Popen([packages / "bin" / command[0], *command[1:]], stdout=log, stderr=log, **here)  # noqa: S603
    try:
        probe = [packages / "bin" / "python", "-m", "planapp.probe"]
        for _ in range(60):
            if subprocess.run(probe, check=False, **here).returncode == 0:  # noqa: S603 - the image's health check
                break
            assert server.poll() is None, (room / "log").read_text()
            time.sleep(0.2)
        else:
            pytest.fail((room / "log").read_text())
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    finally:
        server.kill()
        server.wait(10)
        log.close()
    after = {path for path in home.rglob("*") if not path.is_relative_to(home / "var")}
    assert after == before  # nothing of the code was added, compiled or changed
