"""Asks pip-audit which of the packages of requirements.txt have a known weakness.

pip-audit itself says "no known vulnerabilities" and ends well where the service knows not one of the packages, as a
mirror without that part does: its report is read here, package by package.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FINE, FOUND, NOT_ASKED = 0, 1, 3
# Weaknesses that do not concern us, by their id, each with the reason and who looked when.
REVIEWED: dict[str, str] = {}


def audit() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", "requirements.txt"]
        words += ["--format", "json", "--output", str(report), "--progress-spinner", "off"]
        words += [word for one in REVIEWED for word in ("--ignore-vuln", one)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our words
        told = json.loads(report.read_text()) if report.exists() and report.stat().st_size else None
    code, sentences = judged(told, done.stderr)
    print("\n".join(sentences))  # noqa: T201 - a program of the command line
    return code


def judged(told: dict[str, Any] | None, complaint: str) -> tuple[int, list[str]]:
    """What a report comes to: the code to end with, and sentences. `told` is None where there was no report."""
    if told is None:
        last = (complaint.strip().splitlines() or ["it did not say why"])[-1]
        return NOT_ASKED, [f"Not audited: the service that knows of weaknesses could not be asked. {last}"]
    packages = told["dependencies"]
    weak = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", [])
    ]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    asked = len(packages) - len(unknown)
    sentences = [f"{asked} of {len(packages)} packages were looked up, {len(weak)} known weaknesses found.", *weak]
    if unknown:
        which = "every package" if not asked else ", ".join(unknown)
        sentences.append(f"Not audited: the service that knows of weaknesses said nothing about {which}.")
    return FOUND if weak else NOT_ASKED if unknown or not packages else FINE, sentences
