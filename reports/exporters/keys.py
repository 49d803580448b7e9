"""Names what a file is of, so that equal requests are found to be equal without building it."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from web.kept import code_of


def export_key(sources: Sequence[Any], format_key: str, *, is_public: bool) -> str:
    """The same for the same content, format, edition and code. `sources`: see selectors.exports.sources_of."""
    fields = json.dumps([*sources, format_key, is_public, writers()])
    return hashlib.sha256(fields.encode()).hexdigest()


def writers() -> str:
    """A fingerprint of the code that writes files: after an upgrade none is taken for equal to an older one."""
    return code_of("reports", "templates", "static/css")
