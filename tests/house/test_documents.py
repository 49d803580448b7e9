"""What documents, comments and docstrings name exists: rules, files, links, dotted names."""

import ast
import importlib
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from rules import perm_exists

from tests.rooms import HEIGHT
from web.security_log import EVENTS

ROOT = Path(settings.BASE_DIR)
# Folders whose every file we wrote; what a demo or a tool leaves behind is none of these.
OURS = [*sorted(HEIGHT), "benchmarks", "docs", "static", "templates", "tests", "typings", ".ci", ".github"]
WRITTEN = {".py", ".md", ".html", ".txt", ".typ", ".js", ".css", ".yml", ".yaml", ".toml", ".example", ""}
RULE = r"(?:B-\d\d|[GR]\d{1,2})"
CITED = re.compile(rf"\b[Rr]ules? ({RULE}(?:(?:, and |, or |, | and | or | to |–){RULE})*)")
TEST_NAME = re.compile(r"^def test_([bgr])(\d{1,2})_", re.MULTILINE)
OUTSIDE = re.compile(
    r"\b(?:design section|design\.md|ground rule|behaviour.cases?|cases? [BG]-?\d|ruling \d|rulings? on|faults?-20\d\d"
    r"|section 10\b|issue #?\d)"
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
EXTENSION = r"(?:py|md|html|txt|typ|js|css|yml|yaml|toml|sql|sh|pptx)"
# A path has a folder; `<room>`, `*` or `NAME` in it makes it a pattern.
PATH = re.compile(rf"(?<![\w./<>*-])((?:\.?[\w-]+/)+[\w.-]*[\w-]+\.{EXTENSION})(?![\w/<>*-])")
FOLDER = re.compile(r"^(?!var/)[\w-]+(?:/[\w-]+)*/$")
FILE = re.compile(rf"^[\w-]+\.{EXTENSION}$")
DOTTED = re.compile(rf"(?<![\w./@-])((?:{'|'.join(HEIGHT)}|tests|benchmarks)(?:\.[A-Za-z_]\w*)+)(?![\w/-])")


def _written() -> list[Path]:
    files = [path for path in ROOT.iterdir() if path.is_file() and path.name not in {".env", ".coverage", ".git"}]
    for folder in OURS:
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    left_out = {"LICENSE", "requirements.txt", "requirements-dev.txt", "openapi.yaml", "test_documents.py"}
    return sorted(
        path for path in files if path.suffix in WRITTEN and path.name not in left_out | {".env", ".coverage"}
    )


ALL = [path for path in _written() if "fonts" not in path.parts]
DOCUMENTS = [path for path in ALL if path.suffix == ".md"]
PROGRAMS = [path for path in ALL if path.suffix == ".py" and "migrations" not in path.parts]
NAMES = {path.name for path in ALL}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# Rules ----------------------------------------------------------------------------------------------------------------


def cited(text: str) -> Iterator[str]:
    yield from re.findall(r"\bB-\d\d\b", text)
    for several in CITED.findall(text):
        yield from re.findall(RULE, several)
    for letter, number in TEST_NAME.findall(text):
        yield f"B-{number}" if letter == "b" else f"{letter.upper()}{number}"


def test_every_rule_that_is_cited_is_in_the_rules():
    found = re.findall(r"^<a id=\"([^\"]+)\"></a>\*\*([A-Z0-9-]+)\.", read(ROOT / "docs/rules.md"), re.MULTILINE)
    rules = [rule for _, rule in found]
    assert [anchor for anchor, _ in found] == [rule.lower() for rule in rules]
    assert (len(rules) > 80, len(rules)) == (True, len(set(rules)))
    wrong = sorted({f"{name_of(path)}: {rule}" for path in ALL for rule in cited(read(path)) if rule not in rules})
    assert not wrong, "\n".join(wrong)


def test_nothing_cites_a_text_that_is_not_here():
    wrong = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in ALL
        for number, line in enumerate(read(path).splitlines(), 1)
        if OUTSIDE.search(line)
    ]
    assert not wrong, "\n".join(wrong)


