"""What I want to hear, and the one-click way out of every digest."""

from datetime import date

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from people.models import User
from records.asof import local_day
from records.audit import Act
from records.days import in_words
from records.models import Channel
from reminders.forms import PreferencesForm
from reminders.links import person_number
from reminders.models import Subscription
from reminders.selectors.recipients import stand_ins
from reminders.services import mute_digests, set_preferences
from web.pages import answer_form, form_for
from web.requests import act_of, user_of


def preferences(request: HttpRequest) -> HttpResponse:
    """Kinds, and who stands in while I am away."""
    user = user_of(request)
    row = Subscription.objects.filter(person=user).select_related("delegate").first() or Subscription(person=user)
    form = form_for(request, PreferencesForm, row=row)

    def save() -> str:
        chosen = form.values("away_from", "away_until", "delegate")
        seen = form.cleaned_data["version"]
        set_preferences(person=user, muted_kinds=form.muted(), **chosen, seen_version=seen, act=act_of(request))
        notes.success(request, "Your choice is kept.")
        return reverse("reminders:preferences")

    context = {"away": _away(user, row, local_day(timezone.now()))}
    return answer_form(request, form=form, save=save, template="reminders/preferences.html", context=context)


def _away(person: User, row: Subscription, today: date) -> str:
    """What happens to a person's mail today because they said they are away; empty when they are not."""
    if row.away_until is None or not row.is_away(today):
        return ""
    hears = row.delegate and stand_ins(person).filter(pk=row.delegate.pk).first()
    words = f"{hears.name} hears it instead" if hears else "Your reminders wait"
    return f"{words} until {in_words(row.away_until)}."


@login_not_required
@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed link is the proof
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A GET only asks; a POST, from the page or from a mail program, ends the digests of this one person."""
    key = person_number(token)
    person = User.objects.filter(pk=key).first() if key is not None else None
    if person is None:
        return render(request, "reminders/link_ended.html", {"reason": "This link is not one of ours."}, status=404)
    done = request.method == "POST"
    if done:
        mute_digests(person=person, act=Act(by=person, at=timezone.now(), channel=Channel.EMAIL_LINK))
    return render(request, "reminders/unsubscribe.html", {"person": person, "done": done, "token": token})
