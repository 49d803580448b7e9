"""The fixed cast, one person per role, and a clock that stands still at the doors."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.cache import caches
from django.db import connection

from goals.models import Goal, Plan
from initiatives.models import Initiative
from people.models import User
from records.remembered import forget
from records.statements import Statement
from records.triggers import create_sql, drop_sql
from tests.build import Cast, build_cast, build_plan
from tests.kept_database import Kept, kept_for


def is_checked(self: Statement) -> bool:
    """A statement that a test asks is put together anew as well, and has to be the same: the first forty times in each
    process and every tenth time after, for it takes longer than to ask it, and tests come in another order each run.
    """
    TIMES[self] += 1
    return TIMES[self] <= 40 or TIMES[self] % 10 == 0


TIMES: Counter[Statement] = Counter()
Statement.is_checked = property(is_checked)  # type: ignore[assignment]

# Monday, 5 October 2026, 10:00 in Philadelphia.
NOW = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)

# Every table that the database protects, and how (the migrations named 0002_triggers).
PROTECTED = {
    "append_only": [
        "records_auditevent", "records_auditseal", "initiatives_statusupdate", "initiatives_acknowledgement",
        "initiatives_lineage",
        "initiatives_owneranswer", "initiatives_updaterequest",
        "reports_reportact", "reports_exportedfile",
    ],
    "file": ["reports_publishedfile"],
    "interval": [
        "people_departmentversion", "people_userversion", "people_rolegrant", "goals_planversion",
        "goals_priorityversion", "goals_goalversion", "goals_strategyversion", "initiatives_initiativeversion",
        "initiatives_milestoneversion", "initiatives_commitmentversion", "initiatives_commentversion",
        "initiatives_contribution",
        "initiatives_alignment", "initiatives_ownerrequest", "goals_evidenceversion", "goals_bearing",
    ],
    "cover": ["reports_quartersnapshot"],
    "frozen": [
        "reports_snapshotheading", "reports_snapshotinitiative", "reports_snapshotmilestone",
        "reports_snapshotcommitment", "reports_snapshotcorrection", "reports_snapshotdigests",
    ],
}  # fmt: skip


def number_tables_apart() -> None:
    """No table's first row is 1, and no two tables begin alike: a test that writes a number down, or takes one row's
    number for another's, fails whether it runs first or last.
    """
    with connection.cursor() as cursor:
        for place, table in enumerate(sorted(connection.introspection.table_names(cursor)), start=1):
            last = 137 * place
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
                continue
            for sequence in connection.introspection.get_sequences(cursor, table):
                cursor.execute("SELECT setval(%s::regclass, %s)", [sequence["name"], last])


@pytest.fixture(scope="session")
def kept_database(request, django_db_modify_db_settings, django_db_blocker) -> Kept:
    """Asked for before the test database is made: it is a copy of the one kept, where there is one."""
    kept = kept_for(connection)
    with django_db_blocker.unblock():
        kept.use(anew=request.config.option.create_db)
    return kept


@pytest.fixture(scope="session")
def django_db_setup(kept_database, django_db_setup, django_db_blocker):
    """Tests in real transactions empty all tables afterwards, which the database refuses: let it, for that alone."""
    with django_db_blocker.unblock():
        kept_database.keep()
        number_tables_apart()
    # On the class: a browser's driver runs tests in a context of its own, which may have a connection of its own.
    kind = type(connection.ops)
    flush = kind.execute_sql_flush

    def unprotected_flush(ops, sql_list):
        if connection.vendor == "postgresql":
            flush(ops, ["SET LOCAL session_replication_role = replica", *sql_list])
            return
        tables = [(rule, table) for rule, names in PROTECTED.items() for table in names]
        before = [sql for rule, table in tables for sql in drop_sql(connection, rule, table)]
        after = [sql for rule, table in tables for sql in create_sql(connection, rule, table)]
        flush(ops, [*before, *sql_list, *after])

    kind.execute_sql_flush = unprotected_flush
    yield
    kind.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def nothing_kept_from_before():
    """Tries to sign in, and how plans stood long ago, are kept in caches, which outlive a test."""
    for one in caches.all():
        one.clear()
    forget()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def cast(db) -> Cast:
    """admin, manager, leader, owner, contributor, liaison (of Streets), viewer, stranger (no role)."""
    return build_cast()


@pytest.fixture
def plan(cast) -> Plan:
    """An active plan, 1 July 2025 to 30 June 2027, with goals 1 and 2 and strategy 1.1."""
    return build_plan()


@pytest.fixture
def goal(plan) -> Goal:
    return Goal.objects.get(plan=plan, number="1")


@pytest.fixture
def initiative(plan, goal, cast) -> Initiative:
    """Initiative 1.1 of the plan, owned by `cast.owner`, led by Streets."""
    from tests.build import make_initiative  # noqa: PLC0415 - the fixture, not the module, needs a database

    return make_initiative(plan, goal=goal, number="1.1", owner=cast.owner, lead_department=cast.streets)


@pytest.fixture
def sign_in(client):
    """sign_in(user) → a client signed in as that person."""

    def _sign_in(user: User):
        client.force_login(user)
        return client

    return _sign_in
