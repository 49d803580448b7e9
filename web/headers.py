"""Headers that every answer carries, errors and static files too."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponse]

# What pages of ours never use is switched off, for whatever might get into one.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip


class ContentSecurityPolicy(CSPMiddleware):
    """Django-csp's own, for an answer that asked for something of its own; all others get the policy of all, below."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if any(name.startswith("_csp_") for name in vars(response)) or getattr(request, "_csp_nonce", None):
            return super().process_response(request, response)
        return response


class SecurityHeaders:
    """Stands outermost, so that answers which other middleware gives by itself (a bad host, a static file) have them.

    Whatever sets no `Cache-Control` of its own is taken for personal and kept by nobody: `private, no-store`. Public
    pages and static files say otherwise themselves.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.policy = build_policy()  # once: to put it together costs as much as all other headers

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        if "Content-Security-Policy" not in headers:
            headers["Content-Security-Policy"] = self.policy
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        headers.setdefault("Cache-Control", "private, no-store")
        return response
