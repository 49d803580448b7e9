"""Sign in, one's own profile, and passwords."""

import unicodedata
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from people.forms.sign_in import NewPasswordForm, PasswordForm, ResetForm, SignInForm
from people.hashers import LEAST_ALONE
from people.models import RoleGrant, User
from people.roles import DESCRIPTIONS
from people.services import set_password
from people.signed_in import named, sessions_of
from people.views.devices import known_device, remember_device, signed_in_here
from records.audit import Act
from web.requests import act_of, user_of
from web.security_log import note
from web.throttles import Limit, address_of, seconds_to_wait

MAX_EMAIL = 254  # characters
SEAL = "seal"  # of the password that was right, kept while the second step is still to come
HERE = Limit("one account from one place", 10, 60)  # enough for a person who mistypes
ANYWHERE = Limit("one account", 60, 60 * 60)  # guessing from many places stays slow
PLACE = Limit("one place", 600, 60 * 60)  # high, since a whole city may stand behind one address
LINKS = Limit("one account", 5, 60 * 60)  # each link works for an hour
LINKS_TO_A_PLACE = Limit("one place", 100, 60 * 60)
# Said, not asked: an older password, or one of a time with a second step, locks nobody out.
TOO_SHORT_ALONE = (
    f"Your password has fewer than {LEAST_ALONE} characters. Choose a longer one on your profile, or set up a second "
    "step."
)

# By kind of provider: the name of the address that leads there, and the one provider of that kind.
PROVIDER_ADDRESSES = {
    "openid_connect": ("openid_connect_login", None, ["city"]),
    "saml": ("saml_login", None, ["city"]),
}
DEMO_ACCOUNTS = [
    ("owner@demo.example", "Owner", "says how initiatives stand"),
    ("liaison@demo.example", "Department liaison", "sees and keeps what the department promised"),
    ("leader@demo.example", "Leadership", "reads the plan and completes the quarterly report"),
    ("manager@demo.example", "Plan manager", "runs the plan"),
    ("admin@demo.example", "Administrator", "roles, settings, audit log"),
    ("viewer@demo.example", "Viewer", "reads"),
]


class _Refusing:
    """A form that fails answers 422, like every form of ours."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


def wait_sentence(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"Too many tries. Wait {minutes} minute{'' if minutes == 1 else 's'}, then try again."


def refuse_unchecked(form: Any, sentence: str) -> None:
    """The sentence on top of a form of which nothing was checked."""
    form._errors = ErrorDict({NON_FIELD_ERRORS: ErrorList([sentence])})
    form.cleaned_data = {}


class Throttled(_Refusing):
    """Answers 429 with the form and a sentence to whoever tries too often; what was typed stays, but for passwords."""

    door: str
    advice = ""  # what else can be done

    def counted(self) -> list[tuple[Limit, str]]:
        """Under which limits a try counts, each with the key that those who share its count have in common."""
        raise NotImplementedError

    def whose(self) -> dict[str, int | str]:
        """The account that is tried, for the security log."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wait = seconds_to_wait(self.door, *self.counted())
        if not wait:
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
            return response
        note("throttled", door=self.door, **self.whose())
        sentence = f"{wait_sentence(wait)} {self.advice}".strip()
        form = self.get_form()  # type: ignore[attr-defined]
        # Nothing is checked, so the answer does not tell whether the password would have been right.
        refuse_unchecked(form, sentence)
        refused: HttpResponse = self.render_to_response(self.get_context_data(form=form))  # type: ignore[attr-defined]
        refused.status_code = 429
        refused["Retry-After"] = str(wait)
        return refused


def account_of(typed: str) -> tuple[User | None, str]:
    """The account that an address typed into a form means, and a key that is the same however it is typed."""
    text = unicodedata.normalize("NFKC", typed).strip()[:MAX_EMAIL]
    person = User.objects.filter(email__iexact=text).first() if text else None
    return person, f"account {person.pk}" if person is not None else f"address {text.casefold()}"


