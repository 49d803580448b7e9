"""Behind PgBouncer in transaction mode, where one connection to the server serves many: pages, a save, a long list."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.db import connection

from initiatives.models import StatusUpdate
from tests.build import report

POOLER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
ASKED = """
import django; django.setup()
import sys
from concurrent.futures import ThreadPoolExecutor
from django.test import Client
from people.models import User
key, last, email = sys.argv[1:]
person = User.objects.get(email=email)
def ask(address):
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer)
    return f"{answer.status_code} {address}"
row = f"/initiatives/{key}/"
pages = ["/", "/plans/test-plan/", "/initiatives/", "/initiatives/export.csv", row, "/people/audit-log/"]
with ThreadPoolExecutor(4) as people:  # each page often enough to be prepared, were that allowed
    print(*people.map(ask, pages * 8), sep="\\n")
client = Client()
client.force_login(person)
said = {"status": "at_risk", "happened": "Said through the pooler", "version": last, "idempotency_key": "1"}
print(client.post(f"{row}status-updates/new/", said).status_code)
"""


@contextmanager
def pgbouncer(folder, server, *logins):
    """The port of a PgBouncer in transaction mode, with two connections to the server for each role and database.

    `logins`: who may come, as name and password, each reaching the server as who it is; none: all, as `server` says.
    """
    if POOLER is None:
        pytest.skip("no PgBouncer on this machine: install the package `pgbouncer`")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings, known = folder / "pgbouncer.ini", folder / "logins"
    known.write_text("".join(f'"{name}" "{password}"\n' for name, password in logins))
    who = f"auth_type = scram-sha-256\nauth_file = {known}\n" if logins else "auth_type = any\n"
    settings.write_text(
        f"[databases]\n* = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"{who}pool_mode = transaction\ndefault_pool_size = 2\n"
    )
    as_whom = ["runuser", "-u", "nobody", "--"] if getpass.getuser() == "root" else []  # it refuses to run as root
    for above in (folder, *folder.parents[:3]):
        above.chmod(above.stat().st_mode | 0o011)
    for file in (settings, known):
        file.chmod(0o644)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([*as_whom, POOLER, str(settings)], stdout=log, stderr=log)  # noqa: S603 - own words
    try:
        for _ in range(100):
            with socket.socket() as one:
                if not one.connect_ex(("127.0.0.1", port)):
                    break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def pooled(transactional_db, tmp_path):
    """The address of the test database behind a PgBouncer that has two connections to it."""
    if connection.vendor != "postgresql":
        pytest.skip("PgBouncer stands before PostgreSQL alone")
    told = connection.settings_dict
    password = f" password={told['PASSWORD']}" if told["PASSWORD"] else ""
    server = f"host={told['HOST'] or '127.0.0.1'} port={told['PORT'] or 5432} user={told['USER']}{password}"
    with pgbouncer(tmp_path, server) as port:
        yield f"postgres://{told['USER']}@127.0.0.1:{port}/{told['NAME']}"


def test_few_connections_to_the_server_serve_everybody(pooled, initiative, cast):
    last = report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    environment = {
        **os.environ, "DATABASE_URL": pooled, "DATABASE_POOLER": "transaction", "ALLOWED_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "planapp.settings_test",
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - own words
        [sys.executable, "-c", ASKED, str(initiative.pk), str(last.pk), cast.manager.email],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    *pages, saved = done.stdout.split("\n")[:-1]
    assert len(pages) == 48
    assert [page for page in pages if not page.startswith("200 ")] == []
    assert saved == "302"
    assert StatusUpdate.objects.filter(happened="Said through the pooler").count() == 1
