"""`make chaos`: the storm of mails, the deaths of PostgreSQL, and the service that is renewed while people use it."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.machine import missing
from tests.chaos.outage import Deaths
from tests.chaos.renewal import Renewal
from tests.chaos.service import Service
from tests.chaos.site import Site
from tests.chaos.storm import Storm

PARTS = ("storm", "outage", "renewal")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all unless named")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--deaths", type=int, default=20, help="of PostgreSQL while people save")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=3600, help="seconds after which it gives up")
    parser.add_argument("--keep", type=Path, help="a new folder for the logs, kept afterwards")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: the parts are {', '.join(PARTS)}")
    if lacking := missing():
        print(f"Not run: this machine lacks {lacking}.")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    clean = [_run(part, asked) for part in asked.parts or PARTS]
    return 0 if all(clean) else 1


def _run(part: str, asked: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory(prefix="planapp-chaos-") as made:
        Path(made).chmod(0o711)  # a database server that runs as another person passes through
        folder = ((asked.keep or Path(made)) / part).resolve()
        site = Site(folder, asked.people) if part == "storm" else Service(folder)
        how = {"seed": asked.seed, "patience": asked.patience, "say": print}
        try:
            if part == "storm":
                storm = Storm(site, count=asked.faults, **how).run()
                table, is_clean = storm.table(), storm.verdict.is_clean
            elif isinstance(site, Service) and part == "renewal":
                renewed = Renewal(site, **how).run()
                table, is_clean = renewed.table(), renewed.is_clean
            else:
                assert isinstance(site, Service)
                outage = Deaths(site, count=asked.deaths, **how).run()
                table, is_clean = outage.table(), outage.is_clean
        finally:
            site.stop()
    print(table, end="\n\n")
    return is_clean


if __name__ == "__main__":
    sys.exit(main())
