"""Addresses of signing in beyond e-mail and password. Their names are those that django-allauth asks for."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from sign_in.views import factors

urlpatterns = [
    # Where the library sends somebody who has to sign in (again); the page itself is in the people room.
    path(
        "sign-in/again/",
        login_not_required(RedirectView.as_view(pattern_name="people:sign-in", query_string=True)),
        name="account_login",
    ),
    path("sign-in/second-step/", factors.SecondStep.as_view(), name="mfa_authenticate"),
    path("profile/second-step/", factors.index, name="mfa_index"),
    path("profile/second-step/app/", factors.app_add, name="mfa_activate_totp"),
    path("profile/second-step/app/remove/", factors.app_remove, name="mfa_deactivate_totp"),
    path("profile/second-step/codes/", factors.codes, name="mfa_view_recovery_codes"),
    path("profile/second-step/codes/file/", factors.codes_file, name="mfa_download_recovery_codes"),
    path("profile/second-step/codes/renew/", factors.codes_renew, name="mfa_generate_recovery_codes"),
    path("people/<int:pk>/second-step/take-off/", factors.take_off, name="factors-take-off"),
]
