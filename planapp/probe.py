"""Asks the server on this machine for /healthz; the container's health check. Exit code 0 when it answers 200."""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit


def main() -> int:
    """The Host header is the public one, since the server answers to no other."""
    site = os.environ.get("SITE_URL", "http://localhost:8000")
    port = os.environ.get("PORT", "8000")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": urlsplit(site).netloc})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own address
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
