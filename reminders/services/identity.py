"""The Message-ID of a mail."""

import hashlib
from urllib.parse import urlsplit

from django.conf import settings


def message_id(sort: str, person_id: int, what: str) -> str:
    """The same for the same occasion however often it is planned; it gives nothing away."""
    digest = hashlib.sha256(f"{sort}:{person_id}:{what}".encode()).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.SITE_URL).hostname}>"
