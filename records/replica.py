"""A second server that is a copy of the first one, a moment behind: who reads from it, and when (docs/adr/0034).

Only a page that says nothing of the last second reads from it, whole, and only to show something: nothing is ever
written there, and what a person has just saved is never looked for there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models

REPLICA = "replica"
V = TypeVar("V", bound=Callable[..., Any])
_READS: ContextVar[bool] = ContextVar("READS", default=False)


@contextmanager
def reading_from_replica() -> Iterator[None]:
    """Within it, whatever this thread reads through Django's models and `records.statements` comes from the replica."""
    token = _READS.set(True)
    try:
        yield
    finally:
        _READS.reset(token)


def reads_from_replica() -> bool:
    return _READS.get()


def alias() -> str:
    """Of the connection to read from now."""
    return REPLICA if _READS.get() else DEFAULT_DB_ALIAS


def may_be_a_moment_old(view: V) -> V:
    """Marks a view that shows everybody the same and says nothing of the last second (web/replica.py)."""
    view.reads_replica = True  # type: ignore[attr-defined]
    return view


class Router:
    """Django asks here for each query; set where there is a replica."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return alias()

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, database: str, app_label: str, **hints: Any) -> bool:
        return database == DEFAULT_DB_ALIAS
