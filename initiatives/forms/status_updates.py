"""Forms in which a person says how an initiative stands."""

from typing import Any

from django import forms

from initiatives.models import Initiative, Status, StatusUpdate
from initiatives.models.status_update import TEXT_LIMIT
from web.forms import NOT_STORED, Day, Hidden, LongText, PageForm
from web.markdown import HINT

WORDS = ("status", "review_date", "percent", "happened", "next_steps", "help_needed")


class StatusUpdateForm(PageForm):
    """A new update. `version` is the latest one when the form was drawn; a newer one is shown before publishing."""

    status = forms.ChoiceField(
        choices=Status.choices, widget=forms.RadioSelect, label="Status", help_text="How it stands today."
    )
    review_date = Day(
        required=False, label="If on hold: look at it again by",
        help_text="Until that day has passed, it needs nobody’s attention.",
    )  # fmt: skip
    percent = forms.IntegerField(
        min_value=0, max_value=100, required=False, label="Percent done",
        help_text="Your own estimate, 0 to 100. Leave it empty if you have none.",
    )  # fmt: skip
    happened = LongText(
        max_length=TEXT_LIMIT, label="What happened", rows=3,
        help_text=f"One sentence is enough, for somebody who was not there. {HINT}",
    )  # fmt: skip
    next_steps = LongText(max_length=TEXT_LIMIT, required=False, label="What is next", rows=2)
    help_needed = LongText(
        max_length=TEXT_LIMIT, required=False, label="What help is needed", rows=2,
        help_text="Leadership reads this first.",
    )  # fmt: skip
    version = forms.IntegerField(widget=Hidden, required=False)

    def __init__(self, *args: Any, row: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        latest = row.latest_update
        if latest is not None:
            self.initial.update({name: getattr(latest, name) for name in ("status", "review_date", "percent")})

    def version_of(self, row: Initiative | StatusUpdate) -> int | None:
        """The latest update that was seen; None where there was none."""
        return row.pk if isinstance(row, StatusUpdate) else row.latest_update_id

    def stored(self, row: Initiative | StatusUpdate, name: str) -> Any:
        """A new update stands beside the earlier ones and replaces none."""
        return NOT_STORED


class StatusCorrectionForm(PageForm):
    """Mends an update. Status and percent are offered only while a mis-click may be turned round."""

    status = forms.ChoiceField(choices=Status.choices, widget=forms.RadioSelect, label="Status")
    review_date = Day(required=False, label="If on hold: look at it again by")
    percent = forms.IntegerField(min_value=0, max_value=100, required=False, label="Percent done")
    happened = LongText(max_length=TEXT_LIMIT, required=False, label="What happened", rows=3)
    next_steps = LongText(max_length=TEXT_LIMIT, required=False, label="What is next", rows=2)
    help_needed = LongText(max_length=TEXT_LIMIT, required=False, label="What help is needed", rows=2)
    reason = forms.CharField(
        max_length=2_000, label="What is corrected, and why", help_text="Both texts stay in the history."
    )

    def __init__(self, *args: Any, update: StatusUpdate, may_turn: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(update, name) for name in WORDS} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if not may_turn:
            del self.fields["status"], self.fields["review_date"], self.fields["percent"]
