"""What pages with a form share: words that come back, one answer to wrong input and to somebody else's newer row."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from records.audit import StaleVersion
from web.forms import PageForm, RowForm
from web.requests import kept_words, once, user_of

LONGEST_NEXT = 300  # characters of an address to come back to
F = TypeVar("F", bound=PageForm)


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the person came from (`next`), if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and len(wanted) <= LONGEST_NEXT else otherwise


def seen_number(request: HttpRequest, name: str) -> int | None:
    """A hidden number of a one-button form; None where it is missing or mangled."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def words_for(request: HttpRequest, form: type[F], **more: Any) -> F:
    """The form as it comes in: what was sent, or what was typed before the session ended, or fresh."""
    user = user_of(request)
    if request.method == "POST":
        return form(request.POST, user=user, **more)
    kept = kept_words(request)
    if kept is None:
        return form(user=user, **more)
    messages.warning(request, "Your session had ended. What you typed is back in the form; it is not saved yet.")
    drawn = form(user=user, **more)
    for name, field in drawn.fields.items():
        if name not in {"idempotency_key", "typed_by"}:  # `version` too: saved against what was on the screen then
            drawn.initial[name] = field.widget.value_from_datadict(kept, {}, name)
    return drawn


def take_form(
    request: HttpRequest, *, form: PageForm, save: Callable[[], str], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Draw the form, or save it and go where `save` says.

    Wrong input comes back with 422, somebody else's newer row with 409 and both texts; nothing typed is lost.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(once(request, save))
            except ValidationError as error:
                form.add_refusal(error)
            except StaleVersion as stale:
                status = 409
                if isinstance(form, RowForm):
                    context = context | {"differences": form.differences(stale.row), "is_conflict": True}
                    form.see(stale.row)
    return render(request, template, context | {"form": form}, status=status)


def press(request: HttpRequest, *, do: Callable[[], str], where: str) -> HttpResponse:
    """A form of one button: do it, say so, go back. A GET (a sign-in came in between) only goes back."""
    if request.method == "POST":
        try:
            messages.success(request, do())
        except ValidationError as error:
            for sentence in error.messages:
                messages.error(request, sentence)
        except StaleVersion as stale:
            messages.warning(
                request, f"Somebody else changed “{stale.row}” in the meantime. Look again; nothing was saved."
            )
    return redirect(where)
