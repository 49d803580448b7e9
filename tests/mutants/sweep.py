"""A pytest plugin: runs the tests, and each again without every guard that refused something in it.

`make mutants` loads it before everything else, for guards get their switches while rooms are imported. A guard that no
test misses is listed, and the run fails. Where a guard is taken out it is for one more run of one test; a guard that
refuses nothing in a test is not taken out there, for that changes nothing. A test counts only if it also passes a
second time with every guard in place.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants import guards
from tests.mutants.guards import SWITCH

guards.install()

LONGEST = 10  # seconds: what takes longer once is not run again for each guard that it meets
PATIENCE = 60  # seconds, for a test that without a guard would never end
noticed: dict[str, str] = {}  # guard → the test that fails without it
met: dict[str, list[str]] = {}  # guard → tests in which it refused something
again: dict[str, float] = {"runs": 0, "seconds": 0}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--guards", default="", help="only guards of files whose path begins with this")
    parser.addoption("--only-met", action="store_true", help="run nothing again; ask only that a test meets each guard")
    parser.addoption("--every-guard", action="store_true", help="name every guard, not only those that no test misses")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The sweeps of the house meet many guards and are slow: they come last. Real transactions stay after the rest."""
    items.sort(key=lambda item: (in_transactions(item), "house" in item.path.parts))


def in_transactions(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    began = time.monotonic()
    SWITCH.fired.clear()
    passed = run(item, log=True)
    took = time.monotonic() - began
    fired = sorted(key for key in SWITCH.fired if key.startswith(item.config.option.guards))
    for key in fired:
        met.setdefault(key, []).append(item.nodeid)
    fresh = [key for key in fired if key not in noticed and not item.config.option.only_met]
    if fresh and passed and took < LONGEST and run(item):
        noticed.update({key: item.nodeid for key in fresh if not run(item, without=key)})
    item.session._setupstate.teardown_exact(nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def run(item: pytest.Item, *, without: str = "", log: bool = False) -> bool:
    """Whether it passes. What it shares with its neighbours is kept, so that it can be run again."""
    SWITCH.out, began = without, time.monotonic()
    try:
        with limited() if without else nullcontext():
            reports = runtestprotocol(item, nextitem=item.parent, log=log)  # type: ignore[arg-type]
    finally:
        SWITCH.out = ""
    if not log:
        again["runs"], again["seconds"] = again["runs"] + 1, again["seconds"] + time.monotonic() - began
    return all(report.passed for report in reports)


@contextmanager
def limited() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What one of several processes saw, into the one that tells."""
    told = getattr(node, "workeroutput", {})
    noticed.update(told.get("noticed", {}))
    for key, tests in told.get("met", {}).items():
        met.setdefault(key, []).extend(tests)
    for key, count in told.get("again", {}).items():
        again[key] += count


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput |= {"noticed": noticed, "met": met, "again": again}
        return
    config = session.config.option
    in_order = met if config.only_met else noticed
    if session.exitstatus == pytest.ExitCode.OK and guards.guards(config.guards).keys() - in_order:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    every, tell = guards.guards(config.option.guards), terminalreporter.line
    terminalreporter.section("guards")
    for key, guard in every.items():
        tests = met.get(key, [])
        where = f"{guard.file}:{guard.line}  {guard.words[:70]}  "
        if not tests:
            tell(f"{where}REFUSES IN NO TEST")
        elif key not in noticed and not config.option.only_met:
            tell(f"{where}NO TEST FAILS WITHOUT IT; it refuses in {len(tests)}, such as {tests[0]}")
        elif config.option.every_guard:
            tell(f"{where}{noticed.get(key, tests[0])}")
    tell(f"{len(every)} guards; {len(every.keys() & met.keys())} refuse something in a test.")
    if not config.option.only_met:
        tell(f"{len(every.keys() & noticed.keys())} are missed by a test that fails without them.")
        tell(f"For that, tests ran {again['runs']} more times, {again['seconds']:.0f} seconds in all.")
