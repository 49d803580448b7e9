"""Who asks the API. Apart from api.py, because DRF's own settings import this."""

from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request


class SignedIn(SessionAuthentication):
    """The session of the pages. A stranger is answered 401, for signing in would help; without this DRF says 403."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="planapp"'

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            request._request.csrf_refused = True  # type: ignore[attr-defined] # read by people.middleware
            raise


class SignedInScheme(SessionScheme):  # type: ignore[no-untyped-call] # registers itself
    """How the description of the API names it."""

    target_class = SignedIn  # type: ignore[assignment] # a class serves as well as its dotted name
