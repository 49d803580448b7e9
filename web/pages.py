"""What pages with a form share: words that come back, one answer to wrong input and to somebody else's newer row."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from records.audit import StaleVersion
from records.texts import isolated, whole_number
from web.forms import PageForm
from web.requests import forget_words, kept_words, once, user_of, was_sent

OUTDATED = (
    "planapp was updated while this page was open. What you typed is below and not saved yet; look, then save it."
)
ANOTHER = (
    "Numbers were changed while this page was open, and its address now leads to {}. What you typed was meant for "
    "another one and is not saved. It is below; save it only if it is meant for this one too."
)
LONGEST_NEXT = 300  # characters of an address to come back to
F = TypeVar("F", bound=PageForm)
Draw = Callable[[dict[str, Any], int], HttpResponse]  # what the form adds to the page, and the status


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the person came from (`next`), if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and len(wanted) <= LONGEST_NEXT else otherwise


def another_or(request: HttpRequest, where: str) -> str:
    """Back to the form for one more, where the second button of a form was pressed; else on."""
    return request.get_full_path() if "another" in request.POST else where


def moved(request: HttpRequest, where: str) -> HttpResponse:
    """To where the page is now, with the same question."""
    query = request.META["QUERY_STRING"]
    return redirect(f"{where}?{query}" if query else where)


def seen_number(request: HttpRequest, name: str) -> int | None:
    """A hidden number of a one-button form; None where it is missing or mangled."""
    return whole_number(request.POST.get(name, ""))


def form_for(request: HttpRequest, form: type[F], *, at: str = "", **more: Any) -> F:
    """The form of the signed-in person: as it was sent to its address, or as typed before the session ended, or fresh.

    `at` is the address that takes the form, where that is another than the page's own.
    """
    user, address = user_of(request), at or request.path
    if request.method == "POST" and request.path == address:
        return form(request.POST, request.FILES, user=user, **more)
    drawn = form(user=user, **more)
    kept = None if at == request.path else kept_words(request, address)  # else they wait for the page of the form
    if kept is not None:
        # Hidden fields too: it is saved against what was on the screen then, as the one request that it was.
        there = {*drawn.HIDDEN, *kept.get("drawn_with", " ".join(drawn.fields)).split()} - {"typed_by", "drawn_with"}
        there -= set() if kept.get("idempotency_key") else {"idempotency_key"}
        for name, field in drawn.fields.items():
            if name in there:
                drawn.initial[name] = field.widget.value_from_datadict(kept, {}, name)
        htmx = getattr(request, "htmx", None)  # a fragment: its page has an address of its own
        page = (htmx and htmx.current_url_abs_path) or request.get_full_path()
        drawn.words_back = f"{address}?{urlencode({'next': page})}"
    return drawn


def draw_with(request: HttpRequest, form: PageForm, template: str, context: dict[str, Any]) -> Draw:
    """A page that is one form, or has one in its middle."""

    def draw(more: dict[str, Any], status: int) -> HttpResponse:
        response = render(request, template, context | more | {"form": form}, status=status)
        if getattr(request, "htmx", False) and "#" not in template:  # a button in a corner of a page led to this form
            response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
        return response

    return draw


def answer_form(
    request: HttpRequest,
    *,
    form: PageForm,
    save: Callable[[], str],
    template: str = "",
    context: dict[str, Any] | None = None,
    draw: Draw | None = None,
    page: str = "",
    preview: Callable[[], dict[str, Any] | None] | None = None,
) -> HttpResponse:
    """Draw the form, or save it and go where `save` says.

    Wrong input comes back with 422; somebody else's newer row with 409, `differences` and `newer`; nothing typed is
    lost. A form in the middle of a page has an address of its own, `page` is then the address of the page: a GET, which
    comes from a sign-in in between, leads there. Such a form needs a `draw`, else a template. `preview` gives what the
    page shows of what would happen, None where that was seen; it refuses as `save` does.
    """
    if page and request.method != "POST":
        return redirect(page)

    def whole() -> str:
        form.refuse_reason_alone()
        return save()

    draw = draw or draw_with(request, form, template, context or {})
    if request.method != "POST":
        return draw({}, 200)
    if form.catch_up():
        messages.warning(request, OUTDATED)
        return draw({}, 409)
    is_valid = form.is_valid()
    if form.is_about_another():
        return _answer_other(request, form, draw)
    if is_valid:
        try:
            shown = None if preview is None or was_sent(request) else preview()
            if shown is not None:
                return draw(shown, 200)
            where = once(request, whole)
            forget_words(request)
            return redirect(where)
        except ValidationError as error:
            form.add_refusal(error)
        except StaleVersion as stale:
            found = {"differences": form.differences(stale.row), "newer": stale.row, "is_conflict": True}
            form.see(stale.row)
            return draw(found, 409)
    return draw({}, 422)


def _answer_other(request: HttpRequest, form: PageForm, draw: Draw) -> HttpResponse:
    """What its address names now, as it is stored: checking the form has put the typed words into the row at hand."""
    now = type(form.of)._default_manager.get(pk=form.of.pk)
    messages.warning(request, ANOTHER.format(isolated(str(now))))
    if form.row is None:
        return draw({}, 409)
    found = {"differences": form.differences(now), "newer": now, "is_conflict": True}
    form.see(now)
    return draw(found, 409)


def answer_button(request: HttpRequest, *, do: Callable[[], str], where: str) -> HttpResponse:
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
