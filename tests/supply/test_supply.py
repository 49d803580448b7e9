"""What a report of weaknesses and a list of packages come to; neither is taken for well where it says nothing."""

import pytest
import yaml

from tests.supply.audit import FINE, FOUND, NOT_ASKED, REVIEWED, ROOT, judged
from tests.supply.licences import REVIEWED as LICENCES
from tests.supply.licences import refused
from tests.supply.sbom import PINNED, complete, faults, pinned

SOUND = {"name": "one", "version": "1", "vulns": []}
WEAK = {"name": "two", "version": "2", "vulns": [{"id": "GHSA-1", "fix_versions": ["2.1"], "aliases": []}]}
UNKNOWN = {"name": "three", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND], FINE, "1 of 1 packages were looked up, 0 known weaknesses"),
        ([SOUND, WEAK], FOUND, "two 2: GHSA-1, mended in 2.1"),
        ([WEAK, UNKNOWN], FOUND, "two 2: GHSA-1, mended in 2.1"),
        ([SOUND, UNKNOWN], NOT_ASKED, "said nothing about three."),
        ([UNKNOWN], NOT_ASKED, "said nothing about every package."),
        ([], NOT_ASKED, "0 of 0 packages"),
    ],
)
def test_a_report_of_weaknesses(packages, code, said):
    found, sentences = judged({"dependencies": packages}, "")
    assert found == code
    assert said in "\n".join(sentences)


def test_a_service_that_cannot_be_reached_is_said():
    found, sentences = judged(None, "Traceback…\nConnectionError: no route\n")
    assert (found, sentences) == (
        NOT_ASKED,
        ["Not audited: the service that knows of weaknesses could not be asked. ConnectionError: no route"],
    )


@pytest.mark.parametrize(
    ("name", "licences", "said"),
    [
        ("free", [{"license": {"id": "MIT"}}], ""),
        ("two", [{"expression": "MPL-2.0 OR (MIT AND BSD-3-Clause)"}], ""),
        ("orjson", [{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}], ""),
        ("psycopg", [{"license": {"id": "LGPL-3.0-only"}}], ""),
        ("other", [{"license": {"id": "LGPL-3.0-only"}}], "other: LGPL-3.0-only was not looked at"),
        ("psycopg", [{"license": {"id": "GPL-3.0-only"}}], "psycopg: GPL-3.0-only was not looked at"),
        ("both", [{"license": {"id": "MIT"}}, {"license": {"name": "AGPL"}}], "both: AGPL was not looked at"),
        ("both", [{"expression": "MIT AND AGPL-3.0-only"}], "both: MIT AND AGPL-3.0-only was not looked at"),
        ("nested", [{"expression": "MIT AND (GPL-2.0-only OR (AGPL-3.0-only))"}], "nested: MIT AND"),
        ("silent", [], "silent: no licence is known"),
        ("empty", [{"license": {}}], "empty: no licence is known"),
    ],
)
def test_a_licence(name, licences, said):
    found = refused({"name": name, "licenses": licences})
    assert found.startswith(said)
    assert bool(found) == bool(said)


LOCK = """\
one-two==1.0 \\
    --hash=sha256:aa
elsewhere==2 ; sys_platform == 'win32' \\
    --hash=sha256:bb
extra[more]==3.1 \\
    --hash=sha256:cc
"""


def test_the_list_is_the_lock():
    wanted = pinned(LOCK)
    assert wanted == {"one-two": "1.0", "extra": "3.1"}
    free = [{"license": {"id": "MIT"}}]
    one = {"name": "One.Two", "version": "1.0", "licenses": free}
    assert faults({"components": [one, {"name": "extra", "version": "3.1", "licenses": free}]}, wanted) == []
    assert faults({"components": [one, {"name": "extra", "version": "3.2", "licenses": free}]}, wanted) == [
        "extra 3.1: in requirements.txt, not in the list",
        "extra 3.2: in the list, not in requirements.txt",
    ]


def test_every_line_of_our_lock_is_read():
    lock = (ROOT / "requirements.txt").read_text()
    lines = [line for line in lock.splitlines() if line[:1].isalnum()]
    assert len(PINNED.findall(lock)) == len(lines)
    assert len(pinned(lock)) > 60


def test_a_licence_in_other_words_is_added():
    listed = {"components": [{"name": "uritemplate", "version": "4"}, {"name": "silent", "version": "1"}]}
    complete(listed)
    assert [refused(one) for one in listed["components"]] == ["", "silent: no licence is known"]


def test_what_was_reviewed_is_still_installed():
    names = set(pinned((ROOT / "requirements.txt").read_text()))
    assert set(LICENCES) <= names
    assert all(reason for reason in REVIEWED.values())


def test_actions_are_named_by_their_commit():
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["all"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert [one for one in used if len(one.partition("@")[2]) != 40] == []
