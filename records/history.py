"""History as interval rows: for each recorded model a version model with the same fields and the time they held.

A version row holds from `recorded_from` (in) to `recorded_until` (out, empty while it is the current one). Only
`records.audit` writes them, in the transaction that changes the live row. Reading the past is then one indexed range
condition per table (docs/adr/0004).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Case, F, Q, Value, When

from records.asof import FOREVER, AsOf, local_day
from records.statements import statement
from records.texts import Texts

V = TypeVar("V", bound="Version", covariant=True)
# Not COALESCE: PostgreSQL does not take it for silent, and where governments are apart looks into no index of it.
HELD_UNTIL = Case(When(recorded_until__isnull=True, then=Value(FOREVER)), default=F("recorded_until"))


class Recorded(Texts):
    """A live row whose every change is kept. `version` counts what was edited and guards against lost updates."""

    # Fields that are kept but left out of the words of an audit event: copies and keys nobody typed.
    not_worded: ClassVar[frozenset[str]] = frozenset({"sort_key"})
    # Fields copied from another row, which guards its own writers: a new copy disturbs nobody who edits this one.
    copied: ClassVar[frozenset[str]] = frozenset()
    # What a unique constraint means, by its name in the database: (field, sentence), where {row} is the row refused.
    unique: ClassVar[Mapping[str, tuple[str, str]]] = {}

    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def taken(self, constraint: str) -> dict[str, str]:
        """What to say where another row has what this constraint keeps unique: {field: sentence}."""
        field, sentence = self.unique[constraint]
        return {field: sentence.format(row=self)}


def whose_name(versions: Any, when: AsOf | None = None) -> int | None:
    """Of versions that bear a name, the row it means: whose it was on that day, else whose it is, else was last."""
    then = [] if when is None else [models.Case(models.When(when.q(), then=0), default=1)]
    found = versions.order_by(*then, F("recorded_until").desc(nulls_first=True), "-pk")
    subject: int | None = found.values_list("subject_id", flat=True).first()
    return subject


def first_day(versions: Any) -> date | None:
    """The first local day by whose end one of the versions had been recorded; None where there is none."""
    first = versions.aggregate(first=models.Min("recorded_from"))["first"]
    return local_day(first) if first else None


class VersionQuerySet(models.QuerySet[V]):
    """Version rows, read at a point in time, which they keep: names beside them are then of the same moment."""

    when: AsOf

    def _clone(self) -> "VersionQuerySet[V]":
        clone = super()._clone()  # type: ignore[misc] # Django's own, which the stubs leave out
        clone.__dict__.update({name: self.__dict__[name] for name in ("when",) if name in self.__dict__})
        return clone  # type: ignore[no-any-return]

    def as_of(self, when: AsOf, *, of_few: bool = False) -> "VersionQuerySet[V]":
        """The one row per subject that held at that moment; none for what did not exist yet or was deleted.

        The past is `when.q()` said as one range, so that an index over `HELD_UNTIL` reads what held then and later
        alone, however long the history before it. `of_few`: not so, where the caller names a few subjects of very many,
        whose whole history is less to read.
        """
        is_plain = when.is_live or of_few
        rows: Any = self.all() if is_plain else self.alias(held_until=HELD_UNTIL)
        rows.when = when
        held = when.q() if is_plain else Q(recorded_from__lt=when.moment, held_until__gte=when.moment)
        found: VersionQuerySet[V] = rows.filter(held)
        return found


class Version(models.Model):
    """What a row said over one interval of recorded time. Concrete classes add `subject` and the recorded fields."""

    event = models.ForeignKey("records.AuditEvent", on_delete=models.PROTECT, related_name="+")
    recorded_from = models.DateTimeField()
    recorded_until = models.DateTimeField(null=True)

    objects: Any = VersionQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(recorded_until__isnull=True), name="%(class)s_one_current"
            ),
            models.CheckConstraint(
                condition=Q(recorded_until__isnull=True) | Q(recorded_until__gt=F("recorded_from")),
                name="%(class)s_interval_forward",
            ),
        ]
        indexes = [models.Index(fields=["subject", "recorded_from"], name="%(class)s_from")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}, from {self.recorded_from}"


class Span(models.Model):
    """A membership that is its own history: it holds from `recorded_from` until `recorded_until`."""

    recorded_from = models.DateTimeField()
    recorded_until = models.DateTimeField(null=True)

    objects: Any = VersionQuerySet.as_manager()

    class Meta:
        abstract = True


def refuse_circle(row: Recorded, link: str, label: str) -> None:
    """Raise ValidationError where following a link from row to row would lead back to `row`; the way is named.

    `row` has the wanted value. The caller has locked the row with all others (`locked(…, with_all=True)`), so that two
    people cannot close a circle from its two ends at once.
    """
    rows: Any = type(row)._default_manager
    following = dict(rows.values_list("pk", f"{link}_id"))
    way, key = [str(row)], getattr(row, f"{link}_id")
    names = {one.pk: str(one) for one in rows.filter(pk__in=following)} if key is not None else {}
    while key is not None and len(way) <= len(following):
        way.append(names[key])
        if key == row.pk:
            raise ValidationError({link: f"{label}: this would lead in a circle: {' → '.join(way)}."})
        key = following.get(key)


R = TypeVar("R", bound=Recorded)


def locked(row: R, *, with_all: bool = False) -> R:
    """The row as it is now, locked until the transaction ends. Raises ValidationError when it was deleted meanwhile.

    Rows that point to it may still be written meanwhile, for its key stays. `with_all`: every row of its table is
    locked, in one order and before this one, so that two who do so wait for one another and not each for the other;
    for tables that are small, and links in them that are changed seldom.
    """
    # __class__ and not type(): the signed-in person comes as a lazy stand-in.
    if with_all:
        rows: Any = row.__class__._default_manager.select_for_update(no_key=True)
        list(rows.order_by("pk").values_list("pk"))
    fresh: list[R] = _locked(row.pk, model=row.__class__)
    if not fresh:
        raise row.__class__.DoesNotExist
    return kept(fresh[0])


@statement
def _locked(key: int, *, model: Any) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._default_manager.filter(pk=key).select_for_update(no_key=True)
    return rows


def held(row: R) -> R:
    """The row as it is now; others may hold it too, and nobody changes it until the transaction ends."""
    table, mode = (
        connection.ops.quote_name(row._meta.db_table),
        "FOR SHARE" if connection.vendor == "postgresql" else "",
    )
    rows = row.__class__._default_manager.raw(f"SELECT * FROM {table} WHERE id = %s {mode}", [row.pk])  # noqa: S608 - a model's own name
    return kept(rows[0])


def kept(fresh: R) -> R:
    if fresh.deleted_at is not None:
        raise ValidationError(f"“{fresh}” was deleted in the meantime. Nothing was changed.")
    return fresh
