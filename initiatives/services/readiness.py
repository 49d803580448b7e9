"""A rule for changes of a plan: it runs only when everything open in it has an owner."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from goals.models import Plan
from initiatives.selectors.readiness import gaps_of

NAMED = 5  # of what is missing in one sentence


def refuse_unready(plan: Plan, wanted: Plan) -> None:
    """Raises ValidationError, naming what is missing, where a plan would begin to run without it (rule R25)."""
    if wanted.state != Plan.State.ACTIVE or plan.state == Plan.State.ACTIVE:
        return
    gaps = gaps_of(plan)
    label = plan.goal_label.lower()
    sentences = []
    if gaps.is_empty:
        sentences.append(f"It has no {label} yet.")
    if gaps.without_initiative:
        sentences.append(f"Without an initiative: {_named(gaps.without_initiative)}.")
    if gaps.without_owner:
        sentences.append(f"Without an owner: {_named(gaps.without_owner)}.")
    if sentences:
        raise ValidationError({"state": f"State: the plan cannot become active yet. {' '.join(sentences)}"})


def _named(rows: Sequence[Any]) -> str:
    """The first of them by name, and how many more."""
    more = len(rows) - NAMED
    return "; ".join(str(row) for row in rows[:NAMED]) + (f", and {more} more" if more > 0 else "")
