"""What people type about one initiative, its milestones, commitments and updates, and whom its work goes to."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from goals.models import Goal, Plan, Priority, Strategy
from goals.rules import among_managed, managed
from initiatives.models import (
    Alignment,
    Contribution,
    Initiative,
    Milestone,
    OwnerRequest,
    Status,
    StatusUpdate,
)
from initiatives.models.status_update import TEXT_LIMIT
from people.models import Department, User, works_in
from web.forms import NOT_STORED, Day, FilterForm, Hidden, LongText, PageForm
from web.markdown import HINT

REASON = "Needed when the due date moves. The first date stays on record."


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    """One active person, or nobody. A form says to whom it offers them."""

    def __init__(self, *, required: bool = False, **more: Any) -> None:
        super().__init__(User.objects.none(), required=required, **more)

    def offer(self, user: User, kept: int | None = None, *, of: Any) -> None:
        """Whom this user knows in the plan of `of`, and who is there now: saving must not force a new choice."""
        self.queryset = User.objects.filter(Q(user.knows(of=of), is_active=True) | Q(pk=kept))


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    """Several active people. A form says to whom it offers them."""

    def __init__(self, **more: Any) -> None:
        widget = forms.SelectMultiple(attrs={"size": 6})
        super().__init__(User.objects.none(), required=False, widget=widget, **more)

    def offer(self, user: User, kept: Collection[int] = (), *, of: Any) -> None:
        """As of one person."""
        self.queryset = User.objects.filter(Q(user.knows(of=of), is_active=True) | Q(pk__in=kept))


class MilestoneForm(PageForm):
    """What a person may say of a milestone; of one that exists also why its date moves."""

    title = forms.CharField(max_length=300, label="Milestone")
    due_date = Day(required=False, label="Due date")
    owner = PersonField(label="Who", empty_label="The initiative’s owner")
    department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), required=False, label="Department", empty_label="None"
    )
    reason = forms.CharField(max_length=2_000, required=False, label="Reason for a moved date", help_text=REASON)

    def __init__(
        self, *args: Any, user: User, initiative: Initiative, row: Milestone | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, user=user, row=row, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].offer(user, row.owner_id if row else None, of=initiative)
        if row is None:
            del fields["reason"]


class MilestoneDoneForm(PageForm):
    """When a milestone was met; empty means today."""

    completed_date = Day(required=False, label="Completed on", help_text="Leave it empty for today.")


class ReasonForm(PageForm):
    """Why, where a why is welcome but not demanded."""

    reason = forms.CharField(max_length=2_000, required=False, label="Note", help_text="Everybody can read it.")


class UpdateRequestForm(PageForm):
    """Nothing to type: that it is asked says all."""


class NeededReasonForm(PageForm):
    """Why, where the history must say it."""

    reason = forms.CharField(max_length=2_000, label="Reason", help_text="Kept in the history.")


class OwnerDeclineForm(PageForm):
    """Why somebody will not own an initiative, and who should instead."""

    BESIDE = frozenset()
    reason = forms.CharField(max_length=2_000, label="Reason", help_text="Everybody can read it.")
    proposed = PersonField(label="Somebody else you propose", empty_label="Nobody")

    def __init__(self, *args: Any, user: User, row: OwnerRequest, **kwargs: Any) -> None:
        super().__init__(*args, user=user, row=row, **kwargs)
        field: Any = self.fields["proposed"]
        field.offer(user, of=row.initiative)
        field.queryset = field.queryset.exclude(pk=row.person_id)

    def stored(self, row: OwnerRequest, name: str) -> Any:
        """What was answered meanwhile, in another tab."""
        answer = getattr(row, "answer", None)
        return getattr(answer, "proposed_id" if name == "proposed" else name, None if name == "proposed" else "")


class CommitmentProposeForm(PageForm):
    """What is asked of a department."""

    department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), label="Department", empty_label="Choose one"
    )
    what = forms.CharField(
        max_length=500, label="What", help_text="What the department is to do, such as “Two staff for testing”."
    )
    due_date = Day(required=False, label="Due date")

    def __init__(self, *args: Any, only: Collection[int] | None, **kwargs: Any) -> None:
        """`only`: the departments this person may speak for; None for all."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["department"]
        if only is not None:
            field.queryset = field.queryset.filter(pk__in=only)
            field.help_text = "You can propose what a department of yours promises."


