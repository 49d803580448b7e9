"""A statement that is kept says what one says that is put together anew; what cannot be kept is not."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet, Value
from django.db.transaction import TransactionManagementError

from goals.models import Goal
from initiatives.models import Initiative, InitiativeVersion
from records.asof import AsOf
from records.history import locked
from records.statements import KNOWN, Keys, OneKey, Statement, statement
from tests.build import make_initiative


@pytest.fixture(autouse=True)
def known():
    """What a test declares is forgotten after it."""
    before = list(KNOWN)
    yield
    KNOWN[:] = before


@pytest.fixture
def three(plan):
    return [make_initiative(plan, number=f"1.{number}") for number in (1, 2, 3)]


def test_the_same_statement_is_asked_with_other_values(three, django_assert_num_queries):
    @statement
    def named(key: int, when: AsOf) -> QuerySet[InitiativeVersion]:
        return InitiativeVersion.objects.as_of(when).filter(subject=key).values_list("number", flat=True)

    now, past = AsOf(day=date(2026, 10, 5)), AsOf.end_of(date(2026, 10, 4))
    with django_assert_num_queries(3):
        assert [named(row.pk, now) for row in three] == [["1.1"], ["1.2"], ["1.3"]]
    assert len(named.known) == 1
    assert [named(row.pk, past) for row in three] == [list(_then(past, row)) for row in three]
    assert len(named.known) == 2
    assert None not in named.known.values()


def _then(when, row):
    return InitiativeVersion.objects.as_of(when).filter(subject=row.pk).values_list("number", flat=True)


def test_any_number_of_keys_is_one_statement(three):
    @statement
    def numbers(keys: Keys) -> QuerySet[Initiative]:
        return Initiative.objects.filter(pk__among=keys, goal__among=Keys(goals)).order_by("sort_key")

    goals = list(Goal.objects.values_list("pk", flat=True))
    keys = [row.pk for row in three]
    assert [row.number for row in numbers(Keys(keys))] == ["1.1", "1.2", "1.3"]
    assert [row.number for row in numbers(Keys(keys[1:2]))] == ["1.2"]
    assert len(numbers.known) == 1
    assert numbers(Keys()) == []


def test_one_key_is_asked_for_as_a_number(three):
    @statement
    def numbers(keys: Keys) -> QuerySet[Initiative]:
        return Initiative.objects.filter(pk__among=keys)

    assert [[row.number for row in numbers(OneKey([row.pk]))] for row in three] == [["1.1"], ["1.2"], ["1.3"]]
    (compiled,) = numbers.known.values()
    assert compiled is not None
    assert "ANY" not in compiled.asked
    assert "json_each" not in compiled.asked


def test_what_is_empty_or_said_by_keyword_shapes_the_statement(three):
    @statement
    def found(goal: int | None, *, first: int) -> QuerySet[Initiative]:
        rows = Initiative.objects.order_by("sort_key")
        return (rows if goal is None else rows.filter(goal=goal))[:first]

    assert [row.number for row in found(None, first=2)] == ["1.1", "1.2"]
    assert [row.number for row in found(three[0].goal_id, first=1)] == ["1.1"]
    assert found(10**9, first=1) == []
    assert len(found.known) == 2


def test_models_come_with_what_is_selected_beside_them(three, django_assert_num_queries):
    @statement
    def found(key: int) -> QuerySet[Initiative]:
        return Initiative.objects.filter(pk=key).select_related("plan").annotate(twice=F("pk") * Value(2))

    with django_assert_num_queries(1):
        (row,) = found(three[1].pk)
        assert (row, row.plan.title, row.twice) == (three[1], three[1].plan.title, three[1].pk * 2)
    assert row._state.adding is False


def test_a_value_that_is_not_used_as_given_is_asked_anew_each_time(three):
    @statement
    def called(text: str) -> QuerySet[Initiative]:
        return Initiative.objects.filter(number__contains=text).values_list("number", flat=True)

    assert called("1.2") == ["1.2"]
    assert called("1.3") == ["1.3"]
    assert called("%") == []
    assert list(called.known.values()) == [None]


def test_what_depends_on_which_value_it_is_fails(three):
    @statement
    def first(count: int) -> QuerySet[Initiative]:
        rows = Initiative.objects.filter(pk__gte=count)
        return rows.order_by("-pk") if count == 1 else rows

    first(2)
    with pytest.raises(AssertionError, match="another statement"):
        first(1)


def test_a_percent_sign_among_the_constants_is_a_percent_sign(three):
    @statement
    def found(key: int) -> QuerySet[Initiative]:
        return Initiative.objects.filter(pk=key).annotate(sign=Value("100 %s")).values_list("sign", flat=True)

    assert found(three[0].pk) == ["100 %s"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL prepares statements")
def test_the_database_prepares_it_once(three):
    @statement
    def titled(key: int) -> QuerySet[Initiative]:
        return Initiative.objects.filter(pk=key)

    for row in three:
        titled(row.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ['%"initiatives_initiative"."id" = $1%'],
        )
        assert max(count for (count,) in cursor.fetchall()) >= 3


def test_what_no_row_can_answer_is_not_asked(three, django_assert_num_queries):
    @statement
    def found(goals: tuple[int, ...]) -> QuerySet[Initiative]:
        return Initiative.objects.filter(goal__in=list(goals))

    with django_assert_num_queries(0):
        assert [found(()), found(())] == [[], []]
    assert found((three[0].goal_id,)) == three

    @statement
    def one(key: int) -> QuerySet[Initiative]:
        return Initiative.objects.filter(pk=key)

    assert one(three[0].pk) == three[:1]
    with django_assert_num_queries(0):
        assert one(10**30) == []  # larger than any number of a row


def test_a_value_that_no_statement_can_hold_is_refused(three):
    @statement
    def due(value: float) -> QuerySet[Initiative]:
        return Initiative.objects.filter(percent=value)

    with pytest.raises(TypeError, match="takes no float as a value"):
        due(1.5)


def test_a_row_that_is_gone_cannot_be_locked(plan):
    row = make_initiative(plan)
    row.pk += 1
    with transaction.atomic(), pytest.raises(Initiative.DoesNotExist):
        locked(row)


def test_a_row_is_locked_within_a_transaction_alone(transactional_db, monkeypatch):
    # Put together anew, which tests do to compare, Django itself refuses it on PostgreSQL.
    monkeypatch.setattr(Statement, "is_checked", False)

    @statement
    def held(key: int) -> QuerySet[Goal]:
        return Goal.objects.filter(pk=key).select_for_update()

    with transaction.atomic():
        assert held(1) == []
    with pytest.raises(TransactionManagementError):
        held(1)
