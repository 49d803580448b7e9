"""`manage.py governments`: which are in this installation, and whether their rows are kept apart."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection

from planapp.governments import Refused, are_on, findings, governments, set_government, switch_off, switch_on
from planapp.management.commands.migrate import PATIENCE

ON_SQLITE = "This installation is one government: keeping several apart needs PostgreSQL."
NOT_YET = "Ask as who owns the tables, after manage.py migrate: {}"


class Command(BaseCommand):
    help = "Many governments in one installation: who they are, and whether rows are kept apart (docs/scaling.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="do", metavar="COMMAND")
        one = words.add_parser("set", help="add a government, or give one another name or role")
        one.add_argument("number", type=int)
        one.add_argument("name")
        one.add_argument("role", help="the database role that its processes connect as; make it first")
        for word, told in (("on", "keep rows apart"), ("off", "and no longer, where one alone has rows")):
            switch = words.add_parser(word, help=told)
            switch.add_argument("--lock-timeout", type=float, default=PATIENCE, metavar="SECONDS")
        words.add_parser("check", help="say what keeps them from being apart")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError(ON_SQLITE)
        try:
            getattr(self, f"_{options['do'] or 'list'}")(options)
        except Refused as refused:
            raise CommandError(f"Nothing was changed. {refused}") from refused
        except ProgrammingError as error:
            raise CommandError(NOT_YET.format(str(error).splitlines()[0])) from error

    def _list(self, options: dict[str, Any]) -> None:
        for one in governments(connection):
            self.stdout.write(f"{one.number}  {one.name}  {one.role or 'no role yet'}")
        self.stdout.write("Their rows are kept apart." if are_on(connection) else "Off: all rows are the first one's.")

    def _set(self, options: dict[str, Any]) -> None:
        set_government(connection, number=options["number"], name=options["name"], role=options["role"])
        self._list(options)

    def _on(self, options: dict[str, Any]) -> None:
        others = switch_on(connection, patience=options["lock_timeout"])
        self._list(options)
        for role, count in others.items():
            self.stdout.write(f"Still connected as {role}, which is no government's: {count}. End them.")

    def _off(self, options: dict[str, Any]) -> None:
        switch_off(connection, patience=options["lock_timeout"])
        self._list(options)

    def _check(self, options: dict[str, Any]) -> None:
        if told := findings(connection):
            raise CommandError("\n".join(told))
        self.stdout.write("Nothing keeps governments from being apart.")
