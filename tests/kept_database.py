"""A migrated and empty database that is kept between runs, of which every run takes a copy.

So a run neither waits for migrations nor meets what another left behind. It is known by a hash over the migrations and
what they import: other migrations, another database. `pytest --create-db` makes it anew.
"""

import hashlib
import os
import re
import sqlite3
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError

FOLDER = Path(settings.BASE_DIR) / "var" / "test"
IMPORTED = re.compile(r"^from (\w[\w.]*) import", re.MULTILINE)
# On a server that several checkouts may share, the newest eight are kept.
OLD = "SELECT datname FROM pg_database WHERE datname LIKE 'planapp\\_empty\\_%%' ORDER BY oid DESC OFFSET 8"


def fingerprint() -> str:
    """Changes with any migration, with any module of ours that one imports, and with Django."""
    files: set[Path] = set()
    for app in apps.get_app_configs():
        for path in Path(app.path, "migrations").glob("*.py"):
            modules = [name.replace(".", "/") for name in IMPORTED.findall(path.read_text(encoding="utf-8"))]
            files |= {path, *(file for name in modules if (file := settings.BASE_DIR / f"{name}.py").exists())}
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(files):
        digest.update("/".join(path.parts[-3:]).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class Kept:
    """`use` before the test database is made, `keep` after: the first run that finds none keeps what it made."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.is_there = False

    def keep(self) -> None:
        if not self.is_there:
            self._keep()


class Postgres(Kept):
    """A database beside the test's own, which is made of it by `CREATE DATABASE … TEMPLATE`."""

    name = property(lambda self: f"planapp_empty_{fingerprint()}")

    def use(self, *, anew: bool) -> None:
        with self.connection.creation._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            self.is_there = cursor.fetchone() is not None
            if self.is_there and anew:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}"')
                self.is_there = False
        if self.is_there:
            self.connection.settings_dict["TEST"]["TEMPLATE"] = self.name

    def _keep(self) -> None:
        made = self.connection.settings_dict["NAME"]
        self.connection.close()
        self.connection.close_pool()
        try:
            with self.connection.creation._nodb_cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{made}"')
                cursor.execute(OLD)
                for (old,) in cursor.fetchall():
                    cursor.execute(f'DROP DATABASE "{old}"')
        except DatabaseError:
            self.connection.close()  # another worker was quicker, or somebody is copying an old one: no harm


class Sqlite(Kept):
    """A file, of which the test's own database, in memory, is a copy."""

    path = property(lambda self: FOLDER / f"empty-{fingerprint()}.sqlite3")

    def use(self, *, anew: bool) -> None:
        self.is_there = self.path.exists() and not anew
        if self.is_there:
            # Stays open: a database in memory lives as long as a connection to it.
            self.copy = sqlite3.connect(self.connection.creation._get_test_db_name(), uri=True)
            kept = sqlite3.connect(self.path)
            kept.backup(self.copy)
            kept.close()

    def _keep(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob("empty-*.sqlite3"):
            old.unlink(missing_ok=True)
        made = self.path.with_suffix(f".{os.getpid()}")
        kept = sqlite3.connect(made)
        self.connection.ensure_connection()
        self.connection.connection.backup(kept)
        kept.close()
        made.replace(self.path)


def kept_for(connection: Any) -> Kept:
    return {"postgresql": Postgres, "sqlite": Sqlite}[connection.vendor](connection)
