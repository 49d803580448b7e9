"""Whether an error says that the database cannot be had at the moment, and nothing about the program."""

import sqlite3
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from psycopg.errors import OperationalError as PostgresError


def is_away(error: BaseException | None) -> bool:
    """The server is gone or full, a connection broke, or a lock was not to be had: asked again, it may well answer.

    So does an error that came of such a one, as where a transaction should go on whose connection broke.
    """
    return any(_says_so(one) for one in _chain(error))


def _says_so(error: BaseException) -> bool:
    """On SQLite a mistake in a statement comes as the same class of error; it is told apart by its number."""
    if isinstance(error, InterfaceError):
        return True
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF != sqlite3.SQLITE_ERROR
    return isinstance(cause, PostgresError)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
