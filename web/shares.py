"""How a share is said in per cent, on pages, in reports, files and mails."""


def percent(part: float, whole: float) -> int | None:
    """Rounded, but 100 only when it is all and 0 only when it is none; None where there is nothing to share."""
    if not whole:
        return None
    if not 0 < part < whole:
        return round(100 * part / whole)
    return min(99, max(1, round(100 * part / whole)))
