"""Logs never hold the signed part of an address: whoever reads a log could otherwise answer, unsubscribe or sign in."""

import logging
import re
from typing import Any

# Every address whose path is itself the key; a test compares the list with the URL configuration.
SECRET_PATHS = re.compile(
    r"(/(?:answer|unsubscribe|invitation)/|/password-reset/(?!sent/|complete/))[^\s?\"'/]+(?:/(?!new-link)[^\s?\"'/]+)?"
)
HIDDEN = r"\1…"


def without_secrets(text: str) -> str:
    """The text with the secret part of each address in it left out."""
    return SECRET_PATHS.sub(HIDDEN, text)


class HideSecrets(logging.Filter):
    """Rewrites what a log line was given before it is written anywhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str):
            record.msg = without_secrets(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_clean(value) for value in record.args)
        elif isinstance(record.args, dict):
            record.args = {name: _clean(value) for name, value in record.args.items()}
        return True


def _clean(value: Any) -> Any:
    return without_secrets(value) if isinstance(value, str) else value
