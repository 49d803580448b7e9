"""Where governments are apart, who sees all of them at once neither serves nor does a government's work (ADR 30)."""

from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from planapp.own_rows import GOVERNMENTS

# Commands of who owns the tables, because they hold all governments or look at nobody's rows. All others read or write
# what is a government's, and are refused: planning reminders as the owner would write to the people of every city.
OF_THE_OWNER = frozenset({
    "migrate", "governments", "serving_role", "backup", "restore",  # all are meant
    "createcachetable", "remove_stale_contenttypes",
    "dbshell", "inspectdb", "sqlflush", "sqlmigrate", "sqlsequencereset", "showmigrations",  # the tables themselves
    "check", "diffsettings", "print_permissions", "spectacular", "generateschema", "sendtestemail",  # the program
    "collectstatic", "findstatic", "compilemessages", "makemessages",
    "makemigrations", "optimizemigration", "squashmigrations", "startapp", "startproject", "test",
    "help", "version",
})  # fmt: skip


SERVES = (
    "planapp does not start: many governments are on, and DATABASE_URL connects as {seen}. Name the role of one "
    "government there (manage.py governments lists them)."
)
DOES = (
    "Nothing was done. Many governments are on, and {command} is done for one of them: DATABASE_URL connects as "
    "{seen}. Name the role of that government there (manage.py governments lists them), once for each."
)

# What could not be asked yet, by the alias of the database: what is raised at its first connection where it has to be.
_to_ask: dict[str, tuple[type[Exception], str]] = {}


def refuse_to_serve_all() -> None:
    """Raises ImproperlyConfigured where governments are on and this process would see the rows of all, or of none.

    Asked before a web server, worker or beat starts; where the database does not answer then, at the first connection
    that comes about, and no other connection comes about until it is answered well.
    """
    for alias in connections:
        _refuse(alias, ImproperlyConfigured, SERVES)


def refuse_to_do_for_all(command: str) -> None:
    """Raises CommandError where governments are on and `manage.py command` would do for all of them what is one's."""
    if command not in OF_THE_OWNER:
        _refuse("default", CommandError, DOES.replace("{command}", command))


def _refuse(alias: str, kind: type[Exception], words: str) -> None:
    """On a connection of its own: none may be open when processes part."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return
    told = connection.get_connection_params()
    told.pop("pool", None)
    try:
        with psycopg.connect(**told | {"connect_timeout": 2}) as own:
            seen = _sees_more_than_one(own)
    except psycopg.Error:
        _to_ask[alias] = (kind, words)
        connection_created.connect(_ask_at_last, dispatch_uid=__name__)
        return
    if seen:
        raise kind(words.format(seen=seen))


def _ask_at_last(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Called when a connection has come about; one that is refused is closed, or it would serve whoever asks next."""
    if connection.alias not in _to_ask:
        return
    kind, words = _to_ask[connection.alias]
    try:
        with connection.wrap_database_errors:
            seen = _sees_more_than_one(connection.connection)
        if seen:
            raise kind(words.format(seen=seen))
    except BaseException:
        connection.close()
        raise
    _to_ask.pop(connection.alias, None)


def _sees_more_than_one(own: "psycopg.Connection[Any]") -> str:
    """Who connects, and what such a role sees; "" where that is one government's rows, or governments are off."""
    asked = f"SELECT current_user, row_security_active('people_user'), {GOVERNMENTS}() IS NULL"
    on = own.execute("SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass('people_user')").fetchone()
    who, is_kept, is_nobody = own.execute(asked).fetchone() if on and on[0] else ("", True, False)  # type: ignore[misc]
    if is_kept and not is_nobody:
        return ""
    what = "no government's rows" if is_kept else "the rows of every government"
    return f"{who}, which sees {what}"
