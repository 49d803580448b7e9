"""The message log, what goes out next, and the switch that holds all sending."""

from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from jobs.heartbeats import last_beats
from jobs.models import Heartbeat
from outbox import mailfolder
from outbox.models import Message
from outbox.selectors import doubtful, health, is_for_a_person, open_hold
from outbox.services import hold_sending, release_sending, send_test, settle_by_hand
from records.texts import has_words
from reminders.forms import HoldForm, MessageFilterForm, ReleaseForm, SettleForm
from reminders.kinds import KINDS
from reminders.rendering import REASONS
from reminders.selectors.days import next_day, sending_begins
from reminders.selectors.log import initiatives_without_reachable_owner, messages_visible_to
from reminders.selectors.recipients import Directory
from reminders.services.planning import Planned, due_reminders
from web.logs import without_secrets
from web.pages import answer_form, form_for
from web.requests import act_of, user_of

PER_PAGE = 50
LINES = 10  # of one mail, where many mails are shown


@require_GET
def message_list(request: HttpRequest) -> HttpResponse:
    """Every mail that went out, waits, or did not go out, and why."""
    user = user_of(request)
    form = MessageFilterForm(request.GET)
    rows = messages_visible_to(user)
    if form.is_valid():
        chosen = form.cleaned_data
        rows = rows.filter(state=chosen["state"]) if chosen["state"] else rows
        rows = rows.filter(kind=chosen["kind"]) if chosen["kind"] else rows
        rows = rows.filter(has_words(chosen["who"], "person__search_text")) if chosen["who"] else rows
    page = Paginator(form.fitting(rows).prefetch_related("reminder_items"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "demo": _has_folder(),
        "form": form,
        "page": page,
        "sees_all": user.has_perm("reminders.view_all_messages"),
        "writes": user.has_perm("reminders.write_one_off"),
    }
    if request.htmx:  # type: ignore[attr-defined] # django-htmx adds it
        return render(request, "reminders/message_list.html#table", context)
    if context["sees_all"]:
        at = timezone.now()
        stands = health(at)
        context |= {"health": stands, "hold": stands.hold}
        context |= {"unreached": list(initiatives_without_reachable_owner()[:20])}
    return render(request, "reminders/message_list.html", context)


@require_GET
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: what it says, what became of it, and why it was sent."""
    message = get_object_or_404(messages_visible_to(user_of(request)), pk=pk)
    return _detail(request, message, _settle_form(request, message))


def message_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A person decides about a mail that nobody can know about."""
    _only(request, "reminders.steer_sending")
    message = get_object_or_404(Message, pk=pk)
    form = _settle_form(request, message)
    page = reverse("reminders:message-detail", args=[pk])

    def save() -> str:
        act, seen = act_of(request, reason=form.cleaned_data["reason"]), form.cleaned_data["version"]
        settle_by_hand(message=message, decision=form.cleaned_data["decision"], seen_fence=seen, act=act)
        notes.success(request, "The message is settled.")
        return page

    def draw(more: dict[str, Any], status: int) -> HttpResponse:
        return _detail(request, message, form, status, **more)

    return answer_form(request, form=form, save=save, draw=draw, page=page)


def _settle_form(request: HttpRequest, message: Message) -> SettleForm:
    return form_for(request, SettleForm, at=reverse("reminders:message-settle", args=[message.pk]), row=message)


@require_GET
def message_preview(request: HttpRequest) -> HttpResponse:
    """What goes out next, to whom and why, if nothing changes until then; of one `person` every line, paged."""
    _only(request, "reminders.view_all_messages")
    now = timezone.now()
    day = next_day(now, last_beats().get(Heartbeat.Name.PLAN))
    directory = Directory.load(day.day)
    planned = due_reminders(day, directory)
    person = next((key for key in planned if str(key) == request.GET.get("person")), None)
    page: Page[Any]  # of people, or of the lines of one
    if person is None:
        page = Paginator(sorted(planned, key=directory.names.__getitem__), PER_PAGE).get_page(request.GET.get("page"))
        mails = [_coming(directory, key, planned[key], planned[key][:LINES]) for key in page]
    else:
        page = Paginator(planned[person], PER_PAGE).get_page(request.GET.get("page"))
        mails = [_coming(directory, person, planned[person], page)]
    noun = "people" if person is None else "lines"
    context = {"page": page, "mails": mails, "day": day.day, "count": len(planned), "person": person, "noun": noun}
    context["is_due"] = sending_begins(day.day) <= now
    return render(request, "reminders/message_preview.html", context)


def _coming(
    directory: Directory, person: int, all_of_it: Sequence[Planned], shown: Iterable[Planned]
) -> dict[str, Any]:
    name, email = directory.names[person]
    lines = [
        {
            "kind": KINDS[one.event.kind].label,
            "label": one.event.label,
            "due": one.event.due_date,
            "initiative": one.event.initiative_id,
            "reason": REASONS.get(one.recipient.reason, ""),
            "instead_of": one.recipient.instead_of is not None,
        }
        for one in shown
    ]
    return {"id": person, "name": name, "email": email, "lines": lines, "total": len(all_of_it)}


def sending(request: HttpRequest) -> HttpResponse:
    """Hold all sending, or let it go on."""
    _only(request, "reminders.steer_sending")
    hold = open_hold()
    releases = hold is not None or "release" in request.POST  # sent twice, the second finds it released
    form = (
        form_for(request, ReleaseForm, is_asked=hold is not None and is_for_a_person(hold))
        if releases
        else form_for(request, HoldForm)
    )

    def save() -> str:
        if releases:
            gone = release_sending(act=act_of(request), decision=form.cleaned_data.get("decision", ""))
            notes.success(request, "Mail goes out again." + (f" {gone} had gone out before." if gone else ""))
        else:
            hold_sending(act=act_of(request, reason=form.cleaned_data["reason"]))
            notes.success(request, "No mail goes out until you release it. Planning goes on, nothing is lost.")
        return reverse("reminders:message-list")

    context: dict[str, Any] = {"hold": hold}
    if hold and hold.restored_from:
        context |= {"doubtful": doubtful(hold).count()}
    return answer_form(request, form=form, save=save, template="reminders/sending.html", context=context)


@require_POST
def message_test(request: HttpRequest) -> HttpResponse:
    """Send one mail to oneself, by the road every mail takes."""
    try:
        message = send_test(person=user_of(request), at=timezone.now())
    except ValidationError as refusal:
        notes.error(request, refusal.messages[0])
        return redirect("reminders:message-list")
    notes.success(request, "The test mail goes out within a minute.")
    return redirect("reminders:message-detail", pk=message.pk)


@require_GET
def mail_folder(request: HttpRequest) -> HttpResponse:
    """The mails the demo wrote into its folder instead of sending them."""
    _demo_only(request)
    page = Paginator(mailfolder.names(), PER_PAGE).get_page(request.GET.get("page"))
    mails = [{"name": name, "mail": mail} for name in page if (mail := mailfolder.read_mail(name)) is not None]
    return render(request, "reminders/mail_folder.html", {"page": page, "mails": mails})


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type] # django-csp types views without arguments
@require_GET
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail of the folder: its plain text, and its HTML in a frame that can run and load nothing."""
    mail = _mail(request, name)
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    context = {"name": name, "mail": mail, "text": text.get_content() if text else "", "has_html": html is not None}
    return render(request, "reminders/mail_detail.html", context)


@require_GET
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame: its own styles, links to this site only, nothing else."""
    html = _mail(request, name).get_body(("html",))
    if html is None:
        raise Http404
    response = HttpResponse(html.get_content().replace("<head>", '<head><base target="_top">', 1))
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; "
        "sandbox allow-top-navigation-by-user-activation allow-popups"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _mail(request: HttpRequest, name: str) -> EmailMessage:
    _demo_only(request)
    mail = mailfolder.read_mail(name)
    if mail is None:
        raise Http404("There is no such mail in the folder.")
    return mail


