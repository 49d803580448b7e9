"""One list of commands: the hooks before a commit run what `make check` runs, and the README names every target."""

import re
import tomllib

import yaml
from django.conf import settings

MAKEFILE = (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8")
README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")


def recipe(target: str) -> list[str]:
    lines = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert lines is not None
    return [line.strip().removeprefix("@").replace("$(BIN)", ".venv/bin") for line in lines[1].splitlines()]


def test_before_a_commit_runs_what_make_check_runs():
    hooks = yaml.safe_load((settings.BASE_DIR / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["entry"] for hook in hooks] == recipe("check")
    assert all(hook["language"] == "system" and hook["pass_filenames"] is False for hook in hooks)


def test_every_make_target_that_a_document_names_is_there_and_the_readme_has_them_all():
    targets = set(re.findall(r"^([a-z0-9]+):.*## ", MAKEFILE, re.MULTILINE))
    documents = [settings.BASE_DIR / "README.md", settings.BASE_DIR / "CONTRIBUTING.md"]
    documents += (settings.BASE_DIR / "docs").rglob("*.md")
    named = {name for path in documents for name in re.findall(r"`make ([a-z0-9]+)", path.read_text(encoding="utf-8"))}
    assert named <= targets
    assert targets - {"help"} <= set(re.findall(r"`make ([a-z0-9]+)", README))


def test_the_newest_version_of_the_changelog_is_the_projects():
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    newest = re.search(r"^## \[(\d[^\]]*)\]", (settings.BASE_DIR / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version
