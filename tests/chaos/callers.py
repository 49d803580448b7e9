"""People who save over HTTP without a pause, send again what was not acknowledged, and remember every answer.

What they were told is one account; the database is the other (`check_saves`). A save is the whole form of a page, with
its one-time key: sent twice it has one effect.
"""

import http.client
import itertools
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import urlencode

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
SENTENCE = "The database does not answer just now"
AGAIN = 0.1  # seconds until somebody asks again after a refusal
PATIENCE = 40.0  # seconds for one answer
FINISH = 60.0  # seconds for a last save to be acknowledged


@dataclass
class Answers:
    """What came back, by status or by the name of the error; and what no page may be, by its first words."""

    seen: Counter[str] = field(default_factory=Counter)
    ill: list[str] = field(default_factory=list)
    longest: float = 0.0  # seconds for one answer
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def went_on(self) -> bool:
        """Each was an answer that a page may be, and none that planapp is away."""
        return not self.ill and not self.seen["503"]

    def note(self, name: str, seconds: float, ill: str = "") -> None:
        with self.guard:
            self.seen[name] += 1
            self.longest = max(self.longest, seconds)
            if ill:
                self.ill.append(ill)


@dataclass(frozen=True)
class Saved:
    """One save that was acknowledged. `key` stands in what it said; `times`: how often it was sent until then."""

    kind: str
    key: str
    times: int
    at: float


class Callers:
    """`savers` write, `readers` look, each in a thread of its own, at one address."""

    def __init__(self, port: int, cookies: str, *, rows: list[int], savers: int = 6, readers: int = 2) -> None:
        self.port, self.cookies = port, cookies
        self.token = cookies.rpartition("=")[2]  # of CSRF, in cookie and form
        self.answers, self.saved, self.lost = Answers(), list[Saved](), list[str]()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._save, args=(n, rows[n])) for n in range(savers)]
        self.threads += [threading.Thread(target=self._read, args=(rows[:savers],)) for _ in range(readers)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _save(self, n: int, row: int) -> None:
        kinds: list[Callable[[str], tuple[str, str, dict[str, str]]]] = [
            lambda key: (
                "update", f"/initiatives/{row}/status-updates/new/",
                {"status": "on_track", "percent": "40", "happened": f"Three more sites were fitted out. {key}"},
            ),
            lambda key: ("person", "/people/new/", {"name": f"Person {key}", "email": f"{key}@test.example"}),
        ]  # fmt: skip
        turn = n
        while not self.over.is_set():
            key = secrets.token_hex(12)
            kind, address, words = kinds[turn % len(kinds)](key)
            turn += 1
            form = {"idempotency_key": key} if kind == "person" else self._until(partial(self._form, address))
            if form is None:
                return
            tries = itertools.count(1)
            times = self._until(partial(self._sent, address, form | words, tries))
            if times is None:
                self.lost.append(key)
                return
            self.saved.append(Saved(kind, key, times, time.monotonic()))

    def _until(self, tried: Callable[[], Any]) -> Any:
        """What it gives, once it gives something; None where the run has been over for long."""
        end = None
        while not (found := tried()):
            if self.over.is_set():
                end = end or time.monotonic() + FINISH
                if time.monotonic() > end:
                    return None
            time.sleep(AGAIN)
        return found

    def _form(self, address: str) -> dict[str, str] | None:
        status, page = self.ask(address)
        found = {name: unescape(value) for name, value in HIDDEN.findall(page)} if status == 200 else None
        return {name: found[name] for name in ("version", "idempotency_key") if name in found} if found else None

    def _sent(self, address: str, form: dict[str, str], tries: Iterator[int]) -> int | None:
        """How often it was sent, once it is acknowledged."""
        times = next(tries)
        return times if self.ask(address, form)[0] == 302 else None

    def _read(self, rows: list[int]) -> None:
        pages, turn = ["/", "/plans/bench/", "/initiatives/", *(f"/initiatives/{row}/" for row in rows)], 0
        while not self.over.is_set():
            self.ask(pages[turn % len(pages)])
            turn += 1
            time.sleep(AGAIN)

    def ask(self, address: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and page; 0 where no answer came. Each on a connection of its own, as through most proxies."""
        headers = {"Cookie": self.cookies, "Connection": "close"}
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self.token, **form})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request("GET" if body is None else "POST", address, body, headers)
            answer = link.getresponse()
            page, status = answer.read().decode(errors="replace"), answer.status
        except (OSError, http.client.HTTPException) as error:
            self.answers.note(type(error).__name__, time.monotonic() - began, f"{address}: {error!r}")
            return 0, ""
        finally:
            link.close()
        ill = ""
        if status not in {200, 302, 503} or (status == 503 and SENTENCE not in page) or "Traceback" in page:
            ill = f"{address}: {status} {' '.join(page.split())[:200]}"
        self.answers.note(str(status), time.monotonic() - began, ill)
        return status, page


# What the database holds of each save: 1 everywhere, or it is half there or twice.
UPDATES = """
    SELECT right(u.happened, 24), count(DISTINCT u.id), count(DISTINCT v.id), count(DISTINCT e.id), 1
    FROM initiatives_statusupdate u
    LEFT JOIN initiatives_initiativeversion v ON v.latest_update_id = u.id
    LEFT JOIN records_auditevent e ON e.id = v.event_id AND e.verb = 'status_update.recorded'
    WHERE u.happened LIKE 'Three more sites were fitted out. %' GROUP BY 1
"""
PEOPLE = """
    SELECT right(p.name, 24), count(DISTINCT p.id),
           (SELECT count(*) FROM records_auditevent e WHERE e.verb = 'user.created' AND e.target_label = p.name),
           (SELECT count(*) FROM records_auditevent e WHERE e.verb = 'user.invited' AND e.target_label = p.name),
           (SELECT count(*) FROM outbox_message m WHERE m.kind = 'invitation' AND m.person_id = min(p.id))
    FROM people_user p WHERE p.name LIKE 'Person %' GROUP BY p.name
"""


def check_saves(saved: list[Saved], lost: list[str], held: dict[str, tuple[int, ...]]) -> dict[str, int]:
    """Numbers that have to be zero. `lost`: sent, and never acknowledged; those may be there or not, whole."""
    told = Counter(one.key for one in saved)
    return {
        "acknowledged, not there": sum(key not in held for key in told),
        "half there or twice": sum(any(count != 1 for count in counts) for counts in held.values()),
        "there, nobody saved it": len(held.keys() - told.keys() - set(lost)),
        "not acknowledged in the end": len(lost),
    }


# Mails, by what the database and the relay's log say.
MAILS = "SELECT message_id, state FROM outbox_message WHERE state <> 'cancelled'"


def check_mails(rows: list[tuple[Any, ...]], taken: list[str]) -> dict[str, int]:
    """Numbers that have to be zero; `taken` are Message-IDs in the relay's log."""
    wire, sent = Counter(taken), {message for message, state in rows if state == "sent"}
    return {
        "mails lost": sum(message not in wire for message, _ in rows),
        "mails twice on the wire": sum(count - 1 for count in wire.values()),
        "mails not settled": len(rows) - len(sent),
        "mails recorded as sent, not in the relay's log": len(sent - wire.keys()),
        "mails in the relay's log, not recorded": len(wire.keys() - sent),
    }
