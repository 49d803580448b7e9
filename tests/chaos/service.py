"""The whole service on the loopback: what a storm has, and web processes, a proxy and people who save."""

from pathlib import Path

from tests.chaos.callers import Callers
from tests.chaos.machine import Child, python, wait_for
from tests.chaos.sink import free_port
from tests.chaos.site import PATIENCE, Site

ROWS = "SELECT id FROM initiatives_initiative ORDER BY id"


class Service(Site):
    """`start_web` and the like start what a run needs, after `prepare`."""

    def __init__(self, folder: Path, people: int = 60) -> None:
        super().__init__(folder, people)
        self.cookies_file = self.folder / "cookies"
        self.seeded = [str(people), str(self.cookies_file)]

    def start_web(self, n: int, **environment: str) -> Child:
        """A web server as `make serve` starts it, on the port `web-<n>`; it answers when this comes back."""
        name = f"web-{n}"
        port = self.ports.setdefault(name, free_port())
        own = {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "2", **environment}
        command = python("-m", "gunicorn", "planapp.wsgi", "-c", "planapp/gunicorn.py")
        child = self._child(name, command, environment=own)
        self.wait_for_web(n)
        return child

    def wait_for_web(self, n: int) -> None:
        alive = Callers(self.ports[f"web-{n}"], "", rows=[], savers=0, readers=0)
        wait_for(f"web-{n}", lambda: alive.ask("/healthz")[0] == 200, PATIENCE)

    def callers(self, port: int, **more: int) -> Callers:
        rows = [row for (row,) in self.ask(ROWS) or []]
        return Callers(port, self.cookies_file.read_text(encoding="ascii"), rows=rows[:20], **more)
