"""Writes dist/sbom.cdx.json: everything that requirements.txt installs, with licences (CycloneDX).

Made from an environment that holds nothing else, since the metadata of installed packages alone name their licences. A
package without a known licence, with one that nobody looked at, or that is not in requirements.txt is a failure.
"""

import json
import re
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.markers import Marker

from tests.supply.audit import ROOT
from tests.supply.licences import SAID, licences_of, refused

FILE = ROOT / "dist" / "sbom.cdx.json"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)


def sbom() -> int:
    FILE.parent.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        venv.create(folder, with_pip=False)
        python = str(Path(folder) / "bin" / "python")
        tool = [*_installer(), "--python", python, "install", "-q", "--require-hashes", "-r", "requirements.txt"]
        subprocess.run(tool, cwd=ROOT, check=True)  # noqa: S603 - our own words
        words = [str(Path(sys.executable).parent / "cyclonedx-py"), "environment", "--pyproject", "pyproject.toml"]
        words += ["--output-reproducible", "-o", str(FILE), python]
        subprocess.run(words, cwd=ROOT, check=True)  # noqa: S603 - our own words
    listed = json.loads(FILE.read_text())
    complete(listed)
    FILE.write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n")
    wrong = faults(listed, pinned((ROOT / "requirements.txt").read_text()))
    print("\n".join([f"{FILE.relative_to(ROOT)}: {len(listed['components'])} packages.", *wrong]))  # noqa: T201
    return 1 if wrong else 0


def _installer() -> list[str]:
    """pip, which every development environment of ours has; it takes another environment by `--python`."""
    return [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def pinned(lock: str) -> dict[str, str]:
    """Names and versions that a lock installs on this machine."""
    found = PINNED.findall(lock)
    return {_plain(name): version for name, version, marker in found if not marker or Marker(marker).evaluate()}


def complete(listed: dict[str, Any]) -> None:
    """Adds what a package says of its licence in a way that the list does not understand."""
    for one in listed["components"]:
        if not licences_of(one) and one["name"] in SAID:
            one["licenses"] = [{"expression": SAID[one["name"]]}]


def faults(listed: dict[str, Any], wanted: dict[str, str]) -> list[str]:
    """A sentence for each licence that may not be, and for each difference between the list and the lock."""
    there = {_plain(one["name"]): one["version"] for one in listed["components"]}
    lacking = [f"{name} {version}: in requirements.txt, not in the list" for name, version in wanted.items()]
    further = [f"{name} {version}: in the list, not in requirements.txt" for name, version in there.items()]
    same = {f"{name} {version}" for name, version in wanted.items() if there.get(name) == version}
    differences = [text for text in (*lacking, *further) if text.partition(":")[0] not in same]
    return [*differences, *(why for one in listed["components"] if (why := refused(one)))]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
