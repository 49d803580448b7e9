"""What waits for people besides the work itself, such as a report: rooms above register it, My work shows it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from people.models import User


@dataclass(frozen=True)
class Waiting:
    """A line of My work. `text` says since when, and what is to be done."""

    title: str
    text: str
    href: str


Ask = Callable[[], Iterable[Waiting]]

ASKS: list[tuple[str, Ask]] = []


def register(permission: str, ask: Ask) -> None:
    """`ask` reads in one query what waits for all who hold the permission; nobody else's page asks it."""
    ASKS.append((permission, ask))


def waiting_for(user: User) -> list[Waiting]:
    return [one for permission, ask in ASKS if user.has_perm(permission) for one in ask()]
