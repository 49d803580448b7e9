"""Every permission that is asked for exists, every one that exists is asked for, and the written page is true."""

import re

from django.conf import settings
from rules.permissions import permissions

from planapp.permissions_page import permissions_page

ROOMS = (
    "people",
    "sign_in",
    "goals",
    "initiatives",
    "reports",
    "reminders",
    "imports",
    "public",
    "planapp",
    "templates",
)
ASKED = re.compile(r"(?:has_perm|permission_required|_only|has_perms)\((?:request, )?\s*[\"']([a-z_.]+)[\"']")
# The doors of the initiatives room name the rest: needs="change_initiative".
NEEDS = re.compile(
    r"needs(?:: str)? ?= ?\"([a-z_]+)\"|get_\w+_or_404\(request, \w+, \"([a-z_]+)\"|_allowed\(request, \"([a-z_]+)\""
)


def sources() -> str:
    files = [
        path
        for room in ROOMS
        for path in sorted((settings.BASE_DIR / room).rglob("*"))
        if path.suffix in {".py", ".html"} and path.name != "rules.py" and "migrations" not in path.parts
    ]
    return "\n".join(path.read_text() for path in files)


def test_every_permission_asked_for_exists():
    text = sources()
    asked = set(ASKED.findall(text))
    asked |= {f"initiatives.{one}" for found in NEEDS.findall(text) for one in found if one}
    assert asked - set(permissions) == set()
    assert len(asked) > 10


def test_every_permission_is_asked_for_somewhere():
    text = sources()
    assert [name for name in permissions if f'"{name}"' not in text and f'"{name.split(".")[1]}"' not in text] == []


def test_the_written_page_is_what_the_policy_says():
    assert (settings.BASE_DIR / "docs" / "permissions.md").read_text() == permissions_page()
