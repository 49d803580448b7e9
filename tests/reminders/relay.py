"""A real SMTP server on the loopback, outside the code under test, that can be told to be ill."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.sink import Server, free_port


class Relay(Server):
    """`mails` is what it accepted, in order; the answers decide what it says to whom."""

    def __init__(self, port: int) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.rcpts: list[str] = []
        self.greeting = "220 relay"
        self.rcpt_answers: dict[str, str] = {}
        self.data_answers: dict[str, str] = {}
        self.hang_after_data = 0.0
        self.drop_after_data = False
        super().__init__(port)

    def rcpt(self, address: str) -> str:
        self.rcpts.append(address)
        return self.rcpt_answers.get(address, "250 fine")

    def take(self, address: str, content: bytes) -> str | None:
        if address in self.data_answers:
            return self.data_answers[address]
        self.mails.append((address, content))
        time.sleep(self.hang_after_data)
        return None if self.drop_after_data else "250 taken"

    def addresses(self) -> list[str]:
        return sorted(address for address, _ in self.mails)


@contextmanager
def running_relay() -> Iterator[tuple[Relay, int]]:
    port = free_port()
    with Relay(port) as relay:
        thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield relay, port
        finally:
            relay.shutdown()
            thread.join()
