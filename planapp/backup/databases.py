"""A database into a file and back, by the database's own tools, and one database put in the place of another."""

import os
import re
import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from planapp.own_rows import GOVERNMENTS, SETTING

# What the client library of PostgreSQL knows of a connection.
KNOWN = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
AS_IT_IS = ("--no-owner", "--no-privileges")  # whoever brings it back owns it


class CannotDo(Exception):
    """A tool is missing or refused; the words are for the operator."""


@dataclass(frozen=True)
class Counted:
    """What a database held at one moment."""

    migrations: list[str]
    rows: dict[str, int]


APART = "SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass('people_user')"
ROLES = "SELECT id, role, EXISTS (SELECT FROM pg_roles WHERE rolname = role) FROM {} WHERE role IS NOT NULL ORDER BY id"
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"


def counted(execute: Callable[[str], Iterable[Any]], tables: str) -> Counted:
    """The migrations applied and the rows of every table that a query names, in the caller's transaction."""
    names = [name for (name,) in execute(tables)]
    rows = {name: next(iter(execute(f'SELECT count(*) FROM "{name}"')))[0] for name in names}  # noqa: S608 - own names
    return Counted([name for (name,) in execute(MIGRATIONS)], rows)


class Database(ABC):
    """The installation's database, and another beside it that takes its place when all is well with it."""

    def __init__(self, settings: dict[str, Any], stamp: str) -> None:
        self.settings, self.stamp = settings, stamp

    @abstractmethod
    def dump(self, target: Path) -> Counted:
        """Write everything into a file; returns what is in it."""

    @abstractmethod
    def holds_people(self) -> bool:
        """Whether there is anything that somebody could miss."""

    @abstractmethod
    def load(self, dump: Path) -> Counted:
        """Read a dump into the database beside; returns what is in it then."""

    @property
    @abstractmethod
    def url_beside(self) -> str:
        """How another process reaches the database beside, as DATABASE_URL."""

    def urls_of_governments(self) -> list[str]:
        """How another process reaches the database beside as each government in it; [] where rows are not kept apart.

        Raises CannotDo where a government's role is missing on this server.
        """
        return []

    @abstractmethod
    def swap(self) -> str:
        """Put the one beside in the place of ours; returns where what stood there is kept, "" where nothing stood."""

    @abstractmethod
    def drop_beside(self) -> None:
        """Forget the one beside."""


