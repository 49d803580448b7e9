"""What no page of ours can mean is refused at the entrance, in a sentence, before a view or the database sees it.

Pages check what people type; this checks what only a program sends: bytes that no text may hold, letters in another
encoding, and bodies larger than any form. Values that a form does not know pass here too, such as `?plan=` or a key.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]

# A NUL byte, which PostgreSQL cannot keep, and half of a surrogate pair, which is no character by itself.
IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
FORM_OVERHEAD = 64 * 1024  # bytes around a file: the other fields and the boundaries
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "idempotency_key", "typed_by", "drawn_with", "version", "next"})

TOO_LARGE = "This is larger than anything we take here: at most {limit} MB. Nothing was changed."
OTHER_ENCODING = "We read UTF-8 only. Send the request again with charset=utf-8, or without one. Nothing was changed."
NO_METHOD = "Nothing here is asked by {method}. Nothing was changed."
NOT_TEXT = (
    "This contains a character that no text may hold (an invisible NUL, or half a character). Nothing was changed."
)


def asks_the_api(request: HttpRequest) -> bool:
    """Whether a program asks, which reads JSON, whatever has to be said."""
    return request.path.startswith("/api/")


def takes_files(limit: int) -> Callable[[View], View]:
    """Marks a view that takes an upload of up to `limit` bytes; every other one takes what a form holds."""

    def mark(view: View) -> View:
        view.upload_limit = limit  # type: ignore[attr-defined] # read below
        return view

    return mark


def typed_words(request: HttpRequest) -> list[tuple[str, str]]:
    """What a person typed into the form of a POST, as (label, text), for a page that refuses it to give back."""
    return [
        (name.replace("_", " ").capitalize(), IMPOSSIBLE.sub("", str(value)))
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_TYPED and "password" not in name and str(value).strip()
    ]


class RequestChecks:
    """Answers 400 or 413 with a sentence; what was typed stands on the page to copy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.method or "").upper() in {"TRACE", "TRACK", "CONNECT"}:
            return _refuse(request, NO_METHOD.format(method=request.method), status=405)
        charset = (request.content_params or {}).get("charset", "utf-8").strip("\"' ").lower()
        if charset not in {"utf-8", "utf8"}:
            return _refuse(request, OTHER_ENCODING)
        query = request.META.get("QUERY_STRING", "")
        if _is_impossible(
            [request.path, unquote_to_bytes(query).decode("utf-8", "replace"), request.META["REQUEST_METHOD"] or ""]
        ):
            return _refuse(request, NOT_TEXT)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: object, kwargs: object) -> HttpResponse | None:
        """Before anything of the body is read: CSRF protection and the view come after."""
        limit = getattr(view, "upload_limit", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit + FORM_OVERHEAD:
            return _refuse(request, TOO_LARGE.format(limit=limit // (1024 * 1024)), status=413)
        if request.method == "POST" and request.content_type in {
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        }:
            texts = (text for name, values in request.POST.lists() for text in (name, *values))
            if _is_impossible(texts):
                return _refuse(request, NOT_TEXT, typed=typed_words(request))
        return None


def _is_impossible(texts: Iterable[Any]) -> bool:
    return any(IMPOSSIBLE.search(str(text)) for text in texts)


def _refuse(
    request: HttpRequest, sentence: str, *, status: int = 400, typed: Iterable[tuple[str, str]] = ()
) -> HttpResponse:
    if asks_the_api(request):
        return JsonResponse({"detail": sentence}, status=status)
    return render(request, "web/request_refused.html", {"sentence": sentence, "typed": list(typed)}, status=status)
