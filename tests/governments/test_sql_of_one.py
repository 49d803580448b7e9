"""What somebody can do who may say any SQL as one government: by hand here, for planapp itself says none of it."""

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.governments.conftest import ADD, connected

THEIRS = "Department of Quokkas"
SEEN = "SELECT name FROM people_department ORDER BY 1"
LEAK = """
CREATE FUNCTION pg_temp.tell(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS
$$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$
"""
READS = (
    SEEN,
    "COPY people_department (name) TO STDOUT",
    "SELECT name FROM people_department TABLESAMPLE SYSTEM (100)",
    "SELECT name FROM people_department WHERE ctid = ANY (ARRAY['(0,1)', '(0,2)', '(0,3)']::tid[])",
    "SELECT name FROM people_department WHERE pg_temp.tell(name)",
    "SELECT name FROM pg_temp.mine WHERE pg_temp.tell(name)",
    "SELECT d.name FROM people_department d FULL JOIN people_department e ON pg_temp.tell(e.name) AND d.id = e.id",
    "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = 'people_department'",
    "SELECT query FROM pg_stat_activity WHERE query LIKE '%Quokka%' AND pid <> pg_backend_pid()",
    "UPDATE people_department d SET name = d.name RETURNING d.name",
    "SELECT pg_temp.as_whom()",
    "SELECT query_to_xml('SELECT name FROM people_department', true, true, '')::text",
    "EXECUTE kept",
    "FETCH ALL FROM held",
)
REFUSED = (
    "COPY people_department FROM STDIN",
    "SELECT stavalues1 FROM pg_statistic",
    "SELECT setval('people_department_id_seq', 1)",
    "TRUNCATE people_department CASCADE",
    "CREATE TABLE copy AS SELECT 1",
    "CREATE INDEX ON people_department (name)",
    "SELECT pg_read_file('PG_VERSION')",
    "COPY people_department TO PROGRAM 'cat'",
    "SELECT pg_logical_slot_get_changes('x', NULL, NULL)",
    "ALTER TABLE people_department NO FORCE ROW LEVEL SECURITY",
    "ALTER FUNCTION ts_match_vq(tsvector, tsquery) LEAKPROOF",
    "SET session_authorization = 'postgres'",
)


@pytest.fixture
def two_offices(roles):
    """Each government has a department; the number of the other's is what an attacker may have guessed."""
    numbers = {}
    for number, who in roles.items():
        with connected(*who) as own:
            own.execute(ADD, [THEIRS if number == 2 else "Ours", "OIT"])
            numbers[number] = own.execute("SELECT id FROM people_department").fetchone()[0]
            own.execute("SELECT 'Quokka' = ''")  # the last statement that others could see of it
    return numbers


@pytest.mark.django_db(transaction=True)
def test_no_statement_tells_a_row_of_the_other(roles, two_offices):
    told = []
    theirs = two_offices[2]
    with connected(*roles[2]) as other, connected(*roles[1]) as own:
        other.execute("SELECT 'Quokka' <> ''")
        own.add_notice_handler(lambda notice: told.append(notice.message_primary))
        own.execute(LEAK)
        own.execute("CREATE TEMP VIEW mine AS SELECT * FROM people_department")
        own.execute(
            "CREATE FUNCTION pg_temp.as_whom() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS "
            "'SELECT name FROM people_department'"
        )
        own.execute(f"PREPARE kept AS {SEEN}")
        own.execute(f"BEGIN; DECLARE held SCROLL CURSOR WITH HOLD FOR {SEEN}; COMMIT")
        for statement in READS:
            with own.cursor() as cursor:
                if statement.startswith("COPY"):
                    with cursor.copy(statement) as copied:
                        told.append(b"".join(bytes(part) for part in copied).decode())
                else:
                    told.append(str(cursor.execute(statement).fetchall()))
        for statement in REFUSED:
            with pytest.raises(
                psycopg.Error, match=r"permission denied|must be|not supported|superuser|does not exist"
            ):
                own.execute(statement)
        # By its number, which is one for all: refused or without effect, and what is said is one's own.
        columns = "(id, version, name, abbreviation, search_text)"
        row = f"({theirs}, 1, 'Mine', 'M', '')"
        for statement in (
            f"INSERT INTO people_department {columns} VALUES {row}",
            f"INSERT INTO people_department {columns} VALUES {row} ON CONFLICT (id) DO UPDATE SET name = 'Mine'",
            f"MERGE INTO people_department d USING (VALUES {row}) AS v {columns} ON d.id = v.id "
            "WHEN MATCHED THEN UPDATE SET name = 'Mine' WHEN NOT MATCHED THEN INSERT "
            f"{columns} VALUES (v.id, v.version, v.name, v.abbreviation, v.search_text)",
        ):
            with pytest.raises(psycopg.Error) as refused:
                own.execute(statement)
            told.append(str(refused.value))
        assert own.execute("DELETE FROM people_department WHERE id = %s", [theirs]).rowcount == 0
        with pytest.raises(psycopg.Error) as refused:  # the text of a value, in an error
            own.execute("SELECT 1 FROM people_department WHERE name::int > 0")
        told.append(str(refused.value))
        assert own.execute("EXECUTE kept").fetchall() == [("Ours",)]
    assert sum("Ours" in one for one in told) > len(READS) / 2, "the questions find something"
    assert [one for one in told if "Quokka" in one] == []
    with connected(*roles[2]) as other:
        assert other.execute(SEEN).fetchall() == [(THEIRS,)]


