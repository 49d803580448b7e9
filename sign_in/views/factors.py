"""The second step at sign-in: setting it up, passing it, taking it off."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from people.forms.sign_in import may_use_password
from people.models import User
from people.views.devices import known_device, signed_in_here
from people.views.fresh import asks_again
from people.views.sign_in import SEAL, Throttled, refuse_unchecked, wait_sentence
from records.audit import Act
from records.texts import isolated
from sign_in import factors
from sign_in.forms.factors import AppForm, SecondStepForm
from sign_in.views.passkeys import UNREAD, answered_by, question_for
from sign_in.views.trail import SHOWN, trail
from web.pages import answer_button, answer_form, form_for
from web.requests import act_of, user_of
from web.security_log import note
from web.throttles import Limit, seconds_to_wait

DOOR = "second-step"
# Three codes of a million are right at any time: a hundred tries a day find one in nine years.
SOON = Limit("one account", 10, 10 * 60)
A_DAY = Limit("one account", 100, 24 * 60 * 60)
APP_KEY = "new_app_key"  # in the session: the key of an app that is not confirmed yet


def limits(request: HttpRequest, person: User) -> list[tuple[Limit, str]]:
    """A browser the person signed in with before counts by itself: who found the password uses up none of its tries."""
    who = f"{person.pk} {known_device(request, person)}"
    return [(SOON, who), (A_DAY, who)]


@method_decorator(login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login"), name="dispatch")
class SecondStep(Throttled, FormView):  # type: ignore[type-arg]
    """Between the right password and being signed in."""

    door = DOOR
    template_name = "sign_in/second_step.html"
    form_class = SecondStepForm

    @property
    def person(self) -> User:
        found: User = self.request._login_stage.login.user  # type: ignore[attr-defined] # set by the decorator
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What was right a while ago has to be right still: the password, the account, who may use a password."""
        stage: Any = request._login_stage  # type: ignore[attr-defined] # set by the decorator
        person, seal = self.person, stage.login.state.get(SEAL)
        is_outdated = seal is not None and not (seal == person.get_session_auth_hash() and may_use_password(person))
        if not person.is_active or is_outdated:
            return stage.abort()
        return super().dispatch(request, *args, **kwargs)

    def counted(self) -> list[tuple[Limit, str]]:
        return limits(self.request, self.person)

    def whose(self) -> dict[str, int | str]:
        return {"account": self.person.pk}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "credential" not in request.POST:
            return super().post(request, *args, **kwargs)
        key = answered_by(self.person, request.POST["credential"])
        if key is not None:
            return self.passed(key)
        note("factor.refused", account=self.person.pk)
        form = SecondStepForm()
        refuse_unchecked(form, UNREAD)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        has_key = factors.passkeys_of(self.person).exists()
        more = {"question": question_for(self.person) if has_key else "", "has_app": factors.app_of(self.person)}
        return super().get_context_data(**kwargs) | more

    def form_valid(self, form: Any) -> HttpResponse:
        person = self.person
        used = factors.use_code(user=person, code=form.cleaned_data["code"], act=Act(by=person, at=timezone.now()))
        if used is None:
            note("factor.refused", account=person.pk)
            form.add_error("code", "Code: it is not right, or was used already. Type the one that the app shows now.")
            return self.form_invalid(form)
        return self.passed(used)

    def passed(self, used: Authenticator) -> HttpResponse:
        person = self.person
        record_authentication(self.request, person, method="mfa", id=used.pk, type=used.type)
        response: HttpResponse = self.request._login_stage.exit()  # type: ignore[attr-defined]
        signed_in_here(self.request, response, person)
        if used.type == factors.CODES:
            left = len(factors.codes_left(person) or [])
            messages.warning(
                self.request, f"A recovery code was used. {left} of them {'is' if left == 1 else 'are'} left."
            )
        return response


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What I show besides my password."""
    person = user_of(request)
    context = {
        "app": factors.app_of(person), "keys": factors.passkeys_of(person), "left": factors.codes_left(person),
        "breadcrumb": trail(),
    }  # fmt: skip
    return render(request, "sign_in/factors.html", context)


@never_cache
@asks_again
def app_add(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app: the key as a picture and in letters, then a code that shows that it is there."""
    person = user_of(request)
    if factors.app_of(person) is not None and request.method != "POST":
        return redirect("mfa_index")
    secret = request.session.get(APP_KEY) or request.session.setdefault(APP_KEY, factors.new_secret())
    form = form_for(request, AppForm)
    if request.method == "POST" and (wait := seconds_to_wait(DOOR, *limits(request, person))):
        note("throttled", door=DOOR, account=person.pk)
        refuse_unchecked(form, wait_sentence(wait))
        return _app_page(request, form, secret, {}, 429)

    def save() -> str:
        with_codes = factors.add_app(user=person, secret=secret, code=form.cleaned_data["code"], act=act_of(request))
        request.session.pop(APP_KEY, None)
        messages.success(request, "The authenticator app is set up. From now on sign-in asks for its code.")
        if not with_codes:
            return reverse("mfa_index")
        request.session[SHOWN] = True
        return reverse("mfa_view_recovery_codes")

    def draw(more: dict[str, Any], status: int) -> HttpResponse:
        return _app_page(request, form, secret, more, status)

    return answer_form(request, form=form, save=save, draw=draw)


