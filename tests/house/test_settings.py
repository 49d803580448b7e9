"""Every variable that is read from the environment is in .env.example, and nothing stands there that nobody reads."""

import re

from django.conf import settings

from tests.rooms import HEIGHT

READ = re.compile(r"env\.\w+\(\s*\"([A-Z_]+)\"|os\.environ(?:\.get|\.setdefault)?[\[(]\s*\"([A-Z_]+)\"")
SECRET = re.compile(r"\bsecret\(env, \"([A-Z_]+)\"")  # which may stand in a file too
# Read by tests, tools or Django itself, not by an installation.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PLANAPP_FAILPOINT", "DEMO_DIR"}


def variables_read() -> set[str]:
    found = set()
    for room in HEIGHT:
        for path in (settings.BASE_DIR / room).rglob("*.py"):
            if path.name != "settings_test.py":
                text = path.read_text()
                found |= {one or two for one, two in READ.findall(text)}
                found |= {f"{name}{suffix}" for name in SECRET.findall(text) for suffix in ("", "_FILE")}
    compose = settings.BASE_DIR / "docker-compose.yml"
    if compose.exists():
        found |= set(re.findall(r"\${([A-Z_]+)", compose.read_text()))
    return found - NOT_OURS


def test_every_variable_is_in_the_example():
    example = (settings.BASE_DIR / ".env.example").read_text()
    listed = set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert variables_read() - listed == set()
    assert listed - variables_read() == set()
