"""Names what a file is of, so that equal requests are found to be equal without building it."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings


def export_key(sources: Sequence[Any], format_key: str, *, is_public: bool) -> str:
    """The same for the same content, format, edition and code. `sources`: see selectors.exports.sources_of."""
    fields = json.dumps([*sources, format_key, is_public, writers()])
    return hashlib.sha256(fields.encode()).hexdigest()


@cache
def writers() -> str:
    """A fingerprint of the code that writes files: after an upgrade none is taken for equal to an older one."""
    base: Path = settings.BASE_DIR
    folders = (base / "reports", base / "templates", base / "static" / "css")
    digest = hashlib.sha256()
    for file in sorted(path for folder in folders for path in folder.rglob("*") if _is_source(path)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_source(path: Path) -> bool:
    return path.is_file() and path.suffix in {".py", ".html", ".css", ".typ", ".json", ".pptx"}
