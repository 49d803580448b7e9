"""Which government a process serves is decided by the role it connects as: nothing that it says changes that."""

import os
from collections import Counter
from io import StringIO

import psycopg
import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from people.models import Department
from planapp import who_asks
from planapp.backup.databases import CannotDo, Postgres
from planapp.backup.restoring import restore
from planapp.checks import refuse_unsafe_start
from planapp.governments import COLUMN, FIRST, Refused, cover, set_government
from planapp.who_asks import refuse_to_do_for_all, refuse_to_serve_all
from tests.build import build_cast
from tests.governments.conftest import ADD, BOTH, FIRST_ONE, OTHER, connected


def said(*words):
    out = StringIO()
    call_command("governments", *words, stdout=out)
    return out.getvalue()


def test_sqlite_is_one_government(db):
    if connection.vendor == "postgresql":
        pytest.skip("said on SQLite alone")
    with pytest.raises(CommandError, match="This installation is one government"):
        call_command("governments", "on")


@pytest.mark.django_db(transaction=True)
def test_nothing_that_a_process_says_makes_it_another_governments(roles):
    for number, who in roles.items():
        with connected(*who) as own:
            assert own.execute(ADD, [f"Office of {number}", "OIT"]).fetchone() == (number,)
    ours, theirs = roles[1], roles[2]
    # Said at the connection, before anything else.
    with connected(*ours, options="-c planapp.government=2 -c row_security=off") as own:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="would be affected by row-level security"):
            own.execute("SELECT * FROM people_department")
        own.execute("SET row_security = on")
        assert own.execute("SELECT name FROM people_department").fetchall() == [("Office of 1",)]
        for statement in (
            f"SET SESSION AUTHORIZATION {theirs[0]}", f"SET ROLE {theirs[0]}", f"GRANT {theirs[0]} TO {ours[0]}",
            "SET ROLE postgres", "SET session_replication_role = replica", "ALTER ROLE CURRENT_USER BYPASSRLS",
        ):  # fmt: skip
            with pytest.raises(psycopg.Error, match=r"permission denied|must|does not exist"):
                own.execute(statement)
        # Of the same name as what the policy reads, and earlier on the path.
        own.execute("CREATE TEMP TABLE planapp_government (id smallint, role name)")
        own.execute("SELECT set_config('planapp.government', '2', false)")
        own.execute("SET search_path = pg_temp, public")
        assert own.execute("SELECT name FROM people_department").fetchall() == [("Office of 1",)]
        assert own.execute(ADD, ["Another", "A"]).fetchone() == (1,)
        # A view, a function, a cursor and a condition that tells of what it looks at.
        told = own.execute("SELECT 1 FROM people_department WHERE 1 / (2 - government_id) > 0").fetchall()
        assert len(told) == 2
    with connected(*theirs) as own:
        assert own.execute("SELECT name FROM people_department").fetchall() == [("Office of 2",)]


@pytest.mark.django_db(transaction=True)
def test_who_sees_all_does_not_serve_and_adds_nothing_unsaid(roles, settings):
    settings.SECRET_KEY = "".join(chr(code) for code in range(40, 110))
    settings.SITE_URL, settings.ALLOWED_HOSTS = "http://localhost:8000", ["localhost"]
    with pytest.raises(ImproperlyConfigured, match="sees the rows of every government"):
        refuse_unsafe_start()
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match='null value in column "government_id"'):
            cursor.execute(ADD, ["Whose?", "W"])
        cursor.execute("SELECT set_config('planapp.government', '2', false)")
        cursor.execute(ADD, ["The other one's", "O"])
        assert cursor.fetchone() == (2,)
        cursor.execute("RESET planapp.government")
    told = connections["default"].settings_dict
    before = {name: told[name] for name in ("USER", "PASSWORD", "HOST")}
    told.update(dict(zip(("USER", "PASSWORD"), roles[2], strict=True)), HOST=told["HOST"] or "127.0.0.1")
    try:
        refuse_unsafe_start()
    finally:
        told.update(before)


