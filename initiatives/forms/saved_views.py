"""What people type about a view of the list that they keep."""

from typing import Any

from django import forms

from web.forms import PageForm


class SavedViewForm(PageForm):
    """What a view is called and, for those who may share, whether everybody sees it."""

    name = forms.CharField(max_length=80, label="Name", help_text="Such as “Late in Streets”.")
    is_shared = forms.BooleanField(
        required=False, label="Everybody may use it", help_text="It then stands in the list of views of each person."
    )

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]
