"""The question to the index, for either database. tests/search/test_engines.py holds both to one."""

from django.db import connection

from search.engines.base import Engine
from search.engines.postgresql import PostgreSQL
from search.engines.sqlite import SQLite


def the_engine() -> Engine:
    """The one for the database in use."""
    return PostgreSQL() if connection.vendor == "postgresql" else SQLite()
