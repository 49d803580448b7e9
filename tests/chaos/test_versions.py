"""What `make versions` takes from git; the runs themselves take minutes and are made before a release."""

import subprocess

import pytest

from tests.chaos.machine import ROOT
from tests.chaos.versions import ADDED, MIGRATIONS, code_of, git


@pytest.fixture(autouse=True)
def history():
    if not (ROOT / ".git").exists():
        pytest.skip("This is no checkout of git, so there is no version before")


def test_the_code_of_a_commit_is_whole(tmp_path):
    folder = code_of("HEAD", tmp_path / "code")
    assert (folder / "manage.py").read_bytes() == git("show", "HEAD:manage.py")
    assert (folder / "tests" / "chaos" / "app.py").is_file()


def test_commits_with_migrations_are_found_newest_first():
    try:
        found = git(*ADDED, "-2", "--", MIGRATIONS).decode().split()
    except subprocess.CalledProcessError:
        pytest.skip("A checkout of one commit has no history")
    for commit in found:
        added = git("show", "--format=", "--name-only", "--diff-filter=A", commit).decode().split()
        assert [name for name in added if "/migrations/0" in name]
