"""Where I am signed in, and an end to it elsewhere; and an administrator's end to everywhere somebody is."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import User
from people.services import end_sessions
from people.views.fresh import asks_again
from records.texts import isolated
from web.pages import answer_button
from web.requests import act_of, user_of

AND_FEED = " The private address for a feed reader ended too."


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


@permission_required("people.end_sessions", raise_exception=True)
@asks_again
def person_sessions_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End every session of somebody: of a lost laptop, of an account that somebody else may have."""
    person = get_object_or_404(User, pk=pk)

    def do() -> str:
        and_feed = AND_FEED if person.has_feed_address else ""
        here = request.session.session_key if person.pk == user_of(request).pk else None
        ended = end_sessions(user=person, here=here, act=act_of(request))
        if not ended:
            return f"{isolated(person.name)} is signed in nowhere{' else' if here else ''}.{and_feed}"
        many = "1 session" if ended == 1 else f"{ended} sessions"
        return f"{isolated(person.name)} was signed out: {many} ended.{and_feed}"

    return answer_button(request, do=do, where=reverse("people:person-detail", args=[pk]))


def sessions_end(request: HttpRequest) -> HttpResponse:
    """End every session of one's own but this one."""

    def do() -> str:
        person = user_of(request)
        and_feed = AND_FEED if person.has_feed_address else ""
        ended = end_sessions(user=person, here=request.session.session_key, act=act_of(request))
        return f"Signed out everywhere else: {ended} session{'' if ended == 1 else 's'}.{and_feed}"

    return answer_button(request, do=do, where=reverse("people:profile"))
