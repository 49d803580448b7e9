"""Every address answers each role as written in role_matrix.txt; an address missing there fails.

A POST is sent with nothing in it: who may not is refused (403), who may is told what is missing (422 or 400), is sent
on (302), or is told that the address takes no POST (405).
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.test import Client

from people.models import User
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN

TABLE = Path(__file__).with_name("role_matrix.txt")
ROLES = ["viewer", "contributor", "owner", "liaison", "leader", "manager", "admin"]


def line(name: str, method: str, statuses: list[str]) -> str:
    return f"{name:<46}{method:<6}" + " ".join(f"{status:<11}" for status in statuses).rstrip()


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def answered(session: str, method: str, path: str) -> str:
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    with transaction.atomic():  # what a POST changed is undone before the next role asks
        status = getattr(client, method)(path).status_code
        transaction.set_rollback(True)
    return str(status)


def test_every_address_answers_each_role_as_written(world):
    sessions = [signed_in(getattr(world.cast, role)) for role in ROLES]
    found = [line("# address", "", ROLES)]
    for address in sorted(addresses(), key=lambda a: a.name):
        if address.name in OPEN:
            continue
        path = address.path(world.values(address))
        found += [
            line(address.name, method.upper(), [answered(session, method, path) for session in sessions])
            for method in ("get", "post")
        ]
    missing = sorted(set(found) - set(TABLE.read_text().splitlines()))
    assert found == TABLE.read_text().splitlines(), "as they answer now:\n" + "\n".join(missing)
