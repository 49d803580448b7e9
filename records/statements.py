"""Statements that are put together once and asked many times, with other values each time (docs/adr/0021).

To build and compile one query takes Django longer than most answers take, and PostgreSQL as long to plan it. So a
selector says which of its arguments are values; the statement is compiled for stand-ins once, and from then on only the
values change. PostgreSQL prepares it, for each connection.

    @statement
    def _updates(initiative: int, when: AsOf, *, limit: int) -> QuerySet[Any]:
        return StatusUpdate.objects.filter(when.recorded(), initiative=initiative)[:limit]

    rows = _updates(7, when, limit=9)

Positional arguments are values: whole numbers, texts, days, instants, `Keys`, an `AsOf`, and tuples of these. What is
empty or true, and every argument by keyword, shapes the statement: each combination is compiled by itself. A value may
stand in the statement only as it was given (its day before, its beginning, its capitals are values of their own), and
nothing may depend on which value it is. Tests compare every statement that is asked with one put together anew.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Field, ForeignObject, Lookup, QuerySet
from django.db.models.query import ValuesListIterable
from django.db.transaction import TransactionManagementError
from psycopg import Cursor, sql
from psycopg.types.numeric import Int8

from records.asof import AsOf
from records.replica import alias

BIGGEST = 2**63
FIRST_NUMBER = 7_100_000_000_000_000_000  # no row of ours has such a number
FIRST_DAY = date(1001, 1, 1)


class Keys(tuple[int, ...]):
    """Numbers of rows, however many, as one value: `filter(subject__among=keys)`."""

    __slots__ = ()


class OneKey(Keys):
    """One number of a row, where there is always one and never more.

    PostgreSQL takes an array it does not know for ten numbers, finds a plan for ten dearer than one for the number at
    hand, and so plans the statement anew each time. Of a number it keeps the plan.
    """

    __slots__ = ()


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup):
    """`__in` for numbers, as one parameter: the statement is the same for two of them and for two hundred."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, params = self.process_lhs(compiler, connection)
        if isinstance(self.rhs, OneKey):
            return f"{left} = %s", [*params, *self.rhs]
        return f"{left} = ANY (%s)", [*params, list(self.rhs)]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        if isinstance(self.rhs, OneKey):
            return self.as_sql(compiler, connection)
        left, params = self.process_lhs(compiler, connection)
        among = f"{left} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - a column and a parameter
        return among, [*params, _adapted(Keys(self.rhs), connection)]


class Shape(NamedTuple):
    """What a statement is compiled for: the kinds of its values, and what shapes it."""

    vendor: str
    values: Any
    words: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Compiled:
    """A statement as Django compiled it, and as it is asked: with its constants written out where that helps."""

    sql: str
    slots: tuple[int | None, ...]  # which value each %s stands for; None: the constant beside it in `constants`
    constants: tuple[Any, ...]
    rows: Any  # the queryset with its compiler, which knows what comes back; None: plain rows
    compiler: Any
    asked: str = ""
    filled: tuple[int | None, ...] = ()
    # What Django makes of a column's values (nothing, mostly), by place: to look at all columns for it costs more than
    # to fetch ten rows.
    converters: Mapping[int, Any] = field(default_factory=dict)

    @property
    def gives_rows(self) -> bool:
        """Whether the rows are what the database gives, as they are."""
        return not self.converters and self.rows._iterable_class is ValuesListIterable

    def says(self, text: str, params: Sequence[Any], values: Sequence[Any]) -> bool:
        """Whether it is this statement, word by word, once it is filled with these values."""
        mine = [values[slot] if slot is not None else self.constants[at] for at, slot in enumerate(self.slots)]
        return text == self.sql and mine == list(params)


NOTHING = Compiled("", (), (), None, None)  # what no row can answer, such as one about no plans


