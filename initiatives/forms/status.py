"""Forms by which people say how things stand."""

from typing import Any

from django import forms

from initiatives.models import Status
from initiatives.models.status_update import TEXT_LIMIT


def words(label: str, help_text: str = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"{label}: shorten this to {TEXT_LIMIT:,} characters; it has %(show_value)d."},
    )


class StatusUpdateForm(forms.Form):
    """One update. `seen_update` is the latest when the form was drawn; `submission` makes sending twice harmless."""

    status = forms.ChoiceField(
        choices=Status.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Status: choose how the initiative stands.",
            "invalid_choice": "Status: “%(value)s” is not one of the choices.",
        },
    )
    percent = forms.IntegerField(
        label="Percent done",
        required=False,
        min_value=0,
        max_value=100,
        help_text="Your own estimate, 0 to 100. Leave it empty if you have none.",
        error_messages={
            "invalid": "Percent done: enter a whole number.",
            "min_value": "Percent done: enter a number from 0 to 100.",
            "max_value": "Percent done: enter a number from 0 to 100.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    happened = words("What happened", "In a sentence or two, for somebody who was not there.")
    next_steps = words("What is next", rows=3)
    help_needed = words("What help is needed", "Leadership reads this first.", rows=3)
    seen_update = forms.IntegerField(required=False, widget=forms.HiddenInput)
    submission = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def words(self) -> dict[str, Any]:
        names = ("status", "percent", "happened", "next_steps", "help_needed")
        return {name: self.cleaned_data[name] for name in names}


class CorrectionForm(StatusUpdateForm):
    """The same words again, and why they are corrected."""

    reason = forms.CharField(
        label="Why is it corrected?",
        max_length=2_000,
        widget=forms.TextInput,
        error_messages={"required": "Why is it corrected?: say it in a few words. Both texts stay in the history."},
    )
    field_order = ["status", "percent", "happened", "next_steps", "help_needed", "reason"]
