"""Through PgBouncer, where one connection serves many, and on a standby, policies hold as on the server itself."""

import os
import subprocess
import sys
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.governments.conftest import ADD, connected
from tests.planapp.test_pooler import pgbouncer
from tests.planapp.test_replica import ask, copy, servers  # noqa: F401 - a fixture

WORDS = {1: "quokka", 2: "wombat"}
# A web process of one government: it fills its plan, waits until the other has, and then both ask at the same time.
WEB = """
import django; django.setup()
import sys
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from django.test import Client
from tests.build import build_cast, build_plan, make_initiative, report
mine, other = sys.argv[1:]
cast = build_cast()
row = make_initiative(build_plan(), number="1.77", title=f"Count every {mine}", owner=cast.owner)
last = report(row, "on_track", "2026-10-01T12:00", cast.owner, happened=f"A {mine} was seen.")
print("filled", flush=True)
sys.stdin.readline()
def asked(address):
    client = Client()
    client.force_login(cast.manager)
    answer = client.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    text = body.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT government_id), pg_backend_pid() FROM initiatives_initiative")
        governments, session = cursor.fetchone()
    return answer.status_code, mine in text, other in text, governments, session, address
here = f"/initiatives/{row.pk}/"
pages = ["/initiatives/", "/initiatives/export.csv", here, "/people/audit-log/", "/search/?q=count", here]
with ThreadPoolExecutor(4) as people:
    for told in people.map(asked, pages * 8):
        print(*told)
client = Client()
client.force_login(cast.manager)
said = {"status": "at_risk", "happened": f"The {mine} slept", "version": last.pk, "idempotency_key": "1"}
print(client.post(f"{here}status-updates/new/", said).status_code)
"""


@pytest.mark.django_db(transaction=True)
def test_two_governments_share_a_pooler(roles, tmp_path):
    told = connection.settings_dict
    server = f"host={told['HOST'] or '127.0.0.1'} port={told['PORT'] or 5432}"  # no user=: each is who it is
    with pgbouncer(tmp_path, server, *roles.values()) as port:
        webs = {}
        for number, (role, password) in roles.items():
            environment = {
                **os.environ, "DATABASE_URL": f"postgres://{role}:{password}@127.0.0.1:{port}/{told['NAME']}",
                "DATABASE_POOLER": "transaction", "ALLOWED_HOSTS": "testserver", "REDIS_URL": "",
                "DJANGO_SETTINGS_MODULE": "planapp.settings_test",
            }  # fmt: skip
            webs[number] = subprocess.Popen(  # noqa: S603 - own words
                [sys.executable, "-c", WEB, WORDS[number], WORDS[3 - number]], env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        try:
            begun = [web.stdout.readline() for web in webs.values()]
            assert begun == ["filled\n"] * 2, [web.communicate()[1][-3000:] for web in webs.values()]
            for web in webs.values():
                web.stdin.write("\n")
                web.stdin.flush()
            answers = {number: web.communicate(timeout=240) for number, web in webs.items()}
        finally:
            for web in webs.values():
                web.kill()
    sessions = {}
    for number, (said, wrong) in answers.items():
        *pages, saved = said.split("\n")[:-1]
        found = [page.split() for page in pages]
        assert (len(found), saved) == (48, "302"), wrong[-3000:]
        assert [page[:4] for page in found] == [["200", "True", "False", "1"]] * 48
        sessions[number] = {page[4] for page in found}
        with connected(*roles[number]) as own:
            rows = own.execute("SELECT happened FROM initiatives_statusupdate ORDER BY id DESC LIMIT 1").fetchall()
            assert rows == [(f"The {WORDS[number]} slept",)]
    assert max(map(len, sessions.values())) <= 2, "four threads asked over two connections"
    assert not sessions[1] & sessions[2], "no connection is lent to another government"


@pytest.mark.django_db(transaction=True)
def test_a_standby_keeps_them_apart_too(initiative, cast, plan, roles, servers):  # noqa: F811
    first, standby = servers
    with connected(*roles[2]) as own:
        own.execute(ADD, ["Theirs", "T"])
    with psycopg.connect(first.address.replace("/planapp", "/postgres"), autocommit=True) as one:
        for role, _ in roles.values():
            one.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    copy(first)
    source = first.address.replace("/planapp", "/postgres")
    standby.run("pg_basebackup", "-d", source, "-D", str(standby.data), "-R", "-c", "fast")
    standby.start()
    theirs = "SELECT name FROM people_department WHERE abbreviation = 'T'"
    for server in (first, standby):
        for number, (role, _) in roles.items():
            with psycopg.connect(server.address.replace("postgres@", f"{role}@"), autocommit=True) as own:
                assert own.execute("SELECT pg_is_in_recovery()").fetchone() == (server is standby,)
                assert own.execute(theirs).fetchall() == ([("Theirs",)] if number == 2 else [])
                counted = own.execute("SELECT count(*), min(government_id), max(government_id) FROM people_department")
                assert counted.fetchone() == ((1, 2, 2) if number == 2 else (3, 1, 1))
                assert own.execute("SELECT count(*) FROM goals_plan").fetchone() == (2 - number,)
    with psycopg.connect(standby.address.replace("postgres@", f"{roles[1][0]}@"), autocommit=True) as own:
        own.execute("SET planapp.government = 2")
        assert own.execute(theirs).fetchall() == []
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            own.execute(ADD, ["Ours", "O"])
    # The pages of planapp as the first government: today's from the server, a past day's from the standby.
    as_first = [SimpleNamespace(address=one.address.replace("postgres@", f"{roles[1][0]}@")) for one in servers]
    past = f"/plans/{plan.slug}/?as_of=2026-10-04"
    found = ask(*as_first, cast.viewer.email, past, f"/plans/{plan.slug}/")
    assert {address: (status, standby_read) for address, (status, standby_read, _) in found.items()} == {
        past: ("200", "True"), f"/plans/{plan.slug}/": ("200", "False"),
    }  # fmt: skip
