"""A mail server on the loopback, outside the code under test, that can be told to be ill."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Dialogue(socketserver.StreamRequestHandler):
    """One connection: as much SMTP as a sender needs."""

    server: "Relay"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.say("220 relay")
        address = ""
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT":
                address = line.decode().partition(":")[2].split()[0].strip("<>")
                self.say(self.server.rcpt.get(address, "250 OK"))
            elif verb == b"DATA":
                self.say("354 go on")
                if not self.take(address):
                    return
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def take(self, address: str) -> bool:
        """Whether the connection lives on."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if address in self.server.data:
            self.say(self.server.data[address])
            return True
        self.server.mails.append((address, b"".join(lines)))
        time.sleep(self.server.hang_after_data)
        if self.server.drop_after_data:
            return False
        self.say("250 taken")
        return True

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Relay(socketserver.ThreadingTCPServer):
    """`mails` is what it accepted, in order; `rcpt` and `data` hold what it answers to whom at that word."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.rcpt: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.hang_after_data = 0.0
        self.drop_after_data = False
        super().__init__(("127.0.0.1", 0), Dialogue)

    def addresses(self) -> list[str]:
        return sorted(address for address, _ in self.mails)

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that gave up waiting leaves a broken connection; nothing to say about it."""


@contextmanager
def running_relay() -> Iterator[tuple[Relay, int]]:
    with Relay() as relay:
        thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield relay, int(relay.server_address[1])
        finally:
            relay.shutdown()
            thread.join()