def _demo_only(request: HttpRequest) -> None:
    if not _has_folder():
        raise Http404("Only the demo has a mail folder.")


def _has_folder() -> bool:
    return bool(settings.DEMO) and settings.EMAIL_BACKEND == "outbox.mailfolder.EmailBackend"


def _only(request: HttpRequest, permission: str) -> None:
    if not user_of(request).has_perm(permission):
        raise PermissionDenied


def _detail(request: HttpRequest, message: Message, form: SettleForm, status: int = 200, **more: Any) -> HttpResponse:
    items: list[dict[str, Any]] = [
        {
            "kind": KINDS[item.kind].label if item.kind in KINDS else message.kind_label,
            "item": item,
            "reason": REASONS.get(item.reason, ""),
        }
        for item in message.reminder_items.select_related("initiative", "instead_of")
    ]
    may_settle = message.state in {Message.State.UNCONFIRMED, Message.State.FAILED}
    may_settle = may_settle and user_of(request).has_perm("reminders.steer_sending")
    own = message.person_id == user_of(request).pk  # a link in a mail is a key that acts for its person alone
    text = message.text if own else without_secrets(message.text)
    context = {"message": message, "items": items, "text": text, **more}
    context["form"] = form if may_settle or form.is_bound else None
    return render(request, "reminders/message_detail.html", context, status=status)
