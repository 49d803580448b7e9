"""`manage.py serving_role NAME`: the role of the database that web, worker and beat work as. It owns nothing.

It reads and writes rows, and can neither change a table nor take a trigger away, so not even somebody who took over the
web server rewrites what is append-only. Run as the owner of the tables, after each `migrate` or `restore`; done again
it changes nothing but the password.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction
from environs import Env
from psycopg import sql

from planapp.env import secret
from planapp.governments import ROLE, are_on

ROWS, NUMBERS = "SELECT, INSERT, UPDATE, DELETE", "SELECT, USAGE, UPDATE"
RIGHTS = (
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {role}",
    f"GRANT {ROWS} ON ALL TABLES IN SCHEMA public TO {{role}}",
    f"GRANT {NUMBERS} ON ALL SEQUENCES IN SCHEMA public TO {{role}}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {ROWS} ON TABLES TO {{role}}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {NUMBERS} ON SEQUENCES TO {{role}}",
)
COULD = ("is a superuser", "bypasses row security", "may make roles", "owns tables of planapp")
UNFIT = "Ask as who owns the tables and may make roles, after manage.py migrate: {}."


class Command(BaseCommand):
    help = "Makes the database role that web, worker and beat work as, with SERVING_PASSWORD; it owns nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role")

    def handle(self, *args: Any, **options: Any) -> None:
        env = Env()
        role, password = options["role"], secret(env, "SERVING_PASSWORD", "")
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles.")
        if not password:
            raise CommandError("Say the password of the role in SERVING_PASSWORD, or the file it stands in.")
        if are_on(connection):
            self.stdout.write("Many governments are on: each has a role of its own (manage.py governments).")
            return
        try:
            _make(role, password)
        except ProgrammingError as error:
            raise CommandError(UNFIT.format(str(error).splitlines()[0])) from error
        self.stdout.write(f"{role} reads and writes rows, and owns nothing.")


@transaction.atomic
def _make(role: str, password: str) -> None:
    names = {"role": sql.Identifier(role), "database": sql.Identifier(str(connection.settings_dict["NAME"]))}
    with connection.cursor() as cursor:
        cursor.execute(ROLE, [role])
        found = cursor.fetchone()
        if more := [word for word, may in zip(COULD, found or (), strict=False) if may]:
            raise CommandError(f"Nothing was changed. The role {role} {more[0]}: take a plain one.")
        if not found:
            cursor.execute(sql.SQL("CREATE ROLE {role}").format(**names))
        # Hashed here, so that the password stands in no statement that a server's log may keep.
        hashed = connection.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        words = sql.SQL("ALTER ROLE {role} LOGIN PASSWORD {password}")
        cursor.execute(words.format(**names, password=sql.Literal(hashed.decode())))
        for one in RIGHTS:
            cursor.execute(sql.SQL(one).format(**names))
