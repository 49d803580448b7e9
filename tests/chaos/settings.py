"""Settings of the system under fire: planapp's own, with short leases, so that a run ends within minutes."""

from planapp.settings import *  # noqa: F403, TID251 - settings extend settings

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
QUESTIONS_PER_MINUTE = 0
EMAIL_TIMEOUT = 1.5  # seconds; leases are three and ten times as long
# Files of pages as they lie in the repository: nothing is collected for a run.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
