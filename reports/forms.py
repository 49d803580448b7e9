"""What people type about a report."""

from functools import cache
from typing import Any

from django import forms
from django.db import models

from reports.content.rows import TYPED
from reports.models import SUMMARY_LIMIT
from reports.workflow.corrections import Key, by_key, next_rows
from reports.workflow.live_fields import is_required, live_field, told
from reports.workflow.selectors import Report
from web.forms import NOT_STORED, Day, FilterForm, Hidden, LongText, PageForm
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
        label="Reason", max_length=2_000, rows=3,
        help_text="Everybody who reads the next revision sees it.",
    )  # fmt: skip


class CorrectionForm(ReportForm):
    """Every value of one row of a reopened report, each as its live field would take it."""

    reason = LongText(
        label="Reason", max_length=2_000, rows=2,
        help_text="Everybody who reads the next revision sees it, with what was told before.",
    )  # fmt: skip

    def __init__(self, *args: Any, key: Key, **kwargs: Any) -> None:
        self.key = key
        self.rows_of = cache(lambda report: by_key(next_rows(report)))
        values = {name: _field(key.kind, name) for name in TYPED[key.kind]}
        self.base_fields = values | self.base_fields  # type: ignore[misc] # this form's own, as Django reads them
        super().__init__(*args, **kwargs)

    def stored(self, row: Report, name: str) -> Any:
        """What the next revision would tell now."""
        held = self.rows_of(row).get(self.key)
        return told(held, name) if name in TYPED[self.key.kind] and held is not None else NOT_STORED


def _field(kind: str, name: str) -> forms.Field:
    live = live_field(kind, name)
    about: dict[str, Any] = {"label": TYPED[kind][name], "required": is_required(name)}
    if isinstance(live, models.DateField):
        return Day(**about)
    if isinstance(live, models.TextField):
        hint = "One on each line, as the report names them." if name == "priorities" else ""
        return LongText(max_length=live.max_length, rows=2, help_text=hint, **about)
    found: forms.Field = live.formfield(**about)
    return found


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
