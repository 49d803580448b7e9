"""Ask the owner of an initiative for an update: from its page, from a row of a list, from a department's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from initiatives.forms.work import UpdateRequestForm
from initiatives.selectors.update_requests import last_asked
from initiatives.services import ask_for_update
from initiatives.views.lookups import address_of, form_page, get_initiative_or_404
from records.asof import local_day
from records.days import in_words
from records.texts import isolated
from web.pages import answer_form, back_to, form_for
from web.requests import act_of, user_of


@require_http_methods(["GET", "POST"])
def initiative_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Says who would hear of it and when they were asked last; at most one request a day, however often it is sent."""
    initiative = get_initiative_or_404(request, pk, needs="ask_for_update")
    form = form_for(request, UpdateRequestForm)
    where = back_to(request, address_of(initiative))
    owner = isolated(initiative.owner.name) if initiative.owner else "Nobody yet"

    def save() -> str:
        at_once = act_of(request)
        asked = ask_for_update(initiative=initiative, act=at_once)
        if asked.asked_by_id == user_of(request).pk and asked.recorded_at >= at_once.at:
            messages.success(request, f"{owner} finds it in the next digest: how does {initiative} stand?")
        else:
            messages.info(request, f"{isolated(asked.asked_by.name)} asked for it today already. Once a day is enough.")
        return where

    last = last_asked(pk)
    lede = f"{owner} owns it and finds the question in the next digest, with a link that answers it."
    if last is not None:
        by = isolated(last.asked_by.name)
        is_today = last.day == local_day(timezone.now())
        lede += f" {by} asked {'today already' if is_today else f'last, on {in_words(last.day)}'}."
    page = form_page(initiative, "Ask for an update", "Ask for it", lede=lede) | {"back": where}
    return answer_form(request, form=form, save=save, template="form.html", context=page)
