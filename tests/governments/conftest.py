"""Two governments in the test database, kept apart until the end of the test; all of it is rolled back."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from planapp.governments import COLUMN, FIRST, Table, set_government, switch_off, switch_on, tables

FIRST_ONE, OTHER = FIRST, 7
BOTH = (1, 2)
# A value for a column of a type, the same for whoever writes it: keys repeat between governments.
VALUES = {
    "bigint": 5, "integer": 5, "smallint": 5, "boolean": True, "date": "2026-10-05", "text": "the same",
    "timestamp with time zone": "2026-10-05T12:00:00+00", "jsonb": "{}", "bytea": b"same", "numeric": 5,
    "character varying": "the same", "uuid": "6d6b4f6c-1d0b-4d3c-9d6e-0a0b0c0d0e0f", "ARRAY": "{}", "inet": "192.0.2.1",
}  # fmt: skip
COLUMNS = """
SELECT column_name, data_type, character_maximum_length FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'
AND column_name <> %s ORDER BY ordinal_position
"""
OPEN = ("recorded_until", "deleted_at")  # the row that counts: its keys hold
CHECKS = """
SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
WHERE c.contype = 'c' AND c.connamespace = current_schema()::regnamespace
"""


class Two:
    """Both governments: who asks is whose role the connection was made with."""

    def __init__(self) -> None:
        self.roles = {number: f"planapp_test_{os.getpid()}_{number}" for number in (FIRST_ONE, OTHER)}

    @contextmanager
    def asking(self, number: int) -> Iterator[None]:
        """As a process of one government asks, over the connection of the test."""
        self.run(f'SET SESSION AUTHORIZATION "{self.roles[number]}"')
        try:
            with transaction.atomic():
                yield
        finally:
            self.run("RESET SESSION AUTHORIZATION")

    @staticmethod
    def run(statement: str, values: Any = None) -> Any:
        """Rows, or how many were changed."""
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    def fill(self) -> list[Table]:
        """One row for each government in every table, alike but for its number."""
        found = tables(connection)
        self.run("SET session_replication_role = replica")  # neither triggers nor references: the policies alone
        for table, name in self.run(CHECKS):
            self.run(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        for number in self.roles:
            with self.asking(number):
                for table in found:
                    self.add_row(table.name)
        return found

    def add_row(self, table: str) -> None:
        columns = self.run(COLUMNS, [table, COLUMN])
        named = ", ".join(f'"{name}"' for name, *_ in columns)
        marks = ", ".join("%s" for _ in columns)
        values = [
            None if name in OPEN else VALUES[kind][:length] if length else VALUES[kind]
            for name, kind, length in columns
        ]
        self.run(f'INSERT INTO "{table}" ({named}) VALUES ({marks})', values)


@pytest.fixture
def two(db) -> Iterator[Two]:
    if connection.vendor != "postgresql":
        pytest.skip("an installation on SQLite is one government: it has no row-level security")
    found = Two()
    if not found.run("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")[0][0]:
        pytest.skip("makes roles and asks as them: DATABASE_URL has to name a superuser")
    for number, role in found.roles.items():
        found.run(f'CREATE ROLE "{role}" LOGIN')
        set_government(connection, number=number, name=f"Government {number}", role=role)
    switch_on(connection, patience=20)
    with transaction.atomic():
        yield found
        transaction.set_rollback(True)  # with it, what `fill` has set


@pytest.fixture
def roles(transactional_db):
    """Two roles that one can really connect as, governments on; all of it is gone afterwards."""
    if connection.vendor != "postgresql":
        pytest.skip("an installation on SQLite is one government: it has no row-level security")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("makes roles: DATABASE_URL has to name a superuser")
        found = {number: (f"planapp_real_{os.getpid()}_{number}", secrets.token_hex(8)) for number in BOTH}
        for number, (role, password) in found.items():
            words = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
            cursor.execute(words)
            set_government(connection, number=number, name=f"Government {number}", role=role)
    switch_on(connection, patience=20)
    yield found
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in tables(connection):
            cursor.execute(f'DELETE FROM "{table.name}" WHERE {COLUMN} <> {FIRST}')
        cursor.execute("RESET session_replication_role")
        switch_off(connection, patience=20)
        cursor.execute("DELETE FROM planapp_government WHERE id <> 1")
        cursor.execute("UPDATE planapp_government SET role = NULL, name = 'This government'")
        for role, _ in found.values():
            cursor.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


def connected(role, password, name="", **more):
    told = connection.settings_dict
    return psycopg.connect(
        host=told["HOST"] or "127.0.0.1", port=told["PORT"] or 5432, dbname=name or told["NAME"],
        user=role, password=password, autocommit=True, **more,
    )  # fmt: skip


ADD = (
    "INSERT INTO people_department (version, name, abbreviation, search_text) VALUES (1, %s, %s, '') RETURNING "
    + COLUMN
)
