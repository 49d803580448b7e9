"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB a try (OWASP's password storage cheat sheet, 2025: m=19456, t=2, p=1).

    Django's own 100 MB let a handful of tries at once take all the memory of a small server. Passwords kept with other
    figures are kept anew at the next sign-in.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
