"""What people type into a comment on an update."""

from typing import Any

from django import forms

from initiatives.models import Comment
from initiatives.models.comment import LONGEST_COMMENT
from initiatives.selectors.comments import who_can_be_told
from people.models import User
from web.forms import NOT_STORED, LongText, PageForm


class CommentForm(PageForm):
    """A comment, and whom it is for."""

    text = LongText(
        max_length=LONGEST_COMMENT, label="Comment", rows=3,
        help_text="Everybody who reads the plan here can read it; published reports never show it.",
    )  # fmt: skip
    mentioned = forms.ModelChoiceField(
        User.objects.none(), required=False, label="For", empty_label="Nobody in particular",
        help_text="They find it in their next digest. The author of the update does too.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, plan_access: int | None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        field: Any = self.fields["mentioned"]
        field.queryset = who_can_be_told(plan_access).exclude(pk=user.pk)


class CommentCorrectionForm(PageForm):
    """Other words for a comment; whom it was for stays."""

    text = LongText(max_length=LONGEST_COMMENT, label="Comment", rows=3)

    def stored(self, row: Comment, name: str) -> Any:
        """The words as they stand."""
        return row.text if name == "text" else NOT_STORED
