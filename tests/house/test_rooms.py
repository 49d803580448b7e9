"""What an import linter cannot see: relations, reverse accessors and template includes point down too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from people.models import User
from tests.rooms import HEIGHT

INCLUDE = re.compile(r"{%\s*(?:include|extends)\s+\"([^\"]+)\"")


def own_models() -> Iterator[type]:
    for model in apps.get_models():
        if model._meta.app_label in HEIGHT:
            yield model


def points_down(room: str, other: str) -> bool:
    return room == other or HEIGHT[other] < HEIGHT[room]


def test_every_relation_points_to_its_own_room_or_a_lower_one():
    wrong = []
    for model in own_models():
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            if field.related_model is User:
                continue  # below people it is known as settings.AUTH_USER_MODEL alone, as in every Django app
            target = field.related_model._meta.app_label
            if target in HEIGHT and not points_down(model._meta.app_label, target):
                wrong.append(f"{model.__name__}.{field.name} → {target}")
    assert wrong == []


def accessors_from_above() -> dict[str, set[str]]:
    """For each room, the names by which its rows reach up into a higher room."""
    names: dict[str, set[str]] = {room: set() for room in HEIGHT}
    for model in own_models():
        room = model._meta.app_label
        for relation in model._meta.related_objects:
            other = relation.related_model._meta.app_label
            if other in HEIGHT and not points_down(room, other):  # rows of a library belong to no room
                names[room] |= {relation.get_accessor_name() or "", relation.field.related_query_name()}
    return names


def words_of(tree: ast.AST) -> Iterator[str]:
    """Attributes, and the first parts of query lookups written as strings or keywords."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isascii():
            yield from node.value.split("__")
        elif isinstance(node, ast.keyword) and node.arg:
            yield from node.arg.split("__")


def test_no_room_uses_an_accessor_that_a_higher_room_made():
    wrong = []
    for room, names in accessors_from_above().items():
        names -= {"", "+"}
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            if names and "migrations" not in path.parts:
                wrong += [f"{path.name}: {word}" for word in words_of(ast.parse(path.read_text())) if word in names]
    assert wrong == []


def templates() -> list[Path]:
    return sorted(path for path in (settings.BASE_DIR / "templates").rglob("*") if path.suffix in {".html", ".txt"})


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_a_template_includes_only_its_own_room_a_lower_one_and_components(path: Path):
    room = path.relative_to(settings.BASE_DIR / "templates").parts[0]
    for name in INCLUDE.findall(path.read_text()):
        folder = name.split("/")[0] if "/" in name else ""
        is_ours = folder in {"", "_components", "django", room} or (
            {room, folder} <= HEIGHT.keys() and points_down(room, folder)
        )
        assert is_ours, f"{path.name} includes {name}"


def test_every_room_begins_with_what_it_owns():
    for room in HEIGHT.keys() - {"planapp"}:
        text = (settings.BASE_DIR / room / "__init__.py").read_text()
        assert all(word in text for word in ("Owns:", "May be imported by:", "Begin reading at:")), room


def test_every_room_is_in_the_table_that_newcomers_read():
    table = (settings.BASE_DIR / "docs/architecture.md").read_text(encoding="utf-8")
    drawn = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8").partition("## How it is built")[2]
    assert [room for room in HEIGHT if f"| `{room}` |" not in table or f"`{room}`" not in drawn] == []
