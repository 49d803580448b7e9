"""Pages say one word for one thing: docs/words.md names the words that were given up, and none of them comes back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tests.rooms import HEIGHT

ROOT = settings.BASE_DIR
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def said(path: Path) -> Iterator[str]:
    """The texts of a file of code: all strings but docstrings, a long one that was broken over lines as one."""
    tree = ast.parse(path.read_text())
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, DOCUMENTED) and _begins(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield " ".join(node.value.split())


def _begins(node: ast.AST) -> bool:
    return bool(node.body) and isinstance(node.body[0], ast.Expr)


def texts() -> Iterator[tuple[str, str]]:
    for path in [*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.txt")]:
        yield str(path.relative_to(ROOT)), " ".join(path.read_text().split())
    for room in HEIGHT:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts:
                yield from ((str(path.relative_to(ROOT)), text) for text in said(path))


def test_no_word_that_was_given_up_comes_back():
    rows = ROW.findall((ROOT / "docs/words.md").read_text())[1:]
    found = list(texts())
    assert len(rows) >= 20
    assert len(found) > 5_000
    assert {name.partition("/")[0] for name, _ in found} >= {"templates", *HEIGHT} - {"planapp"}
    assert [(word, name) for _, word in rows for name, text in found if word in text] == []