@pytest.mark.django_db(transaction=True)
def test_what_is_planned_once_is_of_whoever_asks(roles, two_offices):
    """A plan holds the number of a government. It is made anew for another role, and when a role becomes another's."""
    first, second = roles[1][0], roles[2][0]
    with connected(connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]) as own:
        own.execute(f"PREPARE kept AS {SEEN}")
        own.execute("SET plan_cache_mode = force_generic_plan")

        def seen(statement):
            own.execute(statement)
            return [name for (name,) in own.execute("EXECUTE kept").fetchall()]

        both = ["Department of Quokkas", "Ours"]
        for statement, expected in (
            ("SELECT 1", both),
            (f"SET SESSION AUTHORIZATION {first}", ["Ours"]),
            (f"SET SESSION AUTHORIZATION {second}", [THEIRS]),
            ("RESET SESSION AUTHORIZATION", both),
            (f"SET ROLE {first}", ["Ours"]),  # as a backup is brought back
            (f"SET ROLE {second}", [THEIRS]),
            ("RESET ROLE", both),
        ):
            assert seen(statement) == expected, statement
    with connected(*roles[1]) as own:
        own.execute("SET plan_cache_mode = force_generic_plan")
        own.execute(f"PREPARE kept AS {SEEN}")
        assert own.execute("EXECUTE kept").fetchall() == [("Ours",)]
        with connection.cursor() as cursor:  # what `governments set` does: the role is no government's any more
            cursor.execute("SELECT pg_get_functiondef('planapp_own_rows'::regproc)")
            before = cursor.fetchone()[0]
            cursor.execute(before.replace(first, "nobody_at_all"))
            assert own.execute("EXECUTE kept").fetchall() == []
            cursor.execute(before)
        assert own.execute("EXECUTE kept").fetchall() == [("Ours",)]


@pytest.mark.django_db(transaction=True)
def test_an_operator_of_the_same_name_is_not_taken(roles, two_offices):
    """Whoever may make a schema, by a slip of the operator, could put another `=` before PostgreSQL's own."""
    ours = roles[1]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA slip AUTHORIZATION {}").format(sql.Identifier(ours[0])))
    with connected(*ours) as own:
        for left, right in (("name", "text"), ("name", "name"), ("smallint", "smallint")):
            own.execute(
                f"CREATE FUNCTION slip.yes({left}, {right}) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';"
                f"CREATE OPERATOR slip.= (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = slip.yes)"
            )
        own.execute("SET search_path = slip, public, pg_catalog")
        assert own.execute("SELECT name FROM public.people_department").fetchall() == [("Ours",)]
    with connected(*roles[2]) as other:
        other.execute("SET search_path = slip, public, pg_catalog")
        assert other.execute("SELECT name FROM public.people_department").fetchall() == [(THEIRS,)]


