"""What people can say on the message pages."""

from typing import Any

from django import forms

from goals.models import Plan
from goals.rules import among_managed
from initiatives.models import Status
from initiatives.models.status_update import TEXT_LIMIT
from outbox.models import KIND_LABELS, Message
from people.models import User
from reminders.kinds import KINDS
from reminders.models import OneOff, Subscription
from reminders.selectors.recipients import stand_ins
from web.forms import Day, FilterForm, LongText, PageForm, Search


class MessageFilterForm(FilterForm):
    state = forms.ChoiceField(label="State", choices=[("", "All"), *Message.State.choices], required=False)
    kind = forms.ChoiceField(label="Kind of mail", choices=lambda: [("", "All"), *KIND_LABELS.items()], required=False)
    who = Search(label="Person")


class SettleForm(PageForm):
    """What became of a message that nobody can know about."""

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

    def __init__(self, *args: Any, row: Message, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row.state == Message.State.FAILED:
            decision: Any = self.fields["decision"]
            decision.choices = decision.choices[1:]

    def version_of(self, row: Message) -> int:
        """Every claim and every decision moves the fence."""
        return row.fence


class HoldForm(PageForm):
    """Why all sending is held."""

    reason = forms.CharField(label="Why no mail may go out", max_length=300)


class ReleaseForm(PageForm):
    """What becomes of mails that may have gone out before data were brought back; nothing is asked where none may."""

    decision = forms.ChoiceField(
        label="What became of them",
        choices=[("arrived", "They went out: do not send them"), ("send", "They did not go out: send them")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            del self.fields["decision"]


class EscalationForm(PageForm):
    """Working days a milestone is late until others hear of it; empty: never."""

    liaison_after = forms.IntegerField(
        label="Tell the liaison after", required=False, help_text="Working days late. Empty: never."
    )
    managers_after = forms.IntegerField(
        label="Tell the plan managers after", required=False, help_text="Working days late. Empty: never."
    )


class PreferencesForm(PageForm):
    """What a person wants to hear, and who stands in while they are away."""

    kinds = forms.MultipleChoiceField(
        label="Tell me when",
        choices=[(kind.name, kind.label) for kind in KINDS.values()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Account mails, such as a password reset, always reach you.",
    )
    away_from = Day(label="Away from", required=False)
    away_until = Day(label="Away until", required=False, help_text="The last day you are away.")
    delegate = forms.ModelChoiceField(
        label="Who stands in for you",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody: it waits until I am back",
        help_text="They get your reminders and may answer them from the mail, in your place, until you are back.",
    )

    def __init__(self, *args: Any, row: Subscription, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        delegate: Any = self.fields["delegate"]
        delegate.queryset = stand_ins(row.person).order_by("name", "pk")

    def stored(self, row: Subscription, name: str) -> Any:
        """The kinds that are heard; the row holds those that are not."""
        return [kind for kind in KINDS if kind not in row.muted_kinds] if name == "kinds" else super().stored(row, name)

    def muted(self) -> list[str]:
        return [name for name in KINDS if name not in self.cleaned_data["kinds"]]


class StatusAnswerForm(PageForm):
    """A new status and a sentence, from a link in a mail."""

    status = forms.ChoiceField(label="Status", choices=Status.choices, widget=forms.RadioSelect)
    happened = LongText(label="What happened", required=False, max_length=TEXT_LIMIT)


class MilestoneAnswerForm(PageForm):
    """Move a milestone, from a link in a mail."""

    due_date = Day(label="New due date")
    reason = forms.CharField(label="Why it moves", max_length=500)


class OwnerAnswerForm(PageForm):
    """Why somebody will not own an initiative, from a link in a mail.

    Whom they propose stands in their words: a list of everybody's names is for who is signed in.
    """

    reason = forms.CharField(label="Reason", max_length=2_000, help_text="Everybody can read it.")


class PlainAnswerForm(PageForm):
    """Nothing to type: the button says it all."""


class OneOffForm(PageForm):
    """A message to many."""

    plan = forms.ModelChoiceField(
        Plan.objects.filter(state=Plan.State.ACTIVE, deleted_at__isnull=True), label="Plan", empty_label=None
    )
    audiences = forms.MultipleChoiceField(
        label="To", choices=OneOff.Audience.choices, widget=forms.CheckboxSelectMultiple
    )
    subject = forms.CharField(label="Subject", max_length=150)
    text = LongText(label="Text", rows=8, max_length=10_000)
    send_on = Day(label="Send on", help_text="Today: at once. Another day: at 9:00.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offers the plans that this user manages."""
        super().__init__(*args, user=user, **kwargs)
        plan: Any = self.fields["plan"]
        plan.queryset = plan.queryset.filter(among_managed(user, "pk"))
