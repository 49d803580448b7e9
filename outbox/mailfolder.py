"""A mail folder instead of a mail server: one .eml file per mail, named by its Message-ID. For the demo and for tests.

A file appears whole or not at all, and the same mail twice is the same file, so the folder is a relay that can be
asked what it accepted.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage as ParsedMail
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


def folder() -> Path:
    return Path(str(getattr(settings, "EMAIL_FILE_PATH", "")))


def file_of(message_id: str) -> Path:
    return folder() / f"{hashlib.sha256(message_id.strip().encode()).hexdigest()[:40]}.eml"


class EmailBackend(BaseEmailBackend):
    """`EMAIL_URL=folder:/path`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        folder().mkdir(parents=True, exist_ok=True)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            content: Any = mail.message()
            _write(file_of(str(content["Message-ID"])), content.as_bytes(linesep="\r\n"))
        return len(email_messages)


def names() -> list[str]:
    """The mails in the folder, the latest first; each is the name of its file without ending."""
    files = [(path.stat().st_mtime_ns, path.stem) for path in folder().glob("*.eml")]
    return [name for _, name in sorted(files, reverse=True)]


def read_mail(name: str) -> ParsedMail | None:
    """One mail by the name of its file without ending; None for what is not there."""
    path = folder() / f"{name}.eml"
    if not name.isalnum() or not path.is_file():
        return None
    parsed = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return parsed if isinstance(parsed, ParsedMail) else None


def _write(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.stem}.{secrets.token_hex(8)}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
