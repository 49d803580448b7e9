"""`make versions`: the version before and this one side by side over a migration, while people use both.

Expand and contract promises that a migration leaves the version before it working: the tables change first, then web
servers and workers are renewed one after the other, and meanwhile both versions are at work on the new tables. Here it
is done, with the code of both as git has it: the old version serves, the new one migrates, the old one goes on, both
serve, the old one leaves. No request may fail, no save be lost, and no mail be lost or doubled.

    python -m tests.chaos.versions --last 3         # each of the newest three commits with migrations, and its parent
    python -m tests.chaos.versions --before v0.2.0  # this working tree after that version
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.callers import Callers
from tests.chaos.machine import ROOT, missing, python
from tests.chaos.outage import Run
from tests.chaos.proxy import Proxy
from tests.chaos.service import Service
from tests.chaos.sink import free_port

SAVES = 20  # acknowledged in each step
TRIES = 5  # of `migrate`, which gives up after two seconds where it would have to wait
SETTINGS = """
from planapp.settings import *
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_TIMEOUT = 1.5
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
"""
# The newest commits that brought a migration, oldest first.
ADDED = ("log", "--format=%H", "--diff-filter=A", "--no-merges")
MIGRATIONS = ":(glob)*/migrations/0*.py"


@dataclass
class SideBySide:
    """What came of one migration."""

    name: str
    migrations: list[str]
    tries: int
    seconds: float  # of migrating
    verdict: dict[str, int]
    callers: Callers

    @property
    def is_clean(self) -> bool:
        return self.callers.answers.went_on and not any(self.verdict.values())

    def table(self) -> str:
        answers = self.callers.answers
        wrong = {name: count for name, count in self.verdict.items() if count}
        return "\n".join([
            f"{self.name}: {', '.join(self.migrations) or 'no migration'}",
            f"  migrated in {self.seconds:.1f} s, {self.tries} tries; {len(self.callers.saved)} saves acknowledged; "
            f"answers {dict(sorted(answers.seen.items()))}; longest {answers.longest:.1f} s",
            *(f"  {name}: {count}" for name, count in wrong.items()), *(f"  {one}" for one in answers.ill[:10]),
            "  CLEAN" if self.is_clean else "  NOT CLEAN",
        ])  # fmt: skip


class Versions(Run):
    """One run: `before` and `after` are folders with the code."""

    def __init__(
        self, service: Service, *, name: str, before: Path, after: Path, patience: float, say: Callable[[str], None]
    ) -> None:
        super().__init__(service, seed=1, patience=patience, say=say)
        self.name, self.before, self.after = name, before, after
        self.settings = service.folder / "settings"
        self.settings.mkdir()
        (self.settings / "versions_settings.py").write_text(SETTINGS, encoding="utf-8")

    def run(self) -> SideBySide:
        service = self.service
        self._use(self.before)
        service.prepare()
        was = self._applied()
        service.start_web(1, BEHIND_TLS_PROXY="true")
        service.start_worker(1)
        service.start_beat(1)
        proxy = Proxy(free_port(), {"web-1": service.ports["web-1"]})
        proxy.start()
        callers = service.callers(proxy.port)
        try:
            with self.saving(callers):
                self.saves(callers, SAVES)
                self._use(self.after)
                tries, seconds = self._migrate()
                self.say(f"{self.name}: migrated; the version before goes on")
                self.saves(callers, SAVES)
                service.start_web(2, BEHIND_TLS_PROXY="true")
                proxy.servers["web-2"] = service.ports["web-2"]
                proxy.put_in("web-2")
                service.start_worker(2)
                self.saves(callers, 2 * SAVES)
                self.say(f"{self.name}: both versions served")
                proxy.take_out("web-1")
                self.until("web-1 idle", lambda: proxy.is_idle("web-1"))
                for name in ("worker-1", "web-1"):
                    child = service.child(name)
                    service.supervisor.children.remove(child)
                    child.end(signal.SIGTERM, 60)
                self.saves(callers, SAVES)
            self.until("mails drained", self.is_drained)
        finally:
            proxy.stop()
        new = sorted(self._applied() - was)
        return SideBySide(self.name, new, tries, seconds, self.verdict(callers), callers)

    def _use(self, root: Path) -> None:
        """What is started from now on has this code."""
        self.service.root = root
        self.service.environment |= {
            "PYTHONPATH": f"{root}:{self.settings}", "DJANGO_SETTINGS_MODULE": "versions_settings",
            "PYTHONPYCACHEPREFIX": str(self.service.folder / f"pycache-{root.name}"),
        }  # fmt: skip

    def _migrate(self) -> tuple[int, float]:
        """As docs/operations.md says: again where it gave up. How often, and seconds of the last time."""
        for n in range(1, TRIES + 1):
            began = time.monotonic()
            done = subprocess.run(
                python("manage.py", "migrate", "--noinput", "-v", "0"), cwd=self.service.root, check=False,
                env=self.service.environment, capture_output=True, text=True, timeout=600,
            )  # fmt: skip
            if done.returncode == 0:
                return n, time.monotonic() - began
            if "somebody else's lock" not in done.stderr:
                raise RuntimeError(f"{self.name}: migrate failed:\n{done.stderr[-2000:]}")
        raise TimeoutError(f"{self.name}: migrate gave up {TRIES} times")

    def _applied(self) -> set[str]:
        return {f"{app}.{name}" for app, name in self.service.ask("SELECT app, name FROM django_migrations") or []}


def git(*words: str) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise RuntimeError("git is needed, for the version before.")
    return subprocess.run([program, *words], cwd=ROOT, check=True, capture_output=True).stdout


def code_of(commit: str, folder: Path) -> Path:
    """The files of a commit, in a folder of their own."""
    folder.mkdir()
    # Debian's Python 3.11.2 knows no `filter` of `extractall`, without which later ones warn.
    subprocess.run(["tar", "-x", "-C", str(folder)], input=git("archive", commit), check=True)  # noqa: S607
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.versions")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--before", help="a commit or tag: this working tree comes after it")
    which.add_argument("--last", type=int, default=1, help="so many of the newest commits with migrations")
    which.add_argument("--commit", action="append", help="this commit after its parent; may be said again")
    parser.add_argument("--patience", type=float, default=900)
    asked = parser.parse_args()
    if lacking := missing():
        print(f"Not run: this machine lacks {lacking}.")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if asked.before:
        pairs = [(f"this tree after {asked.before}", asked.before, "")]
    else:
        commits = asked.commit or git(*ADDED, f"-{asked.last}", "--", MIGRATIONS).decode().split()[::-1]
        pairs = [(git("show", "-s", "--format=%h %s", one).decode().strip(), f"{one}^", one) for one in commits]
    clean = [_compare(*pair, asked.patience) for pair in pairs]
    return 0 if all(clean) else 1


def _compare(name: str, before: str, after: str, patience: float) -> bool:
    with tempfile.TemporaryDirectory(prefix="planapp-versions-") as made:
        Path(made).chmod(0o711)  # a database server that runs as another person passes through
        old = code_of(before, Path(made) / "before")
        new = code_of(after, Path(made) / "after") if after else ROOT
        service = Service(Path(made) / "site")
        try:
            found = Versions(service, name=name, before=old, after=new, patience=patience, say=print).run()
        finally:
            service.stop()
    print(found.table(), end="\n\n", flush=True)
    return found.is_clean


if __name__ == "__main__":
    sys.exit(main())
