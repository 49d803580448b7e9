"""What a page costs more where governments are kept apart: the same pages, asked as one government and as who sees all.

In one process and on one database, taking turns, so that a slow minute hits both. Who sees all is the owner of the
tables, for whom PostgreSQL looks at no policy.
"""

import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.utils import timezone

from benchmarks.grown import grow
from benchmarks.measure import Busy, not_quiet
from benchmarks.pages import Browser, Side, Work, _learn, _once, manager, works
from goals.models import Plan
from planapp.governments import set_government, switch_on
from planapp.memory import keep_what_is_loaded

SIZES = (2_001,)
AIM = 0.15  # ms a statement
ROUNDS = 40
ROLE = "planapp_bench"


@dataclass
class More:
    """A page as one government, and without policies; `foreign` is the share of a core that others took meanwhile."""

    name: str
    apart: Side
    plain: Side
    foreign: float

    @property
    def more(self) -> float:
        """Milliseconds a statement more: the median of rounds, each beside its neighbour."""
        each = (one - other for one, other in zip(self.apart.wall, self.plain.wall, strict=True))
        return statistics.median(each) / max(1, self.apart.statements)

    @property
    def more_cpu(self) -> float:
        return (self.apart.cpu - self.plain.cpu) / max(1, self.apart.statements)

    def line(self) -> str:
        return (
            f"{self.name:<28} {self.apart.line():<58} beside {self.plain.line():<58} a statement {self.more:+.3f} ms, "
            f"of CPU {self.more_cpu:+.3f}  aim ≤ {AIM}: {'met' if self.more <= AIM else 'MISSED'}"
            f"{not_quiet(self.foreign)}"
        )

    def record(self) -> dict[str, Any]:
        return {**asdict(self), "more": round(self.more, 4), "more_cpu": round(self.more_cpu, 4)}


def run(scale: int) -> Iterator[More]:
    if not Plan.objects.exists():
        grow(scale, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {ROLE}")
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"DROP ROLE IF EXISTS {ROLE}_2")
        cursor.execute(f"CREATE ROLE {ROLE}_2")
        # Whose rows are that who sees all adds: the session that is signed in below, the updates that change a page.
        cursor.execute(f"ALTER DATABASE {connection.settings_dict['NAME']} SET planapp.government = 1")
    set_government(connection, number=1, name="The one measured", role=ROLE)
    set_government(connection, number=2, name="Another", role=f"{ROLE}_2")
    switch_on(connection, patience=20)
    connection.close()
    connection.settings_dict["CONN_MAX_AGE"] = None  # a new one in the middle would be who sees all
    try:
        keep_what_is_loaded()
        reader = Browser(WSGIHandler(), manager())
        searched = Work("search", reader, "/search/?q=network", reader, "")
        for work in (*works(), searched):
            if work.form is None and "as of" not in work.name:  # what is posted changes what the next one reads
                yield _measured(work)
    finally:
        connection.close()  # where a page failed it is still the role's
        with connection.cursor() as cursor:
            for role in (ROLE, f"{ROLE}_2"):
                cursor.execute(f"DROP OWNED BY {role}")
                cursor.execute(f"DROP ROLE {role}")


def _measured(work: Work) -> More:
    apart, plain = Side(work.address), Side(work.address)
    turns = [(apart, f"SET SESSION AUTHORIZATION {ROLE}"), (plain, "RESET SESSION AUTHORIZATION")]
    with connection.cursor() as cursor:
        for side, who in turns:
            cursor.execute(who)
            _learn(side, work.browser, work)
        cursor.execute("RESET SESSION AUTHORIZATION")
    busy = Busy.now()
    for _ in range(ROUNDS):
        turns.reverse()
        for side, who in turns:
            with connection.cursor() as cursor:
                cursor.execute(who)
            # Not as `_learn` left it: PostgreSQL plans what is prepared anew for another role.
            work.browser.ask(work.browser.environ(work.address))
            work.before()
            _once(side, work.browser, None)
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
    return More(work.name, apart, plain, busy.foreign(Busy.now()))
