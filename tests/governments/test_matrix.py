"""Every table times two governments: neither sees, changes, removes or adds a row of the other."""

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from planapp.governments import COLUMN, OF_THE_INSTALLATION, cover, findings, tables
from tests.governments.conftest import FIRST_ONE, OTHER

PAIRS = [(FIRST_ONE, OTHER), (OTHER, FIRST_ONE)]


def test_every_table_of_a_model_is_one_of_a_government_or_named_with_its_reason(two):
    theirs = {table.name for table in tables(connection)}
    models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert models - theirs <= OF_THE_INSTALLATION.keys()
    assert all(OF_THE_INSTALLATION.values())
    assert all(table.is_on and table.has_column and table.has_policy for table in tables(connection))


def test_nothing_of_the_other_in_any_table(two):
    found = two.fill()
    assert len(found) > 70
    seen = []
    for mine, other in PAIRS:
        for table in found:
            name = f'"{table.name}"'
            with two.asking(mine):
                seen.append((table.name, two.run(f"SELECT {COLUMN} FROM {name}")))
                assert two.run(f"SELECT 1 FROM {name} WHERE {COLUMN} = {other}") == [], table
                assert two.run(f"UPDATE {name} SET {COLUMN} = {COLUMN} WHERE {COLUMN} <> {mine}") == 0, table
                assert two.run(f"DELETE FROM {name} WHERE {COLUMN} = {other}") == 0, table
                for statement in (
                    f"UPDATE {name} SET {COLUMN} = {other}",
                    f"INSERT INTO {name} ({COLUMN}) VALUES ({other})",
                ):
                    with pytest.raises(ProgrammingError, match=r"row-level security|permission denied"):  # noqa: SIM117
                        with transaction.atomic():
                            two.run(statement)
            assert two.run(f"SELECT {COLUMN}, count(*) FROM {name} GROUP BY 1 ORDER BY 1") == [(1, 1), (7, 1)], table
        assert [rows for _, rows in seen] == [[(mine,)]] * len(found)
        seen.clear()


def test_whatever_one_removes_or_changes_is_its_own(two):
    found = two.fill()
    with two.asking(OTHER):
        for table in found:
            assert two.run(f'UPDATE "{table.name}" SET {COLUMN} = {COLUMN}') == 1, table
            assert two.run(f'DELETE FROM "{table.name}"') == 1, table
    for table in found:
        assert two.run(f'SELECT {COLUMN} FROM "{table.name}"') == [(FIRST_ONE,)], table


def test_keys_repeat_between_governments_and_not_within_one(two):
    """Two rows alike were put into every table already; of keys without an empty part a third is refused."""
    found = two.fill()
    keyed = {
        table
        for (table,) in two.run(
            "SELECT DISTINCT t.relname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid "
            "WHERE i.indisunique AND NOT i.indisprimary AND i.indpred IS NULL AND i.indexprs IS NULL"
        )
    }
    twice = []
    for table in found:
        if table.name in keyed:
            with two.asking(OTHER), pytest.raises(IntegrityError), transaction.atomic():
                two.add_row(table.name)
            twice.append(table.name)
    assert {"goals_plan", "people_user", "outbox_message"} <= set(twice)
    with two.asking(FIRST_ONE):
        assert two.run("SELECT slug FROM goals_plan") == [("the same",)]


def test_no_table_can_be_emptied_changed_or_made(two):
    with two.asking(OTHER):
        for statement in (
            "TRUNCATE people_user CASCADE",
            "ALTER TABLE people_user DISABLE ROW LEVEL SECURITY",
            "DROP POLICY planapp_own_rows ON people_user",
            "CREATE TABLE mine (id int)",
            "CREATE OR REPLACE FUNCTION planapp_government() RETURNS smallint LANGUAGE sql RETURN 1::smallint",
            "CREATE OR REPLACE FUNCTION planapp_own_rows() RETURNS smallint LANGUAGE sql RETURN 1::smallint",
            "CREATE TRIGGER mine BEFORE INSERT ON people_user EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "CREATE RULE mine AS ON SELECT TO people_user DO INSTEAD NOTHING",
            "CREATE POLICY mine ON people_user USING (true)",
            "CREATE SCHEMA mine",
            "INSERT INTO django_content_type (app_label, model) VALUES ('a', 'b')",
            "SELECT * FROM planapp_government",
            "DELETE FROM django_migrations",
        ):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
                two.run(statement)


def test_a_table_made_later_is_covered(two):
    two.run("CREATE TABLE made_later (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text UNIQUE)")
    two.run("CREATE UNIQUE INDEX made_later_once ON made_later (lower(slug)) INCLUDE (id) WHERE slug <> ''")
    two.run("CREATE INDEX made_later_covered ON made_later (slug) INCLUDE (id)")
    lacking = " ".join(findings(connection))
    assert "made_later has no column and no policy and no check" in lacking
    assert "The unique key made_later_slug_key of made_later is one for all governments." in lacking
    cover(connection)
    assert findings(connection) == []
    for number in two.roles:
        with two.asking(number):
            two.run("INSERT INTO made_later (slug) VALUES ('same')")
            assert two.run(f"SELECT slug, {COLUMN} FROM made_later") == [("same", number)]
    with two.asking(OTHER), pytest.raises(IntegrityError), transaction.atomic():
        two.run("INSERT INTO made_later (slug) VALUES ('SAME')")
    found = dict(two.run("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'made_later'"))
    assert found["made_later_government_id"].endswith("(government_id, id)"), "the newest of its own rows"
    assert found["made_later_covered"].endswith("(slug) INCLUDE (id, government_id)"), "read without the table"
    assert "(lower(slug), government_id) INCLUDE (id)" in found["made_later_once"]


def test_a_row_that_points_to_another_governments_is_found(two):
    two.fill()
    two.run(f"UPDATE goals_goal SET plan_id = (SELECT id FROM goals_plan WHERE {COLUMN} = {FIRST_ONE})")
    assert findings(connection) == [
        "1 rows of goals_goal point to rows of goals_plan that are another government's "
        "(goals_goal_plan_id_32541266_fk_goals_plan_id)."
    ]
