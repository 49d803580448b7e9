"""A database of its own for each bench, on the PostgreSQL server that DATABASE_URL names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg


@contextmanager
def database(name: str, template: str = "template1") -> Iterator[str]:
    """Create a database, empty or like another, and give its URL; it is dropped afterwards.

    Each run has its own: two may overlap.
    """
    name = f"{name}_{os.getpid()}"
    server = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not server.scheme.startswith("postgres"):
        raise SystemExit("Set DATABASE_URL to a PostgreSQL server on which databases may be created.")
    url = server._replace(path=f"/{name}").geturl()
    with psycopg.connect(server.geturl(), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield url
        finally:
            admin.execute(f"DROP DATABASE {name} (FORCE)")
