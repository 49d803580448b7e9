"""Sample values for templates/_components/gallery.html: every component in every state. No database."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any

from django import forms
from django.core.paginator import Paginator

from web.forms import FilterForm, Sentences
from web.templatetags.ui import STATUS_LABELS, status_segments

TODAY = date(2026, 11, 24)


class SampleUpdateForm(Sentences, forms.Form):
    status = forms.ChoiceField(
        choices=list(STATUS_LABELS.items())[:6],
        widget=forms.RadioSelect,
        help_text="How the initiative stands today.",
    )
    percent = forms.IntegerField(min_value=0, max_value=100, help_text="0 to 100.")
    due_date = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    department = forms.ChoiceField(choices=[("", "Choose one"), ("STR", "Streets"), ("LI", "Licenses and Inspections")])
    happened = forms.CharField(label="What happened", widget=forms.Textarea(attrs={"rows": 3}))
    priorities = forms.MultipleChoiceField(
        choices=[("safer", "Safer"), ("cleaner", "Cleaner"), ("greener", "Greener")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    public = forms.BooleanField(label="Show to residents", required=False, help_text="On the public report.")


class SampleFilterForm(FilterForm):
    q = forms.CharField(label="Search", required=False)
    status = forms.ChoiceField(choices=[("", "Any"), *STATUS_LABELS.items()], required=False)
    department = forms.ChoiceField(choices=[("", "Any"), ("STR", "Streets")], required=False)
    late = forms.BooleanField(label="Late only", required=False)


def _update(**changes: Any) -> Sample:
    values: dict[str, Any] = {
        "pk": None,
        "status": "on_track",
        "percent": 60,
        "author": Sample(name="Initiative owner"),
        "recorded_at": datetime(2026, 11, 20, 14, 3, tzinfo=UTC),
        "channel": "web",
        "get_channel_display": "the web",
        "happened": "The contract is **signed**.\n\n- 40 of 60 sites surveyed\n- training has begun",
        "next_steps": "Install the first ten sites.",
        "help_needed": "",
        "corrects": None,
        "reason": "",
    }
    return Sample(**values | changes)


def sample() -> dict[str, Any]:
    counts = dict(zip(STATUS_LABELS, [9, 14, 6, 3, 2, 5, 1, 4], strict=True))
    filled = {"status": "lost", "percent": "140", "due_date": "soon", "department": "", "happened": ""}
    wrong = SampleUpdateForm({f"wrong-{key}": value for key, value in filled.items()}, prefix="wrong")
    pages = Paginator(range(1, 251), 20)
    return {
        "today": TODAY,
        "statuses": list(STATUS_LABELS),
        "segments": status_segments(counts),
        "one_segment": status_segments({"on_track": 3}),
        "no_segments": [],
        "marks": [Sample(x=20, state="done"), Sample(x=45, state="late"), Sample(x=70, state="open")],
        "rows": [
            ("1.1", "Endpoint protection on every City computer", "on_track", 3, 5, date(2027, 3, 31), "OIT", 10, 60),
            ("2.3", "Free wireless in recreation centers, with a long title that has to wrap somewhere", "off_track",
             1, 6, date(2026, 10, 14), "Parks & Recreation", 0, 50),
            ("3.2", "Permits online", "at_risk", 2, 4, date(2026, 12, 2), "L&I", 30, 45),
            ("4.4", "Second data center", "no_current_update", 0, 0, None, "OIT", 40, 60),
        ],
        "person": "Plan manager",
        "days": [TODAY + timedelta(days=n) for n in (-41, -1, 0, 1, 12, 97)],
        "form": SampleUpdateForm(prefix="clean"),
        "differences": [{"label": "Title", "saved": "Free wireless in parks", "mine": "Free wireless in all parks"}],
        "wrong_form": wrong,
        "filter_form": SampleFilterForm(auto_id="filter_%s"),
        "chips": [{"label": "Status: At risk", "href": "?"}, {"label": "Department: Streets", "href": "?"}],
        "facts": [
            {"label": "Owner", "value": "Initiative owner"},
            {"label": "Lead department", "value": "Streets", "href": "#"},
            {"label": "Due", "value": "31 Mar 2027"},
            {"label": "Strategy", "value": None},
        ],
        "figures": [
            {"label": "Initiatives", "value": 44},
            {"label": "With a current update", "value": 37, "of": 44},
            {"label": "Late milestones", "value": 6, "href": "#"},
        ],
        "downloads": [{"label": "CSV", "href": "#csv"}, {"label": "XLSX", "href": "#xlsx"}],
        "breadcrumb": [
            {"label": "Plan", "href": "#"},
            {"label": "Digital Equity and Resident Services", "href": "#"},
            {"label": "2.3 Free wireless"},
        ],
        "updates": [
            (_update(), False, False),
            (_update(status="at_risk", percent=40, corrects=object(), reason="The percent was typed wrong.",
                     channel="email", get_channel_display="e-mail link", help_needed="A second network engineer."),
             False, False),
            (_update(status="off_track", percent=None, happened="", next_steps="", channel="api",
                     get_channel_display="the API"), True, True),
        ],
        "history": [
            Sample(what="Due date moved", who="Plan manager", at=datetime(2026, 11, 3, 9, 12, tzinfo=UTC), channel="",
                   changes=[{"label": "Due", "old": "30 Sep 2026", "new": "31 Mar 2027"},
                            {"label": "Owner", "old": "", "new": "Initiative owner"}], reason="Supply chain."),
            Sample(what="Initiative created", who="", at=datetime(2025, 7, 1, 8, 0, tzinfo=UTC), channel="import",
                   changes=[], reason=""),
        ],
        "page": pages.page(7),
        "short_page": Paginator(range(3), 20).page(1),
        "alerts": ["info", "success", "warning", "error"],
    }  # fmt: skip
