"""Statements that are kept: every page asks the same one again and again."""

from django.test import Client

from records.statements import KNOWN
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN


def test_no_page_asks_a_statement_that_cannot_be_kept(world):
    client = Client()
    client.force_login(world.cast.manager)
    for address in addresses():
        if address.name not in OPEN:
            client.get(address.path(world.values(address)))
            client.get(address.path(world.values(address)), {"as_of": "2026-10-04"})
    refused = [one.build.__qualname__ for one in KNOWN if None in one.known.values()]
    assert refused == []
