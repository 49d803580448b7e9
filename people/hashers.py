"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher

# How long a new one is at least, by what stands beside it (NIST SP 800-63B-4, 3.1.1.2).
LEAST_ALONE = 15  # characters
LEAST_WITH_SECOND_STEP = 8


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB a try (OWASP's password storage cheat sheet, 2025: m=19456, t=2, p=1).

    Django's own 100 MB let a handful of tries at once take all the memory of a small server. Passwords kept with other
    figures are kept anew at the next sign-in.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
