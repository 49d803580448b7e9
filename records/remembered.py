"""What was worked out from the history is remembered as long as the history stays as it is (docs/adr/0022).

    @remembered
    def plan_overview(plan: PlanVersion, when: AsOf) -> PlanOverview: ...

For answers that hold a few rows of many, are the same for whoever asks, and are never changed by who gets them. They
are found by arguments that are equal, so these say all that counts besides recorded rows: the day above all.

Every recorded change writes an `AuditEvent`, whose numbers only grow; so the number of the last one says whether
anything was recorded since. A number is taken before its transaction commits, so one above it may be seen first: an
answer is remembered only where, after that number was read and before the answer was worked out, no other transaction
was writing events. Each process remembers for itself.
"""

from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import connection
from django.db.models import QuerySet

from records.models import AuditEvent
from records.replica import reads_from_replica
from records.statements import statement

MOST = 64  # answers of one kind
MANY = 500  # events since then that are looked through
WRITING = (  # whoever has put an event there holds this lock until the end of the transaction
    "SELECT (SELECT max(id) FROM records_auditevent), EXISTS (SELECT FROM pg_locks"
    " WHERE relation = 'records_auditevent'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # a copy has the same numbers
    " AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid())"
)

P = ParamSpec("P")
R = TypeVar("R")


class Remembered(Generic[P, R]):
    """See above. Inside a transaction nothing is remembered: what it wrote may never have been.

    Events of which the verb begins with one of `but_for` do not change the answer.
    """

    def __init__(self, work: Callable[P, R], but_for: str | tuple[str, ...] = "") -> None:
        self.work = work
        self.but_for = but_for
        self.known: OrderedDict[Any, tuple[int | None, R]] = OrderedDict()
        update_wrapper(self, work, updated=())
        KNOWN.append(self.known)

    def __call__(self, *args: P.args, **words: P.kwargs) -> R:
        if connection.in_atomic_block:
            return self.work(*args, **words)
        key = (args, tuple(words.items()))
        held, before = self.known.get(key), _seen.get()
        if held is not None and held[0] == (before[0] if before else _last_event()):
            self.known.move_to_end(key)
            return held[1]
        last, is_settled = before or last_settled()
        if held is not None and self.but_for and self._is_as_it_was(held[0]):
            if is_settled:
                self.known[key] = (last, held[1])
            return held[1]
        token = _seen.set((last, is_settled))
        try:
            found = self.work(*args, **words)
        finally:
            _seen.reset(token)
        if is_settled:
            self.known[key] = (last, found)
            self.known.move_to_end(key)
            if len(self.known) > MOST:
                self.known.popitem(last=False)
        return found

    def _is_as_it_was(self, last: int | None) -> bool:
        verbs = _verbs_since(last or 0, limit=MANY + 1)
        return len(verbs) <= MANY and all(verb.startswith(self.but_for) for verb in verbs)


def remembered_but_for(*verbs: str) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """`@remembered_but_for("status_update.")`: an answer that such events leave as it is, and every other forgets."""
    return lambda work: Remembered(work, verbs)


KNOWN: list[MutableMapping[Any, Any]] = []  # whatever is kept in this process
remembered = Remembered
# While an answer is worked out: what was seen before that began holds for the answers it is made of.
_seen: ContextVar[tuple[int | None, bool] | None] = ContextVar("seen", default=None)


def forget() -> None:
    """Whoever puts another database in place of this one says so."""
    for known in KNOWN:
        known.clear()


def seen() -> tuple[int | None, bool]:
    """The last event, and whether none below it can come any more: as looked up for the answer that is worked out."""
    return _seen.get() or last_settled()


def _last_event() -> int | None:
    return next(iter(_newest()), None)


@statement
def _newest() -> QuerySet[Any, Any]:
    return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[:1]


@statement
def _verbs_since(last: int, *, limit: int) -> QuerySet[Any, Any]:
    return AuditEvent.objects.filter(pk__gt=last).order_by("pk").values_list("verb", flat=True)[:limit]


def last_settled() -> tuple[int | None, bool]:
    """The last event, and whether none below it can come any more: SQLite lets one write at a time."""
    if reads_from_replica():
        return _last_event(), False  # who is writing can be seen on the first server alone
    if connection.vendor != "postgresql":
        return _last_event(), True
    with connection.cursor() as cursor:
        cursor.execute(WRITING)
        last, is_writing = cursor.fetchone()
    return last, not is_writing