class Statement:
    """See above. Called, it gives the rows as a list."""

    is_checked: ClassVar[bool] = False  # tests put each statement together anew, and compare

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self.known: dict[Shape, Compiled | None] = {}
        update_wrapper(self, build, updated=())
        KNOWN.append(self)

    def __call__(self, *values: Any, **words: Any) -> list[Any]:
        connection = connections[alias()]
        given: list[Any] = []
        shape = Shape(connection.vendor, _taken(values, given), tuple(words.items()))
        if any(type(one) is int and not -BIGGEST <= one < BIGGEST for one in given):
            return _asked_at_once(self.build(*values, **words), connection)  # Django knows that there is no such row
        if shape not in self.known:
            self.known[shape] = self._compiled(connection, values, words)
        compiled = self.known[shape]
        if compiled is None:
            return _asked_at_once(self.build(*values, **words), connection)
        if compiled is NOTHING:
            return []
        if self.is_checked and not self._is_true(compiled, connection, given, values, words):
            raise AssertionError(f"{self.build.__qualname__}: {values} give another statement than is kept.")
        return _asked(compiled, given, connection)

    def _compiled(self, connection: Any, values: tuple[Any, ...], words: dict[str, Any]) -> Compiled | None:
        """For stand-ins; None where these values give another statement: then it is put together each time."""
        given: list[Any] = []
        stand_ins: list[Any] = []
        _taken(values, given)
        try:
            compiled = _compile(self.build(*_stand_ins(values, stand_ins), **words), stand_ins, connection)
        except EmptyResultSet:
            return NOTHING
        if not self._is_true(compiled, connection, given, values, words):
            return None
        return _with_literals(compiled, connection)

    def _is_true(
        self, compiled: Compiled, connection: Any, given: list[Any], values: tuple[Any, ...], words: dict[str, Any]
    ) -> bool:
        try:
            text, params, _ = _sql_of(self.build(*values, **words), connection)
        except EmptyResultSet:
            return False
        return compiled.says(text, params, [_adapted(value, connection) for value in given])


KNOWN: list[Statement] = []
statement = Statement


def _taken(value: Any, given: list[Any]) -> Any:
    """The shape of a value; what fills it is added to `given`."""
    if not value or value is True:
        return value
    if isinstance(value, tuple) and not isinstance(value, Keys):
        return tuple(_taken(one, given) for one in value)
    if isinstance(value, AsOf):
        return ("as of", _taken(value.day, given), _taken(value.moment, given))
    if isinstance(value, OneKey):
        given.append(value[0])
        return "key"
    given.append(value)
    return "keys" if isinstance(value, Keys) else type(value)


