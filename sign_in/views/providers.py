"""The addresses to and from the city's provider: django-allauth's own views, and a sentence where they fail."""

import logging
from collections.abc import Callable
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from requests import RequestException

from sign_in.descriptions import Unreadable, read_description
from sign_in.rendering import DISBELIEVED, STALE, UNREACHED, refusal
from sign_in.selectors import label_of
from sign_in.services import note_failure
from web.throttles import Limit, address_of, seconds_to_wait

log = logging.getLogger(__name__)
OFTEN = Limit("one place", 600, 60 * 60)  # high, since a whole city may stand behind one address
WAIT = "Too many tries from here. Wait {minutes} minutes, then try again."
View = Callable[..., HttpResponse]


def _reached(kind: str, name: str, *, is_posted_from_elsewhere: bool = False) -> View:
    """The library's view, loaded when it is first asked for: what it stands on takes memory that most never need."""

    @login_not_required
    @never_cache
    def answer(request: HttpRequest, **place: Any) -> HttpResponse:
        wait = seconds_to_wait("provider", (OFTEN, address_of(request)))
        if wait:
            return refusal(request, WAIT.format(minutes=-(-wait // 60)), 429)
        try:
            app = get_adapter().get_app(request, provider=kind)
            if kind == "saml":
                read_description(app.settings["idp"])
            view = import_string(f"allauth.socialaccount.providers.{kind}.views.{name}")
            found: HttpResponse = view(request, **place)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except (RequestException, Unreadable, KeyError) as error:
            # Down, slow, or with a description of itself that lacks something: a person can do nothing but wait.
            return _failed(request, kind, error, UNREACHED, 502)
        except PermissionDenied as error:  # the answer to a request that this browser did not send
            return _failed(request, kind, error, STALE, 403)
        except (SyntaxError, ValueError) as error:  # an answer that is no XML, or more than XML needs
            return _failed(request, kind, error, DISBELIEVED, 403)
        return found

    return csrf_exempt(answer) if is_posted_from_elsewhere else answer


def _failed(request: HttpRequest, kind: str, error: Exception, sentence: str, status: int) -> HttpResponse:
    label = label_of(kind)
    log.warning("Nobody was signed in with %s.", label, exc_info=error)
    note_failure(kind=kind, reason=f"{type(error).__name__}: {error}", at=timezone.now())
    return refusal(request, sentence.format(label=label), status)


oidc_login = _reached("openid_connect", "login")
oidc_callback = _reached("openid_connect", "callback")
saml_login = _reached("saml", "login")
saml_acs = _reached("saml", "acs", is_posted_from_elsewhere=True)
saml_finish = _reached("saml", "finish_acs")
saml_logout = _reached("saml", "sls", is_posted_from_elsewhere=True)
saml_metadata = _reached("saml", "metadata")
