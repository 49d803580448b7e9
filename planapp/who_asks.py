"""Where governments are apart, who sees all of them at once neither serves nor does a government's work (ADR 30)."""

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import connections

from planapp.own_rows import GOVERNMENTS

# Commands of who owns the tables, because they hold all governments or look at nobody's rows. All others read or write
# what is a government's, and are refused: planning reminders as the owner would write to the people of every city.
OF_THE_OWNER = frozenset({
    "migrate", "governments", "backup", "restore", "createcachetable", "remove_stale_contenttypes",  # all are meant
    "dbshell", "inspectdb", "sqlflush", "sqlmigrate", "sqlsequencereset", "showmigrations",  # the tables themselves
    "check", "diffsettings", "print_permissions", "spectacular", "generateschema", "sendtestemail",  # the program
    "collectstatic", "findstatic", "compilemessages", "makemessages",
    "makemigrations", "optimizemigration", "squashmigrations", "startapp", "startproject", "test",
    "help", "version",
})  # fmt: skip


def refuse_to_serve_all() -> None:
    """Raises ImproperlyConfigured where governments are on and this process would see the rows of all, or of none.

    Asked once, before a web server, worker or beat starts.
    """
    if seen := _sees_more_than_one():
        raise ImproperlyConfigured(
            f"planapp does not start: many governments are on, and DATABASE_URL connects as {seen}. "
            "Name the role of one government there (manage.py governments lists them)."
        )


def refuse_to_do_for_all(command: str) -> None:
    """Raises CommandError where governments are on and `manage.py command` would do for all of them what is one's."""
    if command in OF_THE_OWNER:
        return
    if seen := _sees_more_than_one():
        raise CommandError(
            f"Nothing was done. Many governments are on, and {command} is done for one of them: DATABASE_URL connects "
            f"as {seen}. Name the role of that government there (manage.py governments lists them), once for each."
        )


def _sees_more_than_one() -> str:
    """Who connects, and what such a role sees; "" where that is one government's rows, or governments are off.

    On a connection of its own: none may be open when processes part. Where the database cannot be asked, whatever asks
    it next will say so.
    """
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return ""
    words = connection.get_connection_params()
    words.pop("pool", None)
    asked = f"SELECT current_user, row_security_active('people_user'), {GOVERNMENTS}() IS NULL"
    try:
        with psycopg.connect(**words | {"connect_timeout": 2}) as own:
            on = own.execute("SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass('people_user')").fetchone()
            who, is_kept, is_nobody = own.execute(asked).fetchone() if on and on[0] else ("", True, False)  # type: ignore[misc]
    except psycopg.Error:
        return ""
    if is_kept and not is_nobody:
        return ""
    what = "no government's rows" if is_kept else "the rows of every government"
    return f"{who}, which sees {what}"