@pytest.mark.django_db(transaction=True)
def test_who_starts_while_the_database_is_away_is_asked_at_the_first_connection(roles, settings, monkeypatch):
    ours = connections["default"]
    told = ours.settings_dict
    before = {name: told[name] for name in ("USER", "PASSWORD", "HOST")}

    def starts(**_):
        monkeypatch.undo()
        raise psycopg.OperationalError("the database system is starting up")

    serve, do = (refuse_to_serve_all, ImproperlyConfigured), (lambda: refuse_to_do_for_all("shell"), CommandError)
    for ask, kind in (serve, do):
        monkeypatch.setattr(who_asks.psycopg, "connect", starts)
        ask()
        try:
            ours.close()
            for _ in (1, 2):  # nobody is served by what was refused
                with pytest.raises(kind, match=r"which sees the rows of every government\. Name the role of"):
                    Department.objects.exists()
                assert ours.connection is None
            ours.close_pool()
            told.update(dict(zip(("USER", "PASSWORD"), roles[2], strict=True)), HOST=told["HOST"] or "127.0.0.1")
            assert not Department.objects.exists()
            assert who_asks._to_ask == {}
        finally:
            who_asks._to_ask.clear()
            ours.close()
            ours.close_pool()
            told.update(before)
    with CaptureQueriesContext(ours) as asked:
        Department.objects.exists()
    assert len(asked) == 1


def test_governments_are_named_and_switched_by_a_command(two):
    assert "Their rows are kept apart." in said()
    assert two.roles[OTHER] in said()
    assert said("check") == "Nothing keeps governments from being apart.\n"
    two.run("CREATE ROLE planapp_test_new LOGIN")
    assert "9  City of Camden  planapp_test_new" in said("set", "9", "City of Camden", "planapp_test_new")
    two.roles[9] = "planapp_test_new"
    with two.asking(9):
        two.run(ADD, ["Camden's", "C"])
    with pytest.raises(CommandError, match=r"people_department holds rows of another government than the first"):
        said("off")
    with pytest.raises(CommandError, match="is the role of City of Camden"):
        said("set", "10", "City of Chester", "planapp_test_new")
    two.run("CREATE ROLE planapp_test_newer")
    with pytest.raises(CommandError, match="Government 9 is called City of Camden already"):
        said("set", "10", "City of Camden", "planapp_test_newer")
    two.run("SET CONSTRAINTS ALL IMMEDIATE")
    two.run(f"DELETE FROM people_department WHERE {COLUMN} = 9")
    assert "Off: all rows are the first one's." in said("off")
    assert two.run(ADD, ["All see it", "ALL"]) == [(1,)]
    with two.asking(FIRST_ONE):  # who served the first government goes on
        assert two.run("SELECT name FROM people_department") == [("All see it",)]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("", "There is no role planapp_test_ill"),
        ("CREATE ROLE planapp_test_ill SUPERUSER", "is a superuser"),
        ("CREATE ROLE planapp_test_ill BYPASSRLS", "bypasses row security"),
        ("CREATE ROLE planapp_test_ill CREATEROLE", "may make roles"),
        ("CREATE ROLE planapp_test_ill IN ROLE {owner}", "owns tables of planapp"),
    ],
)
def test_a_role_that_could_see_more_is_refused(two, made, words):
    if made:
        owner = "planapp_test_owner"
        two.run(f"CREATE ROLE {owner}; ALTER TABLE people_user OWNER TO {owner}")
        two.run(made.format(owner=owner))
    with pytest.raises(Refused, match=words):
        set_government(connection, number=3, name="Third", role="planapp_test_ill")


@pytest.mark.parametrize(
    ("number", "role", "words"), [(0, "a", "from 1 to 32767"), (3, "a b", "is no name for a role")]
)
def test_numbers_and_names_that_cannot_be(two, number, role, words):
    with pytest.raises(Refused, match=words):
        set_government(connection, number=number, name="Third", role=role)


