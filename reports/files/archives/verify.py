"""Checks this archive with nothing but Python: run `python verify.py` in the folder it was unpacked to.

Every file against SHA256SUMS; where a list of rows differs, the first row that does; then each frozen quarter against
its content hash, and the chain of all of them. Ends with 0 where everything is as it was written, else with 1.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

HERE = Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
ROOT = HERE if HERE.is_dir() else HERE.parent
SUMS = "SHA256SUMS"


def file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1024 * 1024), b""):
            digest.update(block)
    return digest.hexdigest()


def bad_row(path: Path) -> str:
    """Which line of a list of rows is not as it was written; "" for a file that has no list of digests."""
    digests = path.with_suffix(".digests")
    if path.suffix != ".jsonl" or not digests.is_file():
        return ""
    with path.open("rb") as rows, digests.open() as kept:
        for number, (row, digest) in enumerate(zip_longest(rows, kept), start=1):
            if row is None:
                return f", row {number} is missing"
            if digest is None:
                return f", row {number} was added"
            if hashlib.sha256(row).hexdigest()[:16] != digest.strip():
                return f", row {number} was changed: {row[:120].decode(errors='replace').strip()}"
    return ", and its list of digests too"


def faults() -> Iterator[str]:
    listed = set()
    for line in (ROOT / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed.add(name)
        path = ROOT / name
        if not path.is_file():
            yield f"{name} is missing"
        elif file_hash(path) != digest:
            yield f"{name} is not as it was written{bad_row(path)}"
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and name != SUMS and name not in listed and "__pycache__" not in name:
            yield f"{name} was added"
    yield from broken_chain()


def broken_chain() -> Iterator[str]:
    """A content hash is that of the lines of its quarter; a chain hash ties it to the one before."""
    previous = ""
    for one in json.loads((ROOT / "reports" / "chain.json").read_text(encoding="utf-8")):
        content = ROOT / "reports" / one["folder"] / "content.jsonl"
        if not content.is_file() or file_hash(content) != one["content_hash"]:
            yield f"reports/{one['folder']}: its rows do not give the content hash of the report"
        told = "\n".join((previous, one["content_hash"], str(one["sequence"])))
        if hashlib.sha256(told.encode()).hexdigest() != one["chain_hash"]:
            yield f"reports/{one['folder']}: the chain of reports is broken here"
        previous = one["chain_hash"]


def main() -> int:
    found = list(faults())
    for fault in found[:20]:
        sys.stdout.write(f"{fault}\n")
    words = "Everything is as it was written." if not found else f"{len(found)} faults. The first is named first."
    sys.stdout.write(f"{words}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
