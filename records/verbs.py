"""What the audit log says in words: a registry that each room fills in its own `verbs.py`, and the one presenter.

`RecordsConfig.ready` imports the `verbs` module of every installed room.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from records.asof import local_day
from records.days import in_words
from records.models import AuditEvent, Channel
from records.person import Person

Pages = Callable[[Collection[int]], Mapping[int, str]]

NOUNS: dict[str, str] = {}  # the first part of a verb: what the log can be narrowed to
VERBS: dict[str, str] = {}
FIELDS: dict[str, str] = {}
UNITS: dict[str, str] = {}  # of fields that are numbers, as they stand behind them
PAGES: dict[str, tuple[str, Pages]] = {}  # a model: the permission to read its page, and the addresses by id
LONGEST = 600  # characters of a text shown on a page; the log and its file hold all of it
DAY = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def register(noun: str, label: str, **verbs: str) -> None:
    """What events named `noun.verb` are called: `label` for all of them, and a phrase for each."""
    NOUNS[noun] = label
    VERBS.update({f"{noun}.{verb}": words for verb, words in verbs.items()})


def register_page(model: str, pages: Pages, *, needs: str) -> None:
    """Where rows of a model are shown, for those who hold the permission; rows that have no page are left out."""
    PAGES[model] = (needs, pages)


@dataclass(frozen=True)
class Change:
    """One field, before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One act, ready to show. `target` is "" on the target's own page, `href` where there is nothing to open."""

    at: datetime
    who: str
    what: str
    target: str
    channel: str
    reason: str
    changes: list[Change] = field(default_factory=list)
    href: str = ""


def entries(
    events: Iterable[AuditEvent], reader: Person, *, own: str = "", labels: Mapping[str, str] | None = None
) -> list[Entry]:
    """The events in words, with links where this reader may follow them; a query for each kind of target.

    `own` is the model whose page this is: its name is not repeated. `labels` overrides what fields are called here.
    """
    shown = list(events)
    found = _addresses(shown, reader, own)
    return [
        entry_of(
            event,
            names_target=event.target_type != own,
            href=found.get((event.target_type, event.target_id), found.get((event.parent_type, event.parent_id), "")),
            labels=labels,
            longest=LONGEST,
        )
        for event in shown
    ]


def entry_of(
    event: AuditEvent,
    *,
    names_target: bool = True,
    href: str = "",
    labels: Mapping[str, str] | None = None,
    longest: int | None = None,
) -> Entry:
    """One event in words."""
    known = FIELDS | dict(labels or {})
    return Entry(
        at=event.happened_at,
        who=event.actor_label,
        what=VERBS.get(event.verb) or _plain(event.verb),
        target=event.target_label if names_target else "",
        channel="" if event.channel == Channel.WEB else str(Channel(event.channel).label),
        reason=event.reason,
        changes=[
            Change(known.get(name) or _plain(name), *(_cut(value_in_words(value, name), longest) for value in pair))
            for name, pair in event.changes.items()
            if list(pair) != ["", event.reason]  # a field that keeps the reason: it is said once
        ],
        href=href,
    )


def value_in_words(value: Any, name: str = "") -> str:
    """What the log kept of the field `name`, as a reader writes it: 24 Nov 2026, yes, 70%. An instant is its day in
    plan time.
    """
    text = "" if value is None else str(value)
    if DAY.fullmatch(text):
        return in_words(date.fromisoformat(text))
    if INSTANT.match(text):
        return in_words(local_day(datetime.fromisoformat(text)))
    return {"True": "yes", "False": "no"}.get(text, text + UNITS.get(name, "") if text else "")


def _addresses(events: Iterable[AuditEvent], reader: Person, own: str) -> dict[tuple[str, int | None], str]:
    wanted: dict[str, set[int]] = {}
    for event in events:
        for model, key in ((event.target_type, event.target_id), (event.parent_type, event.parent_id)):
            if model in PAGES and model != own and key is not None:
                wanted.setdefault(model, set()).add(key)
    found: dict[tuple[str, int | None], str] = {}
    for model, keys in wanted.items():
        needs, pages = PAGES[model]
        if reader.has_perm(needs):
            found.update({(model, key): href for key, href in pages(keys).items()})
    return found


def _plain(name: str) -> str:
    return name.replace(".", " ").replace("_", " ").capitalize()


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[:longest]}…"