def _stand_ins(value: Any, found: list[Any]) -> Any:
    """The same with a stand-in for each value, which are added to `found` in the same order."""
    if not value or value is True:
        return value
    if isinstance(value, tuple) and not isinstance(value, Keys):
        made = [_stand_ins(one, found) for one in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    if isinstance(value, AsOf):
        return replace(value, day=_stand_ins(value.day, found), moment=_stand_ins(value.moment, found))
    if isinstance(value, OneKey):
        found.append(_stand_in(value[0], len(found)))
        return OneKey(found[-1:])
    found.append(_stand_in(value, len(found)))
    return found[-1]


def _stand_in(value: Any, place: int) -> Any:
    if isinstance(value, datetime):
        return datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(days=place)
    if isinstance(value, date):
        return FIRST_DAY + timedelta(days=place)
    if isinstance(value, Keys):
        return Keys([FIRST_NUMBER + place])
    if isinstance(value, int):
        return FIRST_NUMBER + place
    if isinstance(value, str):
        return f"100%_ \\ Stand-in {FIRST_NUMBER + place}"  # a look-up that changes its value changes this one
    raise TypeError(f"A statement takes no {type(value).__name__} as a value.")


def _adapted(value: Any, connection: Any) -> Any:
    """A value as Django hands it to the database."""
    if isinstance(value, Keys):
        return json.dumps(list(value)) if connection.vendor == "sqlite" else list(value)
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value


def _sql_of(built: Any, connection: Any) -> tuple[str, tuple[Any, ...], Any]:
    if isinstance(built, tuple):  # put together by hand
        text, params = built
        return text, tuple(params), None
    compiler = built.query.get_compiler(connection=connection)
    text, params = compiler.as_sql()
    return text, tuple(params), compiler


def _compile(built: Any, stand_ins: list[Any], connection: Any) -> Compiled:
    text, params, compiler = _sql_of(built, connection)
    places = [_adapted(one, connection) for one in stand_ins]
    slots = tuple(_place_of(param, places) for param in params)
    if compiler is None:
        return Compiled(text, slots, params, None, None, text, slots)
    converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
    return Compiled(text, slots, params, built, compiler, text, slots, converters)


def _place_of(param: Any, places: list[Any]) -> int | None:
    return next((at for at, place in enumerate(places) if type(param) is type(place) and param == place), None)


def _with_literals(compiled: Compiled, connection: Any) -> Compiled:
    """With the constants written out, so that PostgreSQL sees which of its partial indexes hold what is asked."""
    if connection.vendor != "postgresql":
        return compiled
    connection.ensure_connection()
    words = [
        "%s" if slot is not None else sql.Literal(constant).as_string(connection.connection).replace("%", "%%")
        for slot, constant in zip(compiled.slots, compiled.constants, strict=True)
    ]
    filled = tuple(slot for slot in compiled.slots if slot is not None)
    return replace(compiled, asked=compiled.sql % tuple(words), filled=filled)


def _asked(compiled: Compiled, given: list[Any], connection: Any) -> list[Any]:
    if compiled.rows is not None and compiled.rows.query.select_for_update and not connection.in_atomic_block:
        raise TransactionManagementError("Rows are locked until a transaction ends: begin one.")
    values = [_bound(value, connection) for value in given]
    params = [values[slot] if slot is not None else compiled.constants[at] for at, slot in enumerate(compiled.filled)]
    with _cursor(connection) as cursor:
        cursor.execute(compiled.asked, params)
        found: list[Any] = cursor.fetchall()
    if compiled.compiler is None or not found:  # nothing has to be made of nothing
        return found
    if compiled.compiler.has_extra_select:
        found = [row[: compiled.compiler.col_count] for row in found]
    return found if compiled.gives_rows else list(_read(compiled, found, connection))


def _read(compiled: Compiled, found: list[Any], connection: Any) -> Iterator[Any]:
    """The rows as the queryset gives them, by Django's own readers: tuples, mappings or models."""
    own = {"execute_sql": lambda *_, **__: [found], "get_converters": lambda _: compiled.converters}
    compiler = _copy(compiled.compiler, connection=connection, **own)
    query = _copy(compiled.rows.query, get_compiler=lambda *_, **__: compiler)
    rows = _copy(compiled.rows, _query=query)
    yield from rows._iterable_class(rows)


def _copy(one: Any, **other: Any) -> Any:
    """A shallow copy; `copy.copy` would have a queryset fetch its rows first."""
    made = object.__new__(type(one))
    made.__dict__.update(one.__dict__, **other)
    return made


def _asked_at_once(built: Any, connection: Any) -> list[Any]:
    if isinstance(built, QuerySet):
        return list(built)
    with connection.cursor() as cursor:
        cursor.execute(*built)
        found: list[Any] = cursor.fetchall()
        return found


class PreparedCursor(Cursor[Any]):
    """Prepares what it executes, and has the server fill in the values."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> "PreparedCursor":
        super().execute(query, params, prepare=True, **more)
        return self


def _cursor(connection: Any) -> Any:
    if connection.vendor != "postgresql" or connection.queries_logged:  # a log has to show what was asked
        return connection.cursor()
    connection.ensure_connection()
    return connection.make_cursor(PreparedCursor(connection.connection))


def _bound(value: Any, connection: Any) -> Any:
    """Numbers of one width: else the server would prepare a statement for short and for long ones."""
    if connection.vendor != "postgresql":
        return _adapted(value, connection)
    if isinstance(value, Keys):
        return [Int8(key) for key in value]
    return Int8(value) if type(value) is int else value
