"""Where the city's provider tells that somebody signed out there."""

import logging

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from requests import RequestException

from records.audit import Act
from records.models import Channel
from sign_in.leaving import NoLogout, leaving_of
from sign_in.selectors import label_of
from sign_in.services import end_sessions_of
from web.security_log import note
from web.throttles import Limit, address_of, seconds_to_wait

log = logging.getLogger(__name__)
KIND = "openid_connect"
OFTEN = Limit("one place", 600, 60)  # a whole city may sign out at five o'clock


@login_not_required
@csrf_exempt
@require_POST
@never_cache
def oidc_logout(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Ends the sessions that the person began by the provider. 200 also where there were none; 400 says why not."""
    if seconds_to_wait("logout", (OFTEN, address_of(request))):
        return JsonResponse({"error": "slow_down"}, status=429)
    try:
        app = get_adapter().get_app(request, provider=KIND)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    if app.provider_id != provider_id:
        raise Http404
    at = timezone.now()
    try:
        leaving = leaving_of(request, app, request.POST.get("logout_token", ""), at)
    except (NoLogout, RequestException, KeyError, ValueError) as error:
        reason = f"Signing out there was not believed: {error}"
        log.warning("%s: %s", label_of(KIND), reason)
        note("provider.refused", door=KIND)
        return JsonResponse({"error": "invalid_request"}, status=400)
    act = Act(by=None, at=at, channel=Channel.SYSTEM, reason=f"Signed out at {label_of(KIND)}")
    end_sessions_of(provider=app.provider_id, sub=leaving.sub, sid=leaving.sid, act=act)
    return HttpResponse()