class Postgres(Database):
    TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"

    @property
    def name(self) -> str:
        return str(self.settings["NAME"])

    @property
    def beside(self) -> str:
        return f"{self.name[:40]}_restored_{self.stamp}"

    @property
    def url_beside(self) -> str:
        user, password = (quote(str(self.settings[key] or ""), safe="") for key in ("USER", "PASSWORD"))
        who = f"{user}{':' if password else ''}{password}@" if user else ""
        host, port = quote(str(self.settings["HOST"] or ""), safe=""), self.settings["PORT"]
        how = urlencode(self._how)
        return f"postgres://{who}{host}{f':{port}' if port else ''}/{quote(self.beside, safe='')}?{how}"

    @property
    def _how(self) -> dict[str, str]:
        """How DATABASE_URL says that one connects: sslmode and the like. What Django and the pool know is left out."""
        given = self.settings.get("OPTIONS", {})
        return {
            name: str(value) for name, value in given.items() if name in KNOWN and name not in {"dbname", "options"}
        }

    def dump(self, target: Path) -> Counted:
        """What is counted is what the dump holds: both look at one snapshot of the server."""
        with self._connected(self.name) as ours:
            ours.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            snapshot = ours.execute("SELECT pg_export_snapshot()").fetchall()[0][0]
            found = counted(ours.execute, self.TABLES)
            self._tool("pg_dump", "-Fc", *AS_IT_IS, f"--snapshot={snapshot}", f"--file={target}", *self._at(self.name))
        return found

    def holds_people(self) -> bool:
        with self._server() as server:
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone():
                return False
        with self._connected(self.name) as ours:
            there = ours.execute("SELECT 1 FROM pg_tables WHERE tablename = 'people_user'").fetchone()
            return bool(there and ours.execute("SELECT 1 FROM people_user LIMIT 1").fetchone())

    def load(self, dump: Path) -> Counted:
        with self._server() as server:
            try:
                server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(self.beside)))
            except psycopg.Error as error:
                raise CannotDo(f"No database can be made beside “{self.name}”: {error}") from error
        self._tool("pg_restore", *AS_IT_IS, "--exit-on-error", *self._at(self.beside), str(dump))
        with self._connected(self.beside) as beside:
            return counted(beside.execute, self.TABLES)

    def urls_of_governments(self) -> list[str]:
        with self._connected(self.beside) as beside:
            found = beside.execute(APART).fetchone()
            if not found or not found[0]:
                return []
            known = beside.execute(sql.SQL(ROLES).format(sql.Identifier(GOVERNMENTS))).fetchall()
        if missing := [role for _, role, is_there in known if not is_there]:
            raise CannotDo(f"The backup is of many governments. Make the role {missing[0]} on this server first.")
        # As the owner, who takes the rights of the role and says for which government rows are added.
        options = [quote(f"-c role={role} -c {SETTING}={number}", safe="") for number, role, _ in known]
        return [f"{self.url_beside}&options={one}" for one in options]

    def swap(self) -> str:
        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined] # the wrapper of PostgreSQL has it
        before = f"{self.name[:40]}_before_{self.stamp}"
        ours, beside, kept = (sql.Identifier(name) for name in (self.name, self.beside, before))
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self._server() as server:
            busy = server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [self.name]).fetchone()
            if busy and busy[0]:
                raise CannotDo(
                    f"{busy[0]} connections use “{self.name}”: stop web, worker and beat first, then begin again."
                )
            stood = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone()
            if stood:
                server.execute(rename.format(ours, kept))
            try:
                server.execute(rename.format(beside, ours))
            except psycopg.Error as error:
                if stood:
                    server.execute(rename.format(kept, ours))
                raise CannotDo(f"“{self.beside}” cannot take the place of “{self.name}”: {error}") from error
        return before if stood else ""

    def drop_beside(self) -> None:
        with self._server() as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(self.beside)))

    @contextmanager
    def _server(self) -> Iterator["psycopg.Connection[Any]"]:
        """The server itself, by the database that every one has."""
        with self._connected("postgres", autocommit=True) as connection:
            yield connection

    @contextmanager
    def _connected(self, name: str, **more: Any) -> Iterator["psycopg.Connection[Any]"]:
        named = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
        found = {key: self.settings[field] for key, field in named.items() if self.settings[field]}
        try:
            connection = psycopg.connect(**self._how | found, dbname=name, **more)
        except psycopg.OperationalError as error:
            raise CannotDo(f"The database server cannot be reached: {error}") from error
        with connection:
            yield connection

    def _at(self, name: str) -> tuple[str, str]:
        return "--dbname", make_conninfo(dbname=name, **self._how)

    def _tool(self, *words: str) -> None:
        variables = {"PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
        said = {name: str(self.settings[field]) for name, field in variables.items() if self.settings[field]}
        if shutil.which(words[0]) is None:
            raise CannotDo(f"{words[0]} is missing: install PostgreSQL’s client programs, of the server’s version.")
        done = subprocess.run(words, env=os.environ | said, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            told = done.stderr.strip().splitlines() or ["it did not say why"]
            raise CannotDo(f"{words[0]} failed: {told[0]}")


class SQLite(Database):
    TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"

    @property
    def path(self) -> Path:
        return Path(self.settings["NAME"])

    @property
    def beside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.restored-{self.stamp}")

    @property
    def url_beside(self) -> str:
        return f"sqlite:///{self.beside}"

    def dump(self, target: Path) -> Counted:
        ours = connections["default"]
        ours.ensure_connection()
        try:
            with closing(sqlite3.connect(target)) as copy:
                ours.connection.backup(copy)
        except sqlite3.Error as error:
            raise CannotDo(f"The database cannot be copied to “{target.parent.parent}”: {error}.") from error
        return self._look(target)

    def holds_people(self) -> bool:
        return self.path.exists() and bool(self._look(self.path).rows.get("people_user"))

    def load(self, dump: Path) -> Counted:
        shutil.copyfile(dump, self.beside)
        return self._look(self.beside)

    def swap(self) -> str:
        connections.close_all()
        before = self.path.with_name(f"{self.path.name}.before-{self.stamp}")
        stood = self.path.exists()
        if stood:
            with closing(sqlite3.connect(self.path, timeout=1)) as ours:
                try:  # what stands in the log goes into the file, so that the file is all there is
                    is_busy = ours.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                    ours.execute("PRAGMA journal_mode=DELETE")
                except sqlite3.OperationalError:
                    is_busy = True
            if is_busy:
                raise CannotDo(f"“{self.path}” is in use: stop web, worker and beat first, then begin again.")
            self.path.replace(before)
        self.beside.replace(self.path)
        return str(before) if stood else ""

    def drop_beside(self) -> None:
        for end in ("", "-wal", "-shm", "-journal"):
            self.beside.with_name(self.beside.name + end).unlink(missing_ok=True)

    def _look(self, path: Path) -> Counted:
        with closing(sqlite3.connect(path)) as file:
            try:
                return counted(file.execute, self.TABLES)
            except sqlite3.DatabaseError as error:
                raise CannotDo(f"“{path}” is no database of planapp: {error}.") from error


def database_of(settings: dict[str, Any], at: datetime) -> Database:
    """The database that settings.DATABASES names; those made beside it bear the second of `at`, in UTC."""
    stamp = re.sub(r"\D", "", at.astimezone(UTC).isoformat(timespec="seconds")[:19])
    return (Postgres if settings["ENGINE"].endswith("postgresql") else SQLite)(settings, stamp)
