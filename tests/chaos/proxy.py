"""A proxy as small as one can be: it leads each request to one of several web servers, and a server can be taken out.

What it does is what any proxy is asked to do: a server that refuses the connection is passed over, for it has seen
nothing of the request; a request that was sent is never sent again.
"""

import asyncio
import itertools
import threading
from collections import Counter

HEAD = 64 * 1024  # bytes of the longest head of a request


class Proxy:
    """`servers` are ports of this machine, by name. It listens on `port` from `start` to `stop`."""

    def __init__(self, port: int, servers: dict[str, int]) -> None:
        self.port, self.servers = port, dict(servers)
        self.is_in = set(servers)
        self.open: Counter[str] = Counter()
        self.led: Counter[str] = Counter()
        self.turn = itertools.count()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.is_up = threading.Event()
        self.tasks: set[asyncio.Task[None]] = set()  # the loop itself forgets those that nobody holds

    def start(self) -> None:
        self.thread.start()
        assert self.is_up.wait(10)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def take_out(self, name: str) -> None:
        """Lead no further request to it. Those under way go on; `is_idle` says when they are answered."""
        self.is_in.discard(name)

    def put_in(self, name: str) -> None:
        self.is_in.add(name)

    def is_idle(self, name: str) -> bool:
        return not self.open[name]

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self._begin, "127.0.0.1", self.port, limit=HEAD, backlog=512)
        )
        self.is_up.set()
        self.loop.run_forever()
        server.close()
        for task in self.tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*self.tasks, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self.loop.create_task(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head[:-4].split(b"\r\n")
            length = next((int(one.split(b":")[1]) for one in lines if one.lower().startswith(b"content-length:")), 0)
            request = self._head(lines) + await reader.readexactly(length)
            await self._lead(request, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # who asked has gone, or the server broke off: they see a connection that ends
        finally:
            writer.close()

    @staticmethod
    def _head(lines: list[bytes]) -> bytes:
        kept = [one for one in lines if not one.lower().startswith((b"connection:", b"x-forwarded-"))]
        return b"\r\n".join([*kept, b"Connection: close", b"X-Forwarded-Proto: http", b"", b""])

    async def _lead(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        first = next(self.turn)
        names = sorted(self.is_in)
        for name in (names[(first + n) % len(names)] for n in range(len(names))):
            self.open[name] += 1
            try:
                try:
                    source, target = await asyncio.open_connection("127.0.0.1", self.servers[name])
                except OSError:
                    continue  # it has seen nothing of it: the next one may
                self.led[name] += 1
                target.write(request)
                await target.drain()
                try:
                    while piece := await source.read(HEAD):
                        writer.write(piece)
                        await writer.drain()
                finally:
                    target.close()
                return
            finally:
                self.open[name] -= 1
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
