"""A page costs the same number of queries whether it lists one row or three, and never more than twelve."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN
from tests.house.world import World

MOST = 12


def queries(client: Client, path: str) -> int | None:
    """How many queries a GET costs, savepoints aside; None where it shows no page."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(path)
        if answer.streaming:
            b"".join(answer.streaming_content)
    if answer.status_code != 200:
        return None
    return sum("SAVEPOINT" not in query["sql"] for query in seen.captured_queries)


def costs(world: World, client: Client) -> dict[str, int]:
    found = {}
    for address in addresses():
        if address.name in OPEN:
            continue
        count = queries(client, address.path(world.values(address)))
        if count is not None:
            found[address.name] = count
    return found


def test_no_page_costs_more_for_three_rows_than_for_one(world):
    client = Client()
    client.force_login(world.cast.manager)
    one = costs(world, client)
    world.add_row()
    world.add_row()
    three = costs(world, client)
    assert {name: (one[name], three[name]) for name in one if three.get(name, 99) > one[name]} == {}
    assert {name: count for name, count in three.items() if count > MOST} == {}
    assert len(three) > 30
