"""Choosing people: those who are active, and whoever holds the place already."""

from typing import Any

from django import forms
from django.db.models import Q

from people.models import User


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    """One active person, or nobody."""

    def __init__(self, *, required: bool = False, **more: Any) -> None:
        super().__init__(User.objects.filter(is_active=True), required=required, **more)

    def keep(self, person_id: int | None) -> None:
        """Also offer who is there now, even if deactivated: saving another field must not force a new choice."""
        self.queryset = User.objects.filter(Q(is_active=True) | Q(pk=person_id))


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    """Several active people."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            User.objects.filter(is_active=True), required=False,
            widget=forms.SelectMultiple(attrs={"size": 6}), **more,
        )  # fmt: skip

    def keep(self, person_ids: list[int]) -> None:
        self.queryset = User.objects.filter(Q(is_active=True) | Q(pk__in=person_ids))
