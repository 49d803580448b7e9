"""Places at which a test makes the program die, as `kill -9` would. Without the setting nothing happens here."""

import os
import signal

from django.conf import settings


def failpoint(name: str) -> None:
    """Die here when settings.FAILPOINT (only test settings have it) names this place."""
    if getattr(settings, "FAILPOINT", "") == name:
        os.kill(os.getpid(), signal.SIGKILL)
