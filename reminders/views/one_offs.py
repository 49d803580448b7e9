"""Messages a plan manager writes once to many."""

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from records.asof import local_day
from reminders.forms import OneOffForm
from reminders.models import OneOff
from reminders.services import withdraw_one_off, write_one_off
from web.requests import act_of, once, user_of


def one_off_list(request: HttpRequest) -> HttpResponse:
    """What was written and when it goes out; below, write another."""
    _managers_only(request)
    form = OneOffForm(request.POST or None, initial={"send_on": local_day(timezone.now())})
    if request.method == "POST" and form.is_valid():

        def effect() -> str:
            write_one_off(**form.cleaned_data, act=act_of(request))
            return reverse("reminders:one-off-list")

        try:
            where = once(request, effect)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            notes.success(request, "The message is scheduled.")
            return redirect(where)
    rows = OneOff.objects.select_related("plan", "written_by")[:50]
    status = 422 if form.errors else 200
    return render(request, "reminders/one_off_list.html", {"form": form, "rows": rows}, status=status)


@require_POST
def one_off_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what has not gone out yet."""
    _managers_only(request)
    try:
        withdraw_one_off(one_off=get_object_or_404(OneOff, pk=pk), act=act_of(request))
    except ValidationError as error:
        notes.error(request, " ".join(error.messages))
    else:
        notes.success(request, "The message is withdrawn.")
    return redirect("reminders:one-off-list")


def _managers_only(request: HttpRequest) -> None:
    if not user_of(request).has_perm("reminders.write_one_off"):
        raise PermissionDenied
