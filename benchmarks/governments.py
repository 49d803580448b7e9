"""What a page costs more where governments are kept apart: the same pages, off, on alone, and on beside another.

Three databases with the same plan: governments off; on, and the others have nothing; on, and another has as much. Each
is asked by a process of its own that connects as who serves there, as in life: a connection stays what it is, so what
is prepared stays prepared. They take turns, so that a slow minute hits all three.

Beside who sees all (the owner, to whom no policy is applied) a page looks cheaper than it is: what is planned anew
whenever a role changes, and the indexes that switching on adds, weigh on both. And it would see two plans of a name.
"""

import json
import os
import secrets
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import cycle, permutations
from typing import Any
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.utils import timezone

from benchmarks.grown import grow
from benchmarks.measure import Busy, cpu_seconds, not_quiet
from benchmarks.pages import Browser, Side, Work, _learn, _once, manager, works
from planapp.governments import NUMBERED_BY_HAND, set_government, switch_on, tables
from planapp.memory import keep_what_is_loaded

SIZES = (2_001,)
AIM = 0.15  # ms a statement
ROUNDS = 18  # three times all six orders of the three
OTHER = 2
# Every number of a row, and every one that points to a row of a government.
COLUMNS = """
SELECT column_name, data_type IN ('bigint', 'integer') AND (column_name = 'id' OR column_name LIKE '%%\\_id')
       AND column_name NOT IN ('content_type_id', 'permission_id') AND table_name <> ALL(%s)
FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s
AND is_generated = 'NEVER' AND column_name <> 'government_id' ORDER BY ordinal_position
"""


@dataclass
class More:
    """A page three times; `foreign` is the share of a core that others took meanwhile."""

    name: str
    off: Side
    alone: Side
    beside: Side
    foreign: float

    @property
    def more(self) -> float:
        """Milliseconds a statement more, beside another: the median of rounds, each beside its neighbour."""
        each = (one - other for one, other in zip(self.beside.wall, self.off.wall, strict=True))
        return statistics.median(each) / max(1, self.beside.statements)

    @property
    def more_cpu(self) -> float:
        """Of CPU, of this and of the database, which other work on the machine disturbs least: the aim is for it."""
        return (self.beside.cpu - self.off.cpu) / max(1, self.beside.statements)

    @property
    def more_alone(self) -> float:
        return (self.alone.cpu - self.off.cpu) / max(1, self.alone.statements)

    def line(self) -> str:
        return (
            f"{self.name:<28} {self.beside.line():<58} alone {self.alone.line():<58} off {self.off.line():<58} "
            f"a statement {self.more:+.3f} ms, of CPU {self.more_cpu:+.3f}, alone {self.more_alone:+.3f}  "
            f"aim ≤ {AIM}: {'met' if self.more_cpu <= AIM else 'MISSED'}{not_quiet(self.foreign)}"
        )

    def record(self) -> dict[str, Any]:
        return {**asdict(self), "more": round(self.more, 4), "more_cpu": round(self.more_cpu, 4)}


