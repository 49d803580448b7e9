"""Looking changes nothing: every address and every kind of link, as each role, and all tables are as they were."""

import hashlib
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from people.links import feed_token
from people.models import Session, User
from reports.models import ExportedFile
from tests.house.addresses import Address, addresses
from tests.house.doors import links
from tests.house.test_role_matrix import ROLES
from tests.house.world import World

MAY_CHANGE = {
    Session._meta.db_table,  # when it ends, and what it keeps for the page after next
    ExportedFile._meta.db_table,  # the fingerprint of a file that left, so that it can be verified; never changed again
}
HEADS = ("nobody", "admin")  # it runs the same views: once as who may least, once as who may most
LINK = re.compile(r'(?:href|hx-get|data-[\w-]+)="(/[^"]*)"')
WRITE = r"\s*(?:INSERT|UPDATE|DELETE|TRUNCATE|CREATE|DROP|ALTER)\b.*?\"(\w+)\""
WRITES = re.compile(WRITE, re.IGNORECASE | re.DOTALL)


def digests() -> dict[str, str]:
    """A fingerprint of every table, whatever the order of its rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in MAY_CHANGE:
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name of the database itself
                rows = sorted(repr(row) for row in cursor.fetchall())
                found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


class Tap:
    """Names the address that wrote, so that a difference of tables has a place."""

    def __init__(self) -> None:
        self.path = ""
        self.written: set[tuple[str, str]] = set()

    def __call__(self, execute, sql, params, many, context):
        wrote = WRITES.match(sql)
        if wrote and wrote[1] not in MAY_CHANGE:
            self.written.add((self.path, wrote[1]))
        return execute(sql, params, many, context)


def path_of(address: Address, world: World) -> str:
    values = world.values(address)
    return address.path(values) if set(address.parts) <= set(values) else address.any_path()


def feed_of(world: World) -> str:
    """The private address of a feed reader, of a person who has one."""
    User.objects.filter(pk=world.cast.viewer.pk).update(feed_series=1)
    reader = User.objects.get(pk=world.cast.viewer.pk)
    return reverse("initiatives:private-feed", args=[feed_token(reader), world.plan.slug])


def kind_of(path: str) -> object:
    """Links of one kind lead to the same view with the same parameters; one of each is enough."""
    parts = urlsplit(path)
    try:
        return resolve(parts.path).view_name, *sorted(parse_qs(parts.query, keep_blank_values=True))
    except Resolver404:
        return parts.path


def crawl(client: Client, begin: list[str], tap: Tap) -> Iterator[str]:
    """Every address asked, those of the list first, then each new kind of link on the pages that answered."""
    waiting, seen = list(begin), {kind_of(path) for path in begin}
    while waiting:
        tap.path = waiting.pop(0)
        if urlsplit(tap.path).path.startswith("/static/"):
            continue
        answer = client.get(tap.path)
        content = b"".join(answer) if answer.streaming else answer.content
        yield tap.path
        found = LINK.findall(content.decode(errors="replace")) if "html" in answer.get("Content-Type", "") else []
        for link in [unescape(one) for one in found] + ([answer["Location"]] if answer.has_header("Location") else []):
            if link.startswith("/") and kind_of(link) not in seen:
                seen.add(kind_of(link))
                waiting.append(link.partition("#")[0])


@pytest.mark.parametrize("role", ["nobody", *ROLES])
def test_looking_changes_nothing(world: World, role: str):
    begin = [path_of(address, world) for address in addresses()]
    begin += links(world).values()  # of mails: a scanner of mails opens each
    begin.append(feed_of(world))
    client = Client(raise_request_exception=False)
    if role != "nobody":
        client.force_login(getattr(world.cast, role))
    tap, before = Tap(), digests()
    with connection.execute_wrapper(tap):
        asked = list(crawl(client, begin, tap))
        for path in begin if role in HEADS else ():  # what asks for the head alone
            tap.path = f"HEAD {path}"
            client.head(path)
    after = digests()
    assert tap.written == set()
    assert [table for table in before if before[table] != after[table]] == []
    assert set(before) == set(after)
    assert len(asked) > 180


def test_a_change_is_seen(world: World):
    before, tap = digests(), Tap()
    with connection.execute_wrapper(tap):
        tap.path = "/somewhere/"
        world.initiative.title += "!"
        world.initiative.save()
    assert {path for path, _ in tap.written} == {"/somewhere/"}
    after = digests()
    assert "initiatives_initiative" in {table for table in before if before[table] != after[table]}
