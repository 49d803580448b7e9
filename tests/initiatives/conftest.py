"""A clock that stands still, and an owner who was asked."""

import pytest
import time_machine

from tests.conftest import NOW
from tests.initiatives.owners import give


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def asked(initiative, cast):
    """The contributor was named the owner of initiative 1.1 by the manager."""
    return give(initiative, cast.contributor, cast.manager)
