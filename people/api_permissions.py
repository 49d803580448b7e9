"""What every API endpoint asks first. Apart from api.py, because DRF's own settings import this."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class MemberOnly(BasePermission):
    """Signed in, with at least one role."""

    message = "You have no role in this installation. Ask an administrator for one."

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated and request.user.has_perm("people.read"))
