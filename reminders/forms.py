"""What people can say on the message pages."""

from typing import Any

from django import forms

from goals.models import Plan
from initiatives.models import Status
from initiatives.models.status_update import TEXT_LIMIT
from outbox.models import KIND_LABELS, Message
from people.models import User
from reminders.kinds import KINDS
from reminders.models import OneOff, Subscription
from reminders.selectors.recipients import stand_ins

DAY = {"type": "date"}


class MessageFilterForm(forms.Form):
    state = forms.ChoiceField(label="State", choices=[("", "All"), *Message.State.choices], required=False)
    kind = forms.ChoiceField(label="Kind of mail", choices=lambda: [("", "All"), *KIND_LABELS.items()], required=False)
    who = forms.CharField(label="Person", required=False, max_length=150)


class SettleForm(forms.Form):
    decision = forms.ChoiceField(
        label="What became of it",
        choices=[
            ("arrived", "It arrived: mark it as sent"),
            ("send", "It did not arrive: send it again"),
            ("drop", "Let it go"),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="How you know", max_length=300, required=False)

    def __init__(self, *args: Any, failed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if failed:
            decision: Any = self.fields["decision"]
            decision.choices = decision.choices[1:]


class HoldForm(forms.Form):
    reason = forms.CharField(label="Why no mail may go out", max_length=300)


class EscalationForm(forms.Form):
    """Working days a milestone is late until others hear of it; empty: never."""

    liaison_after = forms.IntegerField(
        label="Tell the liaison after", required=False, help_text="Working days late. Empty: never."
    )
    managers_after = forms.IntegerField(
        label="Tell the plan managers after", required=False, help_text="Working days late. Empty: never."
    )


class PreferencesForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label="Tell me when",
        choices=[(kind.name, kind.label) for kind in KINDS.values()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Account mails, such as a password reset, always reach you.",
    )
    away_from = forms.DateField(label="Away from", required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    away_until = forms.DateField(
        label="Away until",
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text="The last day you are away.",
    )
    delegate = forms.ModelChoiceField(
        label="Who stands in for you",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody: it waits until I am back",
        help_text="They get your reminders and may answer them from the mail, in your place, until you are back.",
    )

    def __init__(self, *args: Any, person: User, row: Subscription | None, **kwargs: Any) -> None:
        muted = set(row.muted_kinds) if row else set()
        initial = {
            "kinds": [name for name in KINDS if name not in muted],
            "away_from": row.away_from if row else None,
            "away_until": row.away_until if row else None,
            "delegate": row.delegate_id if row else None,
        }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        delegate: Any = self.fields["delegate"]
        delegate.queryset = stand_ins(person).order_by("name", "pk")

    def muted(self) -> list[str]:
        return [name for name in KINDS if name not in self.cleaned_data["kinds"]]


class StatusAnswerForm(forms.Form):
    """A new status and a sentence, from a link in a mail."""

    status = forms.ChoiceField(label="Status", choices=Status.choices, widget=forms.RadioSelect)
    happened = forms.CharField(
        label="What happened", widget=forms.Textarea(attrs={"rows": 4}), required=False, max_length=TEXT_LIMIT
    )


class MilestoneAnswerForm(forms.Form):
    """Move a milestone, from a link in a mail."""

    due_date = forms.DateField(label="New due date", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    reason = forms.CharField(label="Why it moves", max_length=500)


class PlainAnswerForm(forms.Form):
    """Nothing to type: the button says it all."""


class OneOffForm(forms.Form):
    plan = forms.ModelChoiceField(label="Plan", queryset=Plan.objects.none(), empty_label=None)
    audiences = forms.MultipleChoiceField(
        label="To", choices=OneOff.Audience.choices, widget=forms.CheckboxSelectMultiple
    )
    subject = forms.CharField(label="Subject", max_length=150)
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 8}), max_length=10_000)
    send_on = forms.DateField(
        label="Send on",
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text="Today: at once. Another day: at 9:00.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan: Any = self.fields["plan"]
        plan.queryset = Plan.objects.filter(state=Plan.State.ACTIVE, deleted_at__isnull=True)