WORDS = "to_tsquery('planapp_words', %s)"
LOOKED_UP = (
    f"SELECT count(*) FROM planapp_rows_with('people_department', true, {WORDS})",
    f"SELECT count(*) FROM planapp_rows_with('people_department', false, {WORDS})",
    f"SELECT count(*) FROM planapp_tables_with({WORDS})",
    f"SELECT count(*) FROM planapp_words_there(ARRAY['a word'], ARRAY[{WORDS}])",
)


@pytest.mark.django_db(transaction=True)
def test_words_are_looked_up_among_ones_own_rows_alone(roles, two_offices):
    """The functions that do run as the owner: who asks is who connected, whatever is set, planned or put in the way."""

    def counted(who, word):
        return [who.execute(statement, [word]).fetchone()[0] for statement in LOOKED_UP]

    with connected(*roles[1]) as own, connected(*roles[2]) as other:
        for one in (own, other):
            one.execute("UPDATE people_department SET search_text = lower(name) || chr(10)")
        assert counted(own, "ours") == counted(other, "quokkas") == [1, 1, 1, 1]
        for way in (
            "SELECT 1",
            "SET planapp.government = 2",
            "SET plan_cache_mode = force_generic_plan",
            "CREATE FUNCTION pg_temp.yes(tsvector, tsquery) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'",
            "CREATE OPERATOR pg_temp.@@ (LEFTARG = tsvector, RIGHTARG = tsquery, FUNCTION = pg_temp.yes)",
            "CREATE TEMP TABLE people_department (id bigint, search_words tsvector, government_id smallint)",
            "SET search_path = pg_temp, public, pg_catalog",
        ):
            own.execute(way)
            assert counted(own, "quokkas") == [0, 0, 0, 0], way
        for word in ("!nothing", "quokka:* | ours:*"):  # what everything has, and what each has one of
            assert counted(own, word)[:2] == counted(other, word)[:2] == [1, 1]
        other_table = f"SELECT count(*) FROM planapp_rows_with('people_user; DROP TABLE x', true, {WORDS})"
        assert own.execute(other_table, ["ours"]).fetchone() == (0,)
        for statement in ("DROP FUNCTION planapp_rows_with", "ALTER FUNCTION planapp_rows_with SET search_path = slip"):
            with pytest.raises(psycopg.Error, match="must be owner"):
                own.execute(statement)
    with connected(connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]) as owner:
        assert counted(owner, "quokkas") == [0, 0, 0, 0], "who is no government's finds nothing"
        for number in (1, 2, 1):  # what was planned for one is not kept for another
            owner.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(roles[number][0])))
            assert counted(owner, "quokkas") == [number - 1] * 4
        owner.execute("RESET SESSION AUTHORIZATION; CREATE ROLE planapp_stranger")
        try:
            owner.execute("SET SESSION AUTHORIZATION planapp_stranger")
            with pytest.raises(psycopg.Error, match="permission denied for function"):
                counted(owner, "ours")
        finally:
            owner.execute("RESET SESSION AUTHORIZATION; DROP ROLE planapp_stranger")


@pytest.mark.django_db(transaction=True)
def test_the_newest_event_is_found_however_many_newer_ones_another_has(roles):
    """Each page asks for it: the index of a government's own rows has to be seen to be in order."""
    add = (
        "INSERT INTO records_auditevent (happened_at, actor_label, channel, verb, target_type, target_id, "
        "target_label, parent_type, changes, reason) SELECT now(), '', '', 'plan.changed', '', 1, '', '', '{}', '' "
        "FROM generate_series(1, %s)"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for number, rows in ((1, 50), (2, 3000)):
            cursor.execute("SELECT set_config('planapp.government', %s, false)", [str(number)])
            cursor.execute(add, [rows])
        cursor.execute("RESET session_replication_role; RESET planapp.government; ANALYZE records_auditevent")
    with connected(*roles[1]) as own:
        plan = own.execute("EXPLAIN (ANALYZE, FORMAT JSON) SELECT max(id) FROM records_auditevent").fetchone()[0]
    assert "Rows Removed by Filter" not in str(plan)
    assert "records_auditevent_government_id" in str(plan)
