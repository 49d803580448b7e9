"""Every public service leaves exactly the events that `tests/house/recorded` names; one missing there fails.

Doing the same again where nothing differs leaves none (rule R5).
"""

import inspect
from collections.abc import Iterator
from importlib import import_module

import pytest

from records.models import AuditEvent
from tests.house.recorded import goals, imports, initiatives, outbox, people, reminders, reports, sign_in
from tests.house.world import World

ROOMS = {
    table.__name__.rpartition(".")[2]: table
    for table in (goals, imports, initiatives, outbox, people, reminders, reports, sign_in)
}
TABLE = {f"{room}.{name}": said for room, table in ROOMS.items() for name, said in table.TABLE.items()}
SILENT = {f"{room}.{name}" for room, table in ROOMS.items() for name in table.SILENT}
NOT_REPEATED = {f"{room}.{name}" for room, table in ROOMS.items() for name in table.NOT_REPEATED}

# Where the services of a room are called from, and where they are written.
SERVICES = {room: ([f"{room}.services"], (f"{room}.services",)) for room in ROOMS} | {
    "sign_in": (["sign_in.services", "sign_in.factors"], ("sign_in.services", "sign_in.factors")),
    "reports": (["reports.services"], ("reports.snapshots", "reports.workflow", "reports.files")),
}


def public_services() -> Iterator[str]:
    for room, (modules, written) in SERVICES.items():
        for module in map(import_module, modules):
            names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
            for name in names:
                found = getattr(module, name)
                if inspect.isfunction(found) and found.__module__.startswith(written):
                    yield f"{room}.{name}"


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_every_service_is_in_the_table():
    assert set(public_services()) - set(TABLE) - set(SILENT) == set()
    assert set(TABLE) - set(public_services()) == set()


@pytest.mark.parametrize("name", TABLE)
def test_a_service_leaves_its_events_and_none_when_nothing_differs(world: World, name: str):
    expected, call = TABLE[name]
    before = len(verbs())
    call(world)
    assert verbs()[before:] == expected
    if name not in NOT_REPEATED:
        call(world)
        assert verbs()[before:] == expected, "the same again must write nothing"
