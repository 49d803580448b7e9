"""Guards: the statements that refuse something, found in the source, and the same source with a switch at each.

Five kinds, each of them wherever it stands below the doors (views, forms, the API, commands):

- `raise`: the refusal itself; or one that is returned, for somebody else to raise;
- a sentence put beside others, to be raised together: `errors["due_date"] = …`;
- a call of something that does nothing but refuse: `check_version(row, seen_version)`, `line.refuse(…)`;
- one side of an `or` in what a refusal asks: `if not to.is_active or to == leaver`;
- what lets a service end early, so that twice is once: `if held is not None: return held`.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from tests.rooms import HEIGHT

ROOT = Path(__file__).resolve().parents[2]
ROOMS = [room for room in HEIGHT if room not in {"planapp", "demo"}]
# They talk to the outside: who is asked there, and what is typed there, has sweeps of its own in tests/house.
DOORS = {"urls", "api", "api_permissions", "management", "middleware", "views", "forms", "tasks", "migrations", "apps"}
ONLY_REFUSES = re.compile(r"_?(check|refuse)(_\w+)?|_?only_known|_keep_an_administrator|full_clean")
NOTES = re.compile(r"refuse|refuse_by")  # of a preview's line: nothing is raised, the row is marked
ABSTRACT = "NotImplementedError"


def files() -> list[str]:
    found = (path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return sorted(str(path) for path in found if not DOORS & {*path.parts, path.stem})


@dataclass(frozen=True)
class Guard:
    file: str
    line: int
    column: int
    words: str

    @property
    def key(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass
class Switch:
    """Which guard is out at the moment, and which have refused something since last asked."""

    out: str = ""
    fired: set[str] = field(default_factory=set)
    refusals: int = 0

    def stands(self, key: str) -> bool:
        """Asked where a guard is about to refuse."""
        self.fired.add(key)
        self.refusals += 1
        return self.out != key

    def is_in(self, key: str) -> bool:
        """Asked before a call that may refuse."""
        return self.out != key

    @contextmanager
    def around(self, key: str) -> Iterator[None]:
        """Such a call refuses where it raises, or where something refuses in it."""
        before = self.refusals
        try:
            yield
        except Exception:
            self.stands(key)
            raise
        if self.refusals > before:
            self.stands(key)

    def side(self, key: str, answer: Any) -> Any:
        """What one side of an `or` says; nothing while it is out."""
        return answer if not answer or self.stands(key) else False


SWITCH = Switch()
NAME = "__guards__"


class Switched(ast.NodeTransformer):
    """Puts a switch at every guard of a module, and lists them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.guards: list[Guard] = []
        self.collecting: set[str] = set()
        self.returns: dict[ast.stmt, str] = {}  # those that are guards, and what each says

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        before, self.collecting = self.collecting, collected(node)
        self.returns |= early(node)
        self.generic_visit(node)
        self.collecting = before
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.returns |= {one: sentence(one) for one in node.body if is_error(one)}
        if any(self.refuses(statement) for statement in node.body):
            node.test = self.with_sides(node.test)
        return self.generic_visit(node)

    def with_sides(self, test: ast.expr) -> ast.expr:
        if isinstance(test, ast.BoolOp):
            asked = [self.with_sides(side) for side in test.values]
            if isinstance(test.op, ast.Or):
                asked = [self.side(old, new) for old, new in zip(test.values, asked, strict=True)]
            test.values = asked
        return test

    def side(self, old: ast.expr, new: ast.expr) -> ast.expr:
        if isinstance(new, ast.BoolOp) and isinstance(new.op, ast.Or):
            return new
        key = self.found(old, f"or {ast.unparse(old)}")
        call = ast.parse(f"{NAME}.side({key!r}, ...)", mode="eval").body
        assert isinstance(call, ast.Call)
        call.args[1] = new
        return placed(call, old)

    def refuses(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Raise):
            return node.exc is not None and ABSTRACT not in ast.unparse(node.exc)
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            return isinstance(target, ast.Subscript) and ast.unparse(target.value) in self.collecting
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Call) and bool(NOTES.fullmatch(called(node.value)))
        if isinstance(node, ast.Return):
            return node in self.returns
        return isinstance(node, ast.AugAssign) and ast.unparse(node.target) in self.collecting

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return self.refusal(node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        return self.refusal(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        return self.refusal(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        return self.refusal(node)

    def refusal(self, node: ast.stmt) -> ast.AST:
        if not self.refuses(node):
            return node
        key = self.found(node, self.returns.get(node) or sentence(node))
        switch = ast.parse(f"if {NAME}.stands({key!r}):\n    pass").body[0]
        assert isinstance(switch, ast.If)
        switch.body = [node]
        return placed(switch, node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if self.refuses(node) or not isinstance(node.value, ast.Call):
            return self.refusal(node)
        if not ONLY_REFUSES.fullmatch(called(node.value)):
            return node
        key = self.found(node, ast.unparse(node))
        switch = ast.parse(f"if {NAME}.is_in({key!r}):\n with {NAME}.around({key!r}):\n  pass").body[0]
        assert isinstance(switch, ast.If)
        watch = switch.body[0]
        assert isinstance(watch, ast.With)
        watch.body = [node]
        return placed(switch, node)

    def found(self, node: ast.expr | ast.stmt, words: str) -> str:
        self.guards.append(Guard(self.file, node.lineno, node.col_offset, words))
        return self.guards[-1].key


def called(call: ast.Call) -> str:
    name = call.func
    return name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""


def collected(function: ast.FunctionDef) -> set[str]:
    """The names that a function raises as a whole: `raise ValidationError(errors)`."""
    raised = (node.exc for node in ast.walk(function) if isinstance(node, ast.Raise))
    calls = (exc for exc in raised if isinstance(exc, ast.Call))
    return {arg.id for call in calls for arg in call.args if isinstance(arg, ast.Name)}


def is_error(node: ast.stmt) -> bool:
    return isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and called(node.value).endswith("Error")


def early(function: ast.FunctionDef) -> dict[ast.stmt, str]:
    """The returns by which a service ends early: of what runs in one transaction, `if …: return` before the end."""
    if not any("atomic" in ast.unparse(one) for one in function.decorator_list):
        return {}
    asked = (one for one in function.body[:-1] if isinstance(one, ast.If) and not one.orelse)
    return {one.body[0]: f"if {ast.unparse(one.test)}" for one in asked if isinstance(one.body[0], ast.Return)}


def sentence(node: ast.stmt) -> str:
    """The longest text in a refusal, which is what it says; else its code."""
    longest = max((text(one) for one in ast.walk(node)), key=len)
    return longest if " " in longest.strip() else ast.unparse(node)


def text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part) or "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def placed(new: Any, old: ast.expr | ast.stmt) -> Any:
    """Every line of the new code is that of the old: what is told of an error stays true."""
    for node in ast.walk(new):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, old)
    return ast.fix_missing_locations(ast.copy_location(new, old))


def switched(file: str, source: str) -> tuple[ast.Module, list[Guard]]:
    tree = ast.parse(source, file)
    switches = Switched(file)
    return switches.visit(tree), switches.guards


def guards(under: str = "") -> dict[str, Guard]:
    found = (switched(file, (ROOT / file).read_text())[1] for file in files() if file.startswith(under))
    return {guard.key: guard for several in found for guard in several}


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles with switches, and neither reads nor leaves a compiled file."""

    def get_code(self, fullname: str) -> CodeType:
        file = str(Path(self.path).relative_to(ROOT))
        tree, _ = switched(file, self.get_data(self.path).decode())
        return compile(tree, self.path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    def __init__(self) -> None:
        self.files = {str(ROOT / file) for file in files()}

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name.partition(".")[0] in ROOMS else None
        if spec is not None and spec.origin in self.files:
            spec.loader = Loader(name, spec.origin)
            return spec
        return None


def install() -> None:
    """From now on the rooms are imported with switches."""
    early = [name for name in sys.modules if name.partition(".")[0] in ROOMS]
    assert not early, f"imported before its guards had switches: {early[0]}"
    setattr(builtins, NAME, SWITCH)
    sys.meta_path.insert(0, Finder())
