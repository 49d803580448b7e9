"""What the services of the room `imports` leave in the audit log."""

from typing import Any

import imports.services as b
from tests.house.recorded.common import LATER, Table, by
from tests.house.world import World


def taken(world: World, *, title: str = "Lend laptops") -> Any:
    """A file that was read and compared; the world has one of its own."""
    sheet = f"Number,Initiative,Focus area\n1.8,{title},1\n".encode()
    job = b.take_file(plan=world.plan, name="plan.csv", data=sheet, act=by(world, minutes=0))
    return b.work_on_next(at=LATER, only=job)


def mapped(world: World) -> Any:
    job = taken(world)
    job.refresh_from_db()
    b.answer_columns(job=job, mapping=job.mapping, default_goal="", act=by(world))
    return b.work_on_next(at=LATER, only=job)


def applied(world: World) -> None:
    job = mapped(world)
    job.refresh_from_db()
    b.ask_to_apply(job=job, digest=job.digest, act=by(world))
    b.work_on_next(at=LATER, only=job)


TABLE: Table = {
    "take_file": (["import.uploaded"], lambda w: taken(w)),
    "drop_import": (
        ["import.uploaded", "import.dropped"], lambda w: b.drop_import(job=taken(w), act=by(w))),
    "work_on_next": (["import.uploaded", "initiative.created", "import.applied"], applied),
}  # fmt: skip

# Services that change nothing a person would call the plan: each with the reason why no event is due.
SILENT = {
    "remove_old_files": "what an import changed is in the history of the plan; test_old_files.py has its event",
    "answer_columns": "how a file is read is not part of the plan",
    "answer_words": "how a file is read is not part of the plan",
    "leave_rows_out": "how a file is read is not part of the plan",
    "take_rows_again": "how a file is read is not part of the plan",
    "ask_to_apply": "the job row is its own log; work_on_next says what it did",
}

# Asking twice is refused, or is a new thing each time, rather than nothing.
NOT_REPEATED = {"take_file", "drop_import", "work_on_next"}
