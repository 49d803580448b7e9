"""`make chaos`: the whole storm."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.machine import missing
from tests.chaos.site import Site
from tests.chaos.storm import Storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=3600, help="seconds after which it gives up")
    parser.add_argument("--keep", type=Path, help="a new folder for the logs, kept afterwards")
    asked = parser.parse_args()
    if lacking := missing():
        print(f"Not run: this machine lacks {lacking}.")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    with tempfile.TemporaryDirectory(prefix="planapp-chaos-") as folder:
        if asked.keep:
            asked.keep.mkdir(parents=True)
        site = Site((asked.keep or Path(folder)).resolve(), asked.people)
        try:
            report = Storm(site, seed=asked.seed, count=asked.faults, patience=asked.patience, say=print).run()
        finally:
            site.stop()
    print(report.table())
    return 0 if report.verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
