"""The index says what the rows say: on either engine, after whatever was done to them, and none is forgotten."""

from django.apps import apps
from django.db import connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.models import Goal
from initiatives.models import Milestone
from people.models import Department
from records.history import Version
from records.search_index import INDEXED, create_sql, drop_sql, trigger_names
from records.texts import Searched, search_text_of
from search.kinds import KINDS
from tests.build import make_initiative, make_milestone

LIVE = [model for model in apps.get_models() if issubclass(model, Searched) and not issubclass(model, Version)]


def asked(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def words_of(table: str) -> dict[int, tuple[list[str], list[str]]]:
    """By row what the index holds: the words that name it, and the others."""
    if connection.vendor == "postgresql":
        label = "(SELECT array_agg(lexeme ORDER BY lexeme) FROM unnest(search_words) w WHERE '{}' = ANY(w.weights))"
        rows = asked(f"SELECT id, {label.format('A')}, {label.format('B')} FROM {table}")  # noqa: S608 - a table of ours
        return {key: (names or [], told or []) for key, names, told in rows}
    rows = asked(f"SELECT rowid, names, told FROM {table}_words")  # noqa: S608
    return {key: (names.split(), told.split()) for key, names, told in rows}


def made_anew(table: str) -> dict[int, tuple[list[str], list[str]]]:
    """The same of an index that is built from the rows as they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        connection.check_constraints()  # what waits for the end of the transaction would lock the table
        for sql in [*drop_sql(connection, table), *create_sql(connection, table)]:
            cursor.execute(sql)
        found = words_of(table)
        transaction.set_rollback(True)
    return found


def test_every_live_row_that_keeps_its_words_is_indexed_and_found(db):
    assert len(LIVE) == 10
    assert {kind.model for kind in KINDS} == set(LIVE)
    for model in LIVE:
        table = model._meta.db_table
        if connection.vendor == "postgresql":
            columns = {
                name for (name,) in asked("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass", table)
            }
            assert {"search_names", "search_words"} <= columns
            indexes = {name for (name,) in asked("SELECT indexname FROM pg_indexes WHERE tablename = %s", table)}
            assert {f"{table}_names", f"{table}_words"} <= indexes
        else:
            there = {name for (name,) in asked("SELECT name FROM sqlite_master WHERE tbl_name = %s", table)}
            assert set(trigger_names(table)) <= there
        assert words_of(table) == made_anew(table)


TEXTS = st.text(
    st.sampled_from("abcé ’'-\n.&/_#\"*:()ß한😀\u00ad٣%\\")
    | st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]),
    max_size=25,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "change by SQL", "delete"]), st.integers(0, 5), TEXTS, TEXTS),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_what_is_kept_is_what_the_rows_say_after_any_edits(plan, steps):
    with transaction.atomic():
        for number, (step, which, first, then) in enumerate(steps):
            rows = list(Goal.objects.order_by("pk").values_list("pk", flat=True))
            key, text = rows[which % len(rows)], search_text_of(first, then)
            if step == "add":
                Goal.objects.create(plan=plan, number=f"n{number}", title="x", search_text=text)
            elif step == "change":
                Goal.objects.filter(pk=key).update(search_text=text)
            elif step == "change by SQL":
                asked_nothing = "UPDATE goals_goal SET number = number, search_text = %s WHERE id = %s"
                with connection.cursor() as cursor:
                    cursor.execute(asked_nothing, [text, key])
            elif len(rows) > 3:
                Goal.objects.filter(pk=key, pk__gt=max(rows[:3])).delete()
        kept = words_of("goals_goal")
        assert kept == made_anew("goals_goal")
        assert set(kept) == set(Goal.objects.values_list("pk", flat=True))
        transaction.set_rollback(True)


def test_a_text_beyond_all_bounds_is_kept_and_its_beginning_indexed(plan):
    """A million different words would make an index entry that PostgreSQL refuses, and with it the row."""
    text = "\n" + " ".join(f"word{number}" for number in range(200_000))
    assert len(text) > 2 * INDEXED
    goal = Goal.objects.first()
    Goal.objects.filter(pk=goal.pk).update(search_text=text)
    names, told = words_of("goals_goal")[goal.pk]
    assert names == []
    assert 5_000 < len(told) < 20_000


def test_a_number_of_rows_that_came_by_services_are_all_there(plan, cast):
    row = make_initiative(plan, number="1.1", title="Déjà vu", summary="More of it")
    step = make_milestone(row, None, title="Poles stand")
    assert words_of("initiatives_initiative")[row.pk][0] == sorted(["deja", "vu"])
    assert len(words_of(Milestone._meta.db_table)[step.pk][0]) == 2
    assert len(words_of(Department._meta.db_table)) == Department.objects.count()


def test_models_of_the_past_are_not_indexed(db):
    """They are read as of a day, by parts of words; an index on them would only cost."""
    past = [model for model in apps.get_models() if issubclass(model, Searched) and issubclass(model, Version)]
    assert len(past) == 9
    assert all(isinstance(model._meta.get_field("search_text"), models.TextField) for model in past)
