"""What somebody with every right on the database can do to a frozen report, at random and with a seed."""

import random
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import DatabaseError, connection, transaction

from records.triggers import drop_sql
from reports.models import QuarterSnapshot
from reports.snapshots.rows import TABLES
from tests.conftest import PROTECTED

KEYS = {kind: table.key for kind, table in TABLES.items()}
MODELS = {kind: table.model for kind, table in TABLES.items()}


@dataclass(frozen=True)
class Tampering:
    """What was done, and which rows may be named: (report, kind, key). A cover's key is the column."""

    what: str
    rows: frozenset


class Undo(Exception):
    pass


class NotPossible(Exception):
    """The database would not have it, or nothing would have changed."""


def unprotect():
    """Take the triggers off, for the rest of this transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            return
        for rule, tables in PROTECTED.items():
            for table in tables:
                for sql in drop_sql(connection, rule, table):
                    cursor.execute(sql)


@contextmanager
def undone():
    """Whatever happens inside is taken back."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def name(snapshot):
    return f"{snapshot.period.label}, revision {snapshot.revision}"


def other(value, rng):
    """Another value of the same type: a byte changed, a day moved, a number one off, nothing made something."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice([1, 7, 1000])
    if isinstance(value, datetime):
        return value + timedelta(microseconds=rng.choice([1, 10**6, 86_400 * 10**6]))
    if isinstance(value, date):
        return value + timedelta(days=rng.choice([-1, 1, 30]))
    if value is None:
        return None
    at = rng.randrange(len(value) + 1)
    return value[:at] + rng.choice("xyzäの \n") + value[at + rng.randrange(2) :]


def some_value(field, rng):
    kind = field.get_internal_type()
    if kind == "DateField":
        return date(2027, 1, 1) + timedelta(days=rng.randrange(99))
    if kind == "DateTimeField":
        return datetime.fromisoformat("2026-12-01T12:00:00+00:00")
    return rng.randrange(1, 99)


def _row(rng):
    kind = rng.choice([kind for kind, model in MODELS.items() if model.objects.exists()])
    rows = list(MODELS[kind].objects.select_related("snapshot").order_by("pk"))
    return kind, rng.choice(rows)


def _key(kind, row):
    return " ".join(str(getattr(row, part)) for part in KEYS[kind])


def _named(kind, row):
    return name(row.snapshot), kind, _key(kind, row)


def _set(row, field, rng, value=None):
    now = getattr(row, field.attname)
    new = value if value is not None else other(now, rng)
    new = some_value(field, rng) if new is None else new
    if new == now:
        raise NotPossible
    type(row).objects.filter(pk=row.pk).update(**{field.attname: new})
    return f"{field.attname}: {now!r} to {new!r}"


def change_a_row(rng):
    kind, row = _row(rng)
    before = _named(kind, row)
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    what = _set(row, rng.choice(fields), rng)
    after = MODELS[kind].objects.filter(pk=row.pk, snapshot__in=QuarterSnapshot.objects.all()).first()
    return Tampering(f"{kind} {before}: {what}", frozenset({before, _named(kind, after)} if after else {before}))


def change_the_cover(rng):
    row = rng.choice(list(QuarterSnapshot.objects.order_by("pk")))
    field = rng.choice([field for field in row._meta.concrete_fields if not field.primary_key])
    before = name(row)
    told = {(str(row), "the report", "")} if field.attname == "plan_id" else set()
    what = _set(row, field, rng)
    return Tampering(f"cover of {before}: {what}", frozenset(told or _cover_names(before, row.pk, field)))


def redate(rng):
    """Move a date of the cover or of a row."""
    row = rng.choice(list(QuarterSnapshot.objects.order_by("pk")))
    before, kind = name(row), None
    if rng.random() < 0.6:
        kind, row = _row(rng)
    dates = [field for field in row._meta.concrete_fields if "Date" in field.get_internal_type()]
    if not dates:
        raise NotPossible
    field = rng.choice(dates)
    what = _set(row, field, rng)
    rows = {_named(kind, row)} if kind else _cover_names(before, row.pk, field)
    return Tampering(f"re-date {kind or 'cover'}: {what}", frozenset(rows))


def _cover_names(before, pk, field):
    after = QuarterSnapshot.objects.get(pk=pk)
    return {(before, "cover", field.attname), (name(after), "cover", field.attname)}


def delete(rng):
    kind, row = _row(rng)
    MODELS[kind].objects.filter(pk=row.pk)._raw_delete("default")
    return Tampering(f"delete {kind} {_key(kind, row)}", frozenset({_named(kind, row)}))


def delete_the_cover(rng):
    row = rng.choice(list(QuarterSnapshot.objects.order_by("pk")))
    QuarterSnapshot.objects.filter(pk=row.pk)._raw_delete("default")
    return Tampering(f"delete the cover of {name(row)}", frozenset({(str(row), "the report", "")}))


def insert(rng):
    kind, row = _row(rng)
    row.pk = None
    if kind == "correction":
        row.field += "x"
    else:
        row.source_id = rng.choice([0, row.source_id + 1000, 10**12])
    row.save(force_insert=True)
    return Tampering(f"insert {kind} {_key(kind, row)}", frozenset({_named(kind, row)}))


def insert_a_cover(rng):
    row = rng.choice(list(QuarterSnapshot.objects.order_by("pk")))
    row.pk, row.fiscal_year, row.previous_id = None, row.fiscal_year + rng.randrange(1, 9), None
    row.sequence = QuarterSnapshot.objects.count() + 1
    row.save(force_insert=True)
    return Tampering(f"insert a cover of {name(row)}", frozenset({(name(row), "list of digests", "")}))


def swap(rng):
    """Two rows of one kind and report change places: each gets the other's number."""
    kind, one = _row(rng)
    model, column = MODELS[kind], KEYS[kind][-1]
    same = {part: getattr(one, part) for part in KEYS[kind][:-1]}
    rows = model.objects.filter(snapshot=one.snapshot, **same).exclude(pk=one.pk).order_by("pk")
    if not rows:
        raise NotPossible
    two = rng.choice(list(rows))
    a, b = getattr(one, column), getattr(two, column)
    spare = "spare" if isinstance(a, str) else 10**15
    for pk, value in ((one.pk, spare), (two.pk, a), (one.pk, b)):
        model.objects.filter(pk=pk).update(**{column: value})
    first = min(one, two, key=lambda row: getattr(row, column))
    return Tampering(f"swap {kind} {a} and {b}", frozenset({_named(kind, first)}))


WAYS = [change_a_row] * 8 + [change_the_cover] * 3 + [redate] * 3 + [delete] * 3 + [insert] * 3 + [swap] * 2
WAYS += [delete_the_cover, insert_a_cover]


def tamper(seed) -> Tampering:
    """One tampering, the same for the same seed; tries on until the database takes one."""
    rng = random.Random(seed)
    while True:
        try:
            with transaction.atomic():
                return rng.choice(WAYS)(rng)
        except (NotPossible, DatabaseError):
            continue
