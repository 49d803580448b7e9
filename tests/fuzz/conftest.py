"""A world with one of everything, at the moment the whole suite speaks for."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.conftest import NOW
from tests.house.world import World, build_world


@pytest.fixture
def world(db) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield build_world()
