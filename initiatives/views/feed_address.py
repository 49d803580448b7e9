"""One's private address for feed readers: made, shown, ended; and the feeds that are read there, without a session."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from goals.rules import readable
from goals.selectors import plan_as_of, plan_called, plans_as_of
from initiatives.views.activity import asked_of, atom
from outbox.rendering import absolute
from people.links import feed_reader, feed_token
from people.services import end_feed_address, make_feed_address
from people.views.fresh import asking_page, asks_again, is_fresh
from records.asof import AsOf
from records.texts import whole_number
from web.pages import answer_button
from web.requests import act_of, as_of, user_of
from web.security_log import note
from web.throttles import Limit, address_of, seconds_to_wait

DOOR = "feed"
PLACE = Limit("one place", 600, 60)  # a whole city may stand behind one address
READER = Limit("one reader", 240, 60 * 60)  # twenty plans, each asked for every five minutes


@login_not_required
@require_safe
def private_feed(request: HttpRequest, token: str, slug: str) -> HttpResponse:
    """The activity of one plan, as the person whose address it is may read it now.

    Its answers are all plain: a page would say who is signed in with this browser. Whatever is wrong with the token,
    the account, its roles or the plan is one and the same 404.
    """
    wait = seconds_to_wait(DOOR, (PLACE, address_of(request)))
    if wait:
        return _later(wait)
    person = feed_reader(token)
    if person is None or not person.has_perm("people.read"):
        return _plain("There is no feed at this address.", 404)
    wait = seconds_to_wait(DOOR, (READER, str(person.pk)))
    if wait:
        return _later(wait, account=person.pk)
    try:
        when = as_of(request)
    except ValidationError as error:
        return _plain(" ".join(error.messages), 400)
    plan = _plan(slug, when, readable(person))
    if plan is None:
        return _plain("There is no feed at this address.", 404)
    return _unlisted(atom(request, asked_of(request, plan, when), person))


@require_safe
def feed_address(request: HttpRequest) -> HttpResponse:
    """What such an address is, and whether one has one. The address itself is shown on request alone."""
    return _page(request, [])


@require_safe
def feed_address_shown(request: HttpRequest) -> HttpResponse:
    """The address for each plan that one may read."""
    person = user_of(request)
    if not person.has_feed_address:
        return redirect("initiatives:feed-address")
    if not is_fresh(request):
        return redirect(asking_page(request))
    token = feed_token(person)
    plans = plans_as_of(AsOf.now(timezone.now()), readable(person))
    return _page(
        request,
        [
            {"title": plan.title, "url": absolute(reverse("initiatives:private-feed", args=[token, plan.slug]))}
            for plan in plans
        ],
    )


@asks_again
def feed_address_make(request: HttpRequest) -> HttpResponse:
    """The first address, or a new one in place of the one before."""

    def do() -> str:
        made = make_feed_address(user=user_of(request), seen=_seen_series(request), act=act_of(request))
        return "The address is made. An earlier one works no more." if made else "Nothing was made. Look again."

    where = "initiatives:feed-address-shown" if request.method == "POST" else "initiatives:feed-address"
    return answer_button(request, do=do, where=reverse(where))


def feed_address_end(request: HttpRequest) -> HttpResponse:
    """Asks nobody who they are: to shut a door is never made hard."""

    def do() -> str:
        ended = end_feed_address(user=user_of(request), act=act_of(request))
        return "The address ended. No feed reader reads with it any more." if ended else "It had ended already."

    return answer_button(request, do=do, where=reverse("initiatives:feed-address"))


def _seen_series(request: HttpRequest) -> int | None:
    """The series that the form was drawn with, below 0 after an address was ended; None for what is no number."""
    sent = request.POST.get("series", "")
    number = whole_number(sent.removeprefix("-"))
    return -number if number is not None and sent.startswith("-") else number


def _page(request: HttpRequest, addresses: list[dict[str, str]]) -> HttpResponse:
    context = {
        "person": user_of(request), "addresses": addresses,
        "breadcrumb": [
            {"label": "Your profile", "href": reverse("people:profile")},
            {"label": "Private address for a feed reader"},
        ],
    }  # fmt: skip
    return render(request, "initiatives/feed_address.html", context)


def _plan(slug: str, when: AsOf, only: Any) -> Any:
    """Under an earlier short name too: nobody types a new address into a feed reader because a plan was renamed."""
    found = plan_as_of(slug, when, only)
    if found is None:
        named = plan_called(slug)
        found = plan_as_of(named.slug, when, only) if named is not None else None
    return found


def _later(wait: int, **whose: int) -> HttpResponse:
    note("throttled", door=DOOR, **whose)
    answer = _plain("Too many questions. Ask again later.", 429)
    answer["Retry-After"] = str(wait)
    return answer


def _plain(text: str, status: int) -> HttpResponse:
    return _unlisted(HttpResponse(text, status=status, content_type="text/plain; charset=utf-8"))


def _unlisted(answer: HttpResponse) -> HttpResponse:
    """The address is a key: no search engine keeps it."""
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
