"""A standby of the server: public pages and those of a past day come from it, all else and all writing does not."""

import getpass
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connection

from goals.models import Plan
from people.models import Session
from planapp.env import database, replica
from records.replica import Router, alias, reading_from_replica
from tests.build import report

PROGRAMS = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), None)
ASKED = """
import django; django.setup()
import sys, logging
from django.test import Client
from django.db import connections
from people.models import User
email, standby = sys.argv[1:]
logging.disable(logging.CRITICAL)
client, open_to_all = Client(), Client()
client.force_login(User.objects.get(email=email))
def asked(who, address):
    answer = who.get(address)  # what was asked before is forgotten when a request begins
    print(answer.status_code, address, bool(connections["replica"].queries), "New words" in answer.content.decode())
for one in connections.all(): one.force_debug_cursor = True
for address in sys.stdin.read().split():
    asked(open_to_all if address.startswith("/public/") else client, address)
"""


def test_only_within_it_is_the_replica_read_and_never_written():
    router = Router()
    assert (alias(), router.db_for_read(Plan), router.db_for_write(Plan)) == (DEFAULT_DB_ALIAS,) * 3
    with reading_from_replica():
        assert (router.db_for_read(Plan), router.db_for_write(Session)) == ("replica", DEFAULT_DB_ALIAS)
    assert alias() == DEFAULT_DB_ALIAS
    assert router.allow_migrate(DEFAULT_DB_ALIAS, "goals")
    assert not router.allow_migrate("replica", "goals")


def test_a_replica_is_of_postgresql_and_cannot_be_written():
    first = database("postgres://one/planapp")
    assert "default_transaction_read_only=on" in replica("postgres://two/planapp", first)["OPTIONS"]["options"]
    with pytest.raises(ImproperlyConfigured, match="REPLICA_URL"):
        replica("postgres://two/planapp", {"ENGINE": "django.db.backends.sqlite3"})


class Server:
    """A PostgreSQL of this test's own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port

    @property
    def address(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/planapp"

    def run(self, program: str, *words: str) -> None:
        as_whom = (
            ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
        )  # it refuses to run as root
        command = [*as_whom, f"{PROGRAMS}/{program}", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60)  # noqa: S603 - own words
        assert done.returncode == 0, done.stderr + done.stdout

    def start(self) -> None:
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", f"{self.data}.log", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def servers(transactional_db):
    """A copy of the test database on a server of its own, with a standby."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no standby")
    if PROGRAMS is None or shutil.which("pg_dump") is None:
        pytest.skip("no PostgreSQL server on this machine: install the package `postgresql`")
    # Not below tmp_path, which belongs to whoever runs the tests: a server does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="planapp-standby-"))
    if getpass.getuser() == "root":
        shutil.chown(folder, "postgres")
    first, standby = Server(folder / "first", free_port()), Server(folder / "standby", free_port())
    first.run("initdb", "-D", str(first.data), "-U", "postgres", "-A", "trust", "-N")
    first.start()
    try:
        yield first, standby
    finally:
        for one in (standby, first):
            if (one.data / "postmaster.pid").exists():
                one.stop()
        shutil.rmtree(folder)


def copy(server: Server) -> None:
    told = connection.settings_dict
    source = f"postgres://{told['USER']}@{told['HOST'] or '127.0.0.1'}:{told['PORT'] or 5432}/{told['NAME']}"
    with psycopg.connect(server.address.replace("/planapp", "/postgres"), autocommit=True) as one:
        one.execute("CREATE DATABASE planapp")
    environment = os.environ | ({"PGPASSWORD": told["PASSWORD"]} if told["PASSWORD"] else {})
    dumped = subprocess.run(["pg_dump", "--no-owner", source], check=True, capture_output=True, env=environment)  # noqa: S603, S607
    subprocess.run(  # noqa: S603
        ["psql", "-q", "-v", "ON_ERROR_STOP=1", server.address],  # noqa: S607
        input=dumped.stdout, check=True, capture_output=True,
    )  # fmt: skip


def ask(first: Server, standby: Server, email: str, *addresses: str) -> dict[str, list[str]]:
    """By address: the status, whether the standby was read, and whether the new words were there."""
    environment = os.environ | {
        "DATABASE_URL": first.address, "REPLICA_URL": standby.address, "ALLOWED_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "planapp.settings_test",
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - own words
        [sys.executable, "-c", ASKED, email, standby.address], input="\n".join(addresses), env=environment,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    return {address: [status, *rest] for status, address, *rest in lines}


def test_a_standby_serves_what_may_be_a_moment_old(servers, initiative, cast, plan):
    first, standby = servers
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    copy(first)
    standby.run(
        "pg_basebackup",
        "-d",
        first.address.replace("/planapp", "/postgres"),
        "-D",
        str(standby.data),
        "-R",
        "-c",
        "fast",
    )
    standby.start()
    row, past = f"/initiatives/{initiative.pk}/", "2026-10-04"
    old = [f"{row}?as_of={past}", f"/plans/{plan.slug}/?as_of={past}", "/public/"]
    new = [row, f"/plans/{plan.slug}/", "/"]
    with psycopg.connect(standby.address, autocommit=True) as one:
        one.execute("SELECT pg_wal_replay_pause()")
    with psycopg.connect(first.address, autocommit=True) as one:
        one.execute("SET session_replication_role = replica")  # history is never changed: for this test alone
        words, key = "New words", initiative.pk
        one.execute("UPDATE initiatives_initiativeversion SET title = %s WHERE subject_id = %s", [words, key])
    found = ask(first, standby, cast.viewer.email, *old, *new)
    read = {address: (status, from_standby) for address, (status, from_standby, _) in found.items()}
    assert read == dict.fromkeys(old, ("200", "True")) | dict.fromkeys(new, ("200", "False"))
    assert found[row][2] == "True"  # what was just saved is seen at once, however far behind the standby is
    assert [found[address][2] for address in old] == ["False"] * 3
    standby.stop()
    found = ask(first, standby, cast.viewer.email, *old)
    assert [told[0] for told in found.values()] == ["200"] * 3
