"""One address for each kind of page that somebody reaches by links, found once for all who look at every page."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page

from people.models import User

LINK = re.compile(r'href="(/[^"#]*)')
NOT_A_PAGE = re.compile(r"\.(csv|xlsx|pdf|pptx|json|xml|stratml|html|ics|eml)($|\?)|^/static/|^/api/|format=|/html/$")
# Who sees most of a page goes first; for the others only what is new to them is looked at, and what is theirs.
PEOPLE = ["admin", "manager", "leader", "owner", "liaison", "viewer"]
THEIRS = {"my-work", "initiatives:initiative-detail", "initiatives:department-detail", "reports:report-detail"}


class Found(NamedTuple):
    kind: tuple[str, bool]
    path: str
    html: str


def kind_of(link: str) -> tuple[str, bool]:
    """The page's name, and whether it is put on a past day."""
    return resolve(link.split("?")[0]).view_name, "as_of=" in link


def pages_of(user: User | None, start: str = "/") -> Iterator[Found]:
    """Each kind of page the person reaches by following links from where they start; nobody is signed in as None."""
    client = Client()
    if user is not None:
        client.force_login(user)
    done: set[tuple[str, bool]] = set()
    seen, queue = {start}, deque([start])
    while queue:
        path = queue.popleft()
        if kind_of(path) in done:
            continue
        response = client.get(path)
        assert response.status_code < 500, path
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        html = response.content.decode()
        done.add(kind_of(path))
        yield Found(kind_of(path), path, html)
        for link in LINK.findall(html):
            link = link.replace("&amp;", "&")
            if link not in seen and not NOT_A_PAGE.search(link):
                seen.add(link)
                queue.append(link)


def somebody(word: str) -> User:
    return User.objects.get(email=f"{word}@demo.example")


def each_page(visit: Callable[..., Page], address: str, **how) -> Iterator[tuple[str, Page]]:
    """Every kind of page once, open in a browser as the first of PEOPLE who may see it: (who and where, page)."""
    done: set[tuple[str, bool]] = set()
    for word in PEOPLE:
        user = somebody(word)
        page = visit(user, "/", **how)
        for kind, path, _ in pages_of(user):
            if kind not in done:
                done.add(kind)
                page.goto(address + path)
                yield f"{word} {path}", page
        page.context.close()
