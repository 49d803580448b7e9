"""Where I am signed in, and an end to it elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from people.services import end_sessions
from web.pages import answer_button
from web.requests import act_of, user_of


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
