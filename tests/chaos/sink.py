"""Run as a program: a mail relay of its own that takes everything and writes down, for good, what it took.

Two files, both outside the system under test. The log names each mail that was accepted, with a hash of its bytes; a
line is on the disk before the sender hears "250", so it can be the relay's trace. The history names every attempt too.
"""

import argparse
import hashlib
import os
import re
import socket
import socketserver
import threading
import time
from pathlib import Path

MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


class Record:
    """A file that lines are only ever added to; several processes may write to it."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def add(self, *words: object) -> None:
        os.write(self.file, (" ".join(str(word) for word in (f"{time.time():.3f}", *words)) + "\n").encode())
        os.fsync(self.file)


class Server(socketserver.ThreadingTCPServer):
    """As much of a mail server as a sender needs. What it answers, and what becomes of a mail, is for subclasses."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # a dialogue that hangs on purpose keeps nobody
    request_queue_size = 128
    greeting = "220 relay"

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Dialogue)

    def rcpt(self, address: str) -> str:
        return "250 fine"

    def take(self, address: str, content: bytes) -> str | None:
        """The answer to a whole mail; None breaks the connection instead."""
        return "250 taken"

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed leaves a broken connection; nothing to say about it."""


class Dialogue(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.say(self.server.greeting)
        address = ""
        for line in self.rfile:
            verb = line[:4].upper()
            answer: str | None = "250 fine"
            if verb == b"RCPT":
                address = line.decode().partition(":")[2].split()[0].strip("<>")
                answer = self.server.rcpt(address)
            elif verb == b"DATA":
                self.say("354 go on")
                content = self.content()
                # None: the sender died in the middle, and nothing was taken.
                answer = None if content is None else self.server.take(address, content)
            elif verb == b"QUIT":
                answer = None
                self.say("221 bye")
            if answer is None:
                return
            self.say(answer)
            if answer.startswith("421"):
                return

    def content(self) -> bytes | None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Sink(Server):
    """Takes everything and writes it down."""

    def __init__(self, port: int, log: Path, history: Path | None = None, takes: float = 0.0) -> None:
        self.log = Record(log)
        self.history = Record(history) if history else None
        self.takes = takes
        self.lock = threading.Lock()
        super().__init__(port)

    def rcpt(self, address: str) -> str:
        if self.history:
            self.history.add("attempt", address)
        return "250 fine"

    def take(self, address: str, content: bytes) -> str:
        named = MESSAGE_ID.search(content)
        with self.lock:
            self.log.add(named[1].decode() if named else "-", hashlib.sha256(content).hexdigest(), address)
            if self.history:
                self.history.add("taken", address)
        time.sleep(self.takes)  # a sender that is killed now has sent a mail it knows nothing of
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def taken(log: Path) -> list[tuple[str, str, str]]:
    """(Message-ID, hash, address) of each mail a log names; a line cut by a death is none."""
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    rows = [line.split()[1:] for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [(row[0], row[1], row[2]) for row in rows]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--history", type=Path)
    parser.add_argument("--takes", type=float, default=0.0, help="seconds from having a mail to saying so")
    asked = parser.parse_args()
    with Sink(asked.port, asked.log, asked.history, asked.takes) as sink:
        sink.serve_forever()
