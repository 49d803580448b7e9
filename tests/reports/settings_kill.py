"""Settings of processes that tests kill: a real database, a short lease, and failpoints that work."""

import os

from planapp.settings import *  # noqa: F403, TID251 - settings extend settings

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EXPORT_LEASE = 1.0
FAILPOINT = os.environ.get("FAILPOINT", "")
