"""What a new password must be: long, and not what lists of leaked ones and a guesser would begin with.

Asked when a password is chosen, never at sign-in: an older one goes on, and whoever signs in with a short one alone is
asked for a longer.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

from people.hashers import LEAST_ALONE, LEAST_WITH_SECOND_STEP
from people.models import User
from sign_in.factors import has_factor

# Of the library's 0 to 4. Below 3 a hundred million guesses find the password, below 2 a million do. No eight
# characters are a 3; beside a second step, with tries counted, a 2 is enough.
LEAST_SCORE_ALONE, LEAST_SCORE_WITH_SECOND_STEP = 3, 2
LONGEST_JUDGED = 72  # characters; the library takes no more, and longer ones are not guessed by their end


class LongEnough:
    """Of NIST SP 800-63B-4: 15 characters where the password is all there is, 8 beside a second step."""

    def validate(self, password: str, user: User | None = None) -> None:
        least = LEAST_ALONE if _is_alone(user) else LEAST_WITH_SECOND_STEP
        if len(password) < least:
            raise ValidationError(f"This password is too short. It needs at least {least} characters.")

    def get_help_text(self) -> str:
        return (
            f"At least {LEAST_ALONE} characters, such as four or five words; {LEAST_WITH_SECOND_STEP} where you set up "
            "a second step at sign-in."
        )


class HardToGuess:
    """Judged by zxcvbn, which brings lists of leaked passwords, names and words, and knows keyboards and repetition.

    Words of the place count as known: the names of this site and of PASSWORD_WORDS, the person's own name and address.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        if not password:
            return  # too short, as the other says; the library fails at it
        # Loaded by who chooses a password: 14 MB of lists.
        found = import_string("zxcvbn.zxcvbn")(password[:LONGEST_JUDGED], user_inputs=_known(user))
        if found["score"] < (LEAST_SCORE_ALONE if _is_alone(user) else LEAST_SCORE_WITH_SECOND_STEP):
            raise ValidationError(
                "This password is easy to guess: it is, or is made of, what stands in lists of leaked passwords, names "
                "of this place, or a pattern. Take some words that do not belong together."
            )

    def get_help_text(self) -> str:
        return "Nothing that stands in lists of leaked passwords."


def _is_alone(user: User | None) -> bool:
    return user is None or user.pk is None or not has_factor(user)


def _known(user: Any) -> list[str]:
    texts = [*settings.PASSWORD_WORDS, urlsplit(settings.SITE_URL).hostname or "", "planapp"]
    if user is not None:
        texts += [user.name, user.email]
    return [word for text in texts for word in re.split(r"\W+", text.lower()) if len(word) > 2]
