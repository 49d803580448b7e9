"""Whatever is edited after a quarter ended, its snapshot says the same however late it is built (rule B-37)."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor

from goals.quarters import Quarter
from initiatives.models import InitiativeVersion
from records.triggers import INTERVAL, protect_again
from reports.content.canonical import lines
from reports.models import QuarterSnapshot
from reports.services import freeze_quarter
from reports.snapshots.rows import rows_of
from tests.build import act, at, build_cast
from tests.reports.edits import KINDS, build
from tests.reports.tampering import undone

Q1, Q2 = Quarter(2027, 1), Quarter(2027, 2)
BEGIN, END = at("2026-07-01T04:00"), at("2026-10-01T04:00")
DELAYS = [timedelta(0), timedelta(hours=1), timedelta(days=3), timedelta(days=90)]
SEEDS = range(10)


def told(plan, quarter, when):
    """The hash and the lines that a snapshot built then has; it is not kept."""
    with undone():
        snapshot = freeze_quarter(plan=plan, quarter=quarter, act=act(when))
        return snapshot.content_hash, list(lines(rows_of([snapshot])[snapshot.pk]))


@pytest.mark.slow
@pytest.mark.django_db
def test_b37_ten_quarters_built_after_nothing_an_hour_three_days_and_ninety():
    cast = build_cast()
    done: Counter = Counter()
    for seed in SEEDS:
        with undone():
            edits = build(cast, seed)
            edits.make(40, BEGIN, END - timedelta(minutes=1))
            on_time = told(edits.plan, Q1, END)
            edits.make(5, END, END)  # at the first instant that is not in the quarter
            since = END
            for delay in DELAYS[1:]:
                edits.make(25, since, END + delay)
                since = END + delay
                assert told(edits.plan, Q1, since) == on_time, (seed, delay)
            assert told(edits.plan, Q2, at("2027-01-02T12:00"))[1][1:] != on_time[1][1:]  # the edits did something
            done += edits.done
    assert {kind for kind in KINDS if not done[kind]} == set()  # every kind of edit took effect somewhere


class AfterTheQuarter(migrations.Migration):
    """What a later release may do to a recorded table: a new column, and a wider one; SQLite rebuilds both tables."""

    operations = [
        protect_again(INTERVAL, "initiatives_initiativeversion"),
        migrations.AddField("initiative", "risk", models.CharField(max_length=40, db_default="none")),
        migrations.AddField("initiativeversion", "risk", models.CharField(max_length=40, db_default="none")),
        migrations.AlterField("initiative", "title", models.CharField(max_length=400)),
        migrations.AlterField("initiativeversion", "title", models.CharField(max_length=400)),
        protect_again(INTERVAL, "initiatives_initiativeversion"),
    ]


def move(is_forward: bool) -> None:
    migration = AfterTheQuarter("9999_later", "initiatives")
    state = MigrationExecutor(connection).loader.project_state()
    with connection.schema_editor(atomic=True) as editor:
        (migration.apply if is_forward else migration.unapply)(state, editor)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_b37_built_after_a_migration_of_recorded_tables():
    cast = build_cast()
    every = [build(cast, seed) for seed in SEEDS]
    for edits in every:
        edits.make(12, BEGIN, END - timedelta(minutes=1))
    on_time = [told(edits.plan, Q1, END) for edits in every]
    move(is_forward=True)
    try:
        for edits in every:
            edits.make(6, END, END + timedelta(days=3))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(DISTINCT risk) FROM initiatives_initiativeversion")
            assert cursor.fetchone() == (InitiativeVersion.objects.count(), 1)
        late = [told(edits.plan, Q1, END + timedelta(days=3)) for edits in every]
    finally:
        move(is_forward=False)
    assert late == on_time
    assert not QuarterSnapshot.objects.exists()