# Documents ------------------------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors of a document, as the page that shows it makes them."""
    text = re.sub(r"^```.*?^```", "", read(path), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
    return slugs | set(re.findall(r"<a id=\"([^\"]+)\"", text))


def leads_somewhere(link: str, path: Path) -> bool:
    file, _, anchor = link.partition("#")
    target = (path.parent / file).resolve() if file else path
    return target.exists() and (not anchor or target.suffix != ".md" or anchor in anchors(target))


def test_every_link_of_a_document_leads_somewhere():
    wrong = []
    for path in DOCUMENTS:
        links = LINK.findall(re.sub(r"`[^`\n]*`", "", read(path)))
        ours = [link for link in links if not re.match(r"[a-z]+:", link)]
        wrong += [f"{name_of(path)}: {link}" for link in ours if not leads_somewhere(link, path)]
    assert not wrong, "\n".join(wrong)


def exists(name: str, said_in: Path) -> bool:
    """Whether it is there: from the top, from a folder around who names it, in templates or static."""
    around = [folder for folder in said_in.parents if folder.is_relative_to(ROOT)]
    return any((folder / name).exists() for folder in (*around, ROOT / "templates", ROOT / "static"))


def test_every_file_and_name_in_a_document_exists():
    wrong = []
    for path in DOCUMENTS:
        text = re.sub(LINK, "", read(path))
        names = [name for name in PATH.findall(text) if not (name.startswith("var/") or exists(name, path))]
        for code in CODE.findall(text):
            file, folder, dotted = FILE.match(code), FOLDER.match(code), None if code in EVENTS else DOTTED.match(code)
            if (file and code not in NAMES) or (folder and not exists(code, path)):
                names.append(code)
            if dotted and not file and not resolves(dotted[1]):
                names.append(code)
        wrong += [f"{name_of(path)}: {name}" for name in names]
    assert not wrong, "\n".join(wrong)


def test_each_decision_has_a_number_of_its_own():
    found = {path.name[:4]: read(path).splitlines()[0] for path in (ROOT / "docs/adr").glob("*.md")}
    assert len(found) == len(list((ROOT / "docs/adr").glob("*.md")))
    assert [number for number, head in found.items() if not head.startswith(f"# {int(number)}. ")] == []


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("An update is posted and shows on the plan page", 8),
        ("A quarter is frozen and leaves as a PDF", 14),
        ("A milestone is due and the mail server takes the mail", 14),
    ],
)
def test_a_main_path_is_short_and_its_files_exist(path: str, most: int):
    text = read(ROOT / "docs/architecture.md").split(f"### {path}\n")[1].split("\n#")[0]
    files = re.findall(r"^\d+\. `([^`]+)`", text, re.MULTILINE)
    assert 5 <= len(set(files)) == len(files) <= most
    assert [name for name in files if not (ROOT / name).is_file()] == []
    # A function that a step names in code is in that step's file.
    for name, step in re.findall(r"^\d+\. `([^`]+)`(.*(?:\n   .*)*)", text, re.MULTILINE):
        source = read(ROOT / name)
        named = re.findall(r"`([A-Za-z_]\w*)(?:\(\w*\))?`", step)
        assert [word for word in named if word not in source] == [], name


# Comments and docstrings ----------------------------------------------------------------------------------------------


def remarks(path: Path) -> Iterator[str]:
    """Comments and docstrings of a program."""
    text = read(path)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node, clean=False) or ""


@cache
def resolves(dotted: str) -> bool:
    """Whether a dotted name is a permission, a model by its label, a logger, a module, or something in one."""
    room, *rest = parts = dotted.split(".")
    if dotted in settings.LOGGING["loggers"]:
        return True
    if perm_exists(dotted) or (len(rest) == 1 and rest[0].lower() in apps.all_models.get(room, {})):
        return True
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[cut:]:
            if not hasattr(found, attribute):
                return attribute in getattr(found, "__annotations__", {})
            found = getattr(found, attribute)
        return True
    return False


def test_every_file_and_name_in_a_remark_exists():
    wrong = []
    for path in PROGRAMS:
        for remark in remarks(path):
            names = [name for name in PATH.findall(remark) if not exists(name, path)]
            names += [name for name in DOTTED.findall(remark) if not resolves(name)]
            wrong += [f"{name_of(path)}: {name}" for name in names]
    assert not wrong, "\n".join(wrong)


def test_every_file_that_a_template_or_a_script_names_exists():
    names = [(path, name) for path in ALL if path not in {*DOCUMENTS, *PROGRAMS} for name in PATH.findall(read(path))]
    names = [(path, name) for path, name in names if "demo" not in path.parts and not finders.find(name)]  # a library's
    wrong = [f"{name_of(path)}: {name}" for path, name in names if not exists(name, path)]
    assert not wrong, "\n".join(wrong)
