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


class Dialogue(socketserver.StreamRequestHandler):
    """One connection: as much SMTP as a sender needs."""

    server: "Sink"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.say("220 sink")
        address = ""
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                content = self.content()
                if content is None:
                    return  # the sender died in the middle: nothing was taken
                self.server.take(address, content)
                time.sleep(self.server.takes)  # a sender that is killed now has sent a mail it knows nothing of
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                if verb == b"RCPT":
                    address = line.decode().partition(":")[2].split()[0].strip("<>")
                    self.server.attempted(address)
                self.say("250 fine")

    def content(self) -> bytes | None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        return None

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, log: Path, history: Path | None = None, takes: float = 0.0) -> None:
        self.log = Record(log)
        self.history = Record(history) if history else None
        self.takes = takes
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Dialogue)

    def attempted(self, address: str) -> None:
        if self.history:
            self.history.add("attempt", address)

    def take(self, address: str, content: bytes) -> None:
        named = MESSAGE_ID.search(content)
        with self.lock:
            self.log.add(named[1].decode() if named else "-", hashlib.sha256(content).hexdigest(), address)
            if self.history:
                self.history.add("taken", address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed leaves a broken connection; nothing to say about it."""


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