def test_on_needs_a_role_for_each_and_another_name_takes_the_rights_of_the_one_before(two):
    two.run("CREATE ROLE planapp_test_next")
    set_government(connection, number=OTHER, name="Government 7", role="planapp_test_next")
    with pytest.raises(ProgrammingError, match="permission denied"), two.asking(OTHER):
        two.run("SELECT 1 FROM people_user")
    two.run("UPDATE planapp_government SET role = NULL WHERE id = 7")
    with pytest.raises(CommandError, match=r"Government 7 .number 7. has no role yet"):
        said("on")


def test_what_is_missing_is_said(two):
    two.run(f"ALTER TABLE people_user DISABLE ROW LEVEL SECURITY; ALTER ROLE {two.roles[OTHER]} BYPASSRLS")
    with pytest.raises(CommandError, match=r"(?s)people_user has no check.*bypasses row security"):
        said("check")
    two.run(f"ALTER ROLE {two.roles[OTHER]} NOBYPASSRLS")
    cover(connection)
    assert "Nothing keeps" in said("check")
    two.run("DROP TABLE planapp_government")
    with pytest.raises(CommandError, match=r"after manage\.py migrate"), transaction.atomic():
        said()


def test_off_as_an_installation_begins_everything_is_the_first_ones(db):
    build_cast()
    if connection.vendor != "postgresql":
        pytest.skip("no column on SQLite")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {COLUMN} FROM people_department")
        assert cursor.fetchall() == [(FIRST,)]
    assert Department.objects.count() == 3
    assert "Off: all rows are the first one's." in said()
    assert site.DATABASES["default"]["ENGINE"].endswith("postgresql")


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_many_governments_comes_back_held_for_each(roles, tmp_path):
    file = tmp_path / "two.backup"
    with connection.cursor() as cursor:
        for number in roles:
            cursor.execute("SELECT set_config('planapp.government', %s, false)", [str(number)])
            cursor.execute(ADD, [f"Office of {number}", "OIT"])
        cursor.execute("RESET planapp.government")
    call_command("backup", str(file), stdout=StringIO())
    name = f"planapp_two_{os.getpid()}"
    elsewhere = Postgres(connection.settings_dict | {"NAME": name}, "1")
    said: list[str] = []
    try:
        restore(file, elsewhere, may_replace=False, from_other_site=False, say=said.append)
        sealed = [line.startswith("Audit log: ") for line in said if "sealed" in line]
        assert Counter(sealed) == {False: len(BOTH), True: len(BOTH)}, "each government's reports and log are checked"
        for number, (role, password) in roles.items():
            with connected(role, password, name=name) as own:
                assert own.execute("SELECT name FROM people_department").fetchall() == [(f"Office of {number}",)]
                assert own.execute(f"SELECT {COLUMN} FROM outbox_hold WHERE is_open").fetchall() == [(number,)]
    finally:
        with elsewhere._server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}"')
            server.execute(f'DROP DATABASE IF EXISTS "{elsewhere.beside}"')


@pytest.mark.django_db(transaction=True)
def test_a_backup_whose_roles_are_missing_is_not_brought_back(roles, tmp_path):
    file, name = tmp_path / "two.backup", f"planapp_two_{os.getpid()}"
    call_command("backup", str(file), stdout=StringIO())
    elsewhere = Postgres(connection.settings_dict | {"NAME": name}, "1")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER ROLE {} RENAME TO planapp_renamed").format(sql.Identifier(roles[2][0])))
    try:
        with pytest.raises(CannotDo, match=f"Make the role {roles[2][0]} on this server first"):
            restore(file, elsewhere, may_replace=False, from_other_site=False, say=print)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("ALTER ROLE planapp_renamed RENAME TO {}").format(sql.Identifier(roles[2][0])))
    assert not elsewhere.holds_people()
