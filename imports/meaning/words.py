"""Words for one of a few things: certain ones are taken as they are, likely ones are proposed and asked."""

import re

STATUS = {
    "not_started": "Not started", "on_track": "On track", "at_risk": "At risk", "off_track": "Off track",
    "on_hold": "On hold", "completed": "Completed", "cancelled": "Cancelled",
}  # fmt: skip
PROGRESS = {"open": "Open", "done": "Done", "cancelled": "Cancelled"}

LABELS: dict[str, dict[str, str]] = {
    "status": STATUS,
    "progress": PROGRESS,
    "horizon": {"near_term": "Near term", "longer_term": "Longer term"},
    "audience": {"residents": "Resident-facing", "internal": "Internal to the City"},
    "visibility": {"public": "Public", "internal": "Internal"},
    "commitment": {
        "proposed": "Proposed", "accepted": "Accepted", "delivered": "Delivered", "declined": "Declined",
        "withdrawn": "Withdrawn",
    },
}  # fmt: skip

_DONE = "complete|completed|done|finished|closed|achieved|implemented"
_GONE = "cancelled|canceled|dropped|abandoned|discontinued"
CERTAIN: dict[str, dict[str, str]] = {
    "status": {
        "not_started": "not started|not yet started|not begun|planned|upcoming|pending start|future",
        "on_track": "on track|on schedule|on target|green",
        "at_risk": "at risk|yellow|amber|some risk|minor issues",
        "off_track": "off track|off schedule|red|behind schedule|off target",
        "on_hold": "on hold|paused|suspended|deferred|postponed|hold",
        "completed": _DONE,
        "cancelled": _GONE,
    },
    "progress": {
        "open": "open|not started|not yet started|pending|planned|to do|todo|in progress|overdue|late|no|due",
        "done": _DONE + "|met|yes",
        "cancelled": _GONE,
    },
    "horizon": {
        "near_term": "near term|near-term|short term|short-term|near",
        "longer_term": "longer term|long term|long-term|longer-term|long",
    },
    "audience": {
        "residents": "resident-facing|resident facing|residents|public|external|public-facing|public facing",
        "internal": "internal to the city|internal|staff|employees",
    },
    "visibility": {"public": "public|yes|true|published", "internal": "internal|no|false|private|not public"},
    "commitment": {
        "proposed": "proposed|requested|open|pending", "accepted": "accepted|agreed|committed",
        "delivered": "delivered|" + _DONE, "declined": "declined|refused|rejected", "withdrawn": "withdrawn|" + _GONE,
    },
}  # fmt: skip
LIKELY: dict[str, dict[str, str]] = {
    "status": {
        "on_track": "in progress|in process|underway|under way|ongoing|active|started|ahead|progressing|continuous",
        "at_risk": "delayed|slightly behind|needs attention|caution|some delay",
        "off_track": "blocked|behind|late|overdue|stalled|critical|missed",
        "not_started": "new|proposed|not initiated|tbd|scheduled",
        "": "unavailable|unknown|n/a|na|none|no status|#n/a|not applicable|not available",
    }
}
_SPACE = re.compile(r"[\s_]+")


def folded(text: str) -> str:
    """A word as it is compared: no case, no doubled blanks, no full stop."""
    return _SPACE.sub(" ", text).strip(" .:;-–—").casefold()


def _table(words: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        vocabulary: {word: meaning for meaning, several in entries.items() for word in several.split("|")}
        for vocabulary, entries in words.items()
    }


_CERTAIN, _LIKELY = _table(CERTAIN), _table(LIKELY)
for _vocabulary, _labels in LABELS.items():
    _CERTAIN[_vocabulary] |= {folded(label): key for key, label in _labels.items()}


def certain(vocabulary: str, text: str) -> str | None:
    """What a word means beyond doubt; None where somebody has to say."""
    return _CERTAIN[vocabulary].get(folded(text))


def likely(vocabulary: str, text: str) -> str | None:
    """What to propose where somebody has to say; "" is “leave it empty”."""
    return _LIKELY.get(vocabulary, {}).get(folded(text))
