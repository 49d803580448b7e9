"""How often one person may ask for what costs work: the API, search, files, imports. Whoever asks more waits."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from web.request_checks import asks_the_api, typed_words
from web.throttles import Limit, address_of, seconds_to_wait

# By path, since the answer has to cost nothing. Pages that ask how far a file is are not among them.
COSTLY = re.compile(
    r"/api/|/search/|/reports/[^/]+/[^/]+/export\.|/plans/[^/]+/(?:import/|export/)|/imports/\d+/(?!progress/)"
)
SENTENCE = "You asked for a lot within a minute. Wait {seconds} seconds, then try again. Nothing was changed."


class NotTooOften:
    """Middleware: answers 429 above settings.QUESTIONS_PER_MINUTE, with what was typed; 0 means no such limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = settings.QUESTIONS_PER_MINUTE
        if not most or not COSTLY.match(request.path):
            return self.get_response(request)
        who = f"person {request.user.pk}" if request.user.is_authenticated else address_of(request)
        wait = seconds_to_wait("costly", (Limit("one person", most, 60), who))
        return _refused(request, wait) if wait else self.get_response(request)


def _refused(request: HttpRequest, wait: int) -> HttpResponse:
    sentence = SENTENCE.format(seconds=wait)
    answer: HttpResponse
    if asks_the_api(request):
        answer = JsonResponse({"detail": sentence}, status=429)
    else:
        typed = typed_words(request) if request.method == "POST" else []
        context = {"title": "Please wait a moment", "sentence": sentence, "typed": typed, "back": request.path}
        answer = render(request, "web/request_refused.html", context, status=429)
    answer["Retry-After"] = str(wait)
    return answer
