"""The abbreviation that a department gets where nobody gave one."""

import re
from collections.abc import Collection

from records.texts import folded

SMALL = frozenset({"of", "and", "the"})
LONGEST = 36  # leaves room for a number after it


def abbreviation_for(name: str, taken: Collection[str]) -> str:
    """A short name as it is, else the first letters of its words; numbered where it is `taken`, which are folded."""
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z0-9]+", name) if word not in SMALL)
    short = (name if len(name) <= 12 and " " not in name else initials.upper() or name[:12])[:LONGEST]
    found, count = short, 2
    while folded(found) in taken:
        found, count = f"{short}{count}", count + 1
    return found
