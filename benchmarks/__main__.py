"""`python -m benchmarks [NAME…] [--scale N] [--json FILE]`: each bench in a process and a database of its own.

A bench is a module here with `SIZES`, `run(size)`, which gives what it measured, and `once(…)` where memory is asked
for. A new one is a file and a line in BENCHES.
"""

import argparse
import json
import os
import platform
import secrets
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.site import database

BENCHES = {
    "digests": "benchmarks.digests",
    "exports": "benchmarks.exports",
    "freeze": "benchmarks.freeze",
    "governments": "benchmarks.governments",
    "imports": "benchmarks.imports",
    "lists": "benchmarks.lists",
    "load": "benchmarks.load",
    "pages": "benchmarks.pages",
    "planning": "benchmarks.planning",
    "search": "benchmarks.search",
    "sending": "benchmarks.sending",
    "weight": "benchmarks.weight",
}
BY_HAND = {"load"}  # only where it is named


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"which: {', '.join(BENCHES)}; all but {', '.join(BY_HAND)} when left out",
    )
    parser.add_argument("--scale", type=float, help="one size for all instead of each bench's own, such as 1e6")
    parser.add_argument("--template", default="template1", help="a database of the server that each run copies")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"There is no bench {', '.join(sorted(unknown))}.")
    figures: dict[str, dict[str, list[object]]] = {}
    for name in options.names or (name for name in BENCHES if name not in BY_HAND):
        sizes = [int(options.scale)] if options.scale else sizes_of(BENCHES[name])
        figures[name] = {str(size): run(BENCHES[name], size, options.template) for size in sizes}
    if options.json:
        about = {"python": platform.python_version(), "cores": os.cpu_count()}
        options.json.write_text(json.dumps({"machine": about, **figures}, indent=1) + "\n", encoding="utf-8")


def run(module: str, size: int, template: str) -> list[object]:
    with database("planapp_bench", template) as url, TemporaryDirectory(prefix="planapp-bench-") as folder:
        environment = {
            **os.environ, "DATABASE_URL": url, "SECRET_KEY": secrets.token_urlsafe(50),
            "DJANGO_SETTINGS_MODULE": "planapp.settings_test",
            # Compiled once, as in the image: what compiling costs and holds is not the program's.
            "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", folder), "PYTHONDONTWRITEBYTECODE": "",
        }  # fmt: skip
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.child", "run", module, str(size)],
            env=environment, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return [json.loads(line) for line in child.stdout.splitlines()]


def sizes_of(module: str) -> tuple[int, ...]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planapp.settings_test")
    import_module("django").setup()
    sizes: tuple[int, ...] = import_module(module).SIZES
    return sizes


if __name__ == "__main__":
    main()
