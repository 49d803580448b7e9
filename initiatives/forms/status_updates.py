"""Forms in which a person says how an initiative stands."""

from typing import Any

from django import forms

from initiatives.models import Initiative, Status, StatusUpdate
from initiatives.models.status_update import TEXT_LIMIT
from people.models import User
from web.forms import Day, PageForm, Words
from web.markdown import HINT

WORDS = ("status", "review_date", "percent", "happened", "next_steps", "help_needed")


class StatusUpdateForm(PageForm):
    """A new update. `seen_update` is the latest one when the form was drawn; a newer one is shown before publishing."""

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
    happened = Words(
        max_length=TEXT_LIMIT, label="What happened", rows=3,
        help_text=f"One sentence is enough, for somebody who was not there. {HINT}",
    )  # fmt: skip
    next_steps = Words(max_length=TEXT_LIMIT, required=False, label="What is next", rows=2)
    help_needed = Words(
        max_length=TEXT_LIMIT, required=False, label="What help is needed", rows=2,
        help_text="Leadership reads this first.",
    )  # fmt: skip
    seen_update = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, initiative: Initiative, user: User, **kwargs: Any) -> None:
        latest = initiative.latest_update
        initial: dict[str, Any] = {"seen_update": initiative.latest_update_id}
        if latest is not None:
            initial |= {name: getattr(latest, name) for name in ("status", "review_date", "percent")}
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, user=user, **kwargs)

    def see(self, update: StatusUpdate) -> None:
        """The next press publishes beside this newer update."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form holds a QueryDict
        data["seen_update"] = str(update.pk)
        self.data = data


class StatusCorrectionForm(PageForm):
    """Mends an update. Status and percent are offered only while a mis-click may be turned round."""

    status = forms.ChoiceField(choices=Status.choices, widget=forms.RadioSelect, label="Status")
    review_date = Day(required=False, label="If on hold: look at it again by")
    percent = forms.IntegerField(min_value=0, max_value=100, required=False, label="Percent done")
    happened = Words(max_length=TEXT_LIMIT, required=False, label="What happened", rows=3)
    next_steps = Words(max_length=TEXT_LIMIT, required=False, label="What is next", rows=2)
    help_needed = Words(max_length=TEXT_LIMIT, required=False, label="What help is needed", rows=2)
    reason = forms.CharField(
        max_length=2_000, label="What is corrected, and why", help_text="Both texts stay in the history."
    )

    def __init__(self, *args: Any, update: StatusUpdate, may_turn: bool, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(update, name) for name in WORDS} | kwargs.get("initial", {})
        super().__init__(*args, user=user, **kwargs)
        if not may_turn:
            del self.fields["status"], self.fields["review_date"], self.fields["percent"]
