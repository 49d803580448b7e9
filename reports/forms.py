"""What people type about a report."""

from typing import Any

from django import forms

from reports.models import SUMMARY_LIMIT
from web.markdown import HINT

FILE_LIMIT = 25 * 1024 * 1024  # bytes


class SummaryForm(forms.Form):
    """Leadership's summary, in Markdown."""

    text = forms.CharField(
        label="Summary",
        required=False,
        max_length=SUMMARY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=f"What leadership wants said about the quarter; residents read it once published. {HINT}",
    )


class ReopenForm(forms.Form):
    """Why a completed report is opened again."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everybody who reads the next revision sees it.",
    )


class VerifyForm(forms.Form):
    """A hash or a file."""

    hash = forms.CharField(
        label="Hash", required=False, max_length=100, help_text="64 letters and digits, from a cover or a file."
    )
    file = forms.FileField(label="File", required=False, help_text="A report that was downloaded here.")

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        file = told.get("file")
        if not file and not told.get("hash", "").strip() and not self.errors:
            raise forms.ValidationError("Give a hash or choose a file.")
        if file and file.size > FILE_LIMIT:
            self.add_error("file", "File: it is larger than 25 MB, so it is none of ours.")
        return told


class CompareForm(forms.Form):
    """Two frozen quarters of a plan."""

    before = forms.ChoiceField(label="From")
    after = forms.ChoiceField(label="To")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("before", "after"):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