class SignOut(auth.LogoutView):
    """What the browser kept of pages goes as well; the cookies stay, for one of them says that it is known here."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


@method_decorator(login_not_required, name="dispatch")
class SignIn(Throttled, auth.LoginView):
    """Django's own sign-in, with e-mail for a name. `next` leads nowhere but to this site.

    Tries in a browser that the person signed in with before have a count of their own: guesses of others use up none.
    """

    door = "sign-in"
    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def counted(self) -> list[tuple[Limit, str]]:
        person, who = account_of(self.request.POST.get("username", ""))
        device = known_device(self.request, person, or_mailed=True)
        if device:
            return [(HERE, f"{who} {device}"), (ANYWHERE, f"{who} {device}")]
        place = address_of(self.request)
        return [(HERE, f"{who} {place}"), (ANYWHERE, who), (PLACE, place)]

    def whose(self) -> dict[str, int | str]:
        return named(self.request.POST.get("username", "")[:MAX_EMAIL])

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right: the library asks for a second factor where the person has one, then signs in."""
        person = form.get_user()
        state = {SEAL: person.get_session_auth_hash()}
        login = Login(user=person, redirect_url=self.get_success_url(), state=state)
        response: HttpResponse = perform_password_login(self.request, {"email": person.email}, login)
        if self.request.user.is_authenticated:  # else the second step is still to come
            signed_in_here(self.request, response, person)
            if len(form.cleaned_data["password"]) < LEAST_ALONE and not settings.DEMO:
                messages.warning(self.request, TOO_SHORT_ALONE)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {
            "accounts": DEMO_ACCOUNTS if settings.DEMO else [],
            "providers": [(one.label, self._leads_to(one)) for one in settings.SIGN_IN_PROVIDERS],
            "is_emergency_only": settings.PASSWORDS_FOR_EMERGENCIES,
        }
        return super().get_context_data(**kwargs) | more

    def _leads_to(self, provider: Any) -> str:
        """The address that begins a sign-in with the provider, and comes back to the page that was asked for."""
        address = reverse(*PROVIDER_ADDRESSES[provider.kind])
        wanted = self.get_redirect_url()
        return f"{address}?{urlencode({'next': wanted})}" if wanted else address


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here and what I may do."""
    user = user_of(request)
    grants = RoleGrant.objects.filter(user=user, recorded_until__isnull=True).select_related(
        "department", "plan_access"
    )
    held = [(grant, DESCRIPTIONS[grant.role]) for grant in grants]
    sessions = sessions_of(user, request.session.session_key)
    return render(request, "people/profile.html", {"person": user, "held": held, "sessions": sessions})


class PasswordChange(Throttled, auth.PasswordChangeView):
    """A new password for oneself; other sessions of the same person end."""

    door = "password-change"
    template_name = "people/password_change.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("people:password-change-done")

    def counted(self) -> list[tuple[Limit, str]]:
        return [(HERE, str(user_of(self.request).pk)), (ANYWHERE, str(user_of(self.request).pk))]

    def whose(self) -> dict[str, int | str]:
        return {"account": user_of(self.request).pk}

    def form_invalid(self, form: Any) -> HttpResponse:
        if "old_password" in form.errors:
            note("password.refused", account=user_of(self.request).pk)
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        user = set_password(user=form.user, password=form.cleaned_data["new_password1"], act=act_of(self.request))
        update_session_auth_hash(self.request, user)
        return HttpResponseRedirect(self.get_success_url())


@method_decorator(login_not_required, name="dispatch")
class PasswordReset(Throttled, auth.PasswordResetView):
    """Ask for a link by mail. The answer is the same whether the address has an account or not."""

    door = "password-reset"
    advice = "If a link was mailed in the last hour, the newest one still works."
    template_name = "people/password_reset.html"
    email_template_name = "people/email/password_reset.txt"
    html_email_template_name = "people/email/password_reset.html"
    subject_template_name = "people/email/password_reset_subject.txt"
    form_class = ResetForm
    success_url = reverse_lazy("people:password-reset-sent")

    def counted(self) -> list[tuple[Limit, str]]:
        return [
            (LINKS, account_of(self.request.POST.get("email", ""))[1]), (LINKS_TO_A_PLACE, address_of(self.request)),
        ]  # fmt: skip

    def whose(self) -> dict[str, int | str]:
        return named(self.request.POST.get("email", "")[:MAX_EMAIL])

    def form_valid(self, form: Any) -> HttpResponse:
        note("password.link_asked", **self.whose())
        # The link names the configured site, not the Host header somebody sent.
        self.extra_email_context = {"site_url": settings.SITE_URL, "home": f"{settings.SITE_URL}/"}
        return super().form_valid(form)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetConfirm(_Refusing, auth.PasswordResetConfirmView):
    """Choose a password by the link from the mail, once."""

    template_name = "people/password_reset_confirm.html"
    form_class = PasswordForm
    success_url = reverse_lazy("people:password-reset-complete")

    def form_valid(self, form: Any) -> HttpResponse:
        act = Act(by=form.user, at=timezone.now(), channel="email_link")
        set_password(user=form.user, password=form.cleaned_data["new_password1"], act=act)
        del self.request.session[auth.INTERNAL_RESET_SESSION_TOKEN]
        response = HttpResponseRedirect(self.get_success_url())
        # Whoever reads the mailbox may try the new password here, however many guess elsewhere.
        remember_device(self.request, response, form.user, by="mailed")
        return response
