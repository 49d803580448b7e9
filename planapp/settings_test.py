"""Settings of the test suite: the same, with a fast hasher and nothing written outside a temporary folder."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-and-checks")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="planapp-test-"))

from planapp.settings import *  # noqa: F403, TID251 - the one place where settings extend settings

SESSION_IDLE_MINUTES = 0  # tests put the clock forward; tests/people/test_idle.py looks at it
QUESTIONS_PER_MINUTE = 0  # tests ask without end; tests/planapp/test_busy.py looks at it
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# Tests run side by side: each process counts tries for itself.
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns where there is none
