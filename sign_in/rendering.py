"""The one page that says why nobody was signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

UNREACHED = "{label} does not answer right now. Try again in some minutes."
DISBELIEVED = (
    "What {label} sent could not be believed, so nobody was signed in. Begin again here; if it happens again, tell an "
    "administrator, who can read the reason."
)
STALE = "This sign-in took too long, or was begun in another browser. Begin again here."


def refusal(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    """The sentence, and the way back to the sign-in page."""
    return render(request, "sign_in/refused.html", {"sentence": capfirst(sentence)}, status=status)
