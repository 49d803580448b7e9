"""How people sign in, and who may do what: Django asks here."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from rules.permissions import ObjectPermissionBackend


class PeopleBackend(ObjectPermissionBackend, ModelBackend):
    """Signs in by e-mail and password; every right comes from the predicates in the rooms' rules.py, for active people.

    One backend and not two: Django's own looks for groups and permissions in tables, and there are none.
    """

    authenticate = ModelBackend.authenticate

    def has_perm(self, user: Any, perm: str, obj: object = None) -> bool:
        """Unknown permissions, strangers and deactivated people: no."""
        return bool(user.is_active and super().has_perm(user, perm, obj))
