"""What runs, as whom, and with what it may touch: read from the compose file and the Dockerfile."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

from imports.reading.sheets import MOST_BYTES
from planapp import gunicorn

COMPOSE = settings.BASE_DIR / "docker-compose.yml"
FILE = yaml.safe_load(COMPOSE.read_text())
SERVICES = FILE["services"]
DOCKERFILE = (settings.BASE_DIR / "Dockerfile").read_text()
SERVING = "planapp_service"
OURS = ["beat", "migrate", "web", "worker"]


def test_the_services_and_their_versions():
    images = {name: service["image"] for name, service in SERVICES.items()}
    assert images == {
        "proxy": "caddy:2-alpine", "migrate": "planapp", "web": "planapp", "worker": "planapp", "beat": "planapp",
        "database": "postgres:17-alpine", "broker": "redis:7-alpine",
    }  # fmt: skip
    assert sorted(name for name, image in images.items() if image == "planapp") == OURS


@pytest.mark.parametrize("name", OURS)
def test_what_runs_can_change_nothing(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"][0].startswith("/tmp:")  # noqa: S108 - the container's own
    assert "volumes" not in service
    assert "user" not in service  # that of the image, see below


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_everything_that_stays_up_is_looked_at_and_started_again(name):
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    if name == "web":
        assert "healthcheck" not in service
        assert re.search(r'^HEALTHCHECK .*CMD \["python", "-m", "planapp\.probe"\]$', DOCKERFILE, re.MULTILINE)
    else:
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_only_the_proxy_is_reached_from_outside():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"proxy": ["80:80", "443:443"], "web": ["127.0.0.1:${WEB_PORT:-8000}:8000"]}
    assert FILE["networks"] == {"inside": {"internal": True}}
    networks = {name: service.get("networks", ["default"]) for name, service in SERVICES.items()}
    assert [name for name, of in networks.items() if of == ["inside"]] == ["database", "broker"]
    assert networks["proxy"] == ["default"]
    assert SERVICES["web"]["environment"]["BEHIND_TLS_PROXY"] == "true"


def test_the_proxy_ends_tls_and_leads_to_web():
    text = (settings.BASE_DIR / "Caddyfile").read_text()
    assert re.search(r"^\{\$SITE_URL\} \{$", text, re.MULTILINE)  # https:// there means a certificate and a redirect
    (upstreams,) = re.findall(r"reverse_proxy \{.*?\n\t\}", text, re.DOTALL)
    assert re.search(r"dynamic a \{\s+name web\s+port 8000\s", upstreams)
    assert re.search(r"lb_try_duration \d+s\s+fail_duration \d+s", upstreams)  # one that stops costs no request
    (size,) = re.findall(r"max_size (\d+)MB", text)
    assert int(size) * 1_000_000 > MOST_BYTES  # what planapp itself takes
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in SERVICES["proxy"]["volumes"]
    assert SERVICES["proxy"]["depends_on"] == {"web": {"condition": "service_healthy"}}


def test_nothing_serves_before_the_tables_are_there():
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    begun = SERVICES["migrate"]["command"].removeprefix('sh -c "').removesuffix('"').split(" && ")
    assert begun == ["python manage.py migrate --noinput", f"python manage.py serving_role {SERVING}"]


def test_who_serves_owns_nothing_and_does_not_know_who_does():
    who = {name: SERVICES[name]["environment"]["DATABASE_URL"] for name in OURS}
    owner = SERVICES["database"]["environment"]["POSTGRES_USER"]
    assert who.pop("migrate").startswith(f"postgres://{owner}:${{POSTGRES_PASSWORD:?")
    assert {url.partition("@")[0] for url in who.values()} == {
        f"postgres://{SERVING}:${{SERVING_PASSWORD:?set SERVING_PASSWORD in .env}}"
    }
    assert {SERVICES[name]["environment"]["POSTGRES_PASSWORD"] for name in OURS} == {""}  # .env has it, for compose


def test_who_stops_is_given_the_time_it_takes():
    seconds = {name: int(SERVICES[name]["stop_grace_period"].removesuffix("s")) for name in ("web", "worker")}
    assert seconds["web"] > gunicorn.graceful_timeout
    assert seconds["worker"] > 2 * settings.EMAIL_TIMEOUT  # one mail that is under way, at a slow mail server


def test_the_image_runs_as_a_user_who_owns_none_of_the_code():
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    made = next(line for line in lines if "useradd" in line)
    assert "--uid 10001" in made
    after_user = lines[lines.index("USER planapp") + 1 :]
    assert [line.split()[0] for line in after_user] == ["EXPOSE", "HEALTHCHECK", "CMD"]
    assert "COPY --chown=root:root . ." in lines
    assert [line for line in lines if line.startswith("COPY") and "chown=planapp" in line] == []
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    assert "uid=10001" in SERVICES["beat"]["tmpfs"][1]


def test_the_base_can_be_named_by_its_digest_and_no_time_gets_into_bytecode():
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${BASE_IMAGE}"] * 2
    assert DOCKERFILE.index("ARG BASE_IMAGE=") < DOCKERFILE.index("FROM")
    assert "--no-compile" in DOCKERFILE
    compiled = re.findall(r"compileall .*?--invalidation-mode (\S+) (\S+)", DOCKERFILE)
    assert compiled == [("unchecked-hash", "/opt/venv/lib"), ("unchecked-hash", ".")]


def test_the_same_code_compiles_to_the_same_bytes_at_any_time(tmp_path):
    made = []
    for name, moment in (("one", 1_000_000_000), ("two", 1_700_000_000)):
        room = tmp_path / name
        shutil.copytree(settings.BASE_DIR / "web", room / "web", ignore=shutil.ignore_patterns("__pycache__"))
        for path in room.rglob("*.py"):
            os.utime(path, (moment, moment))
        words = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "."]
        subprocess.run(words, cwd=room, check=True)  # noqa: S603 - as in the Dockerfile
        made.append({path.relative_to(room): path.read_bytes() for path in room.rglob("*.pyc")})
    assert len(made[0]) > 20
    assert made[0] == made[1]


def test_what_is_no_part_of_the_product_stays_out_of_the_image():
    ignored = set((settings.BASE_DIR / ".dockerignore").read_text().split())
    assert {".git", ".env", ".venv", "tests", "benchmarks", "var"} <= ignored


def test_no_secret_stands_in_either():
    for text in (DOCKERFILE, COMPOSE.read_text()):
        assert set(re.findall(r"SECRET_KEY=(\S+)", text)) <= {"only-to-build"}
        assert set(re.findall(r"PASSWORD(?:: |=)(\S+)", text)) <= {
            "${POSTGRES_PASSWORD:?set",
            "${SERVING_PASSWORD:?set",
            '""',
        }


def test_compose_takes_the_file(tmp_path):
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("no docker-compose on this machine: install the package `docker-compose` to have the file checked")
    shutil.copy(COMPOSE, tmp_path / "docker-compose.yml")
    shutil.copy(settings.BASE_DIR / ".env.example", tmp_path / ".env")
    told = subprocess.run([program, "config", "--quiet"], cwd=tmp_path, capture_output=True, text=True)  # noqa: S603
    assert (told.returncode, told.stderr) == (0, "")
