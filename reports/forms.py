"""What people type about a report."""

from typing import Any

from django import forms

from reports.models import SUMMARY_LIMIT
from reports.workflow.selectors import Report
from web.forms import NOT_STORED, FilterForm, Hidden, LongText, PageForm
from web.markdown import HINT

FILE_LIMIT = 25 * 1024 * 1024  # bytes


class ReportForm(PageForm):
    """One button on a report. `version` is the last act that was seen on it; each act is a row of its own."""

    version = forms.IntegerField(widget=Hidden, required=False)

    def version_of(self, row: Report) -> int:
        """The last act on the report; 0 where there is none."""
        return row.last_act_id

    def stored(self, row: Report, name: str) -> Any:
        """The summary as it was written last."""
        return row.workflow().summary if name == "text" else NOT_STORED


class SummaryForm(ReportForm):
    """Leadership's summary, in Markdown."""

    text = LongText(
        label="Summary", required=False, max_length=SUMMARY_LIMIT, rows=8,
        help_text=f"What leadership wants said about the quarter; residents read it once published. {HINT}",
    )  # fmt: skip


class ReopenForm(ReportForm):
    """Why a completed report is opened again."""

    reason = LongText(
        label="Reason", required=False, max_length=2_000, rows=3,
        help_text="Everybody who reads the next revision sees it.",
    )  # fmt: skip


class VerifyForm(PageForm):
    """A hash or a file. It keeps nothing, and strangers may ask too."""

    hash = forms.CharField(
        label="Hash", required=False, max_length=100, help_text="64 letters and digits, from a cover or a file."
    )
    file = forms.FileField(label="File", required=False, help_text="A report that was downloaded here.")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        file = given.get("file")
        if not file and not given.get("hash", "").strip() and not self.errors:
            raise forms.ValidationError("Give a hash or choose a file.")
        if file and file.size > FILE_LIMIT:
            self.add_error("file", "File: it is larger than 25 MB, so it is none of ours.")
        return given


class CompareForm(FilterForm):
    """Two frozen quarters of a plan."""

    before = forms.ChoiceField(label="From")
    after = forms.ChoiceField(label="To")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.choices = choices  # type: ignore[attr-defined] # both are choices
