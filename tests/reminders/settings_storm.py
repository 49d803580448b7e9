"""Settings of processes that tests kill: a real database and relay, leases of seconds, and failpoints that work."""

import os

from planapp.settings import *  # noqa: F403, TID251 - settings extend settings

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_TIMEOUT = float(os.environ.get("STORM_TIMEOUT", "5"))  # leases are multiples of it
FAILPOINT = os.environ.get("FAILPOINT", "")
