"""A real SMTP server on the loopback, outside the code under test, that can be told to be ill."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Relay:
    """`mails` is what it accepted, in order; the answers decide what it says to whom."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.rcpt: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.hang_after_data = 0.0
        self.drop_after_data = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        if address in self.data:
            return self.data[address]
        content: Any = envelope.content
        self.mails.append((address, bytes(content)))
        if self.hang_after_data:
            time.sleep(self.hang_after_data)
        if self.drop_after_data:
            transport: Any = server.transport
            transport.abort()
        return "250 taken"

    def addresses(self) -> list[str]:
        return sorted(address for address, _ in self.mails)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_relay() -> Iterator[tuple[Relay, int]]:
    relay = Relay()
    port = free_port()
    controller = Controller(relay, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield relay, port
    finally:
        controller.stop()
