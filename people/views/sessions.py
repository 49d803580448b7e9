"""Where I am signed in, and an end to it elsewhere."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.services import end_sessions
from web.pages import answer_button
from web.requests import act_of, user_of


@require_http_methods(["GET", "POST"])
def session_left(request: HttpRequest) -> HttpResponse:
    """How many seconds are left of this session; a POST says that the person is there."""
    session: Any = request.session
    now = timezone.now()
    if request.method == "POST":
        session.see(now, at_least=timedelta(0))
    return JsonResponse({"left": session.seconds_left(now)})


def session_end(request: HttpRequest, name: str) -> HttpResponse:
    """End one session of one's own: of a lost telephone, of a desk somebody else sits at."""

    def do() -> str:
        ended = end_sessions(user=user_of(request), name=name, here=request.session.session_key, act=act_of(request))
        return "Ended. That browser has to sign in again." if ended else "It had ended already."

    return answer_button(request, do=do, where=reverse("people:profile"))


def sessions_end(request: HttpRequest) -> HttpResponse:
    """End every session of one's own but this one."""

    def do() -> str:
        ended = end_sessions(user=user_of(request), here=request.session.session_key, act=act_of(request))
        return f"Signed out everywhere else: {ended} session{'' if ended == 1 else 's'}."

    return answer_button(request, do=do, where=reverse("people:profile"))
