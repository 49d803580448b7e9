"""Show once more who you are: by what you sign in with, whatever that is."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from people.forms.sign_in import may_use_password
from people.views.fresh import confirm
from people.views.sign_in import PROVIDER_ADDRESSES, Throttled, refuse_unchecked
from records.audit import Act
from sign_in import factors
from sign_in.asking import AGAIN
from sign_in.forms.factors import ConfirmForm, SecondStepForm
from sign_in.views.factors import DOOR, limits
from sign_in.views.passkeys import UNREAD, answered_by, question_for
from web.pages import back_to
from web.requests import user_of
from web.security_log import note
from web.throttles import Limit


@method_decorator([login_required, never_cache], name="dispatch")
class Confirm(Throttled, FormView):  # type: ignore[type-arg]
    """A code or a passkey of who has a second step, else the password; or the city's provider. Always: sign in anew."""

    door = DOOR
    template_name = "sign_in/confirm.html"

    @property
    def person(self) -> Any:
        return user_of(self.request)

    def counted(self) -> list[tuple[Limit, str]]:
        return limits(self.request, self.person)

    def whose(self) -> dict[str, int | str]:
        return {"account": self.person.pk}

    def get_form_class(self) -> type[forms.BaseForm]:
        return SecondStepForm if factors.has_factor(self.person) else ConfirmForm

    def get_success_url(self) -> str:
        return back_to(self.request, reverse("people:profile"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "credential" not in request.POST:
            return super().post(request, *args, **kwargs)
        if answered_by(self.person, request.POST["credential"]) is not None:
            return self.confirmed()
        note("factor.refused", account=self.person.pk)
        form = self.get_form_class()()
        refuse_unchecked(form, UNREAD)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: Any) -> HttpResponse:
        person = self.person
        if "code" in form.cleaned_data:
            act = Act(by=person, at=timezone.now())
            is_right = factors.use_code(user=person, code=form.cleaned_data["code"], act=act) is not None
            field, sentence = "code", "Code: it is not right, or was used already. Type the one that the app shows now."
        else:
            is_right = may_use_password(person) and person.check_password(form.cleaned_data["password"])
            field, sentence = "password", "Password: it is not right."
        if is_right:
            return self.confirmed()
        note("factor.refused", account=person.pk)
        form.add_error(field, sentence)
        return self.form_invalid(form)

    def confirmed(self) -> HttpResponse:
        confirm(self.request)
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, back = self.person, self.get_success_url()
        providers = [
            (one.label, f"{reverse(*PROVIDER_ADDRESSES[one.kind])}?{urlencode({'next': back, AGAIN: '1'})}")
            for one in settings.SIGN_IN_PROVIDERS
        ]
        more = {
            "next": back, "providers": providers,
            "question": question_for(person) if factors.passkeys_of(person).exists() else "",
            "can_type": factors.has_factor(person) or (person.has_usable_password() and may_use_password(person)),
        }  # fmt: skip
        return super().get_context_data(**kwargs) | more