class Server:
    """A process that asks pages of one database, as who serves there."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", "once", "benchmarks.governments"],
            env={**os.environ, "DATABASE_URL": url}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.pages: list[str] = self.answer()
        self.cpu = 0.0

    def answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("It ended: what it said is above.")
        return json.loads(line)

    def ask(self, *words: object) -> Side:
        assert self.process.stdin
        print(*words, file=self.process.stdin, flush=True)
        self.cpu, side = self.answer()
        return Side(**side)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def run(scale: int) -> Iterator[More]:
    grow(scale, now=timezone.now())
    here = urlsplit(os.environ["DATABASE_URL"])
    roles = [(f"planapp_bench_{os.getpid()}_{number}", secrets.token_hex(8)) for number in (1, OTHER)]
    as_one = here._replace(netloc="{}:{}@{}".format(*roles[0], here.netloc.rpartition("@")[2]))
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # the wrapper of PostgreSQL has it
    del connection.settings_dict["OPTIONS"]["pool"]  # a database is copied while nobody else is connected to it
    with ExitStack() as stack:
        stack.callback(_drop, roles)
        off = stack.enter_context(_copy("off"))
        with connection.cursor() as cursor:
            for number, (role, password) in enumerate(roles, 1):
                cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
                set_government(connection, number=number, name=f"Government {number}", role=role)
        switch_on(connection, patience=20)
        alone = stack.enter_context(_copy("alone"))
        fill_another()
        sides = here._replace(path=f"/{off}"), as_one._replace(path=f"/{alone}"), as_one
        servers = [Server(side.geturl()) for side in sides]
        for server in servers:
            stack.callback(server.end)
        for number, name in enumerate(servers[0].pages):
            yield _measured(name, number, servers)


def once() -> None:
    """One of the three: learns and asks the pages whose numbers it is told, until nobody tells it any more."""
    keep_what_is_loaded()
    reader = Browser(WSGIHandler(), manager())
    searched = [
        Work(f"search for {what}", reader, f"/search/?q={words}", reader, "")
        for what, words in (("a word", "network"), ("two", "library+branch"), ("a slip", "netwrok"))
    ]
    # What is posted is left out, for it changes what the next one reads.
    asked = [work for work in (*works(), *searched) if work.form is None]
    # While nothing was written since, the newest rows are the other government's.
    asked.sort(key=lambda work: work.name.endswith("changed"))
    print(json.dumps([work.name for work in asked]), flush=True)
    for line in sys.stdin:
        what, number = line.split()
        work = asked[int(number)]
        side = Side(work.address)
        if what == "learn":
            _learn(side, work.browser, work)
        else:
            work.before()
            _once(side, work.browser, None)
        print(json.dumps([cpu_seconds(), asdict(side)]), flush=True)


def fill_another() -> None:
    """Give the other government as much: every row once more, its numbers and what they point to a stride further."""
    with connection.cursor() as cursor:
        found = [table.name for table in tables(connection) if not table.is_partition]
        shaped = {}
        for table in found:
            cursor.execute(COLUMNS, [list(NUMBERED_BY_HAND), table])
            shaped[table] = cursor.fetchall()
        numbered = [table for table in found if ("id", True) in shaped[table]]
        cursor.execute("SELECT greatest(" + ", ".join(f"(SELECT max(id) FROM {table})" for table in numbered) + ")")
        stride = cursor.fetchone()[0]
        cursor.execute("SET session_replication_role = replica")  # triggers and references rest: all is there already
        for table, columns in shaped.items():
            names = ", ".join(f'"{name}"' for name, _ in columns)
            values = ", ".join(f'"{name}" + {stride}' if is_number else f'"{name}"' for name, is_number in columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}, government_id) SELECT {values}, {OTHER} FROM {table} "
                "WHERE government_id = 1"
            )
        for table in numbered:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {2 * stride})")
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _copy(name: str) -> Iterator[str]:
    """A database as this one is now."""
    here = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {here}_{name} TEMPLATE {here}")
    try:
        yield f"{here}_{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {here}_{name} (FORCE)")


def _drop(roles: list[tuple[str, str]]) -> None:
    with connection.cursor() as cursor:
        for role, _ in roles:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone():
                cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def _measured(name: str, number: int, servers: list[Server]) -> More:
    sides = [server.ask("learn", number) for server in servers]
    if len({side.statements for side in sides}) != 1:
        raise AssertionError(f"{name}: they ask other things, {[side.statements for side in sides]} statements.")
    busy = _busy(servers)
    for _, order in zip(range(ROUNDS), cycle(permutations(range(len(servers)))), strict=False):
        for place in order:
            asked, side = servers[place].ask("ask", number), sides[place]
            for times, more in ((side.wall, asked.wall), (side.app, asked.app), (side.database, asked.database)):
                times += more
    return More(name, *sides, busy.foreign(_busy(servers)))


def _busy(servers: list[Server]) -> Busy:
    now = Busy.now()
    return replace(now, own=now.own + sum(server.cpu for server in servers))
