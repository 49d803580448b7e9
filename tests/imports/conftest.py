import pytest


@pytest.fixture
def manager(sign_in, cast):
    """A browser of the plan manager."""
    return sign_in(cast.manager)
