"""A test that cannot fail proves nothing: each mutant of the sender makes its named test fail, and only a mutant does.

Runs once, in the pass on SQLite, on a copy of the tree; tables come from the models, so that a constraint taken away
there is away.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.mutants.senders import MORE, MUTANTS, Mutant
from tests.rooms import HEIGHT

ROOT = Path(__file__).resolve().parents[2]
COPIED = (*HEIGHT, "templates", "static", "tests")
PATIENCE = 300
FAILED = 1  # pytest's exit code for "ran, and tests failed"; a mutant that does not even start has another

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    if connection.vendor != "sqlite":
        pytest.skip("Mutants do not depend on the database; they run once, in the pass on SQLite")
    folder = tmp_path_factory.mktemp("mutants") / "tree"
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder)
    return folder


def run(tree: Path, *tests: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    for name in ("DATABASE_URL", "REDIS_URL", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    told = subprocess.run(  # noqa: S603 - our own tests
        [
            sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--nomigrations", "--create-db", "-p", "no:randomly",
            "-p", "no:cacheprovider", *dict.fromkeys(tests),
        ],
        cwd=tree, env={**environment, "PYTHONPYCACHEPREFIX": str(tree / "pycache")}, capture_output=True, text=True,
        timeout=PATIENCE,
    )  # fmt: skip
    return told.returncode, told.stdout[-3000:]


def test_the_sender_as_it_is_passes(tree):
    code, said = run(tree, *(mutant.test for mutant in (*MUTANTS, *MORE)))
    assert code == 0, said


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_noticed(tree, mutant):
    notice(tree, mutant)


@pytest.mark.mutants
@pytest.mark.parametrize("mutant", MORE, ids=lambda mutant: mutant.name)
def test_another_mutant_is_noticed(tree, mutant):
    notice(tree, mutant)


def notice(tree: Path, mutant: Mutant) -> None:
    before = {file: (tree / file).read_text() for file, _, _ in mutant.edits}
    after = dict(before)
    for file, old, new in mutant.edits:
        assert after[file].count(old) == 1, f"{file} no longer says once: {old}"
        after[file] = after[file].replace(old, new)
    try:
        for file, text in after.items():
            (tree / file).write_text(text)
        code, said = run(tree, mutant.test)
    finally:
        for file, text in before.items():
            (tree / file).write_text(text)
    assert code == FAILED, said
    assert "1 failed" in said
