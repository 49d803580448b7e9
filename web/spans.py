"""Spans of days in words, the same wherever they are told."""

YEAR = 365.25
LONG = 730  # days from which on nobody counts in days


def in_words(days: int) -> str:
    """ "1 day", "41 days", and from two years on "6 years"."""
    if days >= LONG:
        return f"{days / YEAR:.0f} years"
    return "1 day" if days == 1 else f"{days} days"