class CommitmentOfferForm(PageForm):
    """What a department would rather do than what it was asked; shown as it was asked, to be changed."""

    due_date = Day(required=False, label="Date you can keep")
    department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), label="Department that should do it", empty_label=None
    )
    reason = forms.CharField(max_length=2_000, label="Reason", help_text="Whoever asked reads it.")


class CommitmentMoveForm(PageForm):
    """Another due date."""

    due_date = Day(required=False, label="New due date")
    reason = forms.CharField(max_length=2_000, required=False, label="Reason for a moved date", help_text=REASON)


class StatusUpdateForm(PageForm):
    """A new update. `version` is the latest one when the form was drawn; a newer one is shown before publishing.

    `draft` is the fingerprint of the draft it was filled from; it changes as the browser saves what is typed.
    """

    HIDDEN = PageForm.HIDDEN | {"draft"}
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
    draft = forms.CharField(widget=Hidden, required=False)

    def __init__(self, *args: Any, row: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row.latest_update_id is not None:  # read only where it is drawn
            self.initial.update({name: partial(_said, row, name) for name in ("status", "review_date", "percent")})

    def version_of(self, row: Initiative | StatusUpdate) -> int | None:
        """The latest update that was seen; None where there was none."""
        return row.pk if isinstance(row, StatusUpdate) else row.latest_update_id

    def stored(self, row: Initiative | StatusUpdate, name: str) -> Any:
        """A new update stands beside the earlier ones and replaces none."""
        return NOT_STORED


def _said(row: Initiative, name: str) -> Any:
    return getattr(row.latest_update, name)


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
    version = forms.IntegerField(widget=Hidden, required=False)  # without one, the address says which was seen

    def __init__(self, *args: Any, may_turn: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_turn:
            del self.fields["status"], self.fields["review_date"], self.fields["percent"]

    def version_of(self, row: StatusUpdate) -> int:
        """The update itself: it never changes, a correction is a new one."""
        return row.pk


class InitiativeTextForm(PageForm):
    """Title and summary, for owner and contributors."""

    title = forms.CharField(max_length=200, label="Title")
    summary = LongText(max_length=20_000, required=False, label="Summary", help_text=HINT, rows=6)


class InitiativeForm(InitiativeTextForm):
    """Everything, for plan managers."""

    field_order = ("number", "title", "summary")
    number = forms.CharField(max_length=20, label="Number", help_text="Unique in the plan, such as 2.3.")
    goal = forms.ModelChoiceField(Goal.objects.none(), empty_label="Choose one")
    strategy = forms.ModelChoiceField(Strategy.objects.none(), required=False, label="Strategy", empty_label="None")
    owner = PersonField(label="Owner", empty_label="No owner yet")
    contributors = PeopleField(label="Contributors", help_text="Of a list, hold Ctrl (⌘ on a Mac) to choose several.")
    lead_department = forms.ModelChoiceField(
        Department.objects.filter(deleted_at__isnull=True), required=False, label="Lead department", empty_label="None"
    )
    start_date = Day(label="Start date")
    due_date = Day(required=False, label="Due date")
    horizon = forms.ChoiceField(choices=Initiative.Horizon.choices, required=False, label="Horizon")
    audience = forms.ChoiceField(choices=Initiative.Audience.choices, label="Audience")
    visibility = forms.ChoiceField(choices=Initiative.Visibility.choices, label="Visibility")
    priorities = forms.ModelMultipleChoiceField(
        Priority.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Priorities it serves"
    )
    source = forms.CharField(max_length=500, required=False, label="Source", help_text="A link or a document.")
    reason = forms.CharField(max_length=2_000, required=False, label="Reason for a moved date", help_text=REASON)

    def __init__(self, *args: Any, user: User, plan: Plan, row: Initiative | None = None, **kwargs: Any) -> None:
        """Offers only what belongs to the plan."""
        if row is None:
            kwargs["initial"] = {
                "start_date": plan.start_date, "audience": Initiative.Audience.RESIDENTS,
                "visibility": Initiative.Visibility.PUBLIC,
            } | kwargs.get("initial", {})  # fmt: skip
        super().__init__(*args, user=user, row=row, **kwargs)
        fields: dict[str, Any] = self.fields
        alive = Goal.objects.filter(plan=plan, deleted_at__isnull=True)
        fields["goal"].queryset, fields["goal"].label = alive, plan.goal_label
        fields["strategy"].queryset = Strategy.objects.filter(goal__in=alive, deleted_at__isnull=True)
        fields["priorities"].queryset = Priority.objects.filter(plan=plan, deleted_at__isnull=True)
        fields["owner"].offer(user, row.owner_id if row else None, of=plan)
        fields["contributors"].offer(user, self.initial["contributors"] if row else (), of=plan)
        if row is None:
            del fields["reason"]

    def stored(self, row: Initiative, name: str) -> Any:
        """Contributors and priorities are kept beside the row: their keys."""
        if name == "contributors":
            held = Contribution.objects.filter(initiative_id=row.pk, recorded_until__isnull=True)
            return list(held.values_list("person_id", flat=True))
        if name == "priorities":
            served = Alignment.objects.filter(initiative_id=row.pk, recorded_until__isnull=True)
            return list(served.values_list("priority_id", flat=True))
        return super().stored(row, name)


class OverrideForm(PageForm):
    """Show another status than the computed one."""

    BESIDE = frozenset()
    status = forms.ChoiceField(choices=Status.choices, widget=forms.RadioSelect, label="Status to show")
    reason = LongText(max_length=2_000, label="Reason", help_text="Shown beside the status.", rows=2)

    def stored(self, row: Initiative, name: str) -> Any:
        """The override that is shown now."""
        return getattr(row, f"override_{name}")


def known_where_managed(user: User) -> "QuerySet[User]":
    """Everybody; of whoever manages some plans alone who has a role there or everywhere."""
    people = User.objects.all()
    return people if managed(user) is None else people.filter(works_in(user.managed_accesses))


class LeaverForm(FilterForm):
    """Whose work is handed over: anybody who holds some, active or not."""

    leaver = forms.ModelChoiceField(User.objects.all(), label="Who leaves", empty_label="Choose a person")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """`user`: who hands it over; a manager of some plans is offered who has a role there, or holds something."""
        super().__init__(*args, **kwargs)
        if managed(user) is not None:
            theirs = Initiative.objects.filter(among_managed(user), deleted_at__isnull=True)
            steps = Milestone.objects.filter(initiative__in=theirs, deleted_at__isnull=True)
            teams = Contribution.objects.filter(initiative__in=theirs, recorded_until__isnull=True)
            holds = (
                Q(pk__in=theirs.values("owner")) | Q(pk__in=steps.values("owner")) | Q(pk__in=teams.values("person"))
            )
            field: Any = self.fields["leaver"]
            field.queryset = User.objects.filter(works_in(user.managed_accesses) | holds)


class HandOverForm(PageForm):
    """Who takes it on."""

    to = PersonField(
        label="Who takes it on", empty_label="Nobody yet", required=False,
        help_text="Without a person the initiatives stand in the list of those without an owner.",
    )  # fmt: skip
    reason = forms.CharField(max_length=2_000, required=False, label="Note", help_text="Everybody can read it.")

    def __init__(self, *args: Any, user: User, leaver: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["to"].queryset = known_where_managed(user).filter(is_active=True).exclude(pk=leaver.pk)