@asks_again
def app_remove(request: HttpRequest) -> HttpResponse:
    def do() -> str:
        had = factors.remove_app(user=user_of(request), act=act_of(request))
        return "The authenticator app was taken off." if had else "There is no authenticator app any more."

    return answer_button(request, do=do, where=reverse("mfa_index"))


@never_cache
def codes(request: HttpRequest) -> HttpResponse:
    """The new recovery codes, until the person says that they are kept; after that nobody sees them again."""
    if request.method == "POST":
        request.session.pop(SHOWN, None)
        return redirect("mfa_index")
    left = factors.codes_left(user_of(request)) if SHOWN in request.session else None
    if left is None:
        return redirect("mfa_index")
    return render(request, "sign_in/codes.html", {"codes": left, "breadcrumb": trail("Recovery codes")})


@require_safe
@never_cache
def codes_file(request: HttpRequest) -> HttpResponse:
    left = factors.codes_left(user_of(request)) if SHOWN in request.session else None
    if left is None:
        raise Http404
    lines = [f"Recovery codes of planapp for {user_of(request).email}", "Each works once.", "", *left, ""]
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="planapp-recovery-codes.txt"'
    return response


@asks_again
def codes_renew(request: HttpRequest) -> HttpResponse:
    def do() -> str:
        factors.renew_codes(user=user_of(request), act=act_of(request))
        request.session[SHOWN] = True
        return "New recovery codes were made. The old ones work no more."

    where = "mfa_view_recovery_codes" if request.method == "POST" else "mfa_index"
    return answer_button(request, do=do, where=reverse(where))


@permission_required("people.take_off_factors", raise_exception=True)
@asks_again
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody who lost the telephone and the recovery codes."""
    person = get_object_or_404(User, pk=pk)

    def do() -> str:
        had = factors.take_off_factors(user=person, act=act_of(request))
        name = isolated(person.name)
        return f"{name} signs in by password alone now." if had else f"{name} has no second step."

    return answer_button(request, do=do, where=reverse("people:person-detail", args=[pk]))


def _app_page(request: HttpRequest, form: AppForm, secret: str, more: dict[str, Any], status: int) -> HttpResponse:
    url = get_adapter().build_totp_url(user_of(request), secret)
    spelled = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"form": form, "key": spelled, "address": url, "breadcrumb": trail("Authenticator app"), **_qr(url)}
    return render(request, "sign_in/app_add.html", context | more, status=status)


def _qr(text: str) -> dict[str, Any]:
    """The dark squares of a QR code as the path of a picture, and how many there are on a side."""
    code = import_string("qrcode.QRCode")(border=4)  # loaded by who needs it: it brings a library of pictures along
    code.add_data(text)
    rows = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return {"squares": "".join(dark), "side": len(rows)}
