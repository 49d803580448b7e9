"""Django's own, but that it gives up where it would have to wait for a lock.

A change of a table waits for whoever reads it, and everybody who comes later waits behind the change: one report that
runs for a minute would stop every page for that minute.
"""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

from planapp.governments import cover, knowing_of_no_government

PATIENCE = 2.0  # seconds

OTHERS = """
SELECT pid, application_name, state, to_char(xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS')
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND clock_timestamp() - xact_start > %s * interval '1 s'
ORDER BY xact_start LIMIT 5
"""


class Command(Migrate):
    """On SQLite nothing is different: there a second writer waits by the settings of the connection.

    Whatever tables and keys migrations made, of whichever application, are a government's in the end (ADR 30).
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout", type=float, default=PATIENCE, metavar="SECONDS",
            help=f"How long a change may wait for others, who wait behind it; 0: for ever. Default: {PATIENCE:g}.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> str | None:
        connection, seconds = connections[options["database"]], options["lock_timeout"]
        if connection.vendor != "postgresql":
            return super().handle(*args, **options)
        _wait_for(connection, seconds)
        connection.introspection.get_constraints = knowing_of_no_government(  # type: ignore[method-assign]
            type(connection.introspection).get_constraints.__get__(connection.introspection)
        )
        try:
            said = super().handle(*args, **options)
            if not options["plan"] and not options["check_unapplied"]:
                cover(connection)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                f"The change waited for {seconds:g} seconds for somebody else's lock and gave up, so that nobody has "
                "to wait behind it. Of this migration nothing was kept; those named above it as OK stay. Run the "
                f"command again, at a quieter time if need be.{_others(connection, seconds)}"
            ) from error
        _wait_for(connection, 0)
        return said


def _wait_for(connection: BaseDatabaseWrapper, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{int(seconds * 1000)}ms"])


def _others(connection: BaseDatabaseWrapper, seconds: float) -> str:
    """Whose transactions have been open for that long; what they ask is nobody's business here."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, [seconds])
        rows = cursor.fetchall()
    if not rows:
        return ""
    each = "; ".join(
        f"process {pid} ({name or 'no name'}, {state}) since {since} UTC" for pid, name, state, since in rows
    )
    return f" Open for longer: {each}. SELECT pg_terminate_backend(process) ends one."
