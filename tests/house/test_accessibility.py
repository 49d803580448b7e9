"""The table of WCAG 2.2 has each A and AA criterion once, and for each a test that exists, a look, or why not."""

import ast
import re
from functools import cache

from django.conf import settings

# 4.1.1 was taken out of WCAG 2.2.
CRITERIA = re.findall(
    r"\S+",
    """
1.1.1 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.4.1 1.4.2 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12
1.4.13 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4 2.4.5 2.4.6 2.4.7 2.4.11 2.5.1 2.5.2 2.5.3 2.5.4
2.5.7 2.5.8 3.1.1 3.1.2 3.2.1 3.2.2 3.2.3 3.2.4 3.2.6 3.3.1 3.3.2 3.3.3 3.3.4 3.3.7 3.3.8 4.1.2 4.1.3
""",
)
TABLE = (settings.BASE_DIR / "docs/accessibility.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d\.\d\.\d+) [^|]+ \((A|AA)\) \| ([^|]+) \| ([^|]+) \|$", TABLE, re.MULTILINE)


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((settings.BASE_DIR / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_criterion_has_its_row():
    assert (len(CRITERIA), [number for number, *_ in ROWS]) == (55, CRITERIA)


def test_every_row_says_what_shows_it_or_why_it_does_not_apply():
    silent = [
        number
        for number, _, met, shown in ROWS
        if not (met.startswith("Does not apply: ") and shown == "–") and not re.search(r"::test_|by hand: \w", shown)
    ]
    assert silent == []


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
    assert len(named) > 40
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []
