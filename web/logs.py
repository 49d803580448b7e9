"""What a log line says and never says.

Each names the request or the task that it was written in. None holds the signed part of an address: whoever reads a log
could otherwise answer, unsubscribe or sign in.
"""

import logging
import re
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

WORK: ContextVar[str] = ContextVar("WORK", default="-")  # the id of the request or task that this thread is at
# Django hands the whole request to its loggers; what there is to say of it stands in the message.
NOT_SAID = ("request", "response", "taskName")

# Every address whose path is itself the key; a test compares the list with the URL configuration.
SECRET_PATHS = re.compile(
    r"(/(?:answer|unsubscribe|invitation|feeds)/|/password-reset/(?!sent/|complete/))[^\s?\"'/]+(?:/(?!new-link)[^\s?\"'/]+)?"
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


class NameWork(logging.Filter):
    """Adds the id of the request or task."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.work = WORK.get()
        return True


class Line(logging.Formatter):
    """A line for people. Tracebacks, which no filter sees, are cleaned too."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class Json(JsonFormatter):
    """A line for a collector: one JSON object, its time in UTC."""

    def __init__(self) -> None:
        names = {"levelname": "level", "name": "logger", "exc_info": "exception"}
        super().__init__(
            "%(levelname)s %(name)s %(work)s %(message)s", rename_fields=names, timestamp=True,
            reserved_attrs=[*RESERVED_ATTRS, *NOT_SAID], defaults={"work": "-"},
        )  # fmt: skip

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
