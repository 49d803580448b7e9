"""What every request passes: the sign-in for htmx fragments, and what was typed before it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import is_valid_path
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes, urlencode

from records.texts import is_invisible
from web.pages import back_to, moved
from web.requests import KEPT, forget_words
from web.typed_by import writer_of

LEAVE = (
    "leave_words"  # name of the button in templates/_components/words_back.html; its value is the form's one-time key
)
LIMIT = 300_000  # characters of all kept forms together; the longest that a page of ours takes is well below
Handler = Callable[[HttpRequest], HttpResponse]


class SignInForFragments:
    """An htmx request that would be sent to sign in gets told to load the sign-in page whole, then the page it was on.

    Without this the sign-in form would be swapped into a corner of the page.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx = getattr(request, "htmx", None)
        if not htmx or response.status_code != 302:
            return response
        sign_in = resolve_url(settings.LOGIN_URL)
        if response["Location"].startswith(sign_in):
            page = request.path if hasattr(request, "has_kept_words") else htmx.current_url_abs_path or "/"
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = f"{sign_in}?{urlencode({'next': page})}"
            return answer
        return response


def keep_words(request: HttpRequest) -> None:
    """What was posted to a form waits in the session until the person is back at its page (web.requests.kept_words)."""
    if not writer_of(request.POST.get("typed_by", "")):
        return
    words = request.POST.copy()
    for name in [name for name in words if "password" in name or name == "csrfmiddlewaretoken"]:
        del words[name]
    text = words.urlencode()
    if len(text) <= LIMIT:
        kept = [*request.session.get(KEPT, []), {"path": request.path, "words": text}]
        while sum(len(one["words"]) for one in kept) > LIMIT:
            del kept[0]
        request.session[KEPT] = kept
        request.has_kept_words = True  # type: ignore[attr-defined] # read by SignInForFragments


class KeepWhatWasTyped:
    """A form posted after the session ended goes to sign in; its words wait in the new session and fill the form again.

    So do those of other tabs. They come back at the same address, and only to the person the form was drawn for
    (`typed_by`): whoever else signs in at a shared desk sees nothing of them. They stay until the form is saved or the
    person says that they are not wanted (`leave_words`). Read by web.requests.kept_words. Words of strangers, who were
    never drawn a form, are not kept.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            request.method == "POST"
            and not request.user.is_authenticated
            and writer_of(request.POST.get("typed_by", ""))
            and response.status_code == 302
            and response["Location"].startswith(resolve_url(settings.LOGIN_URL))
        ):
            keep_words(request)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """The button beside words that are back; here, where the protection against forged forms has passed."""
        if request.method != "POST" or LEAVE not in request.POST or not request.user.is_authenticated:
            return None
        forget_words(request, request.POST[LEAVE])
        return redirect(back_to(request, request.path))


class SignInFirst(LoginRequiredMiddleware):
    """Django's own, but that an open page looks at no session: one copy of it serves everybody, cookie or not."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


def _here(path: str) -> str:
    """The path as an address of this site: one that begins with two slashes would name another."""
    return escape_leading_slashes(escape_uri_path(path))


class TailsForgiven:
    """An address that was copied with the end of a sentence leads to the page that was meant.

    Such a tail is blanks, dots, commas, brackets. It stands in the path, where nothing is found then, or in the last
    value of the query, where it never belongs, but for what people search for.
    """

    TAIL = frozenset(".,;:!?()[]{}<>'\"’”»*")
    TYPED = frozenset({"q", "who", "next"})

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"} or request.path.startswith("/api/"):
            return self.get_response(request)
        query = parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True)
        name, value = query[-1] if query else ("", "")
        if name not in self.TYPED and self.without_tail(value) != value:
            query[-1] = (name, self.without_tail(value))
            return redirect(f"{_here(request.path)}?{urlencode(query)}")
        response = self.get_response(request)
        if response.status_code == 404:
            path = self.without_tail(request.path, "/")
            meant = next((one for one in (path, f"{path}/") if is_valid_path(one)), request.path)
            if meant.rstrip("/") != request.path.rstrip("/"):
                return moved(request, _here(meant))
        return response

    def without_tail(self, text: str, more: str = "") -> str:
        end = len(text)
        while end and (text[end - 1] in self.TAIL or text[end - 1] in more or is_invisible(text[end - 1])):
            end -= 1
        return text[:end]
