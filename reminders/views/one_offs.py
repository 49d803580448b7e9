"""Messages a plan manager writes once to many."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from goals.rules import among_managed
from people.models import User
from records.asof import local_day
from reminders.forms import OneOffForm
from reminders.models import OneOff
from reminders.services import withdraw_one_off, write_one_off
from web.pages import answer_button, answer_form, form_for
from web.requests import act_of, user_of


def one_off_list(request: HttpRequest) -> HttpResponse:
    """What was written and when it goes out; below, write another."""
    user = _managers_only(request)
    form = form_for(request, OneOffForm, initial={"send_on": local_day(timezone.now())})

    def save() -> str:
        write_one_off(**form.values(), act=act_of(request))
        messages.success(request, "The message is scheduled.")
        return reverse("reminders:one-off-list")

    rows = OneOff.objects.filter(among_managed(user)).select_related("plan", "written_by")
    context = {"rows": rows[:50]}
    return answer_form(request, form=form, save=save, template="reminders/one_off_list.html", context=context)


def one_off_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what has not gone out yet."""
    user = _managers_only(request)
    row = get_object_or_404(OneOff, among_managed(user), pk=pk)

    def do() -> str:
        withdraw_one_off(one_off=row, act=act_of(request))
        return "The message is withdrawn."

    return answer_button(request, do=do, where=reverse("reminders:one-off-list"))


def _managers_only(request: HttpRequest) -> User:
    user = user_of(request)
    if not user.has_perm("reminders.write_one_off"):
        raise PermissionDenied
    return user
